"""The figures of lesson 09: what is drawn is what was given."""

import numpy as np
import pytest

from helpers import plots


@pytest.fixture
def pictures():
    return np.random.default_rng(0).uniform(0.2, 0.8, (12, 16))


def shown(axes):
    return [ax.images[0].get_array() for ax in axes if ax.images]


def test_drawings_are_the_pictures_in_their_order_and_in_the_same_shades(pictures):
    fig = plots.drawings(pictures, "epoch 3", columns=5)
    (ax,) = fig.axes
    assert fig.get_suptitle() == "epoch 3" and len(ax.images) == 12
    np.testing.assert_array_equal([image.get_array() for image in ax.images], pictures.reshape(-1, 4, 4))
    assert [image.get_clim() for image in ax.images] == [(0, 1)] * 12


def test_drawings_stand_in_rows_with_paper_between_them(pictures):
    (ax,) = plots.drawings(pictures, "", columns=5).axes
    sides = np.array([image.get_extent() for image in ax.images])  # left, right, bottom, top; the axis points down
    np.testing.assert_allclose(sides[:, 1] - sides[:, 0], 1)
    np.testing.assert_allclose(sides[:, 2] - sides[:, 3], 1)
    rows = [sides[:5], sides[5:10], sides[10:]]
    for row in rows:
        assert len(set(row[:, 3])) == 1 and row[0, 0] == 0
        assert np.all(row[1:, 0] > row[:-1, 1])
    assert rows[0][0, 3] == 0 and all(lower[0, 3] > upper[0, 2] for upper, lower in zip(rows, rows[1:]))
    # the room of a third row's empty places stays
    assert ax.get_xlim() == (0, sides[:, 1].max()) and ax.get_ylim() == (sides[:, 2].max(), 0)


@pytest.mark.parametrize("epoch", [1, 20, 300])
def test_drawings_of_all_epochs_have_one_size(pictures, epoch):
    one = plots.drawings(pictures, f"epoch {epoch}")
    assert tuple(one.get_size_inches()) == tuple(plots.drawings(1 - pictures, "").get_size_inches())
    assert f"epoch {epoch}" in one.get_suptitle()


def test_each_drawing_stands_above_its_nearest_with_their_distance(pictures):
    fig = plots.nearest_pairs(pictures[:3], pictures[3:6], [0.5, 1.234, 2.0])
    np.testing.assert_array_equal(shown(fig.axes), pictures[:6].reshape(-1, 4, 4))
    assert [ax.get_title() for ax in fig.axes] == ["", "", "", "0.50", "1.23", "2.00"]
    assert [[text.get_text() for text in ax.texts] for ax in fig.axes[::3]] == [["drawn"], ["nearest real"]]


@pytest.mark.parametrize("yardstick", [0.3, 0.7, 40.0])
def test_losses_and_distances_stand_over_the_same_epochs(yardstick):
    losses = np.array([[0.7, 0.7], [0.6, 0.9], [0.5, 1.1], [0.6, 0.8]])
    upper, lower = plots.loss_and_quality(losses, [1, 4], [50.0, 2.0], yardstick).axes
    for line, name, values in zip(upper.lines, ["discriminator", "generator"], losses.T):
        assert line.get_label() == name
        np.testing.assert_array_equal(line.get_xydata(), list(zip(range(1, 5), values)))
    assert set(upper.lines[2].get_ydata()) == {np.log(2)}
    drawn, real = lower.lines
    np.testing.assert_array_equal(drawn.get_xydata(), [[1, 50], [4, 2]])
    assert set(real.get_ydata()) == {yardstick}
    assert upper.get_yscale() == lower.get_yscale() == "log" and upper.get_xlim() == lower.get_xlim()
    assert (lower.get_xlabel(), upper.get_ylabel()) == ("epoch", "loss (nats, log scale)")
    low, high = lower.get_ylim()
    assert low < yardstick < high
