"""Seconds of a whole training run, from a fresh model to its history: `train` beside every form of `fit`.

What is recorded and compiled on the way counts, as it does for whoever waits. Batches have 32 rows, which is what
`train` cuts arrays into. The forms take turns; each is compared with the best form of `fit` on its network, the one of
the smallest median.
"""

import dataclasses
import statistics
from time import perf_counter

import networks
import paired

from helpers import training

UNIT = "seconds"
REPEAT = 15
# as lesson 04 trains; the large table once; the pictures for as long as lesson 05's first experiments
EPOCHS = {"churn": 30, "a million rows": 1, "digits CNN": 5, "MNIST CNN": 5}
STEPS_A_CALL = 32


def measure(repeat):
    """Return {network: form: seconds of a run, one value a run}."""
    measured = {}
    for network in (networks.churn(), networks.million(), networks.digits(), networks.mnist()):
        network, epochs = dataclasses.replace(network, batch_size=32), EPOCHS[network.name]
        runs = {form: lambda run=run: seconds_of(run, network, epochs) for form, run in forms_of(network).items()}
        measured |= {f"{network.name}: {form}": times for form, times in paired.in_turn(runs, repeat).items()}
    return measured


def reference(name, measured):
    """Return what a figure is compared with: the best form of `fit` on the same network."""
    network = name.split(":")[0]
    fits = [other for other in measured if other.startswith(f"{network}: fit")]
    return min(fits, key=lambda fit: statistics.median(measured[fit]))


def seconds_of(run, *arguments):
    start = perf_counter()
    run(*arguments)
    return perf_counter() - start


def forms_of(network):
    """Return {form: function (network, epochs) -> the trained model}."""
    many, epoch = dict(steps_per_execution=STEPS_A_CALL), dict(steps_per_execution=network.steps)
    return {
        "train, arrays": train(arrays),
        "train, dataset": train(dataset),
        "fit, arrays": fit(arrays),
        f"fit, arrays, {STEPS_A_CALL} steps a call": fit(arrays, **many),
        "fit, arrays, an epoch a call": fit(arrays, **epoch),
        f"fit, arrays, {STEPS_A_CALL} steps a call, XLA": fit(arrays, **many | dict(jit_compile=True)),
        "fit, dataset": fit(dataset),
        f"fit, dataset, {STEPS_A_CALL} steps a call": fit(dataset, **many),
    }


def arrays(network):
    return network.features, network.labels


def dataset(network):
    return training.batches(*arrays(network), training=True, batch_size=network.batch_size)


def train(data_of):
    def run(network, epochs):
        model, optimizer = network.start()
        metrics = dict(new_metrics=lambda: {"accuracy": network.new_metric()})
        training.train(model, optimizer, network.loss_fn, data_of(network), epochs=epochs, **metrics)
        return model

    return run


def fit(data_of, jit_compile=False, **settings):
    def run(network, epochs):
        model, optimizer = network.start()
        metrics = dict(metrics=[network.new_metric()])
        model.compile(optimizer, network.loss_fn, jit_compile=jit_compile, **metrics, **settings)
        if data_of is arrays:
            model.fit(*arrays(network), batch_size=network.batch_size, epochs=epochs, verbose=0)
        else:
            model.fit(dataset(network), epochs=epochs, shuffle=False, verbose=0)
        return model

    return run
