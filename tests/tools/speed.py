"""The times that lesson 07 quotes: measured by benchmarks/ladder.py, stored, and written into the lesson's tables.

    python tests/tools/speed.py              write the lesson's tables from the stored figures
    python tests/tools/speed.py --measure    measure first (ten minutes on two idle cores), run the lesson anew

Lesson 07 shows the times of whoever runs it, and no test asserts one. What its text says of times is these figures;
the rule `times_are_stored` holds the two together.
"""

import argparse
import json
import math
import os
import re
import statistics
import sys

import nbformat

from notebook_reading import NOTEBOOKS, ROOT, text_cells, without_code

STORED = ROOT / "tests" / "benchmarks" / "lesson07.json"
LESSON = NOTEBOOKS / "07_make_it_fast.ipynb"
# network in the stored figures: the cell with its table; one network a table, so that none answers a later question
TABLE_CELLS = {"churn": "measured", "MNIST CNN": "measured-cnn"}
# rung in lesson 07: rung in tests/benchmarks/ladder.py, where XLA compiles what pays for the network
RUNGS = {
    "eager": "eager",
    "`fit`": "fit",
    "graph for each step": "tf.function a step",
    "`fit`, 32 steps a call": "fit, 32 steps a call",
    "epoch over iterator": "epoch in a graph, dataset",
    "rows gathered": "epoch in a graph, table",
    "epoch by XLA": "epoch in a graph, table, XLA compiles each epoch",
    "each step by XLA": "epoch in a graph, table, XLA compiles each step",
}
MICROSECONDS = {"µs": 1, "microseconds": 1, "ms": 1e3, "milliseconds": 1e3}


def stored():
    """Return the stored figures, {"machine": ..., "figures": [...]} as run.py writes them, the ladder's alone."""
    return json.loads(STORED.read_text(encoding="utf-8"))


def medians(found):
    """Return {name of a figure: its median}."""
    return {figure["name"]: figure["median"] for figure in found["figures"]}


def table(found, network):
    """Return the lesson's table of a network as Markdown: the rungs that have a time, with two digits that count."""
    times, lines = medians(found), ["| rung | µs a step |", "|-|-|"]
    for words, rung in RUNGS.items():
        if f"{network}: {rung}" in times:
            lines.append(f"| {words} | {in_digits(times[f'{network}: {rung}'], 2)} |")
    machine = found["machine"]
    return "\n".join([*lines, "", f"({machine['processor']}, {machine['cores']} cores, GPU: {machine['GPU']}.)"])


def in_digits(number, digits):
    """Return a positive number rounded to so many digits that count, as text: 10,900 with two is 11,000."""
    places = digits - 1 - math.floor(math.log10(number))
    return f"{round(number, places):,.{max(places, 0)}f}"


def times_are_stored(notebook, path):
    """Lesson 07's tables are those of the stored figures, and each time in its prose is one of them, rounded."""
    if path.name != LESSON.name or path.parent != LESSON.parent:
        return []
    found, sources = stored(), {cell.get("id"): cell.source for cell in notebook.cells}
    problems = [
        f"its table of times of {network} is not that of the stored figures: tests/tools/speed.py writes it"
        for network, cell_id in TABLE_CELLS.items()
        if table(found, network) not in sources.get(cell_id, "")
    ]
    for where, cell in text_cells(notebook):
        for text, unit in re.findall(r"(\d[\d,.]*) (µs|microseconds|ms|milliseconds)\b", without_code(cell.source)):
            if not any(is_rounded(text, MICROSECONDS[unit], time) for time in medians(found).values()):
                problems.append(f"{where}: {text} {unit} is no stored time, however rounded; see {STORED.name}")
    return problems


def is_rounded(text, microseconds, time):
    """Whether a number as written, times this many microseconds, is `time` with as many digits as count in it."""
    written = text.replace(",", "")
    digits = (
        len(written.replace(".", "").strip("0")) if "." not in written else len(written.replace(".", "").lstrip("0"))
    )
    return in_digits(time / microseconds, digits) == in_digits(float(written), digits)


def write_table():
    """Put the tables of the stored figures into the lesson, each behind the text of its cell; nothing is run."""
    notebook = nbformat.read(LESSON, as_version=4)
    for network, cell_id in TABLE_CELLS.items():
        (cell,) = [cell for cell in notebook.cells if cell.get("id") == cell_id]
        cell.source = f"{cell.source.partition('|')[0].rstrip()}\n\n{table(stored(), network)}"
    LESSON.write_bytes((nbformat.writes(notebook) + "\n").encode())


def measure(repeat):
    """Measure the ladder on the lesson's networks and store it."""
    sys.path.insert(0, str(STORED.parent))
    os.environ.update(COURSE_DATA="bundled", TQDM_DISABLE="1", COURSE_PROGRESS="off", TF_CPP_MIN_LOG_LEVEL="3")
    import ladder
    import paired
    import run

    machine, figures = run.machine(), []
    for network in (ladder.networks.churn(), ladder.networks.mnist()):
        runs = {}
        for rung, make in ladder.rungs_of(network).items():
            if rung in RUNGS.values():
                epoch = make(network)
                epoch()
                runs[rung] = lambda epoch=epoch: ladder.microseconds_of_step(epoch, network.steps)
        for rung, times in paired.in_turn(runs, repeat).items():
            figure = {"section": "ladder", "name": f"{network.name}: {rung}", "unit": ladder.UNIT}
            figures.append(figure | {"min": min(times), "median": statistics.median(times), "runs": times})
    text = json.dumps({"machine": machine, "figures": figures}, indent=1)
    STORED.write_text(text + "\n", encoding="utf-8")
    print(run.table(figures))


def main(arguments=None):
    parser = argparse.ArgumentParser(description="The times that lesson 07 quotes.")
    parser.add_argument("--measure", action="store_true", help="measure them, and run the lesson anew")
    parser.add_argument("--repeat", type=int, default=15, metavar="N", help="runs of each figure (default 15)")
    options = parser.parse_args(arguments)
    if options.measure:
        measure(options.repeat)
    write_table()
    if options.measure:
        import refresh

        return refresh.main([LESSON])
    return 0


if __name__ == "__main__":
    sys.exit(main())
