"""Colors from the Okabe-Ito palette, which color-blind readers can tell apart, the styles of lines, small pictures.

Lines also differ in their dashes and bars in their hatching, so that every figure can be read in grayscale.
"""

BLUE, ORANGE = "#0072B2", "#D55E00"
# (color, dashes) of the first, second, third and fourth line of a figure
LINES = [(BLUE, "-"), (ORANGE, "--"), ("#000000", ":"), ("#009E73", "-.")]


def draw_pictures(axes, images, largest=None):
    """Draw each image (height, width) into an axis of its own, 0 in white and `largest`, or its own largest, in black.

    None of the axes shows ticks or frame, also where there are more of them than images.
    """
    for ax in axes:
        ax.set_axis_off()
    for ax, image in zip(axes, images):
        ax.imshow(image, cmap="gray_r", vmin=0, vmax=largest)


def draw_lines(ax, series, xlabel, ylabel):
    """Draw each series, name -> values, over 1, 2, 3, ... with a style of its own, and a legend."""
    for (name, values), (color, dashes) in zip(series.items(), LINES):
        ax.plot(range(1, len(values) + 1), values, color=color, linestyle=dashes, label=name)
    ax.set(xlabel=xlabel, ylabel=ylabel)
    ax.legend()
