"""The doctor: it examines a training loop of one's own, and reports what it suspects and what it could not look at.

from helpers.doctor import examine
examine(model, train_step, (features, labels))
"""

import contextlib
import io
import logging
import os
import re
import time
import warnings
from dataclasses import dataclass

import numpy as np
import tensorflow as tf
from tqdm.auto import tqdm

from helpers.doctor import data, gradient_findings, loop_findings, loss_findings, networks, probes, state
from helpers.doctor.case import Case, Finding
from helpers.doctor.hearing import listening, take
from helpers.messages import errors, places
from helpers.messages.message import Kind, Message
from helpers.messages.traps import TRAPS

CERTAINTIES = ["proven", "likely", "hint"]
# what an error says, and its trap
OF_ERRORS = [
    ("non-persistent", 2),
    ("No gradients|gradients provided|None for gradient", 3),
    ("scaled_loss|unscaled_gradients", 59),
    ("singleton tf.Variable|non-first call", 30),
    ("Unknown variable|cannot recognize", 37),
    ("[Ss]ymbolic|out of scope", 29),
    ("EagerTensor.*(assign|_unique_id)", 6),
    ("was expected to be a|does not match type|same dtype|requested dtype", 16),
    ("at least one|inputs must be|argument is empty", 20),
]
# causes come before what follows from them
RULES = [
    gradient_findings.gradients,
    gradient_findings.nothing_moved,
    gradient_findings.some_variables,
    loss_findings.pairs,
    loss_findings.formula,
    gradient_findings.training_flag,
    loss_findings.penalties,
    gradient_findings.finite,
    loss_findings.scale,
    gradient_findings.slope,
    data.features,
    loop_findings.optimizer,
    loop_findings.clipping,
    loop_findings.accumulation,
    loop_findings.returned_loss,
    loss_findings.metrics,
    loss_findings.accuracy,
    loop_findings.graph,
    loss_findings.test_step,
    networks.two_networks,
    networks.second_network,
    data.datasets,
    loop_findings.whole_loop,
]
# those that need no step in plain Python
WITHOUT_A_STEP = [data.features, networks.second_network, data.datasets]
# those that look at nothing without the argument
NEEDED = {
    loss_findings.formula: "loss_fn",
    loss_findings.test_step: "test_step",
    networks.second_network: "target",
    data.datasets: "dataset",
    loop_findings.whole_loop: "train",
}
MISSING = {
    "optimizer": "an optimizer: none was found in the step; pass `optimizer=`, if there is one",
    "loss_fn": "what the loss is made of: it fits no formula that the doctor knows; pass `loss_fn=`, a function "
    "(labels, outputs) that returns one number",
    "test_step": "the evaluation: pass `test_step=`, a function (features, labels)",
    "dataset": "order of the rows, iterators, schedules of the rate: pass `dataset=`, what the loop reads",
    "validation": "rows or a scale that training and validation share: pass both, `dataset=(training, validation)`",
    "train": "metrics over epochs, curves, the optimizer's life: pass `train=`, a function `train(epochs=...)` that "
    "runs the whole loop and returns the epochs' losses",
    "class_weight": "weights of classes: pass `class_weight=`, those that were meant",
    "target": "a second network that should stand still: pass `target=`, if there is one",
}
CANNOT = (
    "what it cannot put back: files, iterators that were read, the order of a shuffled dataset, random operations "
    "inside of graphs; an optimizer that was new is now built, with slots as at the start."
)


@dataclass(frozen=True)
class Report:
    """What `examine` found: `findings`, most likely first, what was looked at, and what could not be examined."""

    findings: tuple[Finding, ...]
    looked_at: tuple[str, ...]
    not_examined: tuple[str, ...]
    seconds: float
    error: tuple[str, ...] = ()

    def message(self) -> Message:
        """Return the report as it is shown."""
        sure = sum(each.certainty != "hint" for each in self.findings)
        headline = "Nothing found" if not self.findings else f"{_counted(sure, 'suspect')}"
        if self.findings and len(self.findings) > sure:
            headline = (
                f"{headline}, {_counted(len(self.findings) - sure, 'hint')}" if sure else "No suspect, only hints"
            )
        texts = [_in_words(number, each) for number, each in enumerate(self.findings, start=1)]
        texts += [f"Looked at: {'; '.join(self.looked_at)}."] if self.looked_at else []
        texts += [f"Not examined: {'; '.join(self.not_examined)}."] if self.not_examined else []
        texts += [f"The examination took {self.seconds:.0f} seconds, and left everything as it was, but for {CANNOT}"]
        kind = Kind.MISTAKE if sure else Kind.HINT if self.findings else Kind.RIGHT
        return Message(kind, headline, tuple(texts), code=self.error)

    def __repr__(self):
        return repr(self.message())

    def _repr_html_(self):
        page = self.message()._repr_html_()
        return re.sub(r"<code>((?:clinics/)?\w+\.ipynb#[^<]*)</code>", r'<a href="\1">\1</a>', page)


def _counted(number, what):
    return f"{number or 'No'} {what}{'' if number == 1 else 's'}"


def _in_words(number, finding):
    trap = TRAPS.get(finding.trap)
    title = f"trap {finding.trap}, {trap.name}" if trap else "no trap by name"
    place = f" Reproduced in `{trap.link}`." if trap else ""
    certainty = {"proven": "Proven", "likely": "Likely", "hint": "A hint"}[finding.certainty]
    return f"{number}. **{certainty}: {title}.** Measured: {finding.measured}. To change: {finding.advice}{place}"


def examine(
    model,
    train_step,
    batch,
    *,
    optimizer=None,
    loss_fn=None,
    test_step=None,
    dataset=None,
    train=None,
    class_weight=None,
    target=None,
    seconds=60,
) -> Report:
    """Return a Report on a training step of one's own: what is wrong with it, what was measured, what to change.

    Everything that the arguments can reach is afterwards as it was: variables bit for bit, lists, attributes, seeds.

    Args:
        model: the keras.Model that is trained.
        train_step: a function (features, labels), eager or a tf.function, or a method, or a `train_step` of Keras that
            takes the pair in one; it may return the loss, a dictionary of logs, or nothing.
        batch: (features, labels) or (features, labels, row weights), as the step takes them; of 8 to 64 rows that
            differ, with all classes among them.
        optimizer: where the step does not lead to it.
        loss_fn: a function (labels, outputs) that returns one number, for losses of one's own.
        test_step: a function (features, labels) that measures.
        dataset: what the loop reads, batches of (features, labels); or a pair of tf.data.Datasets, (training,
            validation).
        train: a function train(epochs=...) that runs the whole loop and returns the epochs' losses. It is run for a few
            epochs only if it is given.
        class_weight: {class: weight}, the weights that were meant.
        target: a second network that is meant to stand still.
        seconds: no probe begins after so many.

    Raises:
        ValueError: the batch is not a tuple of two or three parts.
    """
    if not isinstance(batch, (tuple, list)) or len(batch) not in (2, 3):
        raise ValueError("The batch has to be a pair, (features, labels), or (features, labels, row_weights).")
    is_pair = isinstance(dataset, tuple) and len(dataset) == 2
    both = is_pair and all(isinstance(part, tf.data.Dataset) for part in dataset)
    dataset, validation = dataset if both else (dataset, None)
    started, found, looked_at, left_out = time.monotonic(), [], [], []
    given = {"optimizer": optimizer, "loss_fn": loss_fn, "test_step": test_step, "dataset": dataset, "train": train}
    given |= {"class_weight": class_weight, "target": target, "validation": validation}
    case = Case(model, train_step, tuple(batch), **given)
    others = [each for each in (optimizer, loss_fn, test_step, train, target) if each is not None]
    with state.kept_seeds():
        lines = _built(model, batch)
    with _quietly(), state.kept(model, train_step, *others):
        rules = [*RULES, by_heart]
        if not lines:
            crash = _crash(case)
            if crash:
                lines, finding = crash
                found.append(finding)
                rules = [*WITHOUT_A_STEP, loop_findings.whole_loop]
            elif problem := _cannot_listen(case):
                left_out.append(f"the step in plain Python, as most probes need it: {problem}")
                rules = [loop_findings.graph_alone, *WITHOUT_A_STEP, by_heart]
        for rule in tqdm(rules, leave=False, disable="TQDM_DISABLE" in os.environ):
            what = rule.__doc__.partition(".")[0]
            what = what[0].lower() + what[1:]
            if time.monotonic() - started > seconds:
                left_out.append(f"{what} (the {seconds} seconds were over: pass more `seconds=`)")
                continue
            try:
                found += rule(case)
                looked_at.append((rule, what))
            except Exception as error:  # what a probe did not foresee is no reason to end the examination
                if case.takes_features:
                    left_out.append(f"{what} ({type(error).__name__}: {errors.short_message(error)[:80]})")
    if not (lines or case.takes_features):
        left_out.append("what needs the model's outputs: it does not take the batch's features")
    # a table of all pairs fits no formula, and says itself what the loss is made of
    is_table = any(finding.trap in (9, 10) and finding.certainty == "proven" for finding in found)
    known = {"optimizer": case.has_optimizer, "loss_fn": case.loss_is_known or is_table}
    known["validation"] = dataset is None
    missing = {name: text for name, text in MISSING.items() if given[name] is None and not known.get(name)}
    left_out += missing.values()
    looked_at = [what for rule, what in looked_at if NEEDED.get(rule) not in missing]
    left_out += [] if lines or _heard_one(case) else ["the loss: no tape was heard, and none was returned"]
    return Report(_ranked(found), tuple(looked_at), tuple(left_out), time.monotonic() - started, lines)


def _cannot_listen(case):
    """Return the words of an error that comes only if the step's graph runs as Python, "" if there is none."""
    try:
        case.steps  # noqa: B018 – taken now, and kept
        return ""
    except Exception as error:
        return f"{type(error).__name__}: {errors.short_message(error)[:150]}"


def _heard_one(case):
    return "steps" not in vars(case) or np.isfinite(case.steps[0].loss) or case.steps[0].gradients


def _ranked(found):
    """Return the findings, the surest first and otherwise in the order of the rules; of each trap only the first."""
    by_certainty = sorted(found, key=lambda finding: CERTAINTIES.index(finding.certainty))
    first = {}
    for finding in by_certainty:
        first.setdefault(finding.trap or finding.measured, finding)
    return tuple(first.values())


def _built(model, batch):
    """Build a model that is not built yet; return the words of an error, if it cannot be called."""
    if not model.built:
        try:
            model(batch[0], training=False)
        except Exception as error:
            return (f"{type(error).__name__}: {errors.short_message(error)}",)
    return ()


def _crash(case):
    """Return (the learner's line and the error's words, a finding) if the step stops with an error, None if not."""
    done = 0
    try:
        with state.kept(case.model, case.step):
            for _ in range(3):
                take(case.step, case.batch)
                done += 1
            case.leftovers  # noqa: B018 – counted now, while what a recording leaves is still there
        return None
    except Exception as error:
        words, error_kind = errors.short_message(error), type(error).__name__
        line = places.own_line(case.step, error)
        trap = next((trap for pattern, trap in OF_ERRORS if re.search(pattern, words)), None)
        trap = 3 if (errors.meaning(error) or "").startswith("A tape needs tensors") else trap
        means = errors.meaning(error) or "The line above is the last of yours that it came through."
    trap = _refined(case, trap, done)
    sure = "hint" if trap is None else "proven" if trap not in (3, 4, 5, 16) else "likely"
    measured = f"{f'step {done + 1}' if done else 'the first step'} stops with {error_kind}"
    return (*line, f"{error_kind}: {words}"), Finding(trap, sure, measured, means)


def _refined(case, trap, steps_done):
    """Return the trap behind an error, from what was heard before it came."""
    with contextlib.suppress(Exception), state.kept(case.model, case.step), listening() as heard:
        for _ in range(steps_done + 1):
            take(case.step, case.batch)
    none = [source for source, gradient in heard.gradients if gradient is None]
    tensors = [source for source in none if not probes.is_variable(source)]
    if tensors:
        return 6 if steps_done else 1
    if trap == 3 and state.names_used(case.step) & gradient_findings.WITHOUT_SLOPE:
        return 4
    return trap


def by_heart(case):
    """The same rows again and again."""
    if ("steps" in vars(case) and len(case.steps[0].losses) > 1) or case.recordings[-1]:
        return
    losses = probes.fits_one_batch(*case.args, steps=150 if case.is_graph else 50, enough=0.9)
    if not losses or not np.isfinite(losses[0]):
        return
    if not np.isfinite(losses).all():
        measured = f"on the same rows the loss is {losses[-1]} after {len(losses)} steps"
        yield Finding(None, "hint", measured, "Take a smaller learning rate; look for sums in place of means.")
    elif len(losses) >= 20 and min(losses[-10:]) > 0.98 * losses[0]:
        measured = f"after {len(losses)} steps on the same rows the loss is {losses[-1]:.4g}, from {losses[0]:.4g}"
        yield Finding(None, "hint", measured, "A healthy loop soon knows a few rows by heart; check rate and loss.")


@contextlib.contextmanager
def _quietly():
    """Keep the learner's prints and the libraries' warnings away while steps are taken again and again."""
    logger = tf.get_logger()
    level = logger.level
    try:
        logger.setLevel(logging.ERROR)
        with warnings.catch_warnings(), np.errstate(all="ignore"), contextlib.redirect_stdout(io.StringIO()):
            warnings.simplefilter("ignore")
            yield
    finally:
        logger.setLevel(level)
