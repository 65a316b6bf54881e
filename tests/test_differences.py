"""What lesson 09 shows of how the loop grew."""

import pytest

from helpers.differences import grown, source_in_lesson

OLD = """def make_step(model):
    model.build()

    return model(1)"""


def make_d_step(network):
    network.build()
    print(network(0))
    return network(1)


def make_g_step(network):
    network.build()
    return g_loss(network(1))  # noqa: F821 (only its source is read)


def test_lines_are_marked_by_where_they_stand():
    told = grown(OLD, make_d_step, learns="network").splitlines()
    assert told == ["  def make_step(model):", "      model.build()", "+     print(model(0))", "      return model(1)"]


def test_prefixes_of_the_two_networks_do_not_count():
    told = grown(OLD, make_g_step, learns="network")
    marked = [line for line in told.splitlines() if line[0] in "+-"]
    assert [line[0] for line in marked] == ["-", "+"]
    assert marked[1].startswith("+     return loss(model(1))")


def test_a_name_that_is_not_renamed_counts():
    assert "-     model.build()" in grown(OLD, make_d_step, learns="nobody").splitlines()


def test_source_comes_from_the_lesson_itself():
    source = source_in_lesson("07_make_it_fast.ipynb", "make_train_step")
    assert source.startswith("def make_train_step(model, optimizer, loss_fn):\n") and source.endswith(
        "return train_step"
    )
    with pytest.raises(ValueError, match="no function make_tea"):
        source_in_lesson("07_make_it_fast.ipynb", "make_tea")
