"""Each probe of the symptom index is judged: it accepts the healthy loop and rejects each sick one.

So does what the page says of it: every name that a line uses is one that a learner has or is told of.
"""

import inspect
import re

import nbformat
import numpy as np
import pytest

from helpers.doctor import examine
from helpers.messages.traps import TRAPS
from helpers.symptoms import healthy_and_sick, showing
from helpers.symptoms.probes import MESSAGES, PROBES
from notebook_reading import NOTEBOOKS, section


def finite(found):
    return all(loss and gradients for loss, gradients in found.values())


def all_equal(found):
    return len(set(found)) == 1


def one_loss_and_one_network(found):
    apart = all(len(losses) == len(networks) == 1 for losses, networks in found)
    return apart and set().union(*(networks for _, networks in found)) == {0, 1}


# by the build function of a probe: whether what it prints is healthy
HEALTHY = {
    "constant": lambda found: None not in found.values(),
    "before_the_tape": lambda found: len(found) == 2 and None not in found.values(),
    "rounded": lambda found: len(found) == 2 and None not in found.values(),
    "stopped": lambda found: abs(found[0] - found[1]) < 0.01 * abs(found[1]),
    "rebound": lambda found: min(found.values()) > 1e-3,
    "unscaled": lambda found: min(found.values()) > 1e-3,
    "whole_pixels": lambda found: found["zeros"] < 0.5 and found["dtype"] == "float32",
    "last_layer_only": lambda found: min(found.values()) > 1e-3,
    "frozen_too_late": lambda found: found["model/hidden/kernel"] == (0, 0) and found["model/output/kernel"][0] > 1e-3,
    "not_tracked": lambda found: found == [],
    "logarithm_by_hand": finite,
    "root_of_nothing": finite,
    "summed_rows": lambda found: abs(found - 1) < 1e-3,
    "summed_pixels": lambda found: found == {"mean"},
    "two_scales": lambda found: abs(found - 1) < 1e-3,
    "logits_as_probabilities": lambda found: found[0] == {"logits"} and found[1][0] < 0 and found[1][1] > 1,
    "probabilities_as_logits": lambda found: found[0] == {"logits"} and found[1][0] < 0 and found[1][1] > 1,
    "one_softmax": lambda found: found[0] < found[1],
    "table_of_pairs": lambda found: abs(found["as they are"] - found["moved on by one row"]) > 1e-3,
    "last_batch_only": lambda found: abs(found[0][0] - np.average(found[1], weights=[4, 4, 1])) < 1e-4,
    "mean_of_batches": lambda found: abs(found[0][0] - np.average(found[1], weights=[4, 4, 1])) < 1e-4,
    "in_their_order": lambda found: np.ptp(found) < 0.5,
    "not_reset": lambda found: list(found.values()) == [[9, 9]],
    "one_number_for_all": lambda found: found[1][0] == found[0][0] != found[1][1],
    "appended_in_a_graph": lambda found: found == (3, 3),
    "accuracy_of_logits": lambda found: found == 1,
    "accuracy_of_pairs": lambda found: found == 1,
    "area_of_logits": lambda found: abs(found[0] - found[1]) < 0.01,
    "accuracy_of_classes": lambda found: found == 1,
    "after_the_update": lambda found: abs(found[0] - found[1]) < 1e-5 < abs(found[0] - found[2]),
    "new_optimizer": lambda found: [steps for ((_, steps),) in found] == [0, 1, 2],
    "flag_left_out": lambda found: found and all(step for _, step in found.values()),
    "flag_in_evaluation": lambda found: found and not any(step for _, step in found.values()),
    "penalty_left_out": lambda found: abs(found[0] - found[1]) < 1e-3 < found[0],
    "penalty_too_late": lambda found: found == [],
    "averages_too_young": lambda found: found < 0.05,
    "reshuffled": lambda found: found == 0,
    "scale_of_all": lambda found: found < 1e-6,
    "scale_of_the_test": lambda found: abs(found[0]) > 1,
    "choice_on_test_rows": lambda found: found["test"] == 0,
    "iterator_at_its_end": lambda found: found == [3, 6],
    "always_the_first": lambda found: found == [1, 2],
    "old_graph": lambda found: min(graph for graph, _ in found.values()) > 1e-3,
    "rate_of_python": lambda found: abs(found[1] / found[0] - 0.5) < 0.01,
    "rates_of_epochs": lambda found: found[0] > found[1] > found[2] > found[3] > 0.01,
    "steps_for_epochs": lambda found: found[0] > found[1] > found[2] > found[3] > 0.01,
    "setting_in_a_graph": lambda found: found == [],
    "weights_too_late": lambda found: found == {"rows"},
    "weights_in_a_table": lambda found: found == {"rows"},
    "weights_dropped": lambda found: found == {"rows"},
    "keys_of_classes": lambda found: found == set(),
    "graph_each_time": lambda found: found == [1, 0, 0, 0, 0],
    "unrolled": lambda found: found == 1,
    "row_by_row": lambda found: all(spec.shape[0] is None for spec in found),
    "fetched_each_time": lambda found: found != "float",
    "buffer_of_rows": lambda found: found.shape == (),
    "live_best": lambda found: found is False,
    "resumed": lambda found: found == 1,
    "follower": lambda found: found[0] == 0,
    "empty_copy": lambda found: found == (0, 0),
    "clipped_apart": lambda found: all_equal([f"{given / tape:.3g}" for tape, given in found]),
    "summed_parts": lambda found: abs(found["times the mean"] - 1) < 1e-3,
    "used_again": lambda found: found[1] == [0, 0] and all_equal(found[0]),
    "both_in_the_list": one_loss_and_one_network,
    "one_question": one_loss_and_one_network,
    "partners": lambda found: found > 1e-4,
    "in_one_batch": lambda found: len(found) > 1 and all_equal(found),
    "means_added_up": lambda found: abs(found[1] / found[0] - 1) < 1e-3,
    "dealt_to_all": lambda found: found == 16,
    "all_save": lambda found: len(sum(found, [])) == len(set(sum(found, []))) == 1,
    "own_statistics": lambda found: found == [],
    "codes_of_words": lambda found: len(found) == 2,
    "not_measured": lambda found: found["cholesterol"] == 0,
    "text_of_pandas": lambda found: found == [],
}


def measured(probe, sick):
    with showing._quietly():
        return showing.value(probe, sick)


@pytest.mark.parametrize("probe", PROBES, ids=lambda probe: f"{probe.trap}-{probe.build.__name__}")
def test_probe_tells_healthy_from_sick(probe):
    is_healthy = HEALTHY[probe.build.__name__]
    assert is_healthy(measured(probe, sick=False)), "the healthy loop is rejected"
    assert not is_healthy(measured(probe, sick=True)), "the sick loop is accepted"


@pytest.mark.parametrize("probe", MESSAGES, ids=lambda probe: f"{probe.trap}-{probe.build.__name__}")
def test_only_the_sick_step_says_something(probe):
    assert showing.said(probe, sick=False) == "no error"
    sick = showing.said(probe, sick=True)
    assert sick != "no error" and "at 0x" not in sick, "what a message says is the same in every run"


def test_every_trap_has_a_probe_or_a_message():
    assert {probe.trap for probe in PROBES + MESSAGES} - {None} == set(TRAPS)


def test_names_of_lines_are_known():
    """A line uses what `examine` can be given, or what the text of its section names."""
    notebook = nbformat.read(NOTEBOOKS / "symptoms.ipynb", as_version=4)
    known = set(inspect.signature(examine).parameters)
    for probe in PROBES:
        text, _ = section(notebook, TRAPS[probe.trap].symptom)
        code = " ".join(re.findall(r"`([^`]+)`", text))
        used = set(inspect.signature(probe.line).parameters) - known
        unknown = [name for name in sorted(used) if not re.search(rf"\b{name}\b", code)]
        assert not unknown, (
            f"{TRAPS[probe.trap].symptom} says nothing of {unknown}, which a line of trap {probe.trap} uses"
        )


def test_first_loop_is_healthy_with_the_loss_that_the_page_names():
    cells = nbformat.read(NOTEBOOKS / "symptoms.ipynb", as_version=4).cells
    loop = next(cell.source for cell in cells if cell.cell_type == "code")
    (mended,) = {found for cell in cells for found in re.findall(r"`(\(prices.+\) \*\* 2)`", cell.source)}
    (sick,) = re.findall(r"\(prices.+\) \*\* 2", loop)
    names = {}
    before, examination = loop.replace(sick, mended).split("\n\n\nexamine")
    exec(before, names)
    report = eval(f"examine{examination}", names)
    assert repr(report).startswith("Nothing found.") and report.findings == ()


def test_lines_to_paste_run_as_they_are_shown():
    table = healthy_and_sick(10)
    ((trap, lines, healthy, sick),) = table.rows
    (probe,) = [probe for probe in PROBES if probe.trap == 10]
    names = probe.build(True)
    *first, last = lines.splitlines()
    exec("\n".join(first), names)
    assert first == ["from helpers.doctor import labels_matter"]
    assert repr(showing.rounded(eval(last, names))) == sick != healthy and trap == 10


def test_table_says_the_same_as_text_and_page():
    table = healthy_and_sick(33, 11)
    assert len(table.rows) == 2, "two sick loops with one line share a row"
    page = table._repr_html_()
    for _, lines, healthy, sick in table.rows:
        for part in [*lines.splitlines(), healthy, *sick.splitlines()]:
            assert part in repr(table) and part in page


def test_numbers_are_rounded_and_plain():
    found = {"a": np.float32(0.123456), "b": (1, [np.int64(2), True]), "c": np.array([1.0004, -0.0]), "d": float("nan")}
    assert repr(showing.rounded(found)) == "{'a': 0.123, 'b': (1, [2, True]), 'c': [1.0, 0.0], 'd': nan}"
