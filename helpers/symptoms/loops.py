"""Loops of the symptom index: graphs, epochs, curves, what is kept for later."""

import tempfile

import keras
import numpy as np
import tensorflow as tf

from helpers.symptoms.gradients import step_with, tensors
from helpers.symptoms.parts import BINARY, graph_of, linear, logistic, network, rows, sgd, step_of

bce = BINARY(from_logits=True)


def graph_each_time(sick):
    model, optimizer = linear(), sgd()
    optimizer.build(model.trainable_variables)
    once = graph_of(step_with(model, optimizer))

    def train_step(features, labels):
        step = graph_of(step_with(model, optimizer)) if sick else once
        return step(tf.convert_to_tensor(features), tf.convert_to_tensor(labels))

    return {"model": model, "train_step": train_step, "batch": rows()}


def appended_in_a_graph(sick):
    model, optimizer, history = linear(), sgd(), []
    optimizer.build(model.trainable_variables)
    one_step = step_with(model, optimizer)

    @graph_of
    def in_graph(features, labels):
        loss = one_step(features, labels)
        if sick:
            history.append(loss)
        return loss

    def train_step(features, labels):
        loss = in_graph(tf.convert_to_tensor(features), tf.convert_to_tensor(labels))
        if not sick:
            history.append(float(loss))
        return loss

    return {"train_step": train_step, "batch": rows()}


def old_graph(sick):
    """The model and the optimizer are made anew; sick, the graph is not."""
    live = {}

    def rebuild():
        live.update(model=linear(), optimizer=sgd())
        live["optimizer"].build(live["model"].trainable_variables)

    def new_step():
        return graph_of(lambda features, labels: step_with(**live)(features, labels))

    rebuild()
    train_step = new_step()
    train_step(*tensors())
    rebuild()
    train_step = train_step if sick else new_step()
    return {"model": live["model"], "train_step": train_step, "batch": rows()}


class Settings:
    """What a step reads."""

    def __init__(self):
        self.smoothing = 0.1


def setting_in_a_graph(sick):
    model, optimizer, settings = linear(), sgd(), Settings()
    optimizer.build(model.trainable_variables)
    changeable = tf.Variable(0.1)

    def loss_of(features, labels):
        smoothing = settings.smoothing if sick else changeable
        return bce(labels * (1 - smoothing) + smoothing / 2, model(features, training=True))

    train_step = graph_of(step_of(model, optimizer, loss_of))
    train_step(*tensors())
    return {"model": model, "train_step": train_step, "batch": rows()}


def dataset_of_rows():
    return tf.data.Dataset.from_tensor_slices(rows(9)).batch(4)  # the last batch has one row


def training(run_epoch):
    """Return (model, train): `train(epochs=...)` returns what `run_epoch(model, step, epoch)` returns, in a list."""
    model = linear()
    step = step_of(model, sgd(), logistic(model))

    def train(epochs=1):
        return [run_epoch(model, step, epoch) for epoch in range(epochs)]

    return model, train


def last_batch_only(sick):
    def run_epoch(model, step, epoch):
        mean = keras.metrics.Mean()
        for features, labels in dataset_of_rows():
            loss = step(features, labels)
            mean.update_state(loss, sample_weight=len(labels))
        return float(loss if sick else mean.result())

    model, train = training(run_epoch)
    return {"model": model, "train": train}


def mean_of_batches(sick):
    def run_epoch(model, step, epoch):
        losses = [(float(step(features, labels)), len(labels)) for features, labels in dataset_of_rows()]
        sizes = None if sick else [size for _, size in losses]
        return float(np.average([loss for loss, _ in losses], weights=sizes))

    model, train = training(run_epoch)
    return {"model": model, "train": train}


def not_reset(sick):
    metric = keras.metrics.BinaryAccuracy(threshold=0.0, name="accuracy")

    def run_epoch(model, step, epoch):
        if not sick:
            metric.reset_state()
        for features, labels in dataset_of_rows():
            metric.update_state(labels, model(features))
            step(features, labels)
        return float(metric.result())

    model, train = training(run_epoch)
    return {"model": model, "train": train}


def one_number_for_all(sick):
    mean = keras.metrics.Mean()

    def run_epoch(model, step, epoch):
        mean.reset_state()
        for features, labels in dataset_of_rows():
            mean.update_state(step(features, labels), sample_weight=len(labels))
        return float(mean.result())

    model, run = training(run_epoch)

    def train(epochs=1):
        curve = run(epochs)
        return [float(mean.result()) for _ in range(epochs)] if sick else curve

    return {"model": model, "train": train}


def iterator_at_its_end(sick):
    source = iter(dataset_of_rows())

    def run_epoch(model, step, epoch):
        return [float(step(features, labels)) for features, labels in (source if sick else dataset_of_rows())]

    model, train = training(run_epoch)
    return {"model": model, "train": train}


def always_the_first(sick):
    dataset = dataset_of_rows()

    def run_epoch(model, step, epoch):
        batches = (next(iter(dataset)) for _ in range(3)) if sick else dataset
        return [float(step(features, labels)) for features, labels in batches][-1]

    model, train = training(run_epoch)
    return {"model": model, "train": train}


def used_again(sick):
    model, once = linear(), keras.optimizers.Adam()
    once.build(model.trainable_variables)
    start = model.get_weights()

    def train(epochs=1):
        model.set_weights(start)
        optimizer = once if sick else keras.optimizers.Adam()
        step = step_of(model, optimizer, logistic(model))
        return [[float(step(features, labels)) for features, labels in dataset_of_rows()][-1] for _ in range(epochs)]

    return {"model": model, "train": train}


def unrolled(sick):
    model, optimizer, batches = linear(), sgd(), [tensors() for _ in range(5)]
    optimizer.build(model.trainable_variables)
    one_step = step_with(model, optimizer)
    epoch_in_graph = graph_of(lambda: [one_step(*batch) for batch in batches][-1])
    step_in_graph = graph_of(one_step)

    def train(epochs=1):
        if sick:
            return [float(epoch_in_graph()) for _ in range(epochs)]
        return [[float(step_in_graph(*batch)) for batch in batches][-1] for _ in range(epochs)]

    return {"model": model, "train": train}


def rates_of_epochs(sick):
    return {"rate_of": (lambda epoch: 0.1 * 0.5) if sick else lambda epoch: 0.1 * 0.5 ** (epoch // 10)}


def steps_for_epochs(sick):
    steps = 3
    schedule = keras.optimizers.schedules.ExponentialDecay(0.1, 10 if sick else 10 * steps, 0.5)
    return {"rate_of": lambda epoch: schedule(epoch * steps)}


def in_their_order(sick):
    labels = np.repeat([0.0, 1.0], 32).astype("float32")
    dataset = tf.data.Dataset.from_tensor_slices((np.arange(64.0), labels))
    dataset = dataset if sick else dataset.shuffle(64, seed=0)
    return {"dataset": dataset.batch(16)}


def row_by_row(sick):
    one_by_one = tf.data.Dataset.from_tensor_slices(rows())
    return {"before_map": one_by_one if sick else one_by_one.batch(4)}


def fetched_each_time(sick):
    model, total = linear(), 0.0
    train_step = step_of(model, sgd(), logistic(model))
    for _ in range(3):
        loss = train_step(*rows())
        total += float(loss) if sick else loss
    return {"kept": total}


def buffer_of_rows(sick):
    pictures = np.zeros((2, 28, 28), "float32")
    source = tf.data.Dataset.from_tensor_slices(pictures) if sick else tf.data.Dataset.range(2)
    return {"before_shuffle": source}


def live_best(sick):
    model = linear()
    return {"model": model, "best": model.trainable_variables if sick else model.get_weights()}


def resumed(sick):
    runs = []
    for _ in range(2):
        model, optimizer = linear(), keras.optimizers.Adam()
        optimizer.build(model.trainable_variables)
        runs.append({"model": model} if sick else {"model": model, "optimizer": optimizer})
        if len(runs) == 1:
            step_of(model, optimizer, logistic(model))(*rows())
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        path = tf.train.Checkpoint(**runs[0]).save(f"{folder}/run")
        tf.train.Checkpoint(**runs[1]).restore(path).expect_partial()
    return {"optimizer": optimizer}


def follower(sick):
    model = network()
    if sick:  # new around the same layers
        return {"model": model, "target": keras.Sequential([keras.Input(shape=(3,)), *model.layers])}
    target = keras.models.clone_model(model)
    target.set_weights(model.get_weights())
    return {"model": model, "target": target}


def empty_copy(sick):
    """A clone of a model that has learned; sick, the clone begins where the model began."""
    model = network()
    step_of(model, sgd(1.0), logistic(model))(*rows())
    target = keras.models.clone_model(model)
    if not sick:
        target.set_weights(model.get_weights())
    return {"model": model, "target": target}
