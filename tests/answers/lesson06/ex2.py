"""Answers to 06.2."""

import copy

import numpy as np
import tensorflow as tf

from answers import right, wrong


@right("a dictionary of copies by path")
def by_path(model, optimizer, action):
    before = {v.path: np.array(v) for v in model.variables}
    before.update({v.path: np.array(v) for v in optimizer.variables})
    action()
    found = []
    for v in list(model.variables) + list(optimizer.variables):
        if (np.array(v) != before[v.path]).any():
            found.append(v.path)
    return found


@right("tf.identity keeps the values, and the paths are sorted")
def tensors(model, optimizer, action):
    everything = model.variables + optimizer.variables
    old = [tf.identity(variable.value) for variable in everything]
    action()
    new = [tf.convert_to_tensor(variable.value) for variable in everything]
    same = [bool(tf.reduce_all(a == b)) for a, b in zip(old, new)]
    return sorted(v.path for v, equal in zip(everything, same) if not equal)


@right("trainable, non-trainable and the optimizer's, as three lists")
def three_lists(model, optimizer, action):
    lists = (model.trainable_variables, model.non_trainable_variables, optimizer.variables)
    before = [[variable.numpy().copy() for variable in variables] for variables in lists]
    action()
    found = set()
    for variables, values in zip(lists, before):
        for variable, value in zip(variables, values):
            if not np.array_equal(variable.numpy(), value):
                found.add(variable.path)
    return found


@wrong("the variables themselves are kept", named="the variables compared with themselves")
def live(model, optimizer, action):
    variables = [*model.variables, *optimizer.variables]
    before = list(variables)
    action()
    return [v.path for v, old in zip(variables, before) if not np.array_equal(v.numpy(), old.numpy())]


@wrong("get_weights, which has no seeds and no optimizer", named="seeds and optimizer are overlooked")
def by_get_weights(model, optimizer, action):
    before = model.get_weights()
    action()
    pairs = zip(model.weights, before, model.get_weights())
    return [v.path for v, old, new in pairs if not np.array_equal(old, new)]


@wrong("np.allclose", named="small differences do not count")
def close(model, optimizer, action):
    variables = [*model.variables, *optimizer.variables]
    before = [v.numpy() for v in variables]
    action()
    return [v.path for v, old in zip(variables, before) if not np.allclose(v.numpy(), old, rtol=1e-4, atol=1e-6)]


@wrong("the model's variables only", named="the optimizer is overlooked")
def only_the_model(model, optimizer, action):
    before = {v.path: v.numpy() for v in model.variables}
    action()
    return [v.path for v in model.variables if not np.array_equal(v.numpy(), before[v.path])]


@wrong("trainable variables and the optimizer", named="only what has a gradient")
def trainable(model, optimizer, action):
    variables = [*model.trainable_variables, *optimizer.variables]
    before = [v.numpy() for v in variables]
    action()
    return [v.path for v, old in zip(variables, before) if not np.array_equal(v.numpy(), old)]


@wrong("all entries must differ")
def all_entries(model, optimizer, action):
    variables = [*model.variables, *optimizer.variables]
    before = [copy.copy(v.numpy()) for v in variables]
    action()
    return [v.path for v, old in zip(variables, before) if (v.numpy() != old).all()]


@wrong("names, of which several variables have the same")
def names(model, optimizer, action):
    variables = [*model.variables, *optimizer.variables]
    before = [v.numpy() for v in variables]
    action()
    return [v.name for v, old in zip(variables, before) if not np.array_equal(v.numpy(), old)]


@wrong("those that stayed, not those that changed")
def stayed(model, optimizer, action):
    variables = [*model.variables, *optimizer.variables]
    before = [v.numpy() for v in variables]
    action()
    return [v.path for v, old in zip(variables, before) if np.array_equal(v.numpy(), old)]
