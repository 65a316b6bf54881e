"""Microseconds of one training step on each rung of lesson 07's ladder, and how many times as fast as `fit` it is.

All rungs do the same: forward pass, loss, gradients, Adam, and two metrics. A run is one epoch, and the rungs take
turns. The epoch before the first run is not counted, because it records the graphs; of the large table it is one epoch
of every rung all the same. Each rung but `fit` meets the same batches in the same order.
"""

from time import perf_counter

import keras
import networks
import others
import paired
import tensorflow as tf

from helpers import training
from helpers.training.rows import table_of

UNIT = "µs a step"
REPEAT = 15
STEPS_A_CALL = 32
FIT = "fit"


def measure(repeat):
    """Return {network: rung: microseconds of a step, one value a run}."""
    measured = {}
    for network in (networks.churn(), networks.million(), networks.digits(), networks.mnist()):
        runs = {}
        for rung, make in rungs_of(network).items():
            epoch = make(network)
            epoch()
            runs[rung] = lambda epoch=epoch: microseconds_of_step(epoch, network.steps)
        measured |= {f"{network.name}: {rung}": times for rung, times in paired.in_turn(runs, repeat).items()}
    return measured


def reference(name, measured):
    """Return what a figure is compared with: `fit` on the same network."""
    return f"{name.split(':')[0]}: {FIT}"


def microseconds_of_step(epoch, steps):
    start = perf_counter()
    epoch()
    return (perf_counter() - start) / steps * 1e6


def rungs_of(network):
    """Return {rung: function (network) -> function that trains for an epoch}, from the lowest to the highest."""
    rungs = {
        "eager": eager,
        FIT: fit,
        "tf.function a step": function_a_step,
        f"fit, {STEPS_A_CALL} steps a call": fit_with_many_steps,
        "epoch in a graph, dataset": over_dataset,
        "epoch in a graph, table": over_table,
    }
    # inside a loop that XLA compiles for a CPU, a convolution took forty times as long as outside of one
    what = "step" if network.features.ndim > 2 else "epoch"
    rungs[f"epoch in a graph, table, XLA compiles each {what}"] = lambda network: over_table(network, what)
    if len(network.labels) >= 1_000_000:
        # five minutes an epoch, and nothing about it depends on the table
        del rungs["eager"]
    return rungs | others.rungs_of(network)


def fit(network, **settings):
    model, optimizer = network.start()
    # without XLA, which Keras switches on by itself beside a GPU
    model.compile(optimizer, network.loss_fn, metrics=[network.new_metric()], jit_compile=False, **settings)
    return lambda: model.fit(network.features, network.labels, batch_size=network.batch_size, verbose=0)


def fit_with_many_steps(network):
    return fit(network, steps_per_execution=STEPS_A_CALL)


def step_and_data(network):
    """Return (a train step, the dataset, the model), all fresh and from the same seed."""
    model, optimizer = network.start()
    metrics = {"loss": keras.metrics.Mean(), "accuracy": network.new_metric()}
    step = training.make_train_step(model, optimizer, network.loss_fn, metrics)
    data = training.batches(network.features, network.labels, training=True, batch_size=network.batch_size)
    return step, data, model


def eager(network):
    step, data, model = step_and_data(network)
    return walked(step.python_function, data, model)


def function_a_step(network):
    return walked(*step_and_data(network))


def walked(step, data, model):
    def epoch():
        for features, labels in data:
            loss = step(features, labels)
        float(loss)  # a GPU may still be at work until then
        return model

    return epoch


def over_dataset(network):
    step, data, model = step_and_data(network)

    @tf.function
    def steps(iterator):
        loss = 0.0
        for features, labels in iterator:
            loss = step(features, labels)
        return loss

    def epoch():
        float(steps(iter(data)))
        return model

    return epoch


def over_table(network, xla=None):
    """Cut the batches inside the graph; `xla` says what it compiles: nothing, each "step" or the whole "epoch".

    The full batches pass in a loop and the ragged one follows it: XLA wants to know each size.
    """
    step, _, model = step_and_data(network)
    if xla == "step":
        step = tf.function(step.python_function, jit_compile=True)
    n_rows, size = len(network.labels), network.batch_size
    table = table_of(network.features, network.labels, training=True, batch_size=size)

    def take(chosen):
        return step(*table.rows(chosen))

    @tf.function(autograph=False, jit_compile=xla == "epoch")
    def steps(order):
        def one_more(done, loss):
            return done + 1, take(tf.slice(order, [done * size], [size]))

        _, loss = tf.while_loop(lambda done, loss: done < n_rows // size, one_more, (tf.constant(0), tf.constant(0.0)))
        return take(order[n_rows // size * size :]) if n_rows % size else loss

    orders = iter(table.orders.repeat())

    def epoch():
        float(steps(next(orders)))
        return model

    return epoch
