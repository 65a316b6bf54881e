"""The times that lesson 07 quotes: its tables come from the stored figures, and prose may only round them."""

import copy

import nbformat
import pytest

import speed

FOUND = {
    "machine": {"processor": "a processor", "cores": "2", "GPU": "none"},
    "figures": [
        {"name": f"churn: {rung}", "median": median}
        for rung, median in zip(speed.RUNGS.values(), [10_912.0, 871.0, 633.0, 262.0, 123.0, 99.4, 17.3])
    ]
    + [{"name": "MNIST CNN: fit", "median": 7_340.0}],
}


@pytest.fixture
def lesson(monkeypatch):
    monkeypatch.setattr(speed, "stored", lambda: FOUND)
    text = nbformat.v4.new_markdown_cell("# 07 From 11 milliseconds to 17 µs", id="title")
    tables = [
        nbformat.v4.new_markdown_cell(f"Measured:\n\n{speed.table(FOUND, network)}", id=cell_id)
        for network, cell_id in speed.TABLE_CELLS.items()
    ]
    return nbformat.v4.new_notebook(cells=[text, *tables])


def test_table_has_a_row_for_each_rung_that_was_measured_with_two_digits():
    lines = speed.table(FOUND, "churn").splitlines()
    assert lines[2] == "| eager | 11,000 |" and lines[7] == "| rows gathered | 99 |"
    assert len(lines) == 2 + 7 + 2 and "a processor, 2 cores" in lines[-1]
    assert speed.table(FOUND, "MNIST CNN").splitlines()[2:-2] == ["| `fit` | 7,300 |"]


def test_rounded_figures_pass_and_another_notebook_is_not_asked(lesson):
    assert speed.times_are_stored(lesson, speed.LESSON) == []
    lesson.cells[0].source = "takes 5 ms"
    assert speed.times_are_stored(lesson, speed.LESSON.with_name("05_mnist_cnn.ipynb")) == []


@pytest.mark.parametrize("text", ["20 µs", "10.9 ms", "900 microseconds", "11 milliseconds", "17.3 µs", "0.87 ms"])
def test_a_time_may_be_rounded_to_any_digits(lesson, text):
    lesson.cells[0].source = f"It takes {text} a step."
    assert speed.times_are_stored(lesson, speed.LESSON) == []


@pytest.mark.parametrize("text", ["21 µs", "12 milliseconds", "800 microseconds", "17.4 µs", "11 µs"])
def test_another_time_is_rejected(lesson, text):
    lesson.cells[0].source = f"It takes {text} a step."
    assert any(text in problem for problem in speed.times_are_stored(lesson, speed.LESSON))


@pytest.mark.parametrize(("cell", "old", "new"), [(1, "870", "880"), (2, "7,300", "7,400")])
def test_a_table_of_other_figures_is_rejected(lesson, cell, old, new):
    broken = copy.deepcopy(lesson)
    assert old in broken.cells[cell].source
    broken.cells[cell].source = broken.cells[cell].source.replace(old, new)
    assert any("table" in problem for problem in speed.times_are_stored(broken, speed.LESSON))


def test_the_tables_are_written_where_the_old_ones_were(lesson, tmp_path, monkeypatch):
    path = tmp_path / "07_make_it_fast.ipynb"
    monkeypatch.setattr(speed, "LESSON", path)
    lesson.cells[1].source = "Measured:\n\n| rung | old |\n|-|-|\n| eager | 1 |"
    nbformat.write(lesson, path)
    speed.write_table()
    written = nbformat.read(path, as_version=4).cells
    for cell, network in zip(written[1:], speed.TABLE_CELLS, strict=True):
        assert cell.source == f"Measured:\n\n{speed.table(FOUND, network)}"
    assert b"\r" not in path.read_bytes()


def test_rungs_are_those_of_the_benchmark():
    """Each rung that the lesson quotes is one of ladder.py's, which is read and not run."""
    source = (speed.STORED.parent / "ladder.py").read_text(encoding="utf-8")
    for rung in speed.RUNGS.values():
        words = rung.partition(", XLA compiles")[0].replace("fit, 32 steps", "fit, {STEPS_A_CALL} steps")
        assert words == "fit" or f'"{words}' in source, rung
