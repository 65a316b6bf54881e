"""Broken loops that trained before, kept something, or went on after a restart. Traps 19, 38, 52."""

import tempfile
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf

from patients.parts import (
    FROM_LOGITS,
    OF_CLASSES,
    a_number,
    adam,
    broken,
    healthy,
    network,
    squares,
    step_of,
    three_classes,
    two_classes,
)

# 19: BatchNorm's averages, after a few steps


def _a_few_steps(name, steps, momentum, make=broken, middle=(), outputs=1):
    batch_norm = keras.layers.BatchNormalization(momentum=momentum)
    model = network(outputs=outputs, middle=[batch_norm, *middle], units=16)
    features, labels = two_classes() if outputs == 1 else three_classes()
    features, loss_fn = 5 + 3 * features, FROM_LOGITS if outputs == 1 else OF_CLASSES
    step = step_of(model, adam(0.02), lambda x, y: loss_fn(y, model(x, training=True)), "graph")
    for _ in range(steps):
        step(tf.constant(features), tf.constant(labels))

    def test_step(features, labels):
        return loss_fn(labels, model(features, training=False))

    return make(*[19] * (make is broken), name, model, step, (features, labels), test_step=test_step)


def patient_hundred_steps():
    return _a_few_steps("a hundred steps", 100, 0.99)


def patient_sixty_steps_of_classes():
    return _a_few_steps("three classes", 60, 0.99, outputs=3)


def patient_slow_averages_and_dropout():
    return _a_few_steps("slow averages", 120, 0.999, middle=[keras.layers.Dropout(0.2)])


def patient_healthy_quick_averages():
    return _a_few_steps("quick averages", 60, 0.8, healthy)


# 38: the best weights


def _best(name, keep, put_back, make=broken):
    model, (features, labels) = network(3), a_number()
    step = step_of(model, adam(), squares(model))

    def train(epochs):
        best, lowest, curve = keep(model), float("inf"), []
        for _ in range(epochs):
            curve.append(float(step(features, labels)))
            if curve[-1] < lowest:
                best, lowest = keep(model), curve[-1]
        put_back(model, best)
        return curve

    return make(*[38] * (make is broken), name, model, step, (features, labels), train=train)


def _arrays(model):
    return [np.array(each) for each in model.trainable_variables]


def _assign_each(model, best):
    for variable, value in zip(model.trainable_variables, best):
        variable.assign(value)


def patient_best_is_the_list_of_variables():
    return _best("the list", lambda model: model.trainable_variables, _assign_each)


def patient_best_is_set_again():
    return _best("set_weights", lambda model: model.weights, lambda model, best: model.set_weights(best))


def patient_best_is_a_copy_of_the_list():
    return _best("a copy of the list", lambda model: [each.value for each in model.trainable_variables], _assign_each)


def patient_healthy_best_weights():
    return _best(
        "best weights", lambda model: model.get_weights(), lambda model, best: model.set_weights(best), healthy
    )


def patient_healthy_best_arrays():
    return _best("best arrays", _arrays, _assign_each, healthy)


# 52: after a restart


def _resuming(name, save, read, make=broken):
    folder, (features, labels) = Path(tempfile.mkdtemp()), a_number()
    model = network(3)
    first = model.get_weights()
    step = step_of(model, adam(), squares(model))

    def train(epochs):
        model.set_weights(first)
        optimizer, curve = adam(), []
        optimizer.build(model.trainable_variables)
        one_step, done = step_of(model, optimizer, squares(model)), folder / "done.txt"
        start = int(done.read_text()) if done.exists() else 0
        if start:
            read(folder, model, optimizer)
        for epoch in range(start, epochs):
            curve.append(float(np.mean([one_step(features[i::4], labels[i::4]) for i in range(4)])))
            save(folder, model, optimizer)
            done.write_text(str(epoch + 1))
        return curve

    return make(*[52] * (make is broken), name, model, step, (features, labels), train=train)


def patient_weights_alone_in_a_file():
    return _resuming(
        "weights",
        lambda folder, model, _: model.save_weights(folder / "last.weights.h5"),
        lambda folder, model, _: model.load_weights(folder / "last.weights.h5"),
    )


def patient_checkpoint_of_the_model():
    return _resuming(
        "checkpoint",
        lambda folder, model, _: tf.train.Checkpoint(model=model).write(str(folder / "last")),
        lambda folder, model, _: tf.train.Checkpoint(model=model).read(str(folder / "last")),
    )


def patient_arrays_in_a_file():
    return _resuming(
        "arrays",
        lambda folder, model, _: np.savez(folder / "last.npz", *model.get_weights()),
        lambda folder, model, _: model.set_weights(list(np.load(folder / "last.npz").values())),
    )


def patient_healthy_resuming():
    return _resuming(
        "both in a checkpoint",
        lambda folder, *both: tf.train.Checkpoint(model=both[0], optimizer=both[1]).write(str(folder / "last")),
        lambda folder, *both: tf.train.Checkpoint(model=both[0], optimizer=both[1]).read(str(folder / "last")),
        healthy,
    )
