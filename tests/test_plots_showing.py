"""How figures reach the reader: the picture, its description, the frames of an animation, the slider."""

import base64
import io

import pytest
from PIL import Image

from helpers import plots
from helpers.plots import showing


@pytest.fixture
def shown(monkeypatch):
    """Collect what is displayed, as (forms, metadata), or the widget alone."""
    found = []
    monkeypatch.setattr(showing, "display", lambda data, raw=False, metadata=None: found.append((data, metadata)))
    return found


def line_to(height):
    return plots.lines({"f": [0, height]}, "x", "y")


def picture_in(shown):
    return Image.open(io.BytesIO(base64.b64decode(shown[0][0]["image/png"])))


def test_show_publishes_picture_alternative_text_and_caption(shown):
    plots.show(line_to(2), "A rising line.")
    (picture, metadata), (caption, _) = shown
    assert base64.b64decode(picture["image/png"]).startswith(b"\x89PNG")
    assert picture["text/html"] == f'<img src="data:image/png;base64,{picture["image/png"]}" alt="A rising line.">'
    assert picture["text/plain"] == "A rising line."
    assert metadata == {"image/png": {"alt": "A rising line."}}
    assert caption == {"text/markdown": "*A rising line.*", "text/plain": "A rising line."}


def test_show_writes_the_same_bytes_for_the_same_figure(shown):
    for _ in range(2):
        plots.show(line_to(2), "A rising line.")
    assert shown[0] == shown[2]


def test_animation_has_a_frame_for_each_position_and_ends_after_three_rounds(shown):
    plots.animate(line_to, [1, 2, 3], "A line that rises.", milliseconds=50)
    animation = picture_in(shown)
    assert (animation.n_frames, animation.info["loop"]) == (3, 3)
    durations = []
    for number in range(3):
        animation.seek(number)
        durations.append(animation.info["duration"])
    assert durations == [50, 50, 1000]
    assert shown[1][0]["text/plain"] == "A line that rises."


def test_frames_of_an_animation_differ_and_the_first_is_its_still(shown):
    plots.animate(line_to, [1, 2], "A line that rises.")
    animation, frames = picture_in(shown), []
    for number in range(2):
        animation.seek(number)
        frames.append(animation.convert("RGB").tobytes())
    assert frames[0] != frames[1]
    shown.clear()
    plots.animate(line_to, [1, 3], "A line that rises.")
    assert picture_in(shown).size == animation.size


def test_animation_writes_the_same_bytes_for_the_same_frames(shown):
    for _ in range(2):
        plots.animate(line_to, [1, 2], "A line that rises.")
    assert shown[0] == shown[2]


def test_animation_of_one_frame_is_refused():
    with pytest.raises(ValueError, match="at least two positions; there are 1"):
        plots.animate(line_to, [1], "A line.")


def test_animation_that_is_too_heavy_is_refused(monkeypatch):
    monkeypatch.setattr(showing, "MOST_BYTES", 1000)
    with pytest.raises(ValueError, match="2 frames weigh .* draw fewer positions"):
        plots.animate(line_to, [1, 2], "A line.")


def test_slider_shows_the_first_value_and_redraws_as_it_is_turned(shown, monkeypatch):
    monkeypatch.delenv("COURSE_STILL", raising=False)
    plots.slider(line_to, [1, 2, 3], "height")
    ((widget, _),) = shown
    control, picture = widget.children
    assert (control.value, control.description) == (1, "height")
    pictures = []
    for height in (1, 2, 3):
        control.value = height
        pictures.append(bytes(picture.value))
    assert len(set(pictures)) == 3
    assert all(drawn.startswith(b"\x89PNG") for drawn in pictures)


def test_slider_shows_and_draws_nothing_in_tests(shown, monkeypatch):
    monkeypatch.setenv("COURSE_STILL", "1")
    plots.slider(None, [1, 2], "height")
    assert shown == []
