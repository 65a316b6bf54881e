"""What the probes' numbers mean, for one step: a rule a family of traps, from a measurement to a finding or to none.

A rule accuses ("proven") only on an exact measurement, one that no healthy loop gives; "likely" needs two signs; all
else is a hint. Rules are in the order in which causes come before what follows from them.
"""

import keras
import numpy as np
import tensorflow as tf

from helpers.doctor import probes, state
from helpers.doctor.case import Finding
from helpers.doctor.hearing import takes_one_argument, watched

WITHOUT_SLOPE = {"argmax", "round", "rint", "sign", "floor", "ceil", "cast", "greater", "less", "equal", "where"}
SQUASHING = {"sigmoid", "softmax", "log_softmax"}


def gradients(case):
    """Gradients that are None. Traps 1, 3, 4, 6."""
    first, *later = case.steps
    if not first.gradients:
        return
    none = [source for source, gradient in first.gradients if gradient is None]
    tensors = [source for source in none if not probes.is_variable(source)]
    if tensors:
        yield Finding(
            1,
            "proven",
            "the tape was asked about a tensor that is no variable, and its gradient is None",
            "Make it a `tf.Variable`, or call `tape.watch` on it before the forward pass.",
        )
    if not none and any(g is None and not probes.is_variable(s) for heard in later for s, g in heard.gradients):
        yield Finding(
            6,
            "proven",
            "the first step has gradients; in a later one a tensor stands in place of the variable, and its is None",
            "Change the variable in place, `variable.assign_sub(rate * gradient)`; `variable = variable - ...` makes a "
            "tensor under its name.",
        )
    variables = [source for source in none if probes.is_variable(source)]
    names = ", ".join(f"`{probes.name_of(source)}`" for source in variables[:3])
    if variables and len(none) == len(first.gradients):
        yield from _left_the_tape(case, "every gradient is None: the tape saw no way from the variables to the loss")
    elif variables:
        with state.kept(case.model), tf.GradientTape() as tape:
            outputs = tf.nest.flatten(case.model(case.batch[0], training=True))
        ways = tape.gradient(outputs, variables)
        sure = "likely" if any(way is not None for way in ways) and len(outputs) == 1 else "hint"
        measured = f"the gradient of {names} is None, though other variables have one"
        yield Finding(
            5,
            sure,
            measured,
            "Look for `stop_gradient`, `.numpy()` or an output that the loss does not use on the way.",
        )


def _left_the_tape(case, measured):
    advice = (
        "Compute predictions and loss inside the `with` block, with TensorFlow's functions: no `.numpy()`, "
        "`.predict()`, `float()` or metric results in between."
    )
    flat = case.names & WITHOUT_SLOPE
    if flat:
        yield Finding(
            4, "likely", measured, f"`{sorted(flat)[0]}` has no slope. Use probabilities or logits themselves."
        )
    yield Finding(3, "likely" if flat else "proven", measured, advice)


def nothing_moved(case):
    """Gradients without an effect. Trap 6."""
    norms = [probes.norm(gradient) for _, gradient in case.steps[0].gradients if gradient is not None]
    if not case.about_model or not any(norm and norm > 1e-12 for norm in norms) or any(h.applied for h in case.steps):
        return
    with state.kept(case.model, case.step) as before:
        for _ in range(3):
            watched(case.step, case.batch)
        if not before.changed() and not before.changed_python():
            yield Finding(
                6,
                "proven",
                "the gradients are not 0, and after three steps not one variable has moved",
                "Move the variables in place: `optimizer.apply_gradients(zip(gradients, variables))`, or `assign_sub`; "
                "`variable -= ...` on a Keras variable only makes a tensor under its name.",
            )


def some_variables(case):
    """Variables that the step forgets. Traps 7, 50."""
    heard = case.steps[0]
    asked = {id(state.raw(source)) for source, _ in heard.gradients}
    ours = {id(state.raw(variable)): variable for variable in case.model.trainable_variables}
    with state.kept(case.model, case.step) as before:
        for _ in range(2):
            watched(case.step, case.batch)
        moved = set(before.changed())
    untracked = probes.untracked(case.model, case.batch[0])
    hidden = [variable.name for variable in untracked if id(variable) not in asked | moved]
    if hidden:
        yield Finding(
            50,
            "proven",
            f"the outputs depend on `{hidden[0]}`, which `model.trainable_variables` does not list and no step moves",
            "Make it with `self.add_weight(...)`; Keras does not see a `tf.Variable` in an attribute of a layer.",
        )
    if not asked & set(ours):
        return
    forgotten = [variable for number, variable in ours.items() if number not in asked | moved]
    if forgotten and _matter(case, forgotten):
        names = ", ".join(f"`{variable.path}`" for variable in forgotten[:3])
        yield Finding(
            7,
            "likely",
            f"the tape is never asked about {names}, and they do not move, though the outputs depend on them",
            "Ask for the gradients of `model.trainable_variables`, and apply all of them. If they are to stand still, "
            "set `trainable = False` on their layer.",
        )


def _matter(case, variables):
    with state.kept(case.model), tf.GradientTape() as tape:
        outputs = tf.nest.flatten(case.model(case.batch[0], training=True))
    return any(way is not None and probes.norm(way) > 0 for way in tape.gradient(outputs, variables))


def pairs(case):
    """Labels against all predictions, and weights against all losses. Traps 9, 10."""
    if not case.exact or not case.one_loss or probes.number_of_rows(case.batch) < 3:
        return
    found = probes.labels_matter(*case.args)
    loss, moved, one_label = found.values()
    size = abs(loss) or 1.0
    if abs(loss - moved) <= 3e-6 * size and abs(loss - one_label) > 1e-4 * size and _differs_by_row(case):
        yield Finding(
            10,
            # what is compared in other numbers may be meant to be compared as a whole
            "proven" if case.outputs_size == np.size(case.batch[1]) else "hint",
            "the loss did not change when the labels moved on by one row: each prediction is compared with every label",
            "Give labels and predictions one shape, (B, 1) or (B,): `labels[:, None]`, or `tf.squeeze(outputs, -1)`.",
        )


def _differs_by_row(case):
    """Whether the outputs differ from row to row, so that it matters which label belongs to which."""
    with state.kept(case.model):
        outputs = [np.asarray(each) for each in tf.nest.flatten(case.model(case.batch[0], training=False))]
    return any(np.ptp(each, axis=0).max() > 1e-3 * np.abs(each).max() for each in outputs)


def formula(case):
    """What the loss is made of. Traps 8, 12, 13, 14, 17, 20, 46, 48, 54."""
    if case.outputs and case.outputs[0] == case.outputs[1] == 1.0:
        measured = "every output is exactly 1, whatever the features"
        yield Finding(
            14, "proven", measured, "A softmax of one output is always 1: `Dense(1)`, and a loss from logits."
        )
    if not case.one_loss or not case.exact:
        return
    fitting = case.formulas
    crossed = [each for each in fitting if "entropy" in each.name]
    if crossed and len({each.of for each in fitting}) == 1:
        yield from _logits(case, crossed[0])
    elif not fitting:
        yield from _declared_logits(case)
    if fitting and case.row_weights is not None and np.ptp(case.row_weights) > 0:
        yield from _weights(case, {each.weights for each in fitting})
    if fitting and all(each.scale == "sum of rows" for each in fitting):
        measured = f"the loss is the sum over the rows of the batch, {probes.number_of_rows(case.batch)} times the mean"
        yield Finding(
            17, "likely", measured, "Take the mean of the rows: the step should not depend on the batch size."
        )
    if fitting and all(each.scale == "sum of entries" for each in fitting):
        measured = "the loss is the sum over all entries of a row, averaged over the rows only"
        yield Finding(54, "hint", measured, "Take the mean over pixels or time steps too, as the test loss does.")
    if fitting and all(each.penalties == "left out" for each in fitting):
        yield _left_out(f"the loss is {fitting[0].name} alone, without what `model.losses` holds")


def _logits(case, found):
    again = found.of == "probabilities taken for logits"
    if again or (found.of == "logits" and case.are_probabilities and case.outputs[1] > 0):
        yield Finding(
            13,
            "proven",
            f"the outputs lie between 0 and 1, and the loss is the {found.name} of logits"
            if not again
            else f"the loss is the {found.name} of logits, of outputs that were squashed between 0 and 1 before",
            "Leave out the sigmoid or softmax, or `from_logits=True`: it is to be applied once.",
        )
    if found.of.startswith("probabilities") and not again and not case.are_probabilities:
        smallest, largest, _ = case.outputs
        yield Finding(
            12,
            "proven",
            f"the outputs reach from {smallest:.3g} to {largest:.3g}, and the loss takes them for probabilities",
            "Give the loss `from_logits=True`, or the last layer a sigmoid or softmax.",
        )


def _declared_logits(case):
    """What the settings of a loss object say, where its value fits no formula."""
    found = [case.loss_fn, *state.of_kind(state.reachable(case.step), keras.losses.Loss)]
    settings = [each.get_config() for each in found if isinstance(each, keras.losses.Loss)]
    flags = {each["from_logits"] for each in settings if "from_logits" in each}
    if len(flags) != 1 or case.outputs is None or case.names & SQUASHING:
        return
    if flags == {False} and not case.are_probabilities:
        measured = (
            f"the outputs reach from {case.outputs[0]:.3g} to {case.outputs[1]:.3g}, the loss has no `from_logits=True`"
        )
        yield Finding(12, "likely", measured, "Give the loss `from_logits=True`.")
    if flags == {True} and case.are_probabilities:
        measured = "the outputs lie between 0 and 1, and the loss has `from_logits=True`"
        yield Finding(
            13, "likely", measured, "Leave out the sigmoid or softmax of the last layer, or `from_logits=True`."
        )


def _weights(case, ways):
    if ways & {"rows", "rows, divided by their sum"}:
        return
    advice = (
        "Weights belong into the loss of each row, before the mean: `loss_fn(labels, logits, sample_weight=weights)`."
    )
    if "after the mean" in ways:
        measured = "the loss is the plain mean times the mean weight: every row pulls alike, whatever its weight"
        yield Finding(8, "proven", measured, advice)
    elif any(isinstance(key, str) for key in case.class_weight or {}):
        measured = "the loss is the one without weights, and the keys of `class_weight` are text"
        yield Finding(46, "proven", measured, "The keys are the numbers of the classes: `{0: 1.0, 1: 3.0}`.")
    else:
        measured = "the loss is the one without weights: the weights that were meant do not reach it"
        of_fit = takes_one_argument(case.step) or len(case.batch) > 2
        yield Finding(48 if of_fit else 8, "proven", measured, advice)


def _left_out(measured):
    return Finding(20, "proven", measured, "Add `sum(model.losses)` to the loss, inside the `with` block of the tape.")


def scale(case):
    """Sums in place of means, where the formula is not known. Traps 17, 58."""
    if case.formulas or not case.exact or not np.isfinite(case.steps[0].loss):
        return
    ratio = probes.doubled_batch(*case.args)
    if abs(ratio - 2) < 1e-4:
        measured = f"the batch twice over has {ratio:.2f} times the loss: rows are added up, not averaged"
        yield Finding(17, "hint", measured, "Take the mean of the rows' losses.")
    elif 1.02 < ratio < 2 and case.one_loss:
        several = len(tf.nest.flatten(case.batch[1])) > 1 or case.outputs is None
        measured = f"the batch twice over has {ratio:.2f} times the loss: one part is a sum of rows, another a mean"
        advice = "Take the mean of the rows in each of the losses before you add them."
        yield Finding(58, "likely" if several else "hint", measured, advice)


def training_flag(case):
    """Layers at rest in training: Dropout, BatchNorm. Trap 18."""
    flags = probes.training_flag(*case.args)
    asked = [probes.name_of(source) for source, _ in case.steps[0].gradients]
    # BatchNorm may rest with a part of the model that the step does not train
    wanted = {
        path: step
        for path, (call, step) in flags.items()
        if call and ("moving" not in path or any(name.startswith(path.rpartition("/")[0] + "/") for name in asked))
    }
    idle = [path for path, step in wanted.items() if not step]
    if idle and case.about_model:
        measured = f"the step does not move {', '.join(f'`{path}`' for path in idle[:2])}, as a training call does"
        sure = "proven" if len(idle) == len(wanted) else "hint"
        yield Finding(18, sure, measured, "Write `model(features, training=True)` in the train step.")


def penalties(case):
    """Declared penalties without an effect. Traps 20, 55."""
    late = probes.late_regularizers(case.model)
    if late:
        measured = f"the layer `{late[0]}` has a regularizer, and none of its variables knows of it"
        yield Finding(55, "proven", measured, "Give the regularizer to the layer when you make it, before it is built.")
    if not case.exact or len(case.steps[0].losses) != 1:
        return
    total, gained = probes.penalties(*case.args)
    if total > 1e-5 * abs(case.steps[0].loss) and abs(gained) < 0.01 * total:
        yield _left_out(f"penalties of {total:.3g} are declared; twice as large, they leave the loss as it is")


def finite(case):
    """Numbers that are NaN, or may be soon. Traps 15, 51."""
    found = probes.finite_gradients(*case.args)
    loss, gradients = found["as it is"]
    by_hand = "log" in case.names
    if not loss:
        advice = "Look for a logarithm or a division: take the loss from logits, with Keras' own function."
        yield Finding(15, "likely" if by_hand else "hint", "the loss is not finite in the first step", advice)
        return
    if not gradients:
        yield _infinite_slope("proven", "the loss is finite, and a gradient is NaN or infinite")
        return
    if not found["all rows equal"][1] and found["all rows equal"][0]:
        yield _infinite_slope("likely", "with all rows equal, the loss is finite, and a gradient is NaN")
    if not all(found["features × 1000"]) and not case.is_float16:
        with state.kept(case.model):
            far = case.model(probes.thousandfold(case.batch[0]), training=False)
        if all(np.isfinite(np.asarray(each)).all() for each in tf.nest.flatten(far)):
            labels = np.asarray(tf.nest.flatten(case.batch[1])[0])
            sure = "likely" if by_hand and (labels == np.round(labels)).all() else "hint"
            measured = "with features 1000 times as large the outputs are finite, and loss or gradients are not"
            yield Finding(15, sure, measured, "Take the loss from logits, `from_logits=True`: log(0) is −∞.")


def _infinite_slope(sure, measured):
    advice = "The slope of a square root or a norm is infinite at 0: add a small number under the root."
    return Finding(51, sure, measured, advice)


def slope(case):
    """A gradient that is not the slope of the loss. Traps 4, 5."""
    if not (case.one_loss and case.exact and case.about_model) or not np.isfinite(case.steps[0].loss):
        return
    if case.is_float16 or case.steps[0].scaled:
        return
    by_tape, by_hand = probes.slope_by_hand(*case.args)
    if abs(by_tape - by_hand) > 0.1 * max(abs(by_tape), abs(by_hand)) + 1e-3:
        measured = f"along one way the loss rises by {by_hand:.3g}, and the tape says {by_tape:.3g}"
        advice = (
            "Something on the way stops a part of the gradient: `stop_gradient`, `.numpy()`, a cast to whole numbers."
        )
        yield Finding(5, "hint", measured, advice)


STEP_RULES = [
    gradients,
    nothing_moved,
    some_variables,
    pairs,
    formula,
    training_flag,
    penalties,
    finite,
    scale,
    slope,
]
