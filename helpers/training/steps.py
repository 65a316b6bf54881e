"""One step: forward pass, loss, gradients, update; and the same without an update, to measure."""

import keras
import tensorflow as tf

from helpers.training import checks


def make_train_step(model, optimizer, loss_fn, metrics, clip_norm=None):
    """Return train_step(features, labels, row_weights=None) -> loss, a graph that moves the weights once.

    Lesson 02 derives the step, 04 the weights of rows, 05 the graph, `model.losses` and clipping.

    Args:
        model: a built keras.Model with one output, the logits (B, ...); it may have several inputs. Dropout works even
            if its `call` takes no `training`; `fit` would switch it off.
        optimizer: its own clipnorm, global_clipnorm, loss scale and the like work as they do in `fit`.
        loss_fn: a keras.losses.Loss, or a function (labels, logits) -> mean loss of the rows, a scalar; for weights of
            rows, a function (labels, logits, sample_weight=None), which multiplies before it takes the mean.
        metrics: {name: keras metric}, updated with each batch; "loss" is a keras.metrics.Mean.
        clip_norm: if given, all gradients are scaled by one factor so that their global norm is at most this.

    Make a new one for a new model, and after changing `trainable`: a graph keeps what it was recorded with.
    """
    checks.check_model(model)
    checks.check_optimizer(optimizer)
    checks.check_loss(loss_fn)
    checks.check_clip_norm(clip_norm)
    if model.dtype_policy.name == "mixed_float16" and not isinstance(optimizer, keras.optimizers.LossScaleOptimizer):
        # as `fit` does: small gradients would be 0 in float16
        optimizer = keras.optimizers.LossScaleOptimizer(optimizer)
    # the optimizer's variables must exist before the graph is recorded
    optimizer.build(model.trainable_variables)

    # without autograph, as in `fit`: each `if` is decided when the graph is recorded, and errors stay short;
    # with reduce_retracing, batches of many shapes share a graph
    @tf.function(autograph=False, reduce_retracing=True)
    def train_step(features, labels, row_weights=None):
        with tf.GradientTape() as tape:
            logits = model(features, training=True)
            loss = _total_loss(model, loss_fn, labels, logits, row_weights)
            # the same number, unless the optimizer scales the loss up and later the gradients down
            scaled_loss = optimizer.scale_loss(loss)
        gradients = tape.gradient(scaled_loss, model.trainable_variables)
        if clip_norm is not None:
            # these gradients are scaled too, and so is the norm that they may have
            gradients, _ = tf.clip_by_global_norm(gradients, optimizer.scale_loss(clip_norm))
        optimizer.apply_gradients(zip(gradients, model.trainable_variables))
        _update(metrics, loss, labels, logits)
        return loss

    return train_step


def make_test_step(model, loss_fn, metrics):
    """Return test_step(features, labels) -> loss, a graph that measures and changes no weight. Lesson 02; graph: 05."""
    checks.check_loss(loss_fn)

    @tf.function(autograph=False, reduce_retracing=True)
    def test_step(features, labels):
        logits = model(features, training=False)
        loss = _total_loss(model, loss_fn, labels, logits)
        _update(metrics, loss, labels, logits)
        return loss

    return test_step


def _total_loss(model, loss_fn, labels, logits, row_weights=None):
    """Return what training makes small, a scalar: the mean loss of the rows and what layers add. Lessons 04, 05."""
    checks.check_one_output(logits)
    checks.check_shapes(loss_fn, labels, logits)
    # weights go into the loss: times its result, an average already, they would only rescale it
    weights = {} if row_weights is None else {"sample_weight": row_weights}
    with checks.loss_errors_explained(loss_fn, labels, logits):
        loss = loss_fn(labels, logits, **weights)
    checks.check_scalar_loss(loss)
    # the penalties of L2 and its like; the layers of a model keep them from its latest call
    return loss + sum(model.losses)


def _update(metrics, loss, labels, logits):
    """Add one batch to the running totals. Lesson 02."""
    for name, metric in metrics.items():
        if name == "loss":
            # each batch counts by its rows, or a small last batch would count as much as a full one
            metric.update_state(loss, sample_weight=tf.shape(labels)[0])
        else:
            metric.update_state(labels, logits)
