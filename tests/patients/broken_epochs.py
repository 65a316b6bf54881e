"""Broken loops that only a whole epoch shows, or two. Traps 22 to 24, 27, 37, 40, 49, 53."""

import keras
import numpy as np
import tensorflow as tf

from patients.parts import (
    FROM_LOGITS,
    OF_CLASSES,
    a_number,
    adam,
    broken,
    crossed,
    network,
    squares,
    step_of,
    three_classes,
    two_classes,
)

# 22, 23, 24: what an epoch reports


def _with_train(trap, name, report, ragged=False):
    """A loop whose epoch is reported by `report(mean, losses)`; `mean` is updated with each batch, and never reset."""
    model, mean = network(3), keras.metrics.Mean()
    step, (features, labels) = step_of(model, keras.optimizers.SGD(0.05), squares(model)), a_number()
    dataset = tf.data.Dataset.from_tensor_slices((features, labels)).batch(7 if ragged else 8)

    def train(epochs):
        curve = []
        for _ in range(epochs):
            losses = []
            for rows, targets in dataset:
                losses.append(step(rows, targets))
                if trap == 22:
                    mean.update_state(losses[-1])
            report(mean, losses, curve)
        return curve

    return broken(trap, name, model, step, (features, labels), train=train, dataset=dataset)


def patient_mean_never_reset():
    return _with_train(22, "Mean", lambda mean, losses, curve: curve.append(float(mean.result())))


def patient_accuracy_never_reset():
    model, accuracy, (features, labels) = network(), keras.metrics.BinaryAccuracy(threshold=0.0), two_classes()
    optimizer, dataset = adam(), tf.data.Dataset.from_tensor_slices((features, labels)).batch(8)

    @tf.function
    def train_step(features, labels):
        with tf.GradientTape() as tape:
            logits = model(features, training=True)
            loss = FROM_LOGITS(labels, logits)
        optimizer.apply_gradients(zip(tape.gradient(loss, model.trainable_variables), model.trainable_variables))
        accuracy.update_state(labels, logits)
        return loss

    def train(epochs):
        return [float(np.mean([train_step(x, y) for x, y in dataset])) for _ in range(epochs)]

    return broken(22, "accuracy", model, train_step, (features, labels), train=train)


def patient_mean_reset_once():
    def report(mean, losses, curve):
        if not curve:
            curve.append(float(np.mean(losses)))
        else:
            curve.append(float(mean.result()))

    return _with_train(22, "from the second epoch", report)


def patient_last_batch_reported():
    return _with_train(23, "last batch", lambda mean, losses, curve: curve.append(float(losses[-1])))


def patient_last_of_ragged_batches():
    report = lambda mean, losses, curve: curve.append(losses[-1].numpy())  # noqa: E731
    return _with_train(23, "ragged", report, ragged=True)


def patient_mean_of_ragged_means():
    report = lambda mean, losses, curve: curve.append(float(np.mean(losses)))  # noqa: E731
    return _with_train(23, "mean of means", report, ragged=True)


def _flat_curve(name, take_one):
    model, (features, labels) = network(outputs=3), three_classes()
    step, dataset = step_of(model, adam(), crossed(model)), tf.data.Dataset.from_tensor_slices((features, labels))

    def train(epochs):
        means = []
        for _ in range(epochs):
            means.append(float(np.mean([step(x, y) for x, y in dataset.batch(8)])))
        return take_one(means, epochs)

    return broken(24, name, model, step, (features, labels), train=train)


def patient_last_number_for_all():
    return _flat_curve("last", lambda means, epochs: [means[-1] for _ in range(epochs)])


def patient_first_number_for_all():
    return _flat_curve("first", lambda means, epochs: means[:1] * epochs)


def patient_mean_for_all():
    return _flat_curve("mean", lambda means, epochs: np.full(epochs, np.mean(means)))


# 27 and 40: data


def _reading(trap, name, make_dataset, batches_of, graph=False):
    model, (features, labels) = network(), two_classes()
    step = step_of(model, adam(), lambda x, y: FROM_LOGITS(y, model(x, training=True)), "graph" if graph else "eager")
    dataset = make_dataset(features, labels)

    def train(epochs):
        curve = [0.0]
        for _ in range(epochs):
            losses = [float(step(x, y)) for x, y in batches_of(dataset)]
            curve.append(float(np.mean(losses)) if losses else curve[-1])
        return curve[1:]

    return broken(trap, name, model, step, (features, labels), train=train, dataset=dataset)


def _batched(features, labels):
    return tf.data.Dataset.from_tensor_slices((features, labels)).batch(8)


def patient_iterator_made_once():
    return _reading(27, "iterator", lambda x, y: iter(_batched(x, y)), lambda dataset: dataset)


def patient_generator_made_once():
    def make(features, labels):
        return ((features[i : i + 8], labels[i : i + 8]) for i in range(0, 32, 8))

    return _reading(27, "generator", make, lambda dataset: dataset)


def patient_first_batch_only():
    def batches(dataset):
        return (next(iter(dataset)) for _ in range(4))

    return _reading(27, "first batch", _batched, batches, graph=True)


def _sorted(features, labels, buffer=0):
    order = np.argsort(labels[:, 0])
    dataset = tf.data.Dataset.from_tensor_slices((features[order], labels[order]))
    return dataset.shuffle(buffer) if buffer else dataset


def patient_sorted_rows():
    return _reading(40, "sorted", lambda x, y: _sorted(x, y).batch(4), lambda dataset: dataset)


def patient_small_buffer():
    return _reading(40, "small buffer", lambda x, y: _sorted(x, y, 2).batch(4), lambda dataset: dataset)


def patient_shuffled_after_batch():
    return _reading(40, "after batch", lambda x, y: _sorted(x, y).batch(4).shuffle(100), lambda dataset: dataset)


# 37 and 49: the life of an optimizer


def _runs(trap, name, optimizer_of_run, optimizer_of_epoch=None):
    model, (features, labels) = network(3), a_number()
    first, dataset = model.get_weights(), tf.data.Dataset.from_tensor_slices((features, labels)).batch(8)
    step = step_of(model, adam(), squares(model))

    def train(epochs):
        model.set_weights(first)
        optimizer, curve = optimizer_of_run(), []
        for _ in range(epochs):
            optimizer = optimizer_of_epoch() if optimizer_of_epoch else optimizer
            one_step = step_of(model, optimizer, squares(model))
            curve.append(float(np.mean([one_step(x, y) for x, y in dataset])))
        return curve

    return broken(trap, name, model, step, (features, labels), train=train)


def patient_optimizer_used_again():
    optimizer = adam()
    return _runs(37, "Adam", lambda: optimizer)


def patient_momentum_used_again():
    optimizer = keras.optimizers.SGD(0.02, momentum=0.9)
    return _runs(37, "momentum", lambda: optimizer)


def patient_optimizer_of_another_model():
    optimizer, other, model = adam(), network(3), network(3)
    optimizer.build(other.trainable_variables)
    return broken(37, "another model", model, step_of(model, optimizer, squares(model)), a_number())


def patient_optimizer_made_each_epoch():
    return _runs(49, "each epoch", adam, adam)


def patient_optimizer_made_each_step():
    model = network(3)

    def train_step(features, labels):
        return step_of(model, keras.optimizers.Adam(0.01), squares(model))(features, labels)

    return broken(49, "each step", model, train_step, a_number())


class Forgetful:
    def __init__(self):
        self.model = network(outputs=3)

    def train_step(self, features, labels):
        with tf.GradientTape() as tape:
            loss = OF_CLASSES(labels, self.model(features, training=True))
        gradients = tape.gradient(loss, self.model.trainable_variables)
        keras.optimizers.RMSprop(0.01).apply(gradients, self.model.trainable_variables)
        return {"loss": loss}


def patient_optimizer_made_in_a_method():
    trainer = Forgetful()
    return broken(49, "in a method", trainer.model, trainer.train_step, three_classes())


# 53: a whole epoch in one graph


def _unrolled(name, graph_of_batches):
    model, (features, labels) = network(3), a_number()
    optimizer = keras.optimizers.SGD(0.05)
    optimizer.build(model.trainable_variables)
    step = step_of(model, optimizer, squares(model))
    batches = [(features[i : i + 3], labels[i : i + 3]) for i in range(0, 30, 3)]
    run = graph_of_batches(step, batches)

    def train(epochs):
        return [float(run()) for _ in range(epochs)]

    return broken(53, name, model, step, (features, labels), train=train)


def patient_epoch_in_a_graph():
    def graph_of(step, batches):
        @tf.function
        def run():
            total = 0.0
            for features, labels in batches:
                total += step(features, labels)
            return total / len(batches)

        return run

    return _unrolled("list", graph_of)


def patient_epoch_of_ranges_in_a_graph():
    def graph_of(step, batches):
        @tf.function
        def run():
            return tf.reduce_mean([step(*batches[number]) for number in range(len(batches))])

        return run

    return _unrolled("range", graph_of)


def patient_epochs_of_arrays_in_a_graph():
    def graph_of(step, batches):
        features, labels = (np.concatenate(parts) for parts in zip(*batches))

        @tf.function
        def run():
            losses = []
            for start in range(0, len(features), 3):
                losses.append(step(features[start : start + 3], labels[start : start + 3]))
            return tf.add_n(losses) / len(losses)

        return run

    return _unrolled("arrays", graph_of)
