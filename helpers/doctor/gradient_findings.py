"""What the probes' numbers mean, for gradients: a rule a family of traps, from a measurement to a finding or to none.

A rule accuses ("proven") only on an exact measurement, one that no healthy loop gives; "likely" needs two signs; all
else is a hint. Rules are in the order in which causes come before what follows from them.
"""

import numpy as np
import tensorflow as tf

from helpers.doctor import probes, state
from helpers.doctor.case import Finding
from helpers.doctor.hearing import watched

WITHOUT_SLOPE = {"argmax", "round", "rint", "sign", "floor", "ceil", "cast", "greater", "less", "equal", "where"}


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
        outputs, ways = _ways(case, variables)
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
    asked = state.ids(source for source, _ in heard.gradients)
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
    if forgotten and any(way is not None and probes.norm(way) > 0 for way in _ways(case, forgotten)[1]):
        names = ", ".join(f"`{variable.path}`" for variable in forgotten[:3])
        yield Finding(
            7,
            "likely",
            f"the tape is never asked about {names}, and they do not move, though the outputs depend on them",
            "Ask for the gradients of `model.trainable_variables`, and apply all of them. If they are to stand still, "
            "set `trainable = False` on their layer.",
        )


def _ways(case, variables):
    """Return (the model's outputs, their gradients for these variables), None where none leads to the outputs."""
    with state.kept(case.model), tf.GradientTape() as tape:
        outputs = tf.nest.flatten(case.model(case.batch[0], training=True))
    return outputs, tape.gradient(outputs, variables)


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
