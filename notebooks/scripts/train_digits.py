"""Train lesson 08's network on the digits: alone, as one of several workers, or as a task of a Slurm job.

    python train_digits.py FOLDER EPOCHS        FOLDER holds digits.npz, and gets the checkpoints and the weights
"""

import json
import os
import sys
from pathlib import Path


def tf_config_from_slurm(variables, addresses, first_port=17100):
    workers = int(variables["SLURM_NTASKS"])
    per_node = workers // len(addresses)
    where = [f"{addresses[rank // per_node]}:{first_port + rank}" for rank in range(workers)]
    task = {"type": "worker", "index": int(variables["SLURM_PROCID"])}
    return {"cluster": {"worker": where}, "task": task}


# TensorFlow must know its team before it starts; the addresses come from train_digits.sbatch alone
if "NODE_ADDRESSES" in os.environ:
    addresses = os.environ["NODE_ADDRESSES"].split()
    os.environ["TF_CONFIG"] = json.dumps(tf_config_from_slurm(os.environ, addresses))

import keras  # noqa: E402
import numpy as np  # noqa: E402
import tensorflow as tf  # noqa: E402

loss_fn = keras.losses.SparseCategoricalCrossentropy(from_logits=True, reduction="none")


def build(seed=0):
    keras.utils.set_random_seed(seed)
    hidden = keras.layers.Dense(32, activation="relu")
    model = keras.Sequential([keras.Input((784,)), hidden, keras.layers.Dense(10)])
    optimizer = keras.optimizers.Adam(3e-3)
    optimizer.build(model.trainable_variables)
    return model, optimizer


def order_of_epoch(seed, epoch, n_rows, batch_size=64):
    steps = n_rows // batch_size
    order = np.random.default_rng([seed, epoch]).permutation(n_rows)
    return order[: steps * batch_size].reshape(steps, batch_size)


def make_replica_step(model, optimizer, global_batch=64):
    def replica_step(features, labels):
        with tf.GradientTape() as tape:
            logits = model(features, training=True)
            loss = tf.reduce_sum(loss_fn(labels, logits)) / global_batch
        gradients = tape.gradient(loss, model.trainable_variables)
        optimizer.apply_gradients(zip(gradients, model.trainable_variables))
        right = tf.argmax(logits, axis=1, output_type=labels.dtype) == labels
        return loss, tf.reduce_sum(tf.cast(right, tf.float32))
    return replica_step


def make_train_step(strategy, replica_step):
    @tf.function
    def train_step(features, labels):
        loss, right = strategy.run(replica_step, args=(features, labels))
        return strategy.reduce("sum", loss, None), strategy.reduce("sum", right, None)
    return train_step


def share(strategy, batch):
    n = strategy.num_replicas_in_sync

    def rows_of(replica):
        return tf.constant(batch[replica.replica_id_in_sync_group :: n])
    return strategy.experimental_distribute_values_from_function(rows_of)


def train_epoch(strategy, train_step, x, y, order):
    losses, rights = [], []
    for chosen in order:
        loss, right = train_step(share(strategy, x[chosen]), share(strategy, y[chosen]))
        losses.append(float(loss))
        rights.append(float(right))
    return np.mean(losses), np.sum(rights) / order.size


def main(folder, epochs):
    strategy = tf.distribute.MultiWorkerMirroredStrategy()
    chief = strategy.cluster_resolver.task_id in (0, None)
    with np.load(folder / "digits.npz") as digits:
        x, y = digits["x"], digits["y"]
    with strategy.scope():
        model, optimizer = build()
    run = tf.train.Checkpoint(model=model, optimizer=optimizer, epoch=tf.Variable(0))
    manager = tf.train.CheckpointManager(run, folder / "checkpoints", max_to_keep=2)
    manager.restore_or_initialize()
    train_step = make_train_step(strategy, make_replica_step(model, optimizer))
    for epoch in range(int(run.epoch), epochs):
        order = order_of_epoch(0, epoch, len(x))
        loss, right = train_epoch(strategy, train_step, x, y, order)
        print(f"epoch {epoch}: loss {loss:.4f}, right {right:.3f}", flush=True)
        run.epoch.assign_add(1)
        if chief:
            manager.save()
    if chief:
        np.savez(folder / "weights.npz", *model.get_weights())


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
