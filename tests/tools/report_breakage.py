"""What a run of the tests broke, as Markdown for an issue: lesson, cell and error.

    pytest --junitxml=result.xml …; python tests/tools/report_breakage.py result.xml [--link ADDRESS]

It reads pytest's own report. Of a notebook it names the first cell that broke, because the cells after it often only
miss what that one should have made; of a test file, every test. Where there is no report, it says so.
"""

import argparse
import html
import platform
import re
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from xml.etree import ElementTree

PACKAGES = [
    "tensorflow",
    "tf-nightly",
    "keras",
    "keras-nightly",
    "numpy",
    "pandas",
    "scikit-learn",
    "matplotlib",
    "nbval",
]
# GitHub takes 65,536 characters
LONGEST_TABLE = 50_000
LONGEST_ERROR = 300
# colors of a terminal, as they are and as they stand in pytest's report
COLORS = re.compile(r"(?:\x1b|#x1B)\[[\d;]*m")
NAME_OF_ERROR = re.compile(r"(?:[\w.]*(?:Error|Exception|Interrupt|Exit|Warning)|Failed)\b")


def failures_in(report):
    """Return [(file, cell or test, error)] of pytest's report, a path; raise OSError or ParseError if there is none."""
    cases = ElementTree.parse(report).iter("testcase")
    broken = [(case, result) for case in cases for result in case if result.tag in ("failure", "error")]
    return [(*place_of(case), error_in(result.text or result.get("message", ""))) for case, result in broken]


def place_of(case):
    """Return (file, cell or test) of a test case: a notebook's path, or a test file's as Python imports it."""
    module, name = case.get("classname") or case.get("name", ""), case.get("name", "")
    if module.endswith(".ipynb"):
        return module.removesuffix(".ipynb").replace(".", "/") + ".ipynb", name
    # a file that cannot be imported has no tests yet
    return module, "the import" if module == name else name


def error_in(text):
    """Return what went wrong, one line: nbval's reason, or the error that ended a cell or a test, or the last line."""
    lines = [line.rstrip() for line in COLORS.sub("", text).splitlines()]
    reason = next((found[1] for line in lines if (found := re.match(r"Cell \d+: (.+)", line))), "")
    if reason and "caused an exception" not in reason:
        return shortened(reason)  # too slow, or another output than the stored one
    # pytest marks what an error says with E
    said = [line[1:].strip() for line in lines if re.match(r"E(\s|$)", line)] or [
        line for line in lines if line.strip()
    ]
    starts = [number for number, line in enumerate(said) if NAME_OF_ERROR.match(line)]
    if not starts:
        return shortened(said[-1] if said else "it does not say why")
    # some errors say what they have to say from the second line on
    words = said[starts[-1] :]
    return shortened(words[0] if not words[0].endswith(":") else " ".join(words[:4]))


def shortened(words):
    words = " ".join(words.split())
    return words if len(words) <= LONGEST_ERROR else words[: LONGEST_ERROR - 1] + "…"


def rows_of(failures):
    """Return [(file, cell or test, error)], one row for a notebook with how many cells broke after the first."""
    rows, later = {}, {}
    for file, name, error in failures:
        key = (file, "" if file.endswith(".ipynb") else name)
        if key in rows:
            later[key] = later.get(key, 0) + 1
        else:
            rows[key] = (name, error)
    return sorted((key[0], name + after(later.get(key, 0)), error) for key, (name, error) in rows.items())


def after(number):
    return f", and {number} after it" if number else ""


def markdown(failures, problem="", link=""):
    """Return the text of the issue; `problem` says why there is no list, `link` leads to the run."""
    lines = ["The course does not pass its tests with these releases:", "", releases(), ""]
    if link:
        lines += [f"The run: {link}", ""]
    if problem:
        return "\n".join([*lines, problem, ""])
    lines += ["| lesson or test file | cell or test | error |", "|-|-|-|"]
    rows, length = [f"| {' | '.join(map(as_code, row))} |" for row in rows_of(failures)], 0
    for number, row in enumerate(rows):
        length += len(row)
        if length > LONGEST_TABLE:
            lines += ["", f"And {len(rows) - number} more; the run's log has them all."]
            break
        lines.append(row)
    lines += ["", "Cells are counted as JupyterLab counts them. CONTRIBUTING.md says how such a break is mended.", ""]
    return "\n".join(lines)


def as_code(text):
    """Return text for a cell of a table, to be read as it is: no markup, no link, no mention of anybody."""
    escaped = html.escape(shortened(text), quote=False)
    return "<code>" + re.sub(r"[|`*_~@#:\[\\]", lambda found: f"&#{ord(found[0])};", escaped) + "</code>"


def releases():
    """Return one line: Python and what is installed of the packages that matter."""
    found = [f"Python {platform.python_version()}"]
    for name in PACKAGES:
        try:
            found.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            continue
    return ", ".join(found) + "."


def report(path, link=""):
    """Return the Markdown for pytest's report at `path`, whether or not it is there."""
    try:
        failures = failures_in(path)
    except (OSError, ElementTree.ParseError) as error:
        problem = (
            "The run ended before its tests had a result: the packages could not be installed, or it was stopped. "
            f"Its log says more. ({as_code(f'{Path(path).name}: {type(error).__name__}')})"
        )
        return markdown([], problem, link)
    nothing = "The run failed, though none of the tests in its report did; its log says more."
    return markdown(failures, "" if failures else nothing, link)


def main(arguments=None):
    parser = argparse.ArgumentParser(description="What a run of the tests broke, as Markdown for an issue.")
    parser.add_argument("report", type=Path, help="the file that pytest wrote with --junitxml")
    parser.add_argument("--link", default="", metavar="ADDRESS", help="where the run's log is")
    options = parser.parse_args(arguments)
    # a terminal may know fewer characters than a report has; an issue takes them all
    sys.stdout.reconfigure(encoding="utf-8")
    print(report(options.report, options.link), end="")


if __name__ == "__main__":
    main()
