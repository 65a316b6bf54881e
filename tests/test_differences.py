"""What lesson 09 shows of how the loop grew."""

from helpers.differences import grown


def old_step(model):
    model.build()

    return model(1)


def new_step(d_network):
    d_network.build()
    print(d_network(0))
    return d_network(1)


def test_only_lines_that_differ_are_told():
    assert grown(old_step, new_step, {"d_network": "model"}) == "+ print(model(0))"


def test_names_count_unless_they_are_renamed():
    told = set(grown(old_step, new_step, {}).splitlines())
    before = {"- model.build()", "- return model(1)"}
    assert told == before | {"+ d_network.build()", "+ print(d_network(0))", "+ return d_network(1)"}


def test_a_function_has_nothing_that_it_has_not():
    assert grown(old_step, old_step, {}) == ""
