"""The drawing of a tape: where its boxes stand, what is written in them and on the arrows between them."""

import pytest
from matplotlib.colors import to_hex

from helpers import plots
from helpers.plots.tape import ACROSS, places_of

# x * x + 1 at 2: x is used twice, and the 1 is needed late
SQUARE_PLUS_ONE = [
    ("x", 2.0, 4.0, []),
    ("*", 4.0, 1.0, [(0, 2.0), (0, 2.0)]),
    ("1", 1, 1.0, []),
    ("+", 5.0, 1.0, [(1, 1), (2, 1)]),
]


def texts(fig):
    (ax,) = fig.axes
    return [text.get_text() for text in ax.texts if text.get_text()]


def arrows(fig):
    """Return (start, end, color, dashes) of each arrow."""
    (ax,) = fig.axes
    drawn = [text for text in ax.texts if getattr(text, "arrow_patch", None)]
    return [
        (arrow.xyann, arrow.xy, to_hex(arrow.arrow_patch.get_edgecolor()), arrow.arrow_patch.get_linestyle())
        for arrow in drawn
    ]


def test_each_node_stands_to_the_right_of_its_inputs_and_none_on_another():
    places = places_of(SQUARE_PLUS_ONE)
    columns = [x / ACROSS for x, _ in places]
    assert columns == [0, 1, 1, 2]
    assert len(set(places)) == 4
    # the first of a column is at its top, and a column is centered
    assert places[1][1] == -places[2][1] > 0


def test_places_of_a_chain_are_one_row():
    chain = [("x", 1, None, []), ("u", 2, None, [(0, 2)]), ("y", 3, None, [(1, 3)])]
    assert [y for _, y in places_of(chain)] == [0, 0, 0]


def test_boxes_say_name_value_and_gradient():
    found = texts(plots.operations(SQUARE_PLUS_ONE))
    assert found.count("x") == found.count("*") == found.count("+") == 1
    assert {"value 2", "value 4", "value 1", "value 5", "gradient 4", "gradient 1"} <= set(found)


def test_values_stand_on_the_way_forward_and_slope_times_gradient_on_the_way_back():
    found = texts(plots.operations(SQUARE_PLUS_ONE))
    assert (found.count("2"), found.count("4"), found.count("2 × 1 = 2"), found.count("1 × 1 = 1")) == (2, 1, 2, 2)


def test_arrows_forward_lead_right_and_the_way_back_leads_left():
    found = arrows(plots.operations(SQUARE_PLUS_ONE))
    forward = [(start, end) for start, end, color, dashes in found if (color, dashes) == (plots.BLUE.lower(), "-")]
    back = [(start, end) for start, end, color, dashes in found if (color, dashes) == (plots.ORANGE.lower(), "--")]
    assert len(forward) == len(back) == 4
    assert all(end[0] > start[0] for start, end in forward) and all(end[0] < start[0] for start, end in back)
    # no two arrows lie on each other
    assert len({start for start, _ in forward}) == len({end for _, end in forward}) == 4


def test_unknown_gradients_are_a_question_mark_and_bring_nothing_back():
    unknown = [(name, value, None, inputs) for name, value, _, inputs in SQUARE_PLUS_ONE]
    fig = plots.operations(unknown)
    assert texts(fig).count("gradient ?") == 4
    assert len(arrows(fig)) == 4 and not any("=" in text for text in texts(fig))


def test_way_back_follows_the_gradient():
    """At three places, as it would move: the slope of u along x is 2x."""
    for x in (1.0, 2.0, 3.0):
        fig = plots.operations([("x", x, 2 * x, []), ("x * x", x * x, 1, [(0, 2 * x)])])
        assert f"{2 * x:g} × 1 = {2 * x:g}" in texts(fig) and f"gradient {2 * x:g}" in texts(fig)


def test_everything_lies_inside_the_figure():
    fig = plots.operations(SQUARE_PLUS_ONE)
    (ax,) = fig.axes
    (left, right), (bottom, top) = ax.get_xlim(), ax.get_ylim()
    for patch in ax.patches:
        box = patch.get_window_extent().transformed(ax.transData.inverted())
        assert left < box.x0 < box.x1 < right and bottom < box.y0 < box.y1 < top
    # inches, so that a box has the shape that it is given
    assert (right - left, top - bottom) == pytest.approx(tuple(fig.get_size_inches()))


def test_legend_tells_the_two_ways_apart_without_color():
    (ax,) = plots.operations(SQUARE_PLUS_ONE).axes
    lines = ax.get_legend().get_lines()
    assert [line.get_linestyle() for line in lines] == ["-", "--"]
    assert "forward" in lines[0].get_label() and "back" in lines[1].get_label()


@pytest.mark.parametrize("source", [1, 2, -1])
def test_input_that_does_not_come_before_its_node_is_refused(source):
    with pytest.raises(ValueError, match="node 1 .* must be nodes before it"):
        plots.operations([("x", 1, 1, []), ("y", 1, 1, [(source, 1)])])
