"""The doctor's report: twenty patients, what it says, what it could not look at, and how it looks."""

import json
import re
import sys
from pathlib import Path

import keras
import numpy as np
import pytest
import tensorflow as tf

from helpers import doctor
from helpers.doctor import examine, report
from helpers.doctor.case import Finding
from helpers.messages.traps import TRAPS

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT / "tests"))

from bench_doctor import outcome  # noqa: E402
from patients import all_patients  # noqa: E402
from patients.parts import network, step_of, three_classes, two_classes  # noqa: E402

BENCH = json.loads((ROOT / "tests" / "patients" / "bench.json").read_text(encoding="utf-8"))
# every so-many-th of those that the stored table has as right, so that each run has the same: ten healthy, ten broken
RIGHT = {"named first", "named", "nothing found", "with a hint"}


def drawn(healthy, number=10):
    rows = [row["patient"] for row in BENCH["rows"] if row["outcome"] in RIGHT and healthy == (not row["traps"])]
    return [rows[place] for place in np.linspace(0, len(rows) - 1, number).astype(int)]


@pytest.mark.parametrize("name", drawn(healthy=False) + drawn(healthy=True))
def test_patients(name):
    patient = all_patients(name.partition(".")[0])[name]()
    found = examine(patient.model, patient.train_step, patient.batch, **patient.options)
    assert outcome(patient.traps, found.findings) in RIGHT, found


def test_the_stored_table_has_every_patient():
    assert {row["patient"] for row in BENCH["rows"]} == set(all_patients())
    assert not [row["patient"] for row in BENCH["rows"] if row["outcome"] == "accused"]
    named = [row["outcome"] for row in BENCH["rows"] if row["traps"]]
    assert sum(each != "not found" for each in named) >= 0.9 * len(named)
    assert sum(each == "named first" for each in named) >= 0.75 * len(named)


@pytest.fixture(scope="module")
def broken():
    """The report on a loop with labels (B,) against outputs (B, 1)."""
    model, (features, labels) = network(), two_classes()
    step = step_of(model, keras.optimizers.SGD(0.1), lambda x, y: tf.reduce_mean((y - model(x, training=True)) ** 2))
    return examine(model, step, (features, labels[:, 0]))


def test_findings_are_for_programs_too(broken):
    first = broken.findings[0]
    assert (first.trap, first.certainty) == (10, "proven")
    assert "moved on by one row" in first.measured and "`labels[:, None]`" in first.advice
    assert all(any(f"`{name}=`" in text for text in broken.not_examined) for name in ("test_step", "dataset", "train"))


def test_text_and_page_say_the_same(broken):
    text, page = repr(broken), broken._repr_html_()
    words = re.sub(r"<[^>]+>", " ", page)
    assert set(re.findall(r"\w+", text)) <= set(re.findall(r"\w+", words))
    assert TRAPS[10].name in " ".join(text.split()) and f'<a href="{TRAPS[10].link}">' in page


def test_nothing_found_says_what_was_looked_at():
    model = network()
    loss_fn = keras.losses.BinaryCrossentropy(from_logits=True)
    step = step_of(model, keras.optimizers.Adam(0.01), lambda x, y: loss_fn(y, model(x, training=True)))
    found = examine(model, step, two_classes())
    assert repr(found).startswith("Nothing found.\nLooked at: ") and not found.findings


def test_an_error_is_explained_and_its_line_comes_first():
    model = network()

    def train_step(features, labels):
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean(model(features))
        tape.gradient(loss, model.trainable_variables)
        return tape.gradient(loss, model.trainable_variables)

    found = examine(model, train_step, two_classes())
    lines = repr(found).splitlines()
    assert "return tape.gradient(loss, model.trainable_variables)" in lines[1]
    assert "RuntimeError" in lines[2] and found.findings[0].trap == 2


def test_an_interrupt_ends_the_examination():
    model = network()

    def train_step(features, labels):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        examine(model, train_step, two_classes())


def test_a_bound_on_seconds_leaves_probes_out():
    model = network()
    step = step_of(model, keras.optimizers.SGD(0.1), lambda x, y: tf.reduce_mean((y - model(x)) ** 2))
    found = examine(model, step, two_classes(), seconds=0)
    assert not found.findings and not found.looked_at
    assert sum("pass more `seconds=`" in text for text in found.not_examined) > 10


def test_a_batch_has_two_or_three_parts():
    with pytest.raises(ValueError, match="has to be a pair"):
        examine(network(), lambda x, y: None, two_classes()[0])


def test_a_model_that_is_not_built_is_built():
    keras.utils.set_random_seed(0)
    model = keras.Sequential([keras.layers.Dense(4, activation="relu"), keras.layers.Dense(3)])
    loss_fn = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    step = step_of(model, keras.optimizers.Adam(0.01), lambda x, y: loss_fn(y, model(x, training=True)), "graph")
    assert not examine(model, step, three_classes()).findings


def test_the_learners_prints_stay_away(capsys):
    model = network()

    def loss_of(features, labels):
        print("a loss")
        return tf.reduce_mean((labels - model(features)) ** 2)

    examine(model, step_of(model, keras.optimizers.SGD(0.1), loss_of), two_classes())
    assert "a loss" not in capsys.readouterr().out


def test_the_surest_finding_comes_first_and_each_trap_once():
    found = [Finding(3, "hint", "a", ""), Finding(5, "proven", "b", ""), Finding(3, "likely", "c", "")]
    assert [(each.trap, each.certainty) for each in report._ranked(found)] == [(5, "proven"), (3, "likely")]


def test_every_probe_says_which_traps_it_tells_apart():
    probes = set(doctor.__all__) - {"Report", "examine", "listened", "same_twice", "fits_one_batch"}
    for name in probes:
        assert re.search(r"[Tt]raps? \d|\b\d\d\.", getattr(doctor, name).__doc__), name


def test_modules_are_short():
    for path in (ROOT / "helpers" / "doctor").glob("*.py"):
        assert len(path.read_text(encoding="utf-8").splitlines()) <= 350, path.name
