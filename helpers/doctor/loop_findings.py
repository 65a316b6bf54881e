"""What the probes' numbers mean, for optimizers, graphs and whole loops; rules as in gradient_findings.py."""

import keras
import numpy as np

from helpers.doctor import loop_probes, probes, state
from helpers.doctor.case import Finding
from helpers.doctor.data import batches_of
from helpers.doctor.hearing import returned_loss as loss_returned

ROUNDING = 1e-5


def optimizer(case):
    """Updates with the wrong optimizer, or a wrong scale. Traps 32, 39, 49."""
    used = loop_probes.optimizers_used(*case.args)
    if all(used) and all(steps == 0 for each in used for _, steps in each):
        names = [{name for name, _ in each} for each in used]
        if not names[0] & names[1] and not names[1] & names[2]:
            measured = "each of three steps is made by another optimizer, which has taken none before"
            yield Finding(49, "proven", measured, "Make the optimizer once, before the loop: its moments have to last.")
    lost = [name for each in case.optimizers for name in ("lr", "learningrate", "rate") if name in vars(each)]
    if lost:
        measured = f"the optimizer has an attribute `{lost[0]}`, which Keras does not read"
        yield Finding(32, "proven", measured, "Set `optimizer.learning_rate = ...`.")
    for each, _, _, variables in case.steps[0].applied:
        if variables and isinstance(getattr(each, "_learning_rate", None), keras.Variable):
            full, halved = loop_probes.rate_reaches(*case.args, each, variables)
            if full > 0 and halved > full * 0.999:
                measured = f"with the optimizer's rate halved, the step still moves a weight by {halved:.3g}"
                yield Finding(32, "proven", measured, "Let the step read `optimizer.learning_rate`.")
    inner = getattr(case.optimizer, "inner_optimizer", case.optimizer)
    idle = inner is not None and not any(update[0] is inner for heard in case.steps for update in heard.applied)
    moved = probes.what_moved(*case.args, calls=3) if idle and case.about_model else {}
    if any(moved[variable.path] for variable in case.model.trainable_variables if moved):
        measured = "the weights move, and the optimizer that was passed makes none of the updates"
        yield Finding(32, "likely", measured, "A rate that is set in this optimizer has no effect: let it make them.")
    if case.is_float16 and case.steps[0].gradients and not (case.steps[0].scaled or _scaled_by_hand(case)):
        wrapped = state.of_kind(case.optimizers, keras.optimizers.LossScaleOptimizer)
        advice = "Differentiate `optimizer.scale_loss(loss)`, with a `keras.optimizers.LossScaleOptimizer`."
        measured = "the model computes in float16, and the loss is not scaled up"
        yield Finding(39, "proven" if wrapped else "likely", measured, advice)


def _scaled_by_hand(case):
    """Whether the tape's loss is many times the one that the step returns."""
    returned = loss_returned(case.steps[0].result)
    return bool(returned) and abs(case.steps[0].losses[0]) > 8 * abs(returned)


def clipping(case):
    """Each gradient cut on its own. Trap 35."""
    found = loop_probes.clipped_apart(*case.args)
    cut = [(tape, given) for tape, given in found if given and tape > given * 1.001]
    if len(cut) < 2:
        return
    factors, norms = [given / tape for tape, given in cut], [given for _, given in cut]
    if max(factors) > 1.01 * min(factors) and max(norms) < 1.0001 * min(norms):
        measured = f"gradients of different lengths all came to {norms[0]:.3g}, each by a factor of its own"
        yield Finding(35, "likely", measured, "`tf.clip_by_global_norm(gradients, limit)[0]` has one factor for all.")


def accumulation(case):
    """Several gradients to one update. Trap 36."""
    if probes.number_of_rows(case.batch) < 4:
        return
    found = loop_probes.accumulated(*case.args)
    if not found:
        return
    parts, steps, of_mean, of_last = found.values()
    if (abs(of_last - 1) < 1e-3 and not abs(of_mean - 1) < 1e-3) or abs(of_last * parts - 1) < 1e-3:
        measured = f"an update comes after {parts} gradients, and only the last of them is in it"
        advice = "Add up: `total.assign_add(gradient)`, and set it back after the update."
        yield Finding(36, "proven" if steps > 1 else "hint", measured, advice)
    elif abs(of_mean - parts) < 1e-3 * parts:
        # parts of a loss that was divided before add up to a mean
        heard = case.steps[0]
        whole = len(heard.losses) == 1 or abs(np.mean(heard.losses) - heard.loss) < 1e-3 * abs(heard.loss)
        is_mean = whole and any(each.scale == "mean" for each in case.formulas)
        measured = f"an update comes after {parts} gradients, and is {parts} times as long as their mean"
        yield Finding(36, "likely" if is_mean else "hint", measured, f"Divide the sum by {parts}, the number of parts.")


def returned_loss(case):
    """A loss that is measured after the update. Trap 25."""
    if not case.exact or not case.one_loss or probes.training_flag(*case.args):
        return
    before, returned, after = loop_probes.loss_before_and_after(*case.args)
    if abs(returned - after) < ROUNDING * abs(after) and abs(before - after) > 1e-3 * abs(before):
        measured = (
            f"the step returns {returned:.6g}; the tape's loss was {before:.6g}, and is {after:.6g} in the next step"
        )
        yield Finding(25, "proven", measured, "Return the loss from inside the tape; `fit` logs that one.")


def graph(case):
    """What a graph has kept, or leaves out. Traps 28, 29, 31, 32, 34, 53, 56."""
    if not case.is_graph:
        return
    counts = case.recordings
    if all(counts[-2:]):
        measured = "the fourth and the fifth step on a batch of one shape recorded the graph again"
        yield Finding(28, "proven", measured, "Make the `tf.function` once, outside of the loop, and give it tensors.")
    if max(counts) >= 8:
        measured = f"one call recorded {max(counts)} tapes: a Python loop was unrolled into the graph"
        yield Finding(53, "hint", measured, "Make a graph of one step, and loop over a `tf.data.Dataset`.")
    if case.leftovers:
        measured = "a list holds a tensor without a value, which the recording of the graph has left there"
        yield Finding(29, "proven", measured, "Return the number from the step, and append it outside of the graph.")
    by_graph, by_python = loop_probes.python_effects(case.step, case.batch)
    if by_python > 0 and by_graph == 0:
        measured = f"in three steps a list grows by {by_python} in Python, by none in the graph"
        yield Finding(29, "hint", measured, "In a graph, Python code runs at the recording only: append outside of it.")
    yield from _kept_by_graph(case)
    for name in loop_probes.frozen_settings(*case.args) if case.exact else []:
        is_rate = any(word in name.lower() for word in loop_probes.RATE_WORDS)
        measured = f"`{name}` twice as large moves the weights otherwise in Python, and as before in the graph"
        advice = "The graph keeps a Python number as it was: make it a `tf.Variable`, or the graph anew after a change."
        yield Finding(32 if is_rate else 56, "hint", measured, advice)


def _kept_by_graph(case):
    moves = loop_probes.graph_and_python(*case.args)
    trainable = {variable.path for variable in case.model.trainable_variables}
    # a gradient that is 0 but for rounding may move a weight in one of the two
    norms = {probes.name_of(source): probes.norm(gradient) or 0.0 for source, gradient in case.steps[0].gradients}
    steep = {path for path, size in norms.items() if size > 1e-5 * max(norms.values())}
    lost = [path for path in trainable & steep if moves[path][0] == 0 < moves[path][1]]
    held = [path for path, (graph, python) in moves.items() if graph > 0 and python == 0 and path not in trainable]
    again = "A graph keeps what it was recorded with: make the `tf.function` again, inside the function that trains."
    if lost and all(moves[path][0] == 0 for path in trainable):
        yield Finding(31, "proven", "the Python code moves this model's variables, and its graph moves none", again)
    elif lost:
        yield Finding(34, "proven", f"`{lost[0]}` is trainable now, and the graph does not move it", again)
    elif held:
        yield Finding(34, "proven", f"`{held[0]}` is not trainable any more, and the graph moves it", again)
    elif case.exact and moves == loop_probes.graph_and_python(*case.args):
        by_graph, by_python = (max((each[way] for each in moves.values()), default=0.0) for way in (0, 1))
        if by_python > 0 and not 0.8 < by_graph / by_python < 1.25:
            measured = f"the graph moves a weight by {by_graph:.3g}, the same Python code by {by_python:.3g}"
            advice = "A number has changed since the graph was recorded: make it a `tf.Variable`, or the graph again."
            is_rate = any(each in case.names for each in loop_probes.RATE_WORDS)
            yield Finding(32 if is_rate else 56, "proven", measured, advice)


def graph_alone(case):
    """A graph that runs, where its code of today stops with an error. Traps 31, 34."""
    moved = probes.what_moved(*case.args, calls=2)
    still = [variable.path for variable in case.model.trainable_variables if moved[variable.path] == 0]
    if case.is_graph and still:
        measured = f"the graph does not move `{still[0]}`, which is trainable, and the same code in Python stops"
        advice = "A graph keeps what it was recorded with: make the `tf.function` again, and a new optimizer with it."
        yield Finding(31 if len(still) == len(case.model.trainable_variables) else 34, "likely", measured, advice)


def whole_loop(case):
    """What only the whole loop shows. Traps 22 to 24, 27, 29, 37, 38, 49, 52, 53."""
    if case.train is None:
        return
    others = [case.model, case.step, *case.optimizers]
    found = loop_probes.epochs_of(case.train, *others)
    steps, goes_on = [len(heard.losses) for heard in found.heard], _goes_on(found)
    if steps[0] > 0 and steps[1] == steps[0] and not goes_on:
        measured = f"one epoch has {steps[0]} steps, and two epochs have {steps[1]} in all"
        yield Finding(27, "proven", measured, "Loop over the dataset itself in each epoch, not over one iterator.")
    elif steps[0] >= 3 and found.iterators[0] >= steps[0]:
        measured = (
            f"{found.iterators[0]} iterators are opened for the {steps[0]} steps of an epoch: each reads the first"
        )
        yield Finding(27, "proven", measured, "Write `for features, labels in dataset:`; not `next(iter(dataset))`.")
    groups = {}
    for made, before, _, variables in found.heard[1].applied:
        groups.setdefault(tuple(id(each) for each in variables or ()), {}).setdefault(id(made), before)
    if any(len(begun) > 1 and set(begun.values()) == {0} for begun in groups.values()):
        measured = "in two epochs the same weights are moved by several optimizers, each of them new"
        yield Finding(49, "proven", measured, "Make the optimizer once, before the loop: its moments have to last.")
    for (_, name), (one, two) in found.totals.items():
        if one > 0 and abs(two - 2 * one) < 1e-6 * one:
            measured = f"the metric `{name}` has counted {one:g} after one epoch, and {two:g} after two"
            yield Finding(22, "proven", measured, "Call `metric.reset_state()` at the start of each epoch.")
    if found.heard[1].own_values:
        measured = f"{found.heard[1].own_values} times a variable is given its own value: what was kept is itself"
        yield Finding(38, "proven", measured, "Keep copies, `best = model.get_weights()`, and set these.")
    yield from _resumed(found) if goes_on else _epoch_losses(case, found)
    firsts, before = loop_probes.same_start(case.train, *others)
    if len(firsts) == len(before) == 2 and abs(firsts[0] - firsts[1]) <= ROUNDING * abs(firsts[0]) and before[1] > 0:
        measured = f"a second run starts at the same loss, with an optimizer that has {before[1]} steps behind it"
        yield Finding(37, "proven", measured, "Make a new optimizer for each run: the old one keeps its moments.")
    recorded, curve = loop_probes.recorded_by(case.train, *others)
    if case.is_graph and len(curve) < len(found.losses[0]):
        measured = f"in Python one epoch returns {len(found.losses[0])} losses, with its graphs {len(curve)}"
        yield Finding(29, "likely", measured, "Append outside of the graph: its Python code runs once.")
    calls = steps[0] / max(1, len(case.steps[0].losses))
    if calls >= 6 and recorded >= 0.9 * steps[0]:
        measured = f"one epoch records {recorded} tapes in graphs, for {steps[0]} steps"
        yield Finding(53, "likely", measured, "Make a graph of one step, and loop over the batches outside of it.")


def _goes_on(found):
    """Whether the second run began with the weights at which the first ended: from a file, as all else is put back."""
    (begun, goes_on), (end, _) = [heard.start for heard in found.heard], found.ends
    same = len(end) == len(goes_on) > 0 and all(np.array_equal(old, new) for old, new in zip(end, goes_on))
    return same and not all(np.array_equal(old, new) for old, new in zip(begun, goes_on))


def _resumed(found):
    optimizer, steps, *_ = found.heard[1].applied[0]
    if steps == 0 and len(optimizer.variables) > 2:  # more than a count and a rate, so that something is lost
        measured = "a second run starts with the weights of the first, and an optimizer that has taken no step"
        advice = "Save the optimizer's state with the weights, and read both: a checkpoint of both, or `model.save`."
        yield Finding(52, "proven", measured, advice)


def _epoch_losses(case, found):
    curve, batches = found.losses[1], found.heard[0].losses
    if len(curve) == 2 and curve[0] == curve[1]:
        yield Finding(24, "proven", f"both epochs report {curve[0]:.6g}", "Append `float(metric.result())` each epoch.")
    if len(found.losses[0]) != 1 or len(batches) < 2 or np.ptp(batches) == 0:
        return
    told = found.losses[0][0]

    def is_told(value):
        return abs(told - value) <= ROUNDING * abs(value)

    sizes = (
        [probes.number_of_rows(batch) for batch in batches_of(case.dataset, most=1000)[0]]
        if (case.dataset is not None)
        else []
    )
    if is_told(batches[-1]) and not is_told(np.mean(batches)):
        measured = f"the epoch's loss, {told:.6g}, is that of the last batch; the mean of all is {np.mean(batches):.6g}"
        yield Finding(23, "proven", measured, "Use `keras.metrics.Mean`, weighted by the rows of each batch.")
    elif len(sizes) == len(batches) and is_told(np.mean(batches)) and not is_told(np.average(batches, weights=sizes)):
        measured = f"the epoch's loss is the mean of {len(batches)} batches, though the last has {sizes[-1]} rows only"
        yield Finding(23, "hint", measured, "Weight each batch: `mean.update_state(loss, sample_weight=rows)`.")
