"""C6.4 Weights of rows make no difference in fit."""

import keras
import numpy as np
import tensorflow as tf

from helpers.exercises.exercise import Case, mistake
from helpers.exercises.lesson06.shared import flat, small_batch, small_model

TITLE = "Weights of rows make no difference in fit"
TASK = """\
A subclass of `keras.Model` has this function as its `train_step`. `fit` gets `sample_weight=`, so that some rows count
five times as much. The run is the same as without, to the last digit. Which line is it?"""
HINTS = (
    "Where do the weights of the rows come in, and how far do they get? Follow that name through the lines.",
    "`compute_loss` takes four things: features, labels, logits, and one more.",
    "`self.compute_loss(features, labels, logits, row_weights)`.",
)


def own_train_step(self, batch):
    """Train on a batch; return the logs. The `train_step` of a subclass of keras.Model.

    Args:
        self: the model, compiled with one loss and no other metrics.
        batch: (features, labels) or (features, labels, weights of the rows), as `fit` hands it over.
    """
    features, labels, row_weights = keras.utils.unpack_x_y_sample_weight(batch)  # A
    with tf.GradientTape() as tape:
        logits = self(features, training=True)  # B
        loss = self.compute_loss(features, labels, logits, row_weights)  # C
    gradients = tape.gradient(loss, self.trainable_variables)
    self.optimizer.apply_gradients(zip(gradients, self.trainable_variables))  # D
    self.metrics[0].update_state(loss, sample_weight=tf.shape(features)[0])  # E
    return self.get_metrics_result()


def own_train_step_broken(self, batch):
    features, labels, row_weights = keras.utils.unpack_x_y_sample_weight(batch)  # A
    with tf.GradientTape() as tape:
        logits = self(features, training=True)  # B
        loss = self.compute_loss(features, labels, logits)  # C
    gradients = tape.gradient(loss, self.trainable_variables)
    self.optimizer.apply_gradients(zip(gradients, self.trainable_variables))  # D
    self.metrics[0].update_state(loss, sample_weight=tf.shape(features)[0])  # E
    return self.get_metrics_result()


NOTE = (
    "`fit(class_weight=...)` comes the same way: Keras looks up each row's weight and hands it over as the third part "
    "of the batch. A step that unpacks only two drops both, and no error says so."
)
EXPLANATION = (
    "`compute_loss` multiplies the losses of the rows by their weights, takes the mean over the rows and adds the "
    "penalties. Without weights `row_weights` is None, and nothing is multiplied."
)


def own_train_step_by_the_loss(self, batch):
    features, labels, *rest = batch if isinstance(batch, (tuple, list)) else (batch, None)
    with tf.GradientTape() as tape:
        loss = self.loss(labels, self(features, training=True), sample_weight=rest[0] if rest else None)
        loss += sum(self.losses)
    self.optimizer.apply(tape.gradient(loss, self.trainable_variables), self.trainable_variables)
    self.metrics[0].update_state(loss, sample_weight=tf.shape(features)[0])
    return self.get_metrics_result()


def step_with(self, batch, loss_of):
    """The step of the wrong mends: `loss_of(features, labels, logits, row_weights)` is what is made small."""
    features, labels, row_weights = keras.utils.unpack_x_y_sample_weight(batch)
    with tf.GradientTape() as tape:
        loss = loss_of(features, labels, self(features, training=True), row_weights)
    self.optimizer.apply(tape.gradient(loss, self.trainable_variables), self.trainable_variables)
    self.metrics[0].update_state(loss, sample_weight=tf.shape(features)[0])
    return self.get_metrics_result()


@mistake(
    "the finished mean is multiplied",
    "The weights have an effect now, but not on single rows: the loss was a mean already when it met them, so all rows "
    "pull by the same factor. Hand the weights to `compute_loss`, which multiplies before it takes the mean.",
)
def mean_multiplied(self, batch):
    def loss_of(features, labels, logits, row_weights):
        loss = self.compute_loss(features, labels, logits)
        return loss if row_weights is None else tf.reduce_mean(row_weights) * loss

    return step_with(self, batch, loss_of)


@mistake(
    "the penalties got lost",
    "The weights of the rows count now, and the penalties do not anymore: they are added by `compute_loss`, not by the "
    "loss function. Add `sum(self.losses)`, or go back to `compute_loss`.",
)
def without_penalties(self, batch):
    def loss_of(features, labels, logits, row_weights):
        return self.loss(labels, logits, sample_weight=row_weights)

    return step_with(self, batch, loss_of)


@mistake(
    "the weights go to the metric only",
    "The logged loss has changed, the weights of the model have not: what the tape sees must contain the weights of "
    "the rows.",
)
def in_the_metric_only(self, batch):
    features, labels, row_weights = keras.utils.unpack_x_y_sample_weight(batch)
    with tf.GradientTape() as tape:
        logits = self(features, training=True)
        loss = self.compute_loss(features, labels, logits)
    self.optimizer.apply(tape.gradient(loss, self.trainable_variables), self.trainable_variables)
    logged = self.compute_loss(features, labels, logits, row_weights)
    self.metrics[0].update_state(logged, sample_weight=tf.shape(features)[0])
    return self.get_metrics_result()


def observe(candidate, seed=7, rows=11):
    """Fit a subclass with this step, without weights of rows and with them, on batches of which the last is smaller."""
    features, labels = small_batch(seed, rows)
    weights = np.where(np.arange(rows) % 3 == 0, 5.0, 0.5).astype("float32")
    own_step = type("OwnStep", (keras.Model,), {"train_step": lambda self, batch: candidate(self, batch)})
    found = {}
    for name, given in {"without weights of rows": None, "with weights of rows": weights}.items():
        model = small_model(seed)
        model = own_step(model.inputs, model.outputs)
        # eagerly, so that no graph has to be recorded
        loss_fn = keras.losses.BinaryCrossentropy(from_logits=True)
        model.compile(keras.optimizers.SGD(0.2), loss_fn, run_eagerly=True)
        parts = (features, labels) if given is None else (features, labels, given)
        dataset = tf.data.Dataset.from_tensor_slices(parts).batch(8)
        log = model.fit(dataset, epochs=2, verbose=0, shuffle=False).history
        found[f"logged loss {name}"] = log.get("loss", "none")
        found[f"weights after two epochs {name}"] = flat(model.weights)
    return found


EXERCISE = Case(
    id="C6.4",
    title=TITLE,
    task=TASK,
    hints=HINTS,
    reference=own_train_step,
    starter=own_train_step_broken,
    alternatives=(own_train_step_by_the_loss,),
    mistakes=(mean_multiplied, without_penalties, in_the_metric_only),
    observe=observe,
    second=lambda candidate: observe(candidate, seed=9, rows=13),
    note=NOTE,
    explanation=EXPLANATION,
    trap=48,
    culprits="C",
    suspects={
        "A": "This takes the batch apart, into three, and the third is None if nobody gave weights. They are here.",
        "B": "A model puts out logits for each row; weights of rows are none of its business.",
        "C": "Three of four: the weights of the rows were unpacked, and stay behind.",
        "D": "It moves the variables by the gradients that it gets.",
        "E": "The mean of the epoch counts each batch by its rows. That is for the log, and nothing is trained by it.",
    },
)
