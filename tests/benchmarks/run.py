"""How fast the course is on this machine: a table and, if asked for, JSON. Nothing here is part of the test run.

    python tests/benchmarks/run.py                          all sections, some hours on two cores
    python tests/benchmarks/run.py ladder train_and_fit     only those named: lesson 07's two tables
    python tests/benchmarks/run.py --json figures.json      the same figures and all their runs, to compare later
    python tests/benchmarks/run.py --repeat 1 lessons       how often each figure is measured

The smallest of several runs is the one that other programs disturbed least; the median is what a learner meets. Each
section is a module beside this one with REPEAT, UNIT and measure(repeat) -> {name: one value a run}. Where it also has
reference(name, measured) -> name, its runs take turns, and each figure says how many times as fast it is as that other
one: the median over the turns, and a 95 % interval.
"""

import argparse
import importlib
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import paired
import psutil

# modules, imported when their turn comes: some start TensorFlow, which the others need not wait for
SECTIONS = ["imports", "ladder", "train_and_fit", "many_workers", "memory", "checks", "lessons"]


def machine():
    """Return what the figures depend on: {what: in words}, all text."""
    return {
        "system": f"{platform.system()} {platform.machine()}",
        "processor": processor(),
        "cores": str(os.cpu_count()),
        "memory": f"{psutil.virtual_memory().total / 1e9:.0f} GB",
        "GPU": gpu(),
        "busy with other things (load)": f"{psutil.getloadavg()[0]:.1f}",
        "Python": platform.python_version(),
        "TensorFlow": version("tensorflow"),
        "Keras": version("keras"),
    }


def processor():
    """Return the processor's name; Linux keeps it in a file of its own."""
    described = Path("/proc/cpuinfo")
    lines = described.read_text(encoding="utf-8").splitlines() if described.exists() else []
    names = [line.split(":")[1].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or "unknown"


def gpu():
    """Return the names of NVIDIA's GPUs, or "none"; TensorFlow need not start for it."""
    if shutil.which("nvidia-smi") is None:
        return "none"
    query = ["nvidia-smi", "--query-gpu=name", "--format=csv,noheader"]
    names = subprocess.run(query, capture_output=True, text=True).stdout.split("\n")
    return "; ".join(name.strip() for name in names if name.strip()) or "none"


def figures_of(section, repeat=None):
    """Measure a section; return one dictionary a figure: section, name, unit, min, median, runs."""
    module = importlib.import_module(section)
    measured = module.measure(repeat or module.REPEAT)
    figures = []
    for name, runs in measured.items():
        figure = {"section": section, "name": name, "unit": module.UNIT}
        figures.append(figure | {"min": min(runs), "median": statistics.median(runs), "runs": runs})
        if hasattr(module, "reference"):
            other = module.reference(name, measured)
            figures[-1]["times_as_fast"] = {"as": other, **paired.times_as_fast(runs, measured[other])}
    return figures


def table(figures):
    """Return the figures of one section as lines of text: name, min, median, how many runs, a comparison."""
    width = max(len(figure["name"]) for figure in figures)
    head = f"{figures[0]['section']}, {figures[0]['unit']}"
    lines = [f"{head:<{width}}  {'min':>10}  {'median':>10}  runs"]
    for figure in figures:
        numbers = "  ".join(f"{in_digits(figure[what]):>10}" for what in ("min", "median"))
        lines.append(f"{figure['name']:<{width}}  {numbers}  {len(figure['runs']):>4}{comparison(figure)}")
    return "\n".join(lines)


def comparison(figure):
    """Return in words how many times as fast a figure is as its reference; "" where there is none."""
    if "times_as_fast" not in figure:
        return ""
    times = figure["times_as_fast"]
    between = "" if times["low"] is None else f" ({in_digits(times['low'])} to {in_digits(times['high'])})"
    return f"  {in_digits(times['median'])}{between} × as fast as {times['as']}"


def in_digits(value):
    """Return a number with three digits, or more if it is large: 0.123, 12.3, 1,234."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def main(arguments=None):
    parser = argparse.ArgumentParser(description="How fast the course is on this machine.")
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write all figures there")
    parser.add_argument("--repeat", type=int, metavar="N", help="runs of each figure (default: each section's own)")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"sections: {', '.join(SECTIONS)} (default: all)")
    options = parser.parse_args(arguments)
    if unknown := [name for name in options.names if name not in SECTIONS]:
        parser.error(f"no section {', '.join(unknown)}; there are {', '.join(SECTIONS)}")
    if options.repeat is not None and options.repeat < 1:
        parser.error(f"--repeat {options.repeat}: at least 1")
    # what is started from here inherits these
    os.environ.update(COURSE_DATA="bundled", TQDM_DISABLE="1", COURSE_PROGRESS="off", TF_CPP_MIN_LOG_LEVEL="3")
    described, figures = machine(), []
    print(", ".join(f"{what}: {value}" for what, value in described.items()), flush=True)
    for section in options.names or SECTIONS:
        figures += (found := figures_of(section, options.repeat))
        print(f"\n{table(found)}", flush=True)
    if options.json:
        text = json.dumps({"machine": described, "figures": figures}, indent=1)
        options.json.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
