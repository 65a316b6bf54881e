"""The figures of lesson 07: what is drawn is what was measured."""

import numpy as np
import pytest

from helpers import plots

TIMES = {"slow": 10_900.0, "quick": 17.3}


def test_words_stand_in_their_rows_and_columns_with_a_fill_of_their_own():
    table = {"a": ["Python", "Python"], "b": ["Python", "graph"], "c": ["graph", "machine code"]}
    (ax,) = plots.who_starts_what(table, ["next step", "next operation"]).axes
    drawn = {text.get_position(): text.get_text() for text in ax.texts}
    assert drawn == {(x, y): word for y, row in enumerate(table.values()) for x, word in enumerate(row)}
    fills = {}
    for text, bar in zip(ax.texts, ax.patches):
        assert bar.get_x() == pytest.approx(text.get_position()[0] - 0.5)
        fills.setdefault(text.get_text(), set()).add((bar.get_facecolor(), bar.get_hatch()))
    assert all(len(found) == 1 for found in fills.values()) and len(set.union(*fills.values())) == 3
    assert [label.get_text() for label in ax.get_xticklabels()] == ["next step", "next operation"]
    assert [label.get_text() for label in ax.get_yticklabels()] == list(table)


@pytest.mark.parametrize("floor", [0.9, 30.0, 2000.0])
def test_ladder_has_a_bar_for_each_rung_and_a_line_at_its_floor(floor):
    (ax,) = plots.ladder(TIMES, floor).axes
    assert [bar.get_width() for bar in ax.patches] == list(TIMES.values())
    assert [text.get_text() for text in ax.texts] == ["11,000 µs", "17 µs"]
    (line,) = ax.lines
    assert set(line.get_xdata()) == {floor}
    assert ax.get_xscale() == "log" and "µs" in ax.get_xlabel()
    low, high = ax.get_xlim()
    assert low < min(floor, 17.3) and high > 10_900


@pytest.mark.parametrize(
    ("number", "words"), [(10_900, "11,000"), (268, "270"), (99.6, "100"), (17.3, "17"), (1.84, "1.8")]
)
def test_numbers_have_two_digits_that_count(number, words):
    assert plots.speed.in_digits(number) == words


def test_spread_counts_all_values_and_marks_nine_in_ten():
    values = {"recall (share)": np.linspace(0, 1, 101), "AUC (share)": np.linspace(0.5, 0.7, 101)}
    axes = plots.spread(values).axes
    for ax, (name, numbers) in zip(axes, values.items()):
        assert sum(bar.get_height() for bar in ax.patches) == 101
        low, high = (line.get_xdata()[0] for line in ax.lines)
        assert np.mean((numbers >= low) & (numbers <= high)) == pytest.approx(0.9, abs=0.02)
        assert (ax.get_xlabel(), ax.get_ylabel()) == (name, "number of runs")


@pytest.mark.parametrize("best", [0, 1, 2])
def test_heat_map_shows_each_value_and_the_lowest_of_a_column(best):
    values = np.array([[3.0, 2.0], [2.5, 2.2], [2.7, 2.4]])
    values[best, 0] = 1.0
    values[1, 1] = np.nan
    ax, colors = plots.heat_map(values, [0.001, 0.01, 0.1], "rate", "epoch", "loss (nats)").axes
    (image,) = ax.images
    np.testing.assert_array_equal(np.ma.filled(image.get_array(), np.nan), values)
    (dots,) = ax.lines
    np.testing.assert_array_equal(dots.get_xydata(), [[1, best], [2, 0]])
    assert [label.get_text() for label in ax.get_yticklabels()] == ["0.001", "0.01", "0.1"]
    # nobody trains half an epoch
    assert all(tick == round(tick) for tick in ax.get_xticks())
    assert (ax.get_xlabel(), ax.get_ylabel(), colors.get_ylabel()) == ("epoch", "rate", "loss (nats)")
