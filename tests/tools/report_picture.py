"""Draw the doctor's report of the symptom index for README.md, from the words that its own run stored.

    python tests/tools/report_picture.py

tests/tools/refresh.py does it too, whenever it refreshes the symptom index. The words are kept in the picture as its
description, so that a test can compare them. What took how long, and the list of what was looked at, are left out.
"""

import re
from html.parser import HTMLParser

import matplotlib.pyplot as plt
import nbformat
from matplotlib.patches import Rectangle
from PIL import Image

from notebook_reading import NOTEBOOKS

PAGE = NOTEBOOKS / "symptoms.ipynb"
PICTURE = NOTEBOOKS / "figures" / "report.png"
LEFT_OUT = ("Looked at:", "The examination took")
WIDTH, LINE, GAP = 1640, 36, 20  # pixels
FONTS = {
    "p": {"size": 18},
    "strong": {"size": 18, "weight": "bold"},
    "code": {"size": 17, "family": "DejaVu Sans Mono"},
    "a": {"size": 18, "color": "#0b57a4"},
}
RED = "#c62828"


class Paragraphs(HTMLParser):
    """The paragraphs of a page: [[(tag, words)]]."""

    def __init__(self):
        super().__init__()
        self.found, self.tags = [], []

    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)
        if tag == "p":
            self.found.append([])

    def handle_endtag(self, tag):
        self.tags.pop()

    def handle_data(self, text):
        if "p" in self.tags:
            self.found[-1].append((self.tags[-1], text))


def paragraphs():
    """Return the paragraphs of the stored report that are drawn."""
    cell = next(cell for cell in nbformat.read(PAGE, as_version=4).cells if cell.cell_type == "code")
    reader = Paragraphs()
    reader.feed("".join(output.data.get("text/html", "") for output in cell.outputs if "data" in output))
    return [parts for parts in reader.found if not words_of([parts]).startswith(LEFT_OUT)]


def words_of(found):
    """Return paragraphs as text, one a line."""
    return "\n".join(" ".join("".join(text for _, text in parts).split()) for parts in found)


def pieces(parts):
    """Yield (tag, word, whether a space stands before it) of a paragraph."""
    apart = False
    for tag, text in parts:
        for found in re.finditer(r"(\s*)(\S+)", text):
            yield tag, found[2], apart or bool(found[1])
            apart = False
        apart = apart or text != text.rstrip()


def draw(found):
    """Return a figure of the paragraphs, with the red bar of a report that names a mistake."""
    figure = plt.figure(figsize=(WIDTH / 100, 10), dpi=100)
    renderer = figure.canvas.get_renderer()

    def width_of(text, tag):
        drawn = figure.text(0, 0, text, **FONTS[tag])
        width = drawn.get_window_extent(renderer).width
        drawn.remove()
        return width

    placed, top, space = [], GAP, width_of("a a", "p") - 2 * width_of("a", "p")
    for parts in found:
        left = 40
        for tag, word, apart in pieces(parts):
            width, gap = width_of(word, tag), space if apart else 0
            if left + gap + width > WIDTH - 20:
                left, top, gap = 40, top + LINE, 0
            placed.append((left + gap, top, tag, word))
            left += gap + width
        top += LINE + GAP
    figure.set_size_inches(WIDTH / 100, top / 100)
    for left, down, tag, word in placed:
        figure.text(left / WIDTH, 1 - down / top, word, va="top", **FONTS[tag])
    figure.add_artist(Rectangle((0.008, 0), 0.004, 1, transform=figure.transFigure, color=RED))
    return figure


def store():
    """Draw the stored report anew, with its words as the picture's description."""
    found = paragraphs()
    figure = draw(found)
    figure.savefig(PICTURE, dpi=100, metadata={"Software": None, "Description": words_of(found)})
    plt.close(figure)


def stored_words():
    """Return the words that the picture says it shows."""
    with Image.open(PICTURE) as picture:
        return picture.text["Description"]


if __name__ == "__main__":
    store()
