"""tests/benchmarks: the command works, and its JSON says what its table says. How fast anything is, no test asserts."""

import contextlib
import functools
import io
import json
import os
import statistics
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).parent.parent
COMMAND = ROOT / "tests" / "benchmarks" / "run.py"
# what waits for no TensorFlow
MODULES = ["helpers.data", "helpers.plots"]


@pytest.fixture
def benchmarks(monkeypatch):
    """Let a test import the modules of the command."""
    monkeypatch.syspath_prepend(str(COMMAND.parent))


@pytest.fixture(scope="module")
def measured(tmp_path_factory):
    """Return (what the command printed, the JSON it wrote) for the cheapest section, each figure measured once."""
    file = tmp_path_factory.mktemp("figures") / "figures.json"
    with pytest.MonkeyPatch.context() as patch, contextlib.redirect_stdout(io.StringIO()) as printed:
        patch.syspath_prepend(str(COMMAND.parent))
        import imports
        import run as command

        patch.setattr(imports, "MODULES", MODULES)
        # the command sets what the processes that it starts inherit
        patch.setattr(command.os, "environ", {**os.environ})
        command.main(["--repeat", "1", "--json", str(file), "imports"])
    return printed.getvalue().splitlines(), json.loads(file.read_text(encoding="utf-8"))


def run(*arguments):
    # the limit is for a command that hangs
    command = [sys.executable, COMMAND, *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, encoding="utf-8", timeout=600)


def test_json_has_what_the_table_has(measured):
    printed, written = measured
    rows = [line.split() for line in printed if line.startswith("helpers.")]
    figures = written["figures"]
    assert [row[0] for row in rows] == [figure["name"] for figure in figures] == MODULES
    for row, figure in zip(rows, figures):
        assert [float(number) for number in row[1:]] == pytest.approx([figure["min"], figure["median"], 1], rel=0.01)


def test_figures_come_from_their_runs(measured):
    for figure in measured[1]["figures"]:
        assert (figure["section"], figure["unit"], len(figure["runs"])) == ("imports", "seconds", 1)
        assert figure["min"] == min(figure["runs"]) > 0
        assert figure["median"] == statistics.median(figure["runs"])


def test_table_and_json_name_the_machine(measured):
    printed, written = measured
    assert {"processor", "cores", "memory", "GPU", "Python", "TensorFlow"} <= set(written["machine"])
    assert all(f"{what}: {value}" in printed[0] for what, value in written["machine"].items())


@pytest.mark.parametrize(
    "arguments, said", [(["speed"], "no section speed; there are imports, ladder"), (["--repeat", "0"], "at least 1")]
)
def test_wrong_arguments_are_refused_in_words(arguments, said):
    done = run(*arguments)
    assert done.returncode == 2 and said in done.stderr


def test_each_section_is_described_and_none_is_a_test():
    modules = {path.stem for path in COMMAND.parent.glob("*.py")} - {"run"}
    sections = {"imports", "ladder", "train_and_fit", "many_workers", "memory", "checks", "lessons"}
    assert modules == sections | {"networks", "others", "paired", "worker_steps"}
    # pytest would collect these
    assert not [name for name in modules if name.startswith("test_") or name.endswith("_test")]


# The ladder, and `train` beside `fit`


# `fit` shuffles in another way, and so do the rungs of JAX and PyTorch
BY_HAND = [
    "eager",
    "epoch in a graph, dataset",
    "epoch in a graph, table",
    "epoch in a graph, table, XLA compiles each",
]


def farthest(weights, others):
    return max(np.abs(one - other).max() for one, other in zip(weights, others))


def after_two_epochs(make, network):
    epoch = make(network)
    return [epoch() for _ in range(2)][-1].get_weights()


@functools.cache
def steps_of_one_call():
    """Return (a network whose last batch is ragged, which XLA compiles apart; its weights by single steps)."""
    import ladder
    import networks

    network = networks.churn(rows=75)
    return network, after_two_epochs(ladder.function_a_step, network)


@pytest.mark.sampled
@pytest.mark.parametrize("rung", [*BY_HAND, "XLA compiles each step"])
def test_a_rung_with_the_same_batches_ends_with_the_same_weights(benchmarks, rung):
    import ladder

    network, weights = steps_of_one_call()
    rungs = {name.removesuffix(" epoch"): make for name, make in ladder.rungs_of(network).items()}
    rungs["XLA compiles each step"] = lambda network: ladder.over_table(network, "step")
    assert farthest(weights, after_two_epochs(rungs[rung], network)) < 1e-5
    assert farthest(weights, network.start()[0].get_weights()) > 1e-3


FORMS = ["train, arrays", "train, dataset", "fit, arrays", "fit, arrays, 32 steps a call", "fit, dataset"]
FORMS += ["fit, arrays, an epoch a call", "fit, arrays, 32 steps a call, XLA", "fit, dataset, 32 steps a call"]


@pytest.mark.sampled
@pytest.mark.parametrize("form", FORMS)
def test_a_form_of_training_trains(benchmarks, form):
    import networks
    import train_and_fit

    network = networks.churn(rows=75)
    assert sorted(train_and_fit.forms_of(network)) == sorted(FORMS)
    model = train_and_fit.forms_of(network)[form](network, 2)
    moved = [np.abs(one - two).max() for one, two in zip(model.get_weights(), network.start()[0].get_weights())]
    # of six steps of Adam none is longer than its rate
    assert min(moved) > 1e-4 and max(moved) < 0.0061


def test_a_comparison_is_made_turn_by_turn(benchmarks):
    import paired
    import train_and_fit

    calls = []
    measured = paired.in_turn({name: lambda name=name: calls.append(name) or len(calls) for name in "ab"}, 2)
    assert calls == list("abab") and measured == {"a": [1, 3], "b": [2, 4]}
    slow = [2.0, 40.0, 6.0]
    assert paired.times_as_fast([1.0, 20.0, 3.0], slow) == {"median": 2.0, "low": None, "high": None, "pairs": 3}
    times = paired.times_as_fast(np.ones(15), np.arange(1, 16))
    # by the binomial distribution the median lies between the 4th and the 12th of 15 values in 96.5 % of cases
    assert times == {"median": 8.0, "low": 4.0, "high": 12.0, "pairs": 15}
    runs = {"a: train, arrays": [1], "a: fit, arrays": [3], "a: fit, dataset": [2], "b: fit, arrays": [0.1]}
    assert train_and_fit.reference("a: train, arrays", runs) == "a: fit, dataset"


def test_the_table_says_how_many_times_as_fast(benchmarks):
    import run as command

    times = {"as": "churn: fit", "median": 2.5, "low": 2.0, "high": 3.0, "pairs": 15}
    assert command.comparison({"times_as_fast": times}) == "  2.5 (2 to 3) × as fast as churn: fit"
    assert command.comparison({"times_as_fast": times | {"low": None, "high": None}}) == "  2.5 × as fast as churn: fit"
    assert command.comparison({}) == ""
