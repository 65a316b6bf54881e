"""Figures of lesson 05, tested by the data on their axes: the mistakes, the loss past a bad batch, measured seconds."""

import numpy as np
import pytest

from helpers import plots
from helpers.plots import digits


@pytest.fixture
def answers():
    """Six pictures of three classes; three are misread: the first with 0.6, the fourth with 0.9, the last with 0.8."""
    labels = np.array([0, 1, 2, 2, 0, 1])
    read, confidence = np.array([1, 1, 2, 0, 0, 2]), [0.6, 0.7, 0.8, 0.9, 0.5, 0.8]
    probabilities = np.full((6, 3), 0.0)
    for row, (answer, sure) in enumerate(zip(read, confidence)):
        probabilities[row] = (1 - sure) / 2
        probabilities[row, answer] = sure
    images = np.arange(6)[:, None, None] * np.ones((6, 2, 2))
    return images, labels, probabilities


def test_mistakes_shows_what_was_taken_for_what(answers):
    matrix = plots.mistakes(*answers).axes[0]
    counts = [int(text.get_text()) for text in matrix.texts]
    assert counts == [1, 1, 0, 0, 1, 1, 1, 0, 1]
    assert (matrix.get_xlabel(), matrix.get_ylabel()) == ("the model says", "the truth is")


@pytest.mark.parametrize("most, shown", [(1, 1), (2, 2), (8, 3)])
def test_mistakes_shows_the_surest_first(answers, most, shown):
    pictures = [ax for ax in plots.mistakes(*answers, most=most).axes[1:] if ax.images]
    assert [ax.images[0].get_array()[0, 0] for ax in pictures] == [3, 5, 0][:shown]
    titles = ["read 0, is 2\n90% sure", "read 2, is 1\n80% sure", "read 1, is 0\n60% sure"]
    assert [ax.get_title() for ax in pictures] == titles[:shown]


def test_pictures_of_mistakes_are_black_on_white(answers):
    first = plots.mistakes(*answers).axes[1].images[0]
    assert first.get_cmap().name == "gray_r" and first.get_clim()[0] == 0


def test_no_mistakes_no_pictures():
    fig = plots.mistakes(np.ones((2, 2, 2)), np.array([0, 1]), np.eye(2))
    assert not any(ax.images for ax in fig.axes[1:])


@pytest.fixture
def two_panels():
    left = {"no bad batch": [3.0, 2.0, 1.0], "bad batch": [3.0, 4.0, 5.0]}
    return plots.after_one_batch([left, {"bad batch": [3.0, 4.0, 5.0], "put back": [3.0, 2.0, 2.0]}], 2, "loss (nats)")


def lines_of(ax):
    return {line.get_label(): line for line in ax.lines if not line.get_label().startswith("_")}


def test_after_one_batch_draws_each_run_over_the_steps(two_panels):
    left, right = map(lines_of, two_panels.axes)
    assert left["bad batch"].get_xydata().tolist() == [[1, 3], [2, 4], [3, 5]]
    assert left["no bad batch"].get_ydata().tolist() == [3, 2, 1]
    assert right["put back"].get_ydata().tolist() == [3, 2, 2]


def test_after_one_batch_marks_the_step(two_panels):
    for ax in two_panels.axes:
        (mark,) = [line for line in ax.lines if line.get_label().startswith("_")]
        assert list(mark.get_xdata()) == [2, 2]


def test_a_run_looks_the_same_in_each_panel_and_unlike_the_others(two_panels):
    looks = [
        {name: (line.get_color(), line.get_linestyle()) for name, line in lines_of(ax).items()}
        for ax in two_panels.axes
    ]
    assert looks[0]["bad batch"] == looks[1]["bad batch"]
    assert len({*looks[0].values(), *looks[1].values()}) == 3
    assert len({dashes for look in looks for _, dashes in look.values()}) == 3


def test_after_one_batch_names_its_axes_and_runs(two_panels):
    left, right = two_panels.axes
    assert (left.get_xlabel(), left.get_ylabel(), right.get_xlabel()) == ("step", "loss (nats)", "step")
    assert [text.get_text() for text in right.get_legend().get_texts()] == ["bad batch", "put back"]
    assert left.get_ylim() == right.get_ylim() and left.get_ylim()[0] == 0


@pytest.mark.parametrize("times", [[0.5, 0.25], [0.01, 2.0], [30.0, 3.0]])
def test_seconds_shows_the_fastest_run_of_each(monkeypatch, times):
    shown, runs = [], {"slow": [times[0] + 1, times[0], times[0] + 2], "fast": [times[1]] * 3}
    monkeypatch.delenv("COURSE_STILL", raising=False)
    monkeypatch.setattr(digits, "show", lambda fig, description: shown.append((fig, description)))
    monkeypatch.setattr(digits.timeit, "repeat", lambda act, number, repeat: runs[act()][:repeat])
    plots.seconds({"slow": lambda: "slow", "fast": lambda: "fast"}, "Two ways.")
    ((fig, description),) = shown
    (ax,) = fig.axes
    assert [bar.get_width() for bar in ax.patches] == times and description == "Two ways."
    assert [label.get_text() for label in ax.texts] == [f"{time:.3f} s" for time in times]
    assert [label.get_text() for label in ax.get_yticklabels()] == ["slow", "fast"]
    assert ax.get_xlabel() == "time (s)" and ax.get_xlim()[1] > max(times)


def test_seconds_runs_nothing_where_outputs_are_stored(monkeypatch, capsys):
    monkeypatch.setenv("COURSE_STILL", "1")
    plots.seconds({"never": None}, "Nothing.")
    assert capsys.readouterr().out == "the seconds of your machine stand here once you have run this cell\n"
