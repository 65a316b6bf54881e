"""Run by many_workers.py in every worker: milliseconds of lesson 08's step for networks and batches of several sizes.

python worker_steps.py FILE RUNS        worker 0 writes FILE, {"weights, rows": [ms, one for each run]}
"""

import json
import sys
from pathlib import Path
from time import perf_counter

UNITS = (32, 512, 2048)
ROWS = (64, 1024)
STEPS = 5


def network(units):
    import keras

    keras.utils.set_random_seed(0)
    layers = [keras.Input((784,)), keras.layers.Dense(units, activation="relu"), keras.layers.Dense(10)]
    model, optimizer = keras.Sequential(layers), keras.optimizers.Adam(1e-3)
    optimizer.build(model.trainable_variables)
    return model, optimizer


def main(file, runs):
    import numpy as np
    import tensorflow as tf

    sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "notebooks" / "scripts"))
    import train_digits

    # one worker stands for one core; two threads between operations, or an all-reduce could wait for itself
    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(2)
    strategy = tf.distribute.MultiWorkerMirroredStrategy()
    random, measured = np.random.default_rng(0), {}
    for units in UNITS:
        with strategy.scope():
            model, optimizer = network(units)
        for rows in ROWS:
            step = train_digits.make_train_step(strategy, train_digits.make_replica_step(model, optimizer, rows))
            x = train_digits.share(strategy, random.random((rows, 784), dtype=np.float32))
            y = train_digits.share(strategy, random.integers(0, 10, rows))
            float(step(x, y)[0])
            times = measured[f"{model.count_params()}, {rows}"] = []
            for _ in range(runs):
                start = perf_counter()
                for _ in range(STEPS):
                    float(step(x, y)[0])
                times.append((perf_counter() - start) / STEPS * 1e3)
    if strategy.cluster_resolver.task_id == 0:
        Path(file).write_text(json.dumps(measured), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
