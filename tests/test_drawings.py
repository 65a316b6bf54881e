"""The figures that lesson 09 reads from a file: they fit the lesson, and they can be measured anew."""

import json

import pytest

import drawings


def test_stored_figures_are_five_seeds_of_each_way():
    rows = json.loads(drawings.STORED.read_text(encoding="utf-8"))
    ways = ["in turn", "at once", "literal loss", "in a hurry"]
    assert [(row["way"], row["seed"]) for row in rows] == [(way, seed) for way in ways for seed in range(5)]
    for row in rows:
        assert set(row) == {"way", "seed", "sure", "digits", "distance"}
        assert 0 <= row["sure"] <= 1 and 0 <= row["digits"] <= 10 and row["distance"] > 0


def test_definitions_are_taken_from_the_lesson_and_nothing_is_run():
    source = drawings.source_of_lesson()
    for name in ("alternating", "simultaneous", "hasty", "literal_loss_fn", "train"):
        assert f"def {name}(" in source
    assert "plots.show" not in source and "guess" not in source and "print(" not in source


@pytest.mark.sampled
def test_an_epoch_of_each_way_can_be_measured():
    rows = drawings.measure(seeds=[3], epochs=1)
    assert [row["way"] for row in rows] == ["in turn", "at once", "literal loss", "in a hurry"]
    # after one epoch all are far from real digits, and no way went where another one did
    assert all(row["distance"] > 50 for row in rows) and len({row["distance"] for row in rows}) == 4
