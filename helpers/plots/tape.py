"""What a tape has recorded, drawn as a graph: values go forward along its arrows, gradients come back."""

from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import FancyBboxPatch

from helpers.plots.palette import BLUE, ORANGE

# all lengths are inches: a box, and how far apart the centers of two neighbors are
WIDTH, HEIGHT = 1.45, 0.85
ACROSS, DOWN = 3.1, 1.3
# how far an arrow lies above its way back, and above the next arrow that begins or ends at the same box
APART, NEXT = 0.14, 0.46


def operations(nodes):
    """Draw recorded numbers from left to right, each to the right of those that it was made from.

    Args:
        nodes: list of (name, value, gradient, inputs), in the order in which they were recorded: a short text such as
            "x" or "*"; a number; how much the final result changes with it, or None if that is not known yet; and
            where it came from, a list of (position in `nodes`, slope), empty for a variable or a constant.

    Returns:
        The Figure. On a solid arrow stands the value that goes forward; on a dashed one, if the gradient that it starts
        from is known, what it brings back: slope × gradient.

    Raises:
        ValueError: an input has a position that does not come before the node itself.
    """
    for number, (name, _, _, inputs) in enumerate(nodes):
        if not all(0 <= source < number for source, _ in inputs):
            raise ValueError(f"The inputs of node {number} ({name!r}) must be nodes before it; got {inputs}.")
    places = places_of(nodes)
    width = max(x for x, _ in places) + WIDTH + 0.3
    height = 2 * max(y for _, y in places) + HEIGHT + 0.6
    left, bottom = -WIDTH / 2 - 0.15, -height / 2 - 0.2  # the legend stands at the bottom
    fig = Figure(figsize=(width, height))
    ax = fig.add_axes([0, 0, 1, 1])
    ax.set(xlim=(left, left + width), ylim=(bottom, bottom + height))
    ax.axis("off")
    for node, place in zip(nodes, places):
        _draw_box(ax, place, *node[:3])
        sources = [source for source, _ in node[3]]
        for number, (source, slope) in enumerate(node[3]):
            # two uses of the same value begin at different heights, and so do the arrows to one box end
            use = (sources.count(source) - 1) / 2 - sources[:number].count(source)
            start = places[source][0] + WIDTH / 2, places[source][1] + use * NEXT
            end = place[0] - WIDTH / 2, place[1] + ((len(sources) - 1) / 2 - number) * NEXT
            _draw_arrows(ax, start, end, nodes[source][1], slope, node[2])
    ways = [("values go forward", BLUE, "-"), ("gradients come back: slope × gradient", ORANGE, "--")]
    handles = [Line2D([], [], color=color, linestyle=dashes, label=name) for name, color, dashes in ways]
    ax.legend(handles=handles, loc="lower center", ncols=2, frameon=False)
    return fig


def places_of(nodes):
    """Return the center (x, y) of each node; inputs stand one column before the first that uses them."""
    columns = []
    for _, _, _, inputs in nodes:
        columns.append(max((columns[source] + 1 for source, _ in inputs), default=0))
    for number, (_, _, _, inputs) in enumerate(nodes):
        users = [columns[user] for user, node in enumerate(nodes) if number in [source for source, _ in node[3]]]
        if not inputs and users:
            columns[number] = min(users) - 1
    sizes = {column: columns.count(column) for column in columns}
    rows = [columns[:number].count(column) for number, column in enumerate(columns)]
    return [
        (column * ACROSS, ((sizes[column] - 1) / 2 - row) * DOWN)  # the first of a column is at its top
        for column, row in zip(columns, rows)
    ]


def _draw_box(ax, place, name, value, gradient):
    x, y = place
    corner = (x - WIDTH / 2, y - HEIGHT / 2)
    ax.add_patch(FancyBboxPatch(corner, WIDTH, HEIGHT, boxstyle="round,pad=0,rounding_size=0.1", fc="white", zorder=2))
    ax.text(x, y + 0.24, name, ha="center", va="center", fontsize=12, weight="bold")
    ax.text(x, y, f"value {_short(value)}", ha="center", va="center", color=BLUE)
    ax.text(x, y - 0.24, f"gradient {_short(gradient)}", ha="center", va="center", color=ORANGE)


def _draw_arrows(ax, start, end, value, slope, gradient):
    """Draw an arrow with the value on it and, half a gap below, the way back with what it brings."""
    (left, low), (right, high) = start, end
    middle, between, up = (left + right) / 2, (low + high) / 2, APART / 2
    label = {"ha": "center", "fontsize": 9, "bbox": {"fc": "white", "ec": "none", "pad": 0.5}}
    _draw_arrow(ax, (left, low + up), (right, high + up), BLUE, "-")
    ax.text(middle, between + up + 0.02, _short(value), va="bottom", color=BLUE, **label)
    if gradient is None:
        return
    _draw_arrow(ax, (right, high - up), (left, low - up), ORANGE, "--")
    brought = f"{_short(slope)} × {_short(gradient)} = {_short(slope * gradient)}"
    ax.text(middle, between - up - 0.02, brought, va="top", color=ORANGE, **label)


def _draw_arrow(ax, start, end, color, dashes):
    style = {"arrowstyle": "-|>", "color": color, "linestyle": dashes, "shrinkA": 0, "shrinkB": 0}
    ax.annotate("", xy=end, xytext=start, arrowprops=style)


def _short(number):
    return "?" if number is None else f"{float(number):.4g}"
