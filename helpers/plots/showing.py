"""How a figure reaches the reader: as a picture with a description in words, in motion, or behind a slider."""

import base64
import html
import io
import os

import ipywidgets
from IPython.display import display
from PIL import Image

# what an animation may weigh in bytes, so that a notebook stays quick to load
MOST_BYTES = 300_000


def show(fig, description):
    """Display a figure with `description` as its alternative text and as a visible caption.

    Args:
        fig: a `matplotlib.figure.Figure`.
        description: one sentence that says what there is to see.

    The description travels several ways because no single way reaches everybody. JupyterLab and nbconvert show a
    picture without the alternative text in its metadata, so it is also published as HTML, which they prefer; what
    cannot show HTML shows the picture, a terminal the description. The caption under it is for everybody.
    """
    _publish(_png_of(fig), description)


def animate(draw, positions, description, milliseconds=120):
    """Display draw(position) for each position, one after another, three times; then the last one stays.

    Args:
        draw: draw(position) returns a `matplotlib.figure.Figure`, of the same size for every position.
        positions: what to draw, at least two. The first frame is all that a viewer without motion shows, and the last
            one is what stays: let both be complete pictures.
        description: one sentence that says what moves. Show a still of the same in the cell above, for those who want
            no motion.
        milliseconds: how long a frame stands; the last of a round stands for a second.

    Raises:
        ValueError: fewer than two positions, or frames that together weigh over 300 kB; draw fewer or smaller ones.
    """
    pictures = [Image.open(io.BytesIO(_png_of(draw(position), dpi=80))).convert("RGB") for position in positions]
    if len(pictures) < 2:
        raise ValueError(f"An animation needs at least two positions; there are {len(pictures)}.")
    # one palette for all frames, so that what does not move does not flicker
    palette = pictures[len(pictures) // 2].quantize(64)
    first, *others = [picture.quantize(palette=palette, dither=Image.Dither.NONE) for picture in pictures]
    durations = [milliseconds] * len(others) + [1000]
    png = io.BytesIO()
    first.save(png, format="PNG", save_all=True, append_images=others, duration=durations, loop=3)
    if len(png.getvalue()) > MOST_BYTES:
        found = f"{len(pictures)} frames weigh {len(png.getvalue()):,} bytes"
        raise ValueError(f"{found}, at most {MOST_BYTES:,} are right: draw fewer positions or a smaller figure.")
    _publish(png.getvalue(), description)


def slider(draw, values, label):
    """Show a slider over `values`, and under it draw(value) for the one that it stands at.

    Args:
        draw: draw(value) returns a `matplotlib.figure.Figure`.
        values: what the slider can stand at, in order; it starts at the first.
        label: what the values are, with their unit.

    A slider needs a running kernel, so nothing is shown and nothing is stored where the environment variable
    COURSE_STILL is set, as it is in the tests; let a figure beside it show the same standing still.
    """
    if "COURSE_STILL" in os.environ:
        return
    control = ipywidgets.SelectionSlider(options=list(values), description=label)
    picture = ipywidgets.Image(value=_png_of(draw(control.value)), format="png")

    def redraw(change):
        picture.value = _png_of(draw(change["new"]))

    control.style.description_width = "initial"
    control.observe(redraw, names="value")
    display(ipywidgets.VBox([control, picture]))


def _png_of(fig, dpi=110):
    png = io.BytesIO()
    # no "Software" entry: a stored figure must not change because matplotlib's version did
    fig.savefig(png, format="png", dpi=dpi, metadata={"Software": None})
    return png.getvalue()


def _publish(png, description):
    picture = base64.b64encode(png).decode()
    page = f'<img src="data:image/png;base64,{picture}" alt="{html.escape(description)}">'
    forms = {"text/html": page, "image/png": picture, "text/plain": description}
    display(forms, raw=True, metadata={"image/png": {"alt": description}})
    display({"text/markdown": f"*{description}*", "text/plain": description}, raw=True)
