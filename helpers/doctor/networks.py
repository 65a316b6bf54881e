"""Two networks in one step: what is measured of them, and what it means; rules as in gradient_findings.py."""

import keras
import numpy as np

from helpers.doctor import state
from helpers.doctor.case import Finding
from helpers.doctor.hearing import watched
from helpers.doctor.probes import listened
from helpers.doctor.state import ids, kept


def same_network(model, target) -> tuple[int, float]:
    """Return (variables that both have, largest difference of the others); equal shapes in the same order. Trap 60."""
    shared = len(ids(model.variables) & ids(target.variables))
    pairs = [(a, b) for a, b in zip(model.weights, target.weights) if a.shape == b.shape]
    return shared, max((float(np.abs(np.asarray(a) - np.asarray(b)).max()) for a, b in pairs), default=0.0)


def networks_in(model, step) -> list[keras.Model]:
    """Return the networks that a step can reach and that learn, `model` among them; none is a part of another.

    Traps 37, 64, 65, 70, 71 need two.
    """
    models = state.of_kind(state.reachable(step, model), keras.Model)
    models = sorted((each for each in models if each.trainable_variables), key=lambda each: -len(each.variables))
    found = []
    for each in models:
        if not any(ids(each.variables) & ids(other.variables) for other in found):
            found.append(each)
    return found


def tapes_asked(model, step, batch) -> list[tuple[list[float], set[int]]]:
    """Return, for each question to a tape in one step, (its losses, the networks whose variables it asks about).

    Networks are numbered as in `networks_in`. Traps 7, 64, 65.
    """
    (heard,) = listened(model, step, batch)
    return _questions(networks_in(model, step), heard)


def _questions(networks, heard):
    """Return what `tapes_asked` does, of a step that was listened to."""
    owners = _owners(networks)
    flat = [(losses, ids(keras.tree.flatten(sources))) for losses, sources in heard.calls]
    return [(losses, {owners[key] for key in asked & owners.keys()}) for losses, asked in flat]


def _owners(networks):
    """Return {id of a variable, as `ids` has it: the number of its network}."""
    return {key: number for number, each in enumerate(networks) for key in ids(each.variables)}


def loss_of_the_judge(model, step, batch) -> float | None:
    """Return by how much the loss of a network that judges another's outputs changes when only that other one moves.

    It is larger than 0 where the two play against each other. None if there are not two such networks, each moved by
    its optimizer and by a loss of its own. Trap 70.
    """
    networks, (heard,) = networks_in(model, step), listened(model, step, batch)
    asked = [owners for _, owners in _questions(networks, heard)]
    alone = [(place, *owners) for place, owners in enumerate(asked) if len(owners) == 1]
    if len(networks) != 2 or sorted(owner for _, owner in alone) != [0, 1]:
        return None
    judges = [number for number in (0, 1) if _fits(networks[1 - number], networks[number])]
    if len(judges) != 1 or len({id(each[0]) for each in heard.applied}) != 2:
        return None
    judge = networks[judges[0]].trainable_variables
    place = next(place for place, owner in alone if owner == judges[0])

    def loss(held):
        with kept(model, step):
            with state.kept_seeds():  # so that the second step draws the same noise
                watched(step, batch, held)
            return sum(watched(step, batch, held).calls[place][0])

    return loss(judge) - loss([*judge, *networks[1 - judges[0]].trainable_variables])


def _fits(first, second):
    """Whether the outputs of one network can be the features of another, and not the other way round."""
    shapes = [getattr(each, f"{way}_shape", None) for each, way in ((first, "output"), (second, "input"))]
    back = [getattr(each, f"{way}_shape", None) for each, way in ((second, "output"), (first, "input"))]
    return None not in shapes and shapes[0] == shapes[1] and back[0] != back[1]


def two_networks(case):
    """Networks that move each other. Traps 7, 37, 64, 65, 70, 71."""
    networks = networks_in(case.model, case.step)
    if len(networks) < 2:
        return
    calls = _questions(networks, case.steps[0])
    asked = [owners for _, owners in calls if owners]
    own = next((number for number, each in enumerate(networks) if each is case.model), None)
    for both in asked:
        if len(both) == 2 and any(len(each) == 1 and each < both for each in asked):
            measured = "one loss moves a network by itself, and another moves it together with a second network"
            advice = "Ask each loss for the variables of one network, the one whose loss it is."
            yield Finding(64, "likely", measured, advice)
            break
    different = len({tuple(losses) for losses, owners in calls if owners}) > 1
    if different and all(len(each) == 1 and own not in each for each in asked) and len(set(map(min, asked))) == 1:
        measured = "several losses ask for the variables of the other network, and none for those of this one"
        yield Finding(7, "likely", measured, "Ask the loss of each network for that network's variables.")
    if any(len(losses) == len(owners) == 2 for losses, owners in calls):
        measured = "a tape is asked for two losses and two networks at once: each moves by the sum of both losses"
        yield Finding(65, "hint", measured, "If they want the opposite, ask for each loss by itself.")
    yield from _one_optimizer(case, networks)
    rows = {}
    for layer, number in case.steps[0].normalized:
        rows.setdefault(layer.path, set()).add(number)
    for path, numbers in rows.items():
        if max(numbers) == 2 * min(numbers):
            measured = f"`{path}` takes its averages of {min(numbers)} rows, and of {max(numbers)} in the same step"
            yield Finding(71, "hint", measured, "Call the network once for real rows and once for drawn ones.")
            break
    change = loss_of_the_judge(*case.args) if case.exact else None
    if change is not None and change < -1e-5 * sum(map(abs, case.steps[0].losses)):
        measured = f"a network makes the loss of the one that judges it smaller, by {-change:.2g} in one step"
        yield Finding(70, "hint", measured, "If they are to play against each other, turn the labels of one around.")


def _one_optimizer(case, networks):
    owners, moved = _owners(networks), {}
    for optimizer, _, _, variables in case.steps[0].applied:
        moved.setdefault(id(optimizer), []).append({owners.get(key) for key in ids(variables or ())})
    with_memory = {id(update[0]) for update in case.steps[0].applied if len(update[0].variables) > 2}
    if any(len(groups) == 2 and not groups[0] & groups[1] for each, groups in moved.items() if each in with_memory):
        measured = "one optimizer moves two networks in turn, and counts each of its steps twice"
        yield Finding(37, "hint", measured, "Make an optimizer for each network.")


def second_network(case):
    """A second network that is meant to stand still. Trap 60."""
    if case.target is None:
        return
    shared, distance = same_network(case.model, case.target)
    if shared:
        measured = f"the target has {shared} variables in common with the model"
        advice = "Make it with `keras.models.clone_model(model)`, then `target.set_weights(model.get_weights())`."
        yield Finding(60, "proven", measured, advice)
    elif distance > 0 and not any(int(each.iterations) for each in case.optimizers):
        measured = f"before the first step the target differs from the model, by up to {distance:.3g}"
        yield Finding(
            60, "hint", measured, "`clone_model` copies no weights: `target.set_weights(model.get_weights())`."
        )
