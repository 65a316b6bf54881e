"""The cheat sheet: its loop is equal to `model.fit`, its checks catch what they say, its traps are real, it is short.

That one printed page holds it is measured by tests/tools/one_page.py, where a browser is installed; here stands what
keeps it that way.
"""

import contextlib
import io
import re
import warnings

import keras
import nbformat
import numpy as np
import pytest
import tensorflow as tf

import one_page
from helpers.messages.traps import TRAPS
from notebook_reading import code_cells, stored_text, text_cells
from one_page import SHEET

# the widest line and the most lines that one sheet has room for, both columns together
COLUMNS, LINES, WORDS = 80, 86, 510
NOTEBOOK = nbformat.read(SHEET, as_version=4)
SOURCES = [cell.source for _, cell in code_cells(NOTEBOOK)]
DATA, START, STEP, EPOCH, CHECKS, LOOP = SOURCES
# fewer rows, for the comparisons
FEW = DATA.replace("[:1200]", "[:256]").replace("[1200:]", "[1200:1400]")
TEXT = "\n\n".join(re.sub(r"<style>.*?</style>", "", cell.source, flags=re.S) for _, cell in text_cells(NOTEBOOK))


# The same as model.fit


def everything():
    """Return a network with all that a loop can forget."""
    layers = [keras.layers.Dense(32, activation="relu", kernel_regularizer=keras.regularizers.L2(1e-3))]
    layers += [keras.layers.BatchNormalization(), keras.layers.Dropout(0.3), keras.layers.Dense(10)]
    return keras.Sequential([keras.Input((64,)), *layers])


def fresh_start(**settings):
    keras.utils.set_random_seed(0)
    model, optimizer = everything(), keras.optimizers.Adam(5e-3, **settings)
    optimizer.build(model.trainable_variables)
    return model, optimizer


def sheet(*sources):
    """Return the names that pieces of the sheet define, after the data, whose order of rows begins anew."""
    keras.utils.set_random_seed(0)
    names = {}
    for source in (FEW, *sources):
        exec(source, names)
    return names


def by_sheet(step, epoch, loop):
    names = sheet(step, epoch) | {"fresh_start": fresh_start}
    with contextlib.redirect_stdout(io.StringIO()):
        exec(loop, names)
    return names["model"], names["history"]


def by_fit(epochs, patience=5, rate=5e-3):
    names = sheet()
    model, optimizer = fresh_start(global_clipnorm=1.0)
    accuracy = keras.metrics.SparseCategoricalAccuracy("accuracy")
    model.compile(optimizer, names["loss_fn"], metrics=[accuracy], jit_compile=False)
    batches = names["train_batches"]
    rules = [
        keras.callbacks.LearningRateScheduler(lambda epoch: rate * 0.95**epoch),
        keras.callbacks.EarlyStopping(patience=patience, restore_best_weights=True),
    ]
    log = model.fit(
        batches,
        validation_data=names["val_batches"],
        epochs=epochs,
        steps_per_epoch=len(batches),
        shuffle=False,
        callbacks=rules,
        verbose=0,
    )
    return model, log.history


def difference(model, other):
    return max(np.abs(one - two).max() for one, two in zip(model.get_weights(), other.get_weights(), strict=True))


def loop_of(epochs):
    assert LOOP.count("range(12)") == 1
    return LOOP.replace("range(12)", f"range({epochs})")


# at a rate that is far too large, the second soon has no new best
@pytest.mark.parametrize(("epochs", "patience", "rate", "stops"), [(4, 5, 5e-3, False), (40, 1, 0.5, True)])
def test_loop_is_that_of_fit(epochs, patience, rate, stops):
    assert LOOP.count("best_epoch == 5") == LOOP.count("5e-3 *") == 1
    loop = loop_of(epochs).replace("best_epoch == 5", f"best_epoch == {patience}").replace("5e-3 *", f"{rate} *")
    ours, history = by_sheet(STEP, EPOCH, loop)
    theirs, log = by_fit(epochs, patience, rate)
    assert (len(history) < epochs) == stops
    print(f"{len(history)} epochs, largest difference of a weight {difference(ours, theirs):.1e}")
    assert difference(ours, theirs) < 1e-6
    for name, values in log.items():
        if name != "learning_rate":
            np.testing.assert_allclose([record[name] for record in history], values, rtol=0, atol=1e-6)


@pytest.fixture(scope="module")
def fitted():
    return by_fit(epochs=2)[0]


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("training=True", "training=False"),
        ("loss += sum(model.losses)", "loss += 0.0"),
        ("gradients, 1.0)", "gradients, 1e9)"),
        ("0.95**epoch", "0.5**epoch"),
    ],
)
def test_another_line_is_not_that_of_fit(right, wrong, fitted):
    sources = (STEP, EPOCH, loop_of(2))
    assert sum(source.count(right) for source in sources) == 1
    model, _ = by_sheet(*(source.replace(right, wrong) for source in sources))
    assert difference(model, fitted) > 1e-4


# The first five minutes


def printed(sources, steps):
    """Return {number of the check: what it prints} of a sheet with these sources in place of its first cells."""
    keras.utils.set_random_seed(0)
    names, out = {"cut": cut, "Retraced": Retraced}, io.StringIO()
    for source in sources:
        exec(source, names)
    with contextlib.redirect_stdout(out), warnings.catch_warnings(action="ignore"):
        exec(CHECKS.replace("range(300)", f"range({steps})"), names)
    return by_number(out.getvalue())


def by_number(text):
    return {int(line.split()[0]): line.partition(" ")[2] for line in text.splitlines()}


def cut(model, features):
    return model.layers[1](tf.stop_gradient(model.layers[0](features)))


class Retraced:
    """A step that makes a new graph each time, as one does that is defined inside the loop."""

    def __init__(self, step):
        self.step, self.traces = step, 0

    def __call__(self, *batch):
        self.traces += 1
        return tf.function(self.step)(*batch)

    def experimental_get_tracing_count(self):
        return self.traces


@pytest.mark.parametrize(
    ("check", "right", "wrong", "prints"),
    [
        (1, "x[:1200], y[:1200]", "x[:1200], y[:1200, None]", r".* \(64, 1\) \(64, 10\)"),
        (2, "x / 16", "x", "from 0.0 to 16.0"),
        (3, "from_logits=True", "from_logits=False", r"(?!2\.).*"),
        (4, "model(features, training=True)", "cut(model, features)", r"\['\S*kernel', '\S*bias'\]"),
        (5, "model(features, training=True)", "1.0 * tf.nn.softmax(model(features))", r"1\.[45]\d"),
        (6, "Adam(5e-3)", "Adam(5e-1)", r"\d+ 0\.500"),
        (7, "return tf.function(train_step)", "return Retraced(train_step)", "4"),
    ],
)
def test_check_catches(check, right, wrong, prints):
    healthy = by_number(stored_text(code_cells(NOTEBOOK)[SOURCES.index(CHECKS)][1]))
    sources = [DATA, START, STEP, EPOCH]
    assert sum(source.count(right) for source in sources) == 1
    sick = printed([source.replace(right, wrong) for source in sources], steps=300 if check == 5 else 3)
    assert re.fullmatch(prints, sick[check]) and not re.fullmatch(prints, healthy[check]), sick


# The traps


def numbers_in(text):
    """Return the numbers of the traps that a piece of code names in its comments: [8]."""
    return {int(number) for comment in re.findall(r"#.*", text) for number in re.findall(r" \[(\d+)\]", comment)}


def test_every_trap_that_is_named_is_listed_with_its_name_and_home():
    listed = dict(re.findall(r"\[(\d+)\]\(\S+\) ([^·|\n]+?)(?: ·|\n|$)", TEXT))
    links = re.findall(r"\[(\d+)\]\((\S+?)\)", TEXT)
    named = numbers_in("\n".join(SOURCES)) | {int(number) for number, _ in links}
    assert {int(number) for number in listed} == named
    assert {number: TRAPS[int(number)].name for number in listed} == listed
    assert all(TRAPS[int(number)].link == link for number, link in links)


# One page


def test_sheet_fits_its_page():
    printed_lines = sum(len(stored_text(cell).splitlines()) for _, cell in code_cells(NOTEBOOK))
    lines = [line for source in SOURCES for line in source.splitlines()]
    assert max(map(len, lines)) <= COLUMNS
    assert len(lines) + printed_lines <= LINES
    assert len(re.sub(r"\]\([^)]*\)", "", TEXT).split()) <= WORDS


def test_page_is_printed_on_either_paper():
    assert "@page { size: landscape; margin: 7mm; }" in NOTEBOOK.cells[0].source
    assert "size: A4 landscape" in one_page.page_of(NOTEBOOK, "A4")


def test_pages_are_counted():
    pdf = b"1 0 obj <</Type /Pages /Kids [2 0 R 3 0 R]>> 2 0 obj <</Type /Page>> 3 0 obj <</Type/Page\n>>"
    assert one_page.count_pages(pdf) == 2


def test_without_a_browser_nothing_is_claimed(monkeypatch, capsys):
    monkeypatch.setattr(one_page.shutil, "which", lambda name: None)
    assert one_page.main() == 0
    assert capsys.readouterr().out.startswith("not checked: none of chromium, ")


def test_code_can_be_copied_away():
    """No helper of this repository is in it."""
    assert "helpers" not in "\n".join(SOURCES)
