"""Two colors from the Okabe-Ito palette, which color-blind readers can tell apart, and the styles of lines.

Lines also differ in their dashes and bars in their hatching, so that every figure can be read in grayscale.
"""

BLUE, ORANGE = "#0072B2", "#D55E00"
# (color, dashes) of the first, second, third and fourth line of a figure
LINES = [(BLUE, "-"), (ORANGE, "--"), ("#000000", ":"), ("#009E73", "-.")]


def draw_lines(ax, series, xlabel, ylabel):
    """Draw each series, name -> values, over 1, 2, 3, ... with a style of its own, and a legend."""
    for (name, values), (color, dashes) in zip(series.items(), LINES):
        ax.plot(range(1, len(values) + 1), values, color=color, linestyle=dashes, label=name)
    ax.set(xlabel=xlabel, ylabel=ylabel)
    ax.legend()
