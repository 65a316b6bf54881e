"""Answers to 06.3."""

import contextlib
import tempfile

import numpy as np
import tensorflow as tf

from answers import right, wrong


@right("a context manager that puts back")
def context(model, optimizer, experiment):
    @contextlib.contextmanager
    def as_it_was():
        kept = [(v, np.copy(v.numpy())) for v in model.variables + optimizer.variables]
        try:
            yield
        finally:
            for v, value in kept:
                v.assign(value)

    with as_it_was():
        return experiment()


@right("a checkpoint in a temporary folder, with everything named")
def checkpoint(model, optimizer, experiment):
    values = [v.value for v in [*model.variables, *optimizer.variables]]
    state = tf.train.Checkpoint(values=values)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        path = state.write(f"{folder}/before")
        try:
            return experiment()
        finally:
            state.read(path)


@right("an except that raises again")
def except_and_raise(model, optimizer, experiment):
    weights, others = [v.numpy() for v in model.variables], [v.numpy() for v in optimizer.variables]

    def put_back():
        for v, value in zip(model.variables, weights):
            v.assign(value)
        for v, value in zip(optimizer.variables, others):
            v.assign(value)

    try:
        result = experiment()
    except Exception:
        put_back()
        raise
    put_back()
    return result


@wrong("get_weights and set_weights", named="only the weights are put back")
def set_weights(model, optimizer, experiment):
    before = model.get_weights()
    try:
        return experiment()
    finally:
        model.set_weights(before)


@wrong("weights and the optimizer, no seeds", named="the seeds are not put back")
def no_seeds(model, optimizer, experiment):
    before, memory = model.get_weights(), [v.numpy() for v in optimizer.variables]
    try:
        return experiment()
    finally:
        model.set_weights(before)
        for v, value in zip(optimizer.variables, memory):
            v.assign(value)


@wrong("no finally", named="not put back after an error")
def no_finally(model, optimizer, experiment):
    everything = [*model.variables, *optimizer.variables]
    before = [v.numpy() for v in everything]
    result = experiment()
    for v, value in zip(everything, before):
        v.assign(value)
    return result


@wrong("the variables are kept, not their values", named="nothing is put back")
def live(model, optimizer, experiment):
    everything = [*model.variables, *optimizer.variables]
    before = list(everything)
    try:
        return experiment()
    finally:
        for v, value in zip(everything, before):
            v.assign(value)


@wrong("a return in finally swallows the error", named="the error does not come through")
def return_in_finally(model, optimizer, experiment):
    everything = [*model.variables, *optimizer.variables]
    before, result = [v.numpy() for v in everything], None
    with contextlib.suppress(Exception):
        result = experiment()
    for v, value in zip(everything, before):
        v.assign(value)
    return result


@wrong("a checkpoint of model and optimizer, which follows layers to their weights", named="the seeds are not put back")
def checkpoint_of_model(model, optimizer, experiment):
    state = tf.train.Checkpoint(model=model, optimizer=optimizer)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        path = state.write(f"{folder}/before")
        try:
            return experiment()
        finally:
            state.read(path)


@wrong("put back before the experiment", named="nothing is put back")
def too_early(model, optimizer, experiment):
    everything = [*model.variables, *optimizer.variables]
    for v, value in zip(everything, [v.numpy() for v in everything]):
        v.assign(value)
    return experiment()
