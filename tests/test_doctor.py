"""The doctor's report: twenty patients, what it says, what it could not look at, and how it looks."""

import contextlib
import io
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

from bench_doctor import is_unseen, outcome, summary  # noqa: E402
from patients import all_patients  # noqa: E402
from patients.parts import network, step_of, three_classes, two_classes  # noqa: E402

BENCH = json.loads((ROOT / "tests" / "patients" / "bench.json").read_text(encoding="utf-8"))
RIGHT = {"named first", "named", "nothing found", "with a hint"}


def drawn(healthy, number=10):
    """Return every so-many-th of those that the stored table has as right, and as quick: each run has the same ones."""
    rows = [row for row in BENCH["rows"] if row["outcome"] in RIGHT and healthy == (not row["traps"])]
    third = sorted(row["seconds"] for row in rows)[len(rows) // 3]
    names = [row["patient"] for row in rows if row["seconds"] <= third]
    return [names[place] for place in np.linspace(0, len(names) - 1, number).astype(int)]


@pytest.mark.parametrize("name", drawn(healthy=False) + drawn(healthy=True))
def test_patients(name):
    patient = all_patients(name.partition(".")[0])[name]()
    found = examine(patient.model, patient.train_step, patient.batch, **patient.options)
    assert outcome(patient.traps, found.findings) in RIGHT, found


def test_the_stored_table_has_every_patient():
    assert {row["patient"] for row in BENCH["rows"]} == set(all_patients())
    assert BENCH["summary"] == summary(BENCH["rows"])
    assert not [row["patient"] for row in BENCH["rows"] if row["outcome"] == "accused"]
    for unseen in (False, True):
        named = [row["outcome"] for row in BENCH["rows"] if row["traps"] and is_unseen(row) == unseen]
        assert sum(each != "not found" for each in named) >= 0.9 * len(named)
        assert sum(each == "named first" for each in named) >= 0.75 * len(named)


def test_the_first_score_is_of_the_unseen():
    first = json.loads((ROOT / "tests" / "patients" / "first_score.json").read_text(encoding="utf-8"))
    assert {row["patient"] for row in first["rows"]} == set(all_patients("unseen"))


@pytest.fixture(scope="module")
def broken():
    """The report on a loop with labels (B,) against outputs (B, 1), and what it printed meanwhile."""
    model, (features, labels) = network(), two_classes()

    def loss_of(features, labels):
        print("a loss")
        return tf.reduce_mean((labels - model(features, training=True)) ** 2)

    with contextlib.redirect_stdout(io.StringIO()) as printed:
        found = examine(model, step_of(model, keras.optimizers.SGD(0.1), loss_of), (features, labels[:, 0]))
    return found, printed.getvalue()


@pytest.fixture(scope="module")
def healthy():
    """The report on a healthy graph, of a model that is not built yet."""
    keras.utils.set_random_seed(0)
    model = keras.Sequential([keras.layers.Dense(4, activation="relu"), keras.layers.Dense(3)])
    loss_fn = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    step = step_of(model, keras.optimizers.Adam(0.01), lambda x, y: loss_fn(y, model(x, training=True)), "graph")
    return examine(model, step, three_classes())


def test_findings_are_for_programs_too(broken):
    found, _ = broken
    first = found.findings[0]
    assert (first.trap, first.certainty) == (10, "proven")
    assert "moved on by one row" in first.measured and "`labels[:, None]`" in first.advice
    assert all(any(f"`{name}=`" in text for text in found.not_examined) for name in ("test_step", "dataset", "train"))


def test_what_was_not_examined_is_not_said_to_be_looked_at(broken, healthy):
    needing = {"an evaluation that changes the model", "what only the dataset shows", "what only the whole loop shows"}
    for found in (broken[0], healthy):
        assert not needing & set(found.looked_at)
        # a table of all pairs says itself what the loss is made of
        assert not [text for text in found.not_examined if "`loss_fn=`" in text]
        assert found.looked_at.count("what the loss is made of") == 1


def test_text_and_page_say_the_same(broken):
    text, page = repr(broken[0]), broken[0]._repr_html_()
    words = re.sub(r"<[^>]+>", " ", page)
    assert set(re.findall(r"\w+", text)) <= set(re.findall(r"\w+", words))
    assert TRAPS[10].name in " ".join(text.split()) and f'<a href="{TRAPS[10].link}">' in page


def test_the_learners_prints_stay_away(broken):
    assert not broken[1]


def test_nothing_found_says_what_was_looked_at(healthy):
    assert repr(healthy).startswith("Nothing found.\nLooked at: ") and not healthy.findings


def test_what_was_found_need_not_be_passed(healthy):
    assert not [text for text in healthy.not_examined if "`optimizer=`" in text or "`loss_fn=`" in text]


def test_what_was_not_found_is_asked_for():
    """A loss that fits no formula, and updates by hand."""
    model = network()

    def train_step(features, labels):
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean(odd(labels, model(features, training=True)))
        for variable, gradient in zip(model.trainable_variables, tape.gradient(loss, model.trainable_variables)):
            variable.assign_sub(0.1 * gradient)
        return loss

    def odd(labels, outputs):
        return tf.reduce_mean(tf.abs(labels - outputs) ** 1.5)

    asked = examine(model, train_step, two_classes()).not_examined
    assert all(any(f"`{name}=`" in text for text in asked) for name in ("optimizer", "loss_fn"))
    assert doctor.loss_formula(model, train_step, two_classes()) == []
    known = doctor.loss_formula(model, train_step, two_classes(), loss_fn=odd)
    assert {each.name for each in known} == {"loss_fn"}


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
