"""tests/benchmarks: the command works, and its JSON says what its table says. How fast anything is, no test asserts."""

import json
import statistics
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
COMMAND = ROOT / "tests" / "benchmarks" / "run.py"


def run(*arguments):
    # the limit is for a command that hangs
    command = [sys.executable, COMMAND, *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, encoding="utf-8", timeout=600)


@pytest.fixture(scope="module")
def measured(tmp_path_factory):
    """Return (what the command printed, the JSON it wrote) for the cheapest section, each figure measured once."""
    file = tmp_path_factory.mktemp("figures") / "figures.json"
    done = run("--repeat", "1", "--json", file, "imports")
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines(), json.loads(file.read_text(encoding="utf-8"))


def test_json_has_what_the_table_has(measured):
    printed, written = measured
    rows = [line.split() for line in printed if line.startswith(("helpers.", "tensorflow"))]
    figures = written["figures"]
    assert [row[0] for row in rows] == [figure["name"] for figure in figures]
    assert {"tensorflow", "helpers.data", "helpers.plots", "helpers.training", "helpers.exercises"} == {
        figure["name"] for figure in figures
    }
    for row, figure in zip(rows, figures):
        assert [float(number) for number in row[1:]] == pytest.approx([figure["min"], figure["median"], 1], rel=0.01)


def test_figures_come_from_their_runs(measured):
    for figure in measured[1]["figures"]:
        assert (figure["section"], figure["unit"], len(figure["runs"])) == ("imports", "seconds", 1)
        assert figure["min"] == min(figure["runs"]) > 0
        assert figure["median"] == statistics.median(figure["runs"])


def test_table_and_json_name_the_machine(measured):
    printed, written = measured
    assert {"cores", "Python", "TensorFlow"} <= set(written["machine"])
    assert all(f"{what}: {value}" in printed[0] for what, value in written["machine"].items())


@pytest.mark.parametrize(
    "arguments, said", [(["speed"], "no section speed; there are imports, loops"), (["--repeat", "0"], "at least 1")]
)
def test_wrong_arguments_are_refused_in_words(arguments, said):
    done = run(*arguments)
    assert done.returncode == 2 and said in done.stderr


def test_each_section_is_described_and_none_is_a_test():
    modules = {path.stem for path in COMMAND.parent.glob("*.py")} - {"run"}
    assert modules == {"imports", "loops", "checks", "lessons"}
    # pytest would collect these
    assert not [name for name in modules if name.startswith("test_") or name.endswith("_test")]
