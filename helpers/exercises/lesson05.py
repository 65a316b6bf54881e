"""The exercises of lesson 05: graphs, clipping, what Dropout, BatchNorm and L2 need, accumulation, resuming."""

import contextlib
import functools
import os
import tempfile
import weakref

import keras
import numpy as np
import tensorflow as tf

from helpers.exercises.checker import Exercise, Misconception


def _largest_difference(weights_a, weights_b):
    return float(max(np.abs(a - b).max() for a, b in zip(weights_a, weights_b)))


class _Witness(keras.layers.Layer):
    """Passes its input on, and notes how often Python walks through it, in a graph's recording or without a graph."""

    def __init__(self):
        super().__init__()
        self.forget()

    def forget(self):
        self.traced = self.eager = 0

    def call(self, inputs):
        if tf.executing_eagerly():
            self.eager += 1
        else:
            self.traced += 1
        return inputs


class _Waiting(keras.layers.Layer):
    """Passes its input on, and notes the most rows in one call, and the most that tapes kept for gradients to come."""

    def __init__(self):
        super().__init__()
        self.most_at_once = self.most_waiting = self.waiting = 0

    def call(self, inputs):
        rows = inputs.shape[0] or 0  # None while a model is built

        @tf.custom_gradient
        def pass_on(inputs):
            def gradient(upstream):
                no_longer()
                return upstream

            # called once: when the gradient is taken, or when no tape wants it anymore
            no_longer = weakref.finalize(gradient, self.release, rows)
            return tf.identity(inputs), gradient

        self.waiting += rows
        self.most_at_once = max(self.most_at_once, rows)
        self.most_waiting = max(self.most_waiting, self.waiting)
        return pass_on(inputs)

    def release(self, rows):
        self.waiting -= rows


# 05.1 How often is it traced?


def traces():
    """Return how often the step is traced in all five epochs, a whole number."""
    shapes, rates = 2, 5
    return shapes * rates


def _ten():
    return 10


def _once():
    return 1


def _one_for_each_shape():
    return 2


def _one_for_each_rate():
    return 5


def _shapes_plus_rates():
    return 7


def _one_for_each_call():
    return 80


def _traces_in_truth(epochs=5):
    @tf.function
    def step(features, rate):
        return rate * tf.reduce_mean(features)

    for epoch in range(epochs):
        for rows in 15 * [64] + [40]:
            step(tf.zeros((rows, 1)), 0.95**epoch)
    return step.experimental_get_tracing_count()


TRACES = Exercise(
    id="05.1",
    title="Predict: how often is it traced?",
    task="""
A loop hands the learning rate to its step as an argument. The dataset has 1,000 rows, in batches of at most 64: 16
batches an epoch.

```python
@tf.function
def train_step(features, labels, rate): ...

for epoch in range(5):
    for features, labels in dataset.batch(64):
        train_step(features, labels, 0.95**epoch)
```

How often is `train_step` traced in all five epochs together? (The optimizer is built before.) Predict first; then write
the number into `traces`.
""",
    hints=(
        "What makes TensorFlow trace again? There are two different reasons in this loop.",
        "1,000 rows in batches of 64: how many different shapes? Five epochs: how many different Python numbers?",
        "Every pair of a shape and a number that occurs needs a graph of its own.",
    ),
    reference=traces,
    alternatives=(_ten,),
    misconceptions=(
        Misconception(
            "once and for all",
            "One trace would be right if every call looked the same. Here the last batch of an epoch has another "
            "shape, and the rate is a Python number that changes from epoch to epoch.",
            _once,
        ),
        Misconception(
            "only shapes count",
            "Full batches and the ragged one: these are the two normal traces. But a Python number is written into the "
            "graph as a constant, so a new number needs a new graph.",
            _one_for_each_shape,
        ),
        Misconception(
            "only the numbers count",
            "Each new rate needs a new graph, that is right. But the last batch of an epoch has another shape than the "
            "others.",
            _one_for_each_rate,
        ),
        Misconception(
            "added instead of multiplied",
            "Both reasons are there, but a graph belongs to a shape *and* a number. When the rate changes, the graphs "
            "of both shapes are of no use anymore.",
            _shapes_plus_rates,
        ),
        Misconception(
            "a trace for each call",
            "This is the number of calls. Within an epoch the rate stays and 15 batches have the same shape; these "
            "calls share a graph.",
            _one_for_each_call,
        ),
    ),
    observe=lambda candidate: {"number of traces": candidate()},
    second=lambda candidate: {"more than TensorFlow counts": float(candidate()) - _traces_in_truth()},
    note="With the rate as a tensor, or as `optimizer.learning_rate`, there are 2 traces however long the training is. "
    "`train_step.experimental_get_tracing_count()` tells.",
    explanation="A graph is recorded for each new combination of shapes and Python numbers. Two shapes, 64 and 40 "
    "rows, meet five rates, so there are ten.",
)

# 05.2 A graph for each model


def train_each(models, features, labels, steps):
    """Train each model for some steps, in a graph; return the loss of each model's last step, a list of floats.

    Args:
        models: a list of built models that put out logits (B, 1); each is trained in place, from a rate of 0.5.
        features, labels: the one batch for all steps, float32 (B, columns) and 0 or 1, float32 (B, 1).
        steps: how many steps of plain gradient descent; each has 0.9 times the rate of the one before.
    """
    loss_fn = keras.losses.BinaryCrossentropy(from_logits=True)

    def make_train_step(model, optimizer):
        @tf.function
        def train_step(features, labels):
            with tf.GradientTape() as tape:
                loss = loss_fn(labels, model(features, training=True))
            gradients = tape.gradient(loss, model.trainable_variables)
            optimizer.apply_gradients(zip(gradients, model.trainable_variables))
            return loss

        return train_step

    last_losses = []
    for model in models:
        optimizer = keras.optimizers.SGD()
        train_step = make_train_step(model, optimizer)
        for step in range(steps):
            optimizer.learning_rate = 0.5 * 0.9**step
            loss = train_step(features, labels)
        last_losses.append(float(loss))
    return last_losses


def _train_each_starter(models, features, labels, steps):
    loss_fn = keras.losses.BinaryCrossentropy(from_logits=True)
    optimizer = keras.optimizers.SGD()

    @tf.function
    def train_step(features, labels, rate):
        with tf.GradientTape() as tape:
            loss = loss_fn(labels, model(features, training=True))
        gradients = tape.gradient(loss, model.trainable_variables)
        optimizer.learning_rate = rate
        optimizer.apply_gradients(zip(gradients, model.trainable_variables))
        return loss

    last_losses = []
    for model in models:
        for step in range(steps):
            loss = train_step(features, labels, 0.5 * 0.9**step)
        last_losses.append(float(loss))
    return last_losses


def _models_as_arguments(models, features, labels, steps):
    loss_fn = keras.losses.BinaryCrossentropy(from_logits=True)

    @tf.function
    def train_step(model, optimizer, rate):
        with tf.GradientTape() as tape:
            loss = loss_fn(labels, model(features, training=True))
        gradients = tape.gradient(loss, model.trainable_variables)
        optimizer.learning_rate = rate
        optimizer.apply_gradients(zip(gradients, model.trainable_variables))
        return loss

    last_losses = []
    for model in models:
        optimizer = keras.optimizers.SGD()
        losses = [float(train_step(model, optimizer, tf.constant(0.5 * 0.9**step))) for step in range(steps)]
        last_losses.append(losses[-1])
    return last_losses


def _stale_graph(models, features, labels, steps):
    loss_fn = keras.losses.BinaryCrossentropy(from_logits=True)
    optimizer = keras.optimizers.SGD()

    @tf.function
    def train_step(features, labels):
        with tf.GradientTape() as tape:
            loss = loss_fn(labels, model(features, training=True))
        gradients = tape.gradient(loss, model.trainable_variables)
        optimizer.apply_gradients(zip(gradients, model.trainable_variables))
        return loss

    last_losses = []
    for model in models:
        for step in range(steps):
            optimizer.learning_rate = 0.5 * 0.9**step
            loss = train_step(features, labels)
        last_losses.append(float(loss))
    return last_losses


def _stale_graph_new_optimizer(models, features, labels, steps):
    loss_fn = keras.losses.BinaryCrossentropy(from_logits=True)

    @tf.function
    def train_step(features, labels):
        with tf.GradientTape() as tape:
            loss = loss_fn(labels, model(features, training=True))
        gradients = tape.gradient(loss, model.trainable_variables)
        optimizer.apply_gradients(zip(gradients, model.trainable_variables))
        return loss

    last_losses = []
    for model in models:
        optimizer = keras.optimizers.SGD()
        for step in range(steps):
            optimizer.learning_rate = 0.5 * 0.9**step
            loss = train_step(features, labels)
        last_losses.append(float(loss))
    return last_losses


def _traced_at_every_step(models, features, labels, steps):
    loss_fn = keras.losses.BinaryCrossentropy(from_logits=True)
    last_losses = []
    for model in models:
        optimizer = keras.optimizers.SGD()

        @tf.function
        def train_step(features, labels, rate):
            with tf.GradientTape() as tape:
                loss = loss_fn(labels, model(features, training=True))
            gradients = tape.gradient(loss, model.trainable_variables)
            optimizer.learning_rate = rate
            optimizer.apply_gradients(zip(gradients, model.trainable_variables))
            return loss

        for step in range(steps):
            loss = train_step(features, labels, 0.5 * 0.9**step)
        last_losses.append(float(loss))
    return last_losses


def _without_graph(models, features, labels, steps):
    loss_fn = keras.losses.BinaryCrossentropy(from_logits=True)
    last_losses = []
    for model in models:
        optimizer = keras.optimizers.SGD()
        for step in range(steps):
            optimizer.learning_rate = 0.5 * 0.9**step
            with tf.GradientTape() as tape:
                loss = loss_fn(labels, model(features, training=True))
            gradients = tape.gradient(loss, model.trainable_variables)
            optimizer.apply_gradients(zip(gradients, model.trainable_variables))
        last_losses.append(float(loss))
    return last_losses


def _rate_frozen_in_graph(models, features, labels, steps):
    loss_fn = keras.losses.BinaryCrossentropy(from_logits=True)
    last_losses = []
    for model in models:
        optimizer = keras.optimizers.SGD()

        @tf.function
        def train_step(features, labels):
            with tf.GradientTape() as tape:
                loss = loss_fn(labels, model(features, training=True))
            gradients = tape.gradient(loss, model.trainable_variables)
            optimizer.learning_rate = rate
            optimizer.apply_gradients(zip(gradients, model.trainable_variables))
            return loss

        for step in range(steps):
            rate = 0.5 * 0.9**step
            loss = train_step(features, labels)
        last_losses.append(float(loss))
    return last_losses


def _observe_train_each(candidate, seed=0, n_models=2, rows=5, steps=3):
    keras.utils.set_random_seed(seed)
    rng, witnesses, models = np.random.default_rng(seed), [_Witness() for _ in range(n_models)], []
    for witness in witnesses:
        inputs = keras.Input((3,))
        models.append(keras.Model(inputs, keras.layers.Dense(1)(witness(inputs))))
        witness.forget()  # to build the model took a walk as well
    features = tf.constant(rng.normal(0, 2, (rows, 3)), tf.float32)
    labels = tf.constant(np.arange(rows)[:, None] % 2, tf.float32)
    before = [model.get_weights() for model in models]
    losses = candidate(list(models), features, labels, steps)
    measured = {"last loss of each model": np.array(losses, "float64")}
    for i, (model, old, witness) in enumerate(zip(models, before, witnesses), start=1):
        measured |= {
            f"largest change of a weight, model {i}": _largest_difference(model.get_weights(), old),
            f"weights of model {i} after training": np.concatenate([w.ravel() for w in model.get_weights()]),
            f"traces of model {i}": witness.traced,
            f"steps without a graph, model {i}": witness.eager,
        }
    return measured


TRAIN_EACH = Exercise(
    id="05.2",
    title="A graph for each model",
    task="""
The function below trains several models, one after the other, each for some steps on the same batch. The rate begins at
0.5, and each step has 0.9 times the rate of the one before. The function returns the loss of each model's last step
(before the update, as always), a list of floats.

It runs, but it has two of this lesson's faults: only the first model learns, and the step is traced anew for each rate.
Mend it, so that each model learns in a graph that is traced once for each model. You may change as much as you like
inside the function.
""",
    hints=(
        "When is the name `model` looked up inside a graph: at each call, or once?",
        "Make the step in a function that gets model and optimizer, as `make_train_step` does, and call that once for "
        "each model. Each model gets a new optimizer, too.",
        "The rate is a Python number, and a graph keeps those. Which line of the lesson sets the rate outside the "
        "graph?",
    ),
    reference=train_each,
    starter=_train_each_starter,
    alternatives=(_models_as_arguments,),
    misconceptions=(
        Misconception(
            "a stale graph",
            "The first model learned for all of them, and the others have not moved. The step was recorded with the "
            "first model, and a graph does not look names up again. Make a new step for each model.",
            _stale_graph,
        ),
        Misconception(
            "a stale graph, with an optimizer that nobody uses",
            "Each model has a new optimizer, but the step was recorded with the first model *and* the first optimizer, "
            "and a graph does not look names up again. So the first model went on learning, with the rate that was "
            "set last. Make a new step for each model.",
            _stale_graph_new_optimizer,
        ),
        Misconception(
            "both faults are still there",
            "Only the first model learned, and it was traced for each rate. Whatever was changed, the step is still "
            "one for all models: a new optimizer, for example, does not help, since the graphs keep the first one.",
            _train_each_starter,
        ),
        Misconception(
            "traced at every step",
            "The weights are right, but the step is traced at each call, which takes far longer than the step itself. "
            "A Python number as an argument does that when it changes, and so does a tf.function that is made "
            "inside the loop over the steps.",
            _traced_at_every_step,
        ),
        Misconception(
            "no graph at all",
            "The weights are right, but each step was run by Python, operation by operation. That is the way to look "
            "for a mistake; when there is none left, the step becomes a graph with one line above its def.",
            _without_graph,
        ),
        Misconception(
            "the rate stays as it was at first",
            "Each model has its graph, but all its steps were taken with the first rate. Either nobody changes it, or "
            "it is a Python number that the step finds outside; a graph keeps that as it was when it was recorded. Set "
            "the rate of the optimizer outside the step, or hand it over as a tensor.",
            _rate_frozen_in_graph,
        ),
    ),
    observe=_observe_train_each,
    second=lambda candidate: _observe_train_each(candidate, seed=3, n_models=3, rows=4, steps=4),
    note="The check counts traces with a layer whose Python code adds 1 to a number: in a graph that happens only "
    "while it is recorded. You can put such a layer into any model of your own.",
    explanation="`make_train_step` is called once for each model, so each graph is recorded with the right model and a "
    "new optimizer. The rate is a variable of the optimizer: set between two steps, it needs no new trace.",
)

# 05.3 Clipping by hand


def clip(gradients, limit):
    """Return the gradients, shortened by one common factor so that their global norm is at most `limit`.

    Args:
        gradients: a list of float32 tensors of any shapes, one for each variable.
        limit: a number above 0.

    Returns:
        a list of tensors of the same shapes; the gradients as they were if their global norm is not above the limit.
    """
    norm = tf.sqrt(sum(tf.reduce_sum(gradient**2) for gradient in gradients))
    factor = tf.minimum(1.0, limit / norm)
    return [factor * gradient for gradient in gradients]


def _clip_by_tensorflow(gradients, limit):
    return tf.clip_by_global_norm(gradients, limit)[0]


def _clip_with_if(gradients, limit):
    norm = tf.norm(tf.concat([tf.reshape(gradient, [-1]) for gradient in gradients], axis=0))
    if norm <= limit:
        return gradients
    return [gradient * limit / norm for gradient in gradients]


def _each_by_itself(gradients, limit):
    return [tf.clip_by_norm(gradient, limit) for gradient in gradients]


def _each_number(gradients, limit):
    return [tf.clip_by_value(gradient, -limit, limit) for gradient in gradients]


def _always_to_the_limit(gradients, limit):
    norm = tf.sqrt(sum(tf.reduce_sum(gradient**2) for gradient in gradients))
    return [limit / norm * gradient for gradient in gradients]


def _sum_of_norms(gradients, limit):
    norm = sum(tf.norm(gradient) for gradient in gradients)
    return [tf.minimum(1.0, limit / norm) * gradient for gradient in gradients]


def _squared_norm(gradients, limit):
    norm = sum(tf.reduce_sum(gradient**2) for gradient in gradients)
    return [tf.minimum(1.0, limit / norm) * gradient for gradient in gradients]


def _norm_comes_along(gradients, limit):
    return tf.clip_by_global_norm(gradients, limit)


def _observe_clip(candidate, factor=1.0, limit=1.0):
    long = [[[3.0, -4.0], [0.5, 0.0]], [1.5, 0.2], -0.75]
    probes = {
        "a long gradient": (long, 1.0),
        "a limit of 2.5": (long, 2.5),
        "a short gradient": ([[[0.3, -0.1]], [0.2], 0.4], 1.0),
        "almost at the limit": ([[[0.6, 0.5]], [0.3], 0.5], 1.0),
        "one variable": ([[2.0, -6.0, 3.0]], 1.0),
        "nothing but zeros": ([[0.0, 0.0], 0.0], 1.0),
    }
    measured = {}
    for name, (gradients, probe_limit) in probes.items():
        gradients = [factor * tf.constant(gradient) for gradient in gradients]
        # nest.flatten, because someone may return the norm as well
        clipped = tf.nest.flatten(candidate(list(gradients), limit * probe_limit))
        numbers, old = (np.concatenate([np.ravel(tensor) for tensor in tensors]) for tensors in (clipped, gradients))
        measured[f"shapes ({name})"] = str([tuple(np.shape(tensor)) for tensor in clipped])
        measured[f"length ({name})"] = float(np.linalg.norm(numbers))
        if numbers.shape == old.shape and np.any(old):
            lengths = np.linalg.norm(numbers) * np.linalg.norm(old)
            measured[f"cosine to the gradient ({name})"] = float(numbers @ old / lengths)
        measured[f"clipped gradient ({name})"] = numbers
    return measured


CLIP = Exercise(
    id="05.3",
    title="One leash for all gradients",
    task="""
Write `clip(gradients, limit)`. It gets a list of tensors of any shapes, as `tape.gradient` returns it, and a number
above 0. It returns a list of tensors of the same shapes. If the global norm (the length of all gradients taken
together) is above the limit, all are multiplied by one factor, so that the global norm becomes the limit; otherwise
they
stay as they are. Nothing but zeros must stay nothing but zeros.

By hand it takes three lines. TensorFlow's own function is allowed, if you choose the right one.
""",
    hints=(
        "The global norm is the square root of the sum of *all* squares, of all tensors together.",
        "The factor is limit / norm, but never more than 1.",
        "`tf.minimum(1.0, limit / norm)` is the factor, and it multiplies every tensor of the list.",
    ),
    reference=clip,
    alternatives=(_clip_by_tensorflow, _clip_with_if),
    misconceptions=(
        Misconception(
            "each variable on a leash of its own",
            "Long gradients are shortened and short ones are not, so the whole points in another direction (its cosine "
            "to the gradient is below 1), and it may still be longer than the limit. One factor for all.",
            _each_by_itself,
        ),
        Misconception(
            "each number is clipped",
            "Every single number is cut off at the limit. That bends the gradient even more: large and huge entries "
            "become equal. What must be limited is the length of the whole, not each number.",
            _each_number,
        ),
        Misconception(
            "always as long as the limit",
            "Long gradients come out right, but short ones are made longer, and zeros become NaN. Near the minimum, "
            "where gradients get short, training would never come to rest. The factor must not be above 1.",
            _always_to_the_limit,
        ),
        Misconception(
            "the lengths were added",
            "The direction is right, but the gradient is shortened too much, the more so the more variables there are. "
            "Lengths of parts do not add up; their squares do.",
            _sum_of_norms,
        ),
        Misconception(
            "the square root is missing",
            "The direction is right, but long gradients are shortened far too much: the longer the gradient, the "
            "shorter the step. The norm is the square root of the sum of squares.",
            _squared_norm,
        ),
        Misconception(
            "the norm comes along",
            "The gradients are right, but there is one tensor too many: the norm before clipping. "
            "`tf.clip_by_global_norm` returns two things, and `zip(gradients, variables)` needs the first of them.",
            _norm_comes_along,
        ),
    ),
    observe=_observe_clip,
    second=lambda candidate: _observe_clip(candidate, factor=0.7, limit=0.8),
    note="`tf.clip_by_global_norm` returns the norm as well. It is worth a curve of its own: a norm that suddenly "
    "grows announces trouble before the loss shows it.",
    explanation="One factor for all tensors keeps the direction. `tf.minimum` leaves short gradients alone; for zeros, "
    "limit / 0 is infinite, so the factor is 1 and zeros stay zeros.",
)

# 05.4 What Dropout, BatchNorm and L2 need


def train_and_measure(model, optimizer, loss_fn, train_batch, val_batch):
    """Take one step on the training batch, then measure the validation batch; return both losses, two floats.

    The losses are those of `train_on_batch` and `test_on_batch`, penalties included.

    Args:
        model: a built model; it may have Dropout, BatchNorm and penalties.
        loss_fn: (labels, logits) -> mean loss of the rows, a scalar.
        train_batch, val_batch: (features, labels), float32 (B, columns) and int32 (B,).
    """
    features, labels = train_batch
    with tf.GradientTape() as tape:
        loss = loss_fn(labels, model(features, training=True)) + sum(model.losses)
    gradients = tape.gradient(loss, model.trainable_variables)
    optimizer.apply_gradients(zip(gradients, model.trainable_variables))

    features, labels = val_batch
    val_loss = loss_fn(labels, model(features, training=False)) + sum(model.losses)
    return float(loss), float(val_loss)


def _train_and_measure_starter(model, optimizer, loss_fn, train_batch, val_batch):
    features, labels = train_batch
    with tf.GradientTape() as tape:
        loss = loss_fn(labels, model(features))
    gradients = tape.gradient(loss, model.trainable_variables)
    optimizer.apply_gradients(zip(gradients, model.trainable_variables))

    features, labels = val_batch
    val_loss = loss_fn(labels, model(features))
    return float(loss), float(val_loss)


def _on_batch(model, optimizer, loss_fn, train_batch, val_batch):
    model.compile(optimizer, loss_fn, run_eagerly=True)
    loss = model.train_on_batch(*train_batch)
    model.reset_metrics()
    return float(loss), float(model.test_on_batch(*val_batch))


def _measure_with(
    model, optimizer, loss_fn, train_batch, val_batch, training=True, val_training=False, penalty=True, val_penalty=True
):
    """The step of the wrong answers, each of which turns one screw of it; `training=None` is a call without the "
    "word."""
    features, labels = train_batch
    with tf.GradientTape() as tape:
        loss = loss_fn(labels, model(features, training=training))
        loss += sum(model.losses) if penalty else 0.0
    gradients = tape.gradient(loss, model.trainable_variables)
    optimizer.apply_gradients(zip(gradients, model.trainable_variables))

    features, labels = val_batch
    val_loss = loss_fn(labels, model(features, training=val_training))
    val_loss += sum(model.losses) if val_penalty else 0.0
    return float(loss), float(val_loss)


def _training_left_out(*arguments):
    return _measure_with(*arguments, training=None, val_training=None)


def _training_left_on(*arguments):
    return _measure_with(*arguments, val_training=True)


def _penalty_left_out(*arguments):
    return _measure_with(*arguments, penalty=False, val_penalty=False)


def _penalty_outside_the_tape(model, optimizer, loss_fn, train_batch, val_batch):
    features, labels = train_batch
    with tf.GradientTape() as tape:
        loss = loss_fn(labels, model(features, training=True))
    gradients = tape.gradient(loss, model.trainable_variables)
    loss += sum(model.losses)
    optimizer.apply_gradients(zip(gradients, model.trainable_variables))

    features, labels = val_batch
    val_loss = loss_fn(labels, model(features, training=False)) + sum(model.losses)
    return float(loss), float(val_loss)


def _penalty_only_in_training(*arguments):
    return _measure_with(*arguments, val_penalty=False)


def _observe_train_and_measure(candidate, seed=0, rows=7, val_rows=4):
    keras.utils.set_random_seed(seed)
    inputs = keras.Input((3,))
    hidden = keras.layers.Dense(4, kernel_regularizer=keras.regularizers.L2(0.1))(inputs)
    hidden = keras.layers.BatchNormalization(momentum=0.9)(hidden)
    hidden = keras.layers.Dropout(0.5)(keras.layers.ReLU()(hidden))
    # a second penalty, or the mean of all would do as well as their sum
    model = keras.Model(inputs, keras.layers.Dense(3, bias_regularizer=keras.regularizers.L2(0.3))(hidden))
    optimizer = keras.optimizers.SGD(learning_rate=0.1)
    loss_fn = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    rng = np.random.default_rng(seed)
    batches = [
        (tf.constant(rng.normal(1, 2, (n, 3)), tf.float32), tf.constant(np.arange(n) % 3, tf.int32))
        for n in (rows, val_rows)
    ]
    plain = keras.Sequential([keras.Input((3,)), keras.layers.Dense(3)])
    plain_losses = candidate(plain, keras.optimizers.SGD(learning_rate=0.1), loss_fn, *batches)
    # three rounds, because a wrong place of Dropout or BatchNorm shows in what comes after it
    losses = np.array([candidate(model, optimizer, loss_fn, *batches) for _ in range(3)], "float64")
    return {
        "training loss of three rounds": losses[:, 0],
        "validation loss of three rounds": losses[:, 1],
        "moving mean of BatchNorm": model.layers[2].moving_mean.numpy(),
        "moving variance of BatchNorm": model.layers[2].moving_variance.numpy(),
        "norm of the weights under L2": float(np.linalg.norm(model.layers[1].kernel.numpy())),
        "both losses of a plain model": np.array(plain_losses, "float64"),
        "all trained weights": np.concatenate([np.ravel(weights) for weights in model.trainable_variables]),
    }


TRAIN_AND_MEASURE = Exercise(
    id="05.4",
    title="What Dropout, BatchNorm and L2 need",
    task="""
The function below takes one training step and then measures the validation batch. It was written for a plain model. Now
the model has Dropout, BatchNorm and L2 penalties, and the function still runs, but it lacks what these need.

Mend it, so that weights, moving statistics and both losses are those of `model.train_on_batch(...)` followed by
`model.test_on_batch(...)`. Measuring must change nothing. Both losses contain the penalties. A model without any
penalty must be accepted, too.
""",
    hints=(
        "Two things are missing, each in more than one place. Look at the lesson's table of Dropout, BatchNorm and L2: "
        "what does each need in the loop?",
        "Each call of the model needs to be told whether it is training.",
        "The penalty waits in `model.losses`; to pull at the weights it must be part of the loss before the tape ends. "
        "`sum(...)` of an empty list is 0.",
    ),
    reference=train_and_measure,
    starter=_train_and_measure_starter,
    alternatives=(_on_batch,),
    misconceptions=(
        Misconception(
            "`training=` left out in the step",
            "BatchNorm's moving mean has not moved from 0, and Dropout has dropped nothing: outside `fit` a model that "
            "is called without the word assumes that it is being used, not trained. Say `training=True` in the step, "
            "with exactly this word.",
            _training_left_out,
        ),
        Misconception(
            "measured as if in training",
            "Measuring has changed the model: BatchNorm's moving mean has learned from the validation rows. The "
            "validation loss is also too noisy, since Dropout was at work. Say `training=False` where you measure.",
            _training_left_on,
        ),
        Misconception(
            "the penalty is left out",
            "The weights under L2 stay larger than they should, and both losses are too low. Nobody adds the penalty "
            "for us; it waits in `model.losses`.",
            _penalty_left_out,
        ),
        Misconception(
            "the penalty is outside the tape",
            "The penalty is in the loss that is returned, but the tape has not seen it, so it does not pull: the "
            "weights are those of a network without L2. `model.losses` is computed when it is asked for: ask inside "
            "the tape.",
            _penalty_outside_the_tape,
        ),
        Misconception(
            "the penalty only in training",
            "The step is right, but the validation loss lacks the penalty, so the two losses cannot be compared. "
            "`test_on_batch` adds it there as well.",
            _penalty_only_in_training,
        ),
        Misconception(
            "neither `training=` nor the penalty",
            "BatchNorm's moving mean has not moved from 0, so the step did not know that it was training; and both "
            "losses lack the penalty. This is what the function did at the start.",
            _train_and_measure_starter,
        ),
    ),
    observe=_observe_train_and_measure,
    second=lambda candidate: _observe_train_and_measure(candidate, seed=5, rows=10, val_rows=3),
    note="The check compares with your function run three times in a row. Dropout that is used once too often, or a "
    "moving mean that has moved once too often, shows only in the rounds after.",
    explanation="`training=True` switches Dropout and BatchNorm on for the step, `training=False` off for measuring. "
    "`sum(model.losses)` inside the tape makes the penalty pull at the weights.",
)

# 05.5 Many small batches, one step


def accumulated_step(model, optimizer, loss_fn, micro_batches):
    """Take one step, equal to that on all rows together, but never with more than one micro-batch in the model at once.

    Args:
        model: a built model without Dropout, BatchNorm and penalties; it puts out logits (B, 1).
        loss_fn: (labels, logits) -> mean loss of the rows, a scalar.
        micro_batches: a list of (features, labels), float32 (B, columns) and (B, 1); B may differ.

    Returns:
        the number of rows that took part, an int.
    """
    n_rows = sum(len(labels) for _, labels in micro_batches)
    total = [0.0] * len(model.trainable_variables)
    for features, labels in micro_batches:
        with tf.GradientTape() as tape:
            # the part of this micro-batch in the mean over all rows
            loss = loss_fn(labels, model(features, training=True)) * len(labels) / n_rows
        gradients = tape.gradient(loss, model.trainable_variables)
        total = [old + new for old, new in zip(total, gradients)]
    optimizer.apply_gradients(zip(total, model.trainable_variables))
    return n_rows


def _divided_at_the_end(model, optimizer, loss_fn, micro_batches):
    total, n_rows = [tf.zeros(variable.shape) for variable in model.trainable_variables], 0
    for features, labels in micro_batches:
        with tf.GradientTape() as tape:
            loss = loss_fn(labels, model(features, training=True))
        gradients = tape.gradient(loss, model.trainable_variables)
        total = [old + len(labels) * new for old, new in zip(total, gradients)]
        n_rows += len(labels)
    optimizer.apply_gradients([(sums / n_rows, variable) for sums, variable in zip(total, model.trainable_variables)])
    return n_rows


def _added_up(model, optimizer, loss_fn, micro_batches, factor):
    """The loop of the wrong answers, which multiply the loss of a micro-batch of n rows by factor(n)."""
    total = [0.0] * len(model.trainable_variables)
    for features, labels in micro_batches:
        with tf.GradientTape() as tape:
            loss = loss_fn(labels, model(features, training=True)) * factor(len(labels))
        gradients = tape.gradient(loss, model.trainable_variables)
        total = [old + new for old, new in zip(total, gradients)]
    optimizer.apply_gradients(zip(total, model.trainable_variables))
    return sum(len(labels) for _, labels in micro_batches)


def _summed(model, optimizer, loss_fn, micro_batches):
    return _added_up(model, optimizer, loss_fn, micro_batches, lambda n_rows: 1.0)


def _never_divided(model, optimizer, loss_fn, micro_batches):
    return _added_up(model, optimizer, loss_fn, micro_batches, lambda n_rows: n_rows)


def _mean_of_micro_batches(model, optimizer, loss_fn, micro_batches):
    return _added_up(model, optimizer, loss_fn, micro_batches, lambda n_rows: 1 / len(micro_batches))


def _update_each_time(model, optimizer, loss_fn, micro_batches):
    for features, labels in micro_batches:
        with tf.GradientTape() as tape:
            loss = loss_fn(labels, model(features, training=True))
        gradients = tape.gradient(loss, model.trainable_variables)
        optimizer.apply_gradients(zip(gradients, model.trainable_variables))
    return sum(len(labels) for _, labels in micro_batches)


def _last_one_only(model, optimizer, loss_fn, micro_batches):
    for features, labels in micro_batches:
        with tf.GradientTape() as tape:
            loss = loss_fn(labels, model(features, training=True))
        gradients = tape.gradient(loss, model.trainable_variables)
    optimizer.apply_gradients(zip(gradients, model.trainable_variables))
    return sum(len(labels) for _, labels in micro_batches)


def _one_tape(model, optimizer, loss_fn, micro_batches):
    n_rows, loss = sum(len(labels) for _, labels in micro_batches), 0.0
    with tf.GradientTape() as tape:
        for features, labels in micro_batches:
            loss += loss_fn(labels, model(features, training=True)) * len(labels) / n_rows
    gradients = tape.gradient(loss, model.trainable_variables)
    optimizer.apply_gradients(zip(gradients, model.trainable_variables))
    return n_rows


def _all_at_once(model, optimizer, loss_fn, micro_batches):
    features, labels = (tf.concat(parts, axis=0) for parts in zip(*micro_batches))
    with tf.GradientTape() as tape:
        loss = loss_fn(labels, model(features, training=True))
    gradients = tape.gradient(loss, model.trainable_variables)
    optimizer.apply_gradients(zip(gradients, model.trainable_variables))
    return len(labels)


def _observe_accumulated(candidate, seed=0, sizes=(4, 4, 1)):
    measured = {}
    for name, parts in {"micro-batches of different sizes": sizes, "equal sizes": (3, 3)}.items():
        keras.utils.set_random_seed(seed)
        # behind a layer with weights, or no gradient would come by
        waiting, hidden, output = _Waiting(), keras.layers.Dense(3, activation="relu"), keras.layers.Dense(1)
        model = keras.Sequential([keras.Input((2,)), hidden, waiting, output])
        # plain gradient descent: Adam would hide a factor on all gradients
        optimizer = keras.optimizers.SGD(learning_rate=0.5)
        rng = np.random.default_rng(seed + 1)
        arrays = [(rng.normal(0, 1, (n, 2)), rng.normal(2, 1, (n, 1))) for n in parts]
        batches = [tuple(tf.constant(array, tf.float32) for array in pair) for pair in arrays]
        rows = candidate(model, optimizer, keras.losses.MeanSquaredError(), batches)
        updates = int(optimizer.iterations.numpy())
        measured |= {
            f"rows that took part ({name})": float(rows),
            f"updates of the optimizer ({name})": updates,
            f"rows too many in the model at once ({name})": max(0, waiting.most_at_once - max(parts)),
            f"rows too many in memory ({name})": max(0, waiting.most_waiting - max(parts)),
        }
        if updates < 2:  # with more, the mistake is that, whatever the weights
            weights = np.concatenate([np.ravel(weights) for weights in model.get_weights()])
            measured[f"weights after one update ({name})"] = weights
    return measured


ACCUMULATED_STEP = Exercise(
    id="05.5",
    title="Many small batches, one step",
    task="""
A batch of the size you want does not fit into memory, so it comes in pieces, called micro-batches. Write
`accumulated_step(model, optimizer, loss_fn, micro_batches)`: it adds up gradients over the micro-batches and takes
*one* step, which is the same as if all rows had come in one batch. It returns the number of rows that took part, an
int.

The micro-batches are a list of pairs `(features, labels)`, and they may have different sizes. The model has no Dropout,
no BatchNorm and no penalties. Only one micro-batch fits into memory: no more may go through the model at once, and
since a tape keeps what went through the model, ask it for gradients before the next micro-batch goes through.
""",
    hints=(
        "The loss of a micro-batch is the mean over *its* rows. What is its part in the mean over all rows?",
        "With 4, 4 and 1 rows, the parts are 4/9, 4/9 and 1/9 of each micro-batch's mean loss.",
        "Begin with a list of zeros, one for each variable; add each micro-batch's weighted gradients; call "
        "`apply_gradients` once, after the loop.",
    ),
    reference=accumulated_step,
    alternatives=(_divided_at_the_end,),
    misconceptions=(
        Misconception(
            "a sum instead of a mean",
            "The step is too long, about as many times as there are micro-batches, and a micro-batch of one row has as "
            "much say as one of four. Each gradient is already a mean over its rows: weight it by its part of all rows "
            "before adding.",
            _summed,
        ),
        Misconception(
            "every micro-batch counts the same",
            "With equal sizes all is right. But a micro-batch of one row has as much say as one of four: its row "
            "counts four times as much as the others. Weight by the number of rows.",
            _mean_of_micro_batches,
        ),
        Misconception(
            "an update for each micro-batch",
            "The optimizer was called for each micro-batch, so the weights had already moved when the next gradients "
            "were taken. Collect first; update once, after the loop.",
            _update_each_time,
        ),
        Misconception(
            "only the last micro-batch counts",
            "The gradients of each micro-batch replace those of the one before, so the step is that of the last one "
            "alone. Add them up.",
            _last_one_only,
        ),
        Misconception(
            "all rows at once",
            "The step is the right one, but all rows went through the model together, and for that there is no memory: "
            "this is what micro-batches are to avoid. One tape for each of them.",
            _all_at_once,
        ),
        Misconception(
            "one tape for all micro-batches",
            "The step is the right one, and the micro-batches went through the model one by one. But the tape keeps "
            "what each of them left there until it is asked for gradients, so all rows were in memory together. One "
            "tape for each micro-batch.",
            _one_tape,
        ),
        Misconception(
            "not divided by the number of rows",
            "Each micro-batch counts by its rows, as it should. But the result is the sum over all rows, not the mean, "
            "so the step is as many times too long as there are rows.",
            _never_divided,
        ),
    ),
    observe=_observe_accumulated,
    second=lambda candidate: _observe_accumulated(candidate, seed=4, sizes=(2, 5, 3)),
    note="Keras can accumulate by itself (`gradient_accumulation_steps=` in its optimizers), but it takes the plain "
    "mean, so a ragged last micro-batch counts too much. And with BatchNorm, accumulated is never quite the same "
    "as one large batch: each micro-batch is standardized by itself.",
    explanation="Each micro-batch's mean loss is multiplied by its part of the rows, so that the sum of the gradients "
    "is the gradient of the mean over all rows. The optimizer is called once, after the loop.",
)

# 05.6 A run that can be interrupted


def train(model, optimizer, train_epoch, epochs, folder):
    """Train to the given number of epochs, going on where an earlier run stopped; return the epochs trained now.

    Args:
        model, optimizer: both built, as at the start of a run; the model may have Dropout.
        train_epoch: train_epoch(epoch) trains for one epoch; a power outage may end it with an exception at any time.
        epochs: how many epochs the whole run has, earlier calls included; they are numbered from 0.
        folder: the path for the checkpoints; it may be empty, or hold those of an earlier run.

    Returns:
        a list of int.
    """
    checkpoint = tf.train.Checkpoint(
        model=model, others=model.non_trainable_variables, optimizer=optimizer, epoch=tf.Variable(0)
    )
    manager = tf.train.CheckpointManager(checkpoint, folder, max_to_keep=2)
    manager.restore_or_initialize()
    trained = []
    while (epoch := int(checkpoint.epoch)) < epochs:
        train_epoch(epoch)
        trained.append(epoch)
        checkpoint.epoch.assign_add(1)
        manager.save()
    return trained


def _by_latest_checkpoint(model, optimizer, train_epoch, epochs, folder):
    done = tf.Variable(0)
    everything = [*model.trainable_variables, *model.non_trainable_variables, *optimizer.variables]
    checkpoint = tf.train.Checkpoint(everything=everything, done=done)
    if (latest := tf.train.latest_checkpoint(folder)) is not None:
        checkpoint.restore(latest)
    trained = list(range(int(done), epochs))
    for epoch in trained:
        train_epoch(epoch)
        done.assign(epoch + 1)
        checkpoint.save(f"{folder}/run")
    return trained


def _train_keeping(kept, train_epoch, epochs, folder):
    """The loop of the solution, with a checkpoint that keeps these objects and the epoch, and nothing else."""
    checkpoint = tf.train.Checkpoint(**kept, epoch=tf.Variable(0))
    manager = tf.train.CheckpointManager(checkpoint, folder, max_to_keep=2)
    manager.restore_or_initialize()
    trained = []
    while (epoch := int(checkpoint.epoch)) < epochs:
        train_epoch(epoch)
        trained.append(epoch)
        checkpoint.epoch.assign_add(1)
        manager.save()
    return trained


def _without_optimizer(model, optimizer, train_epoch, epochs, folder):
    return _train_keeping({"model": model, "others": model.non_trainable_variables}, train_epoch, epochs, folder)


def _without_others(model, optimizer, train_epoch, epochs, folder):
    return _train_keeping({"model": model, "optimizer": optimizer}, train_epoch, epochs, folder)


def _only_the_model(model, optimizer, train_epoch, epochs, folder):
    return _train_keeping({"model": model}, train_epoch, epochs, folder)


def _epoch_not_kept(model, optimizer, train_epoch, epochs, folder):
    checkpoint = tf.train.Checkpoint(model=model, others=model.non_trainable_variables, optimizer=optimizer)
    manager = tf.train.CheckpointManager(checkpoint, folder, max_to_keep=2)
    manager.restore_or_initialize()
    trained = []
    for epoch in range(epochs):
        train_epoch(epoch)
        trained.append(epoch)
        manager.save()
    return trained


def _saved_before_counted(model, optimizer, train_epoch, epochs, folder):
    checkpoint = tf.train.Checkpoint(
        model=model, others=model.non_trainable_variables, optimizer=optimizer, epoch=tf.Variable(0)
    )
    manager = tf.train.CheckpointManager(checkpoint, folder, max_to_keep=2)
    manager.restore_or_initialize()
    trained = []
    while (epoch := int(checkpoint.epoch)) < epochs:
        train_epoch(epoch)
        trained.append(epoch)
        manager.save()
        checkpoint.epoch.assign_add(1)
    return trained


def _never_restored(model, optimizer, train_epoch, epochs, folder):
    checkpoint = tf.train.Checkpoint(
        model=model, others=model.non_trainable_variables, optimizer=optimizer, epoch=tf.Variable(0)
    )
    manager = tf.train.CheckpointManager(checkpoint, folder, max_to_keep=2)
    trained = []
    while (epoch := int(checkpoint.epoch)) < epochs:
        train_epoch(epoch)
        trained.append(epoch)
        checkpoint.epoch.assign_add(1)
        manager.save()
    return trained


def _weights_not_restored(model, optimizer, train_epoch, epochs, folder):
    return _train_keeping({}, train_epoch, epochs, folder)


def _saved_at_the_end(model, optimizer, train_epoch, epochs, folder):
    checkpoint = tf.train.Checkpoint(
        model=model, others=model.non_trainable_variables, optimizer=optimizer, epoch=tf.Variable(0)
    )
    manager = tf.train.CheckpointManager(checkpoint, folder, max_to_keep=2)
    manager.restore_or_initialize()
    trained = []
    while (epoch := int(checkpoint.epoch)) < epochs:
        train_epoch(epoch)
        trained.append(epoch)
        checkpoint.epoch.assign_add(1)
    manager.save()
    return trained


class _Run:
    """A tiny network with Dropout and Adam, its epochs of one step, and the list of epochs that were begun."""

    def __init__(self, seed, cut_at=None):
        keras.utils.set_random_seed(seed)
        self.model = keras.Sequential([keras.Input((4,)), keras.layers.Dropout(0.5), keras.layers.Dense(1)])
        self.optimizer = keras.optimizers.Adam(learning_rate=0.1)
        self.optimizer.build(self.model.trainable_variables)
        self.cut_at, self.begun = cut_at, []

    def train_epoch(self, epoch):
        self.begun.append(int(epoch))
        if len(self.begun) > 20:
            raise RuntimeError("More than 20 epochs were begun, and 4 would have been enough: this loop never ends.")
        rows = np.random.default_rng(int(epoch)).normal(0, 1, (6, 5)).astype("float32")
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean((self.model(rows[:, :4], training=True) - rows[:, 4:]) ** 2)
        gradients = tape.gradient(loss, self.model.trainable_variables)
        self.optimizer.apply_gradients(zip(gradients, self.model.trainable_variables))
        if int(epoch) == self.cut_at:
            raise InterruptedError("power outage")


@functools.cache
def _uninterrupted_weights(epochs):
    run = _Run(seed=0)
    for epoch in range(epochs):
        run.train_epoch(epoch)
    return run.model.get_weights()


def _observe_train(candidate, epochs=3, cut_at=2):
    # each call gets a model and an optimizer from another seed, so that whatever is not restored shows
    first, second, third = _Run(seed=0, cut_at=cut_at), _Run(seed=99), _Run(seed=999)
    measured = {}
    with tempfile.TemporaryDirectory() as outer:
        # a folder in a folder, because some write files beside the one they were given
        folder = os.path.join(outer, "run")
        os.mkdir(folder)
        with contextlib.suppress(InterruptedError):
            candidate(first.model, first.optimizer, first.train_epoch, epochs, folder)
        calls = {"after the power outage": (second, epochs), "when one more is asked for": (third, epochs + 1)}
        for name, (run, goal) in calls.items():
            returned = candidate(run.model, run.optimizer, run.train_epoch, goal, folder)
            measured |= {
                f"epochs begun {name}": str(run.begun),
                f"epochs returned {name}": str([int(epoch) for epoch in returned]),
                f"weights {name} − uninterrupted": _largest_difference(
                    run.model.get_weights(), _uninterrupted_weights(goal)
                ),
            }
    return {"epochs begun before the power outage": str(first.begun)} | measured


TRAIN = Exercise(
    id="05.6",
    title="A run that survives a power outage",
    task="""
Write `train(model, optimizer, train_epoch, epochs, folder)`. It calls `train_epoch(epoch)` for each epoch, numbered
from 0, and saves a checkpoint in the folder after each. If the folder holds a checkpoint of an earlier call, it goes on
from there: after a power outage the next call, with a new model and a new optimizer, trains only the epochs that are
missing, and ends with exactly the weights that the run would have had without a power outage. An epoch that was cut in
the middle is trained again from its beginning. The function returns the list of the epochs that *this* call trained.

The optimizer is built already; it is Adam. The model has Dropout. The order of the rows depends on the number of the
epoch only, so you need not worry about it.
""",
    hints=(
        "What changes during training, besides the weights? All of it has to be in the checkpoint, as variables.",
        "Adam remembers two numbers for each weight; Dropout has a place in its random numbers (a variable of the "
        "model without gradient); and the number of finished epochs can be a `tf.Variable(0)`.",
        "`tf.train.Checkpoint(model=..., others=..., optimizer=..., epoch=...)`, a `tf.train.CheckpointManager`, and "
        "its `restore_or_initialize()` before the first epoch. Count the epoch, then save.",
    ),
    reference=train,
    alternatives=(_by_latest_checkpoint,),
    misconceptions=(
        Misconception(
            "the optimizer is not in the checkpoint",
            "The right epochs are trained, but the weights differ: Adam begins anew with an empty memory, and its "
            "first steps after the power outage are different. The optimizer belongs in the checkpoint.",
            _without_optimizer,
        ),
        Misconception(
            "Dropout's place is not in the checkpoint",
            "The right epochs are trained, but the weights differ: Dropout draws other random numbers after the power "
            "outage. Its place in their sequence is among the model's non-trainable variables, which the checkpoint "
            "does "
            "not find by itself.",
            _without_others,
        ),
        Misconception(
            "only the weights are kept",
            "The right epochs are trained, but the weights differ: both Adam's memory and Dropout's place were lost "
            "with the power. The weights are not all that changes during training.",
            _only_the_model,
        ),
        Misconception(
            "the epoch is not kept",
            "After the power outage all epochs are trained again, on top of what was already learned. The number of "
            "finished epochs belongs in the checkpoint, as a variable, and has to be read after restoring.",
            _epoch_not_kept,
        ),
        Misconception(
            "the saved number of epochs is one too low",
            "After the power outage an epoch is trained that was finished already: the checkpoint holds its weights, "
            "but does not count it. After the first epoch the number is 1: count first, then save.",
            _saved_before_counted,
        ),
        Misconception(
            "saved, but never loaded",
            "The next call begins from the start, with its new weights, though checkpoints were written. Before the "
            "first epoch the newest one has to be restored. If you do that, it is looked for in another place: a path "
            "for `save` is the beginning of a file's name, so it has to be one inside the folder.",
            _never_restored,
        ),
        Misconception(
            "saved only at the end",
            "After the power outage all begins from the start: the call that was cut never came to its end, and so it "
            "saved nothing. Save after each epoch.",
            _saved_at_the_end,
        ),
        Misconception(
            "the epoch is restored, the weights are not",
            "The right epochs are trained, but on the new weights. What was saved has to come into the *given* model "
            "and optimizer, because these are what `train_epoch` trains; a model that `load_model` makes is another "
            "one.",
            _weights_not_restored,
        ),
    ),
    observe=_observe_train,
    second=lambda candidate: _observe_train(candidate, epochs=4, cut_at=1),
    note="In the real loop the order of the rows is a part of the state as well; the lesson draws it from seed and "
    "epoch. To test a resumed run, do as the check does: start it from another seed, so that whatever is missing "
    "shows.",
    explanation="The checkpoint names all that changes: the weights, Adam's memory, Dropout's place and the epoch. It "
    "is saved after the epoch was counted, so each checkpoint says how many epochs its weights have seen.",
)

EXERCISES = (TRACES, TRAIN_EACH, CLIP, TRAIN_AND_MEASURE, ACCUMULATED_STEP, TRAIN)
