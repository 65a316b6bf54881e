"""Broken loops whose graph, rate or update goes wrong. Traps 28 to 36, 39, 56, 59, 60."""

import types

import keras
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

# 28: traced again and again


def patient_graph_made_in_the_step():
    model, optimizer = network(3), keras.optimizers.SGD(0.05)
    one_step = step_of(model, optimizer, squares(model))
    return broken(28, "made anew", model, lambda x, y: tf.function(one_step)(x, y), a_number())


def patient_step_number_as_python():
    model, optimizer, done = network(outputs=3), adam(), 0
    optimizer.build(model.trainable_variables)

    @tf.function
    def numbered_step(features, labels, number):
        with tf.GradientTape() as tape:
            loss = OF_CLASSES(labels, model(features, training=True)) * (1.0 if number else 1.0)
        optimizer.apply_gradients(zip(tape.gradient(loss, model.trainable_variables), model.trainable_variables))
        return loss

    def train_step(features, labels):
        nonlocal done
        done += 1
        return numbered_step(features, labels, done)

    return broken(28, "a number", model, train_step, three_classes())


class Wasteful:
    def __init__(self):
        self.model, self.optimizer = network(), adam()

    def train_step(self, features, labels):
        @tf.function
        def run(features, labels):
            with tf.GradientTape() as tape:
                loss = FROM_LOGITS(labels, self.model(features, training=True))
            gradients = tape.gradient(loss, self.model.trainable_variables)
            self.optimizer.apply_gradients(zip(gradients, self.model.trainable_variables))
            return loss

        return {"loss": run(features, labels)}


def patient_graph_made_in_a_method():
    trainer = Wasteful()
    return broken(28, "in a method", trainer.model, trainer.train_step, two_classes())


# 29: Python in a graph


def _noting(name, note):
    model, optimizer, history = network(3), keras.optimizers.SGD(0.05), []

    @tf.function
    def train_step(features, labels):
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean((labels - model(features, training=True)) ** 2)
        gradients = tape.gradient(loss, model.trainable_variables)
        optimizer.apply_gradients(zip(gradients, model.trainable_variables))
        note(history, loss, gradients)
        return loss

    return broken(29, name, model, train_step, a_number())


def patient_losses_noted_in_a_graph():
    return _noting("losses", lambda history, loss, gradients: history.append(loss))


def patient_norms_noted_in_a_graph():
    return _noting("norms", lambda history, loss, gradients: history.append(tf.linalg.global_norm(gradients)))


def patient_numpy_in_a_graph():
    return _noting("numpy", lambda history, loss, gradients: history.append(loss.numpy()))


# 30: variables made in a graph


def patient_variable_in_a_graph():
    model, optimizer = network(3), keras.optimizers.SGD(0.05)

    @tf.function
    def train_step(features, labels):
        rate = tf.Variable(1.0)
        with tf.GradientTape() as tape:
            loss = rate * tf.reduce_mean((labels - model(features, training=True)) ** 2)
        optimizer.apply_gradients(zip(tape.gradient(loss, model.trainable_variables), model.trainable_variables))
        return loss

    return broken(30, "a variable", model, train_step, a_number())


def patient_optimizer_in_a_graph():
    model = network(outputs=3)

    @tf.function
    def train_step(features, labels):
        optimizer = keras.optimizers.Adam(0.01)
        with tf.GradientTape() as tape:
            loss = OF_CLASSES(labels, model(features, training=True))
        optimizer.apply_gradients(zip(tape.gradient(loss, model.trainable_variables), model.trainable_variables))
        return loss

    return broken((30, 49), "an optimizer", model, train_step, three_classes())


def patient_second_optimizer():
    model, holder = network(), types.SimpleNamespace(optimizer=adam())

    @tf.function
    def train_step(features, labels, again=True):
        with tf.GradientTape() as tape:
            loss = FROM_LOGITS(labels, model(features, training=True))
        gradients = tape.gradient(loss, model.trainable_variables)
        holder.optimizer.apply_gradients(zip(gradients, model.trainable_variables))
        return loss

    features, labels = two_classes()
    train_step(tf.constant(features), tf.constant(labels))
    holder.optimizer = adam()
    step = lambda features, labels: train_step(features[:-1], labels[:-1])  # noqa: E731
    return broken(30, "a second one", model, step, (features, labels))


# 31, 34, 32, 56: what a graph has kept


def _stale(name, make, batch, loss):
    holder = types.SimpleNamespace(model=make(), optimizer=keras.optimizers.SGD(0.1))

    @tf.function
    def train_step(features, labels):
        with tf.GradientTape() as tape:
            value = loss(labels, holder.model(features, training=True))
        variables = holder.model.trainable_variables
        holder.optimizer.apply_gradients(zip(tape.gradient(value, variables), variables))
        return value

    train_step(*map(tf.constant, batch))
    holder.model, holder.optimizer = make(), keras.optimizers.SGD(0.1)
    return broken(31, name, holder.model, train_step, batch)


def patient_old_model():
    return _stale("regression", lambda: network(3), a_number(), keras.losses.MeanSquaredError())


def patient_old_classifier():
    return _stale("classes", lambda: network(outputs=3), three_classes(), OF_CLASSES)


def patient_old_model_with_dropout():
    return _stale("Dropout", lambda: network(middle=[keras.layers.Dropout(0.2)]), two_classes(), FROM_LOGITS)


def _toggled(name, before, model, loss_of, batch):
    step = step_of(model, keras.optimizers.SGD(0.1), loss_of(model), "graph")
    model.layers[0].trainable = before
    step(*map(tf.constant, batch))
    model.layers[0].trainable = not before
    return broken(34, name, model, step, batch)


def patient_frozen_after_tracing():
    return _toggled("frozen", True, network(3), squares, a_number())


def patient_thawed_after_tracing():
    return _toggled("thawed", False, network(outputs=3), crossed, three_classes())


def patient_frozen_model_after_tracing():
    model = network(outputs=3, middle=[keras.layers.BatchNormalization()])
    return _toggled("BatchNorm", True, model, crossed, three_classes())


def _setting(trap, name, change, style="graph"):
    """A graph that reads settings.rate and settings.penalty, which `change` sets after it was recorded."""
    model, settings = network(3), types.SimpleNamespace(rate=0.05, penalty=0.0, scale=1.0)

    @tf.function
    def train_step(features, labels):
        with tf.GradientTape() as tape:
            loss = settings.scale * tf.reduce_mean((labels - model(features, training=True)) ** 2)
        for variable, gradient in zip(model.trainable_variables, tape.gradient(loss, model.trainable_variables)):
            variable.assign_sub(settings.rate * gradient)
        return loss

    batch = a_number()
    if change:
        train_step(*map(tf.constant, batch))
        change(settings)
    return broken(trap, name, model, train_step, batch)


def patient_rate_in_an_attribute():
    return _setting((32, 56), "changed", lambda settings: vars(settings).update(rate=0.005))


def patient_rate_in_an_attribute_to_be_changed():
    return _setting((32, 56), "not yet changed", None)


def patient_scale_in_an_attribute():
    return _setting((32, 56), "scale", lambda settings: vars(settings).update(scale=10.0))


def patient_wrong_name_of_the_rate():
    model, optimizer = network(outputs=3), adam()
    optimizer.lr = 0.0001
    return broken(32, "lr", model, step_of(model, optimizer, crossed(model)), three_classes())


def patient_wrong_name_in_a_graph():
    model, optimizer = network(3), keras.optimizers.SGD(0.05)
    optimizer.lr = 0.5
    return broken(32, "lr, graph", model, step_of(model, optimizer, squares(model), "graph"), a_number())


def patient_rate_of_another_optimizer():
    model, optimizer = network(3), keras.optimizers.SGD(0.05)
    rate = 0.05

    @tf.function
    def train_step(features, labels):
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean((labels - model(features, training=True)) ** 2)
        for variable, gradient in zip(model.trainable_variables, tape.gradient(loss, model.trainable_variables)):
            variable.assign_sub(rate * gradient)
        return loss

    return broken((32, 56), "a captured number", model, train_step, a_number(), optimizer=optimizer)


# 33: schedules that count steps


def _scheduled(name, schedule):
    model, (features, labels) = network(), two_classes()
    dataset = tf.data.Dataset.from_tensor_slices((features, labels)).batch(2)
    optimizer = keras.optimizers.Adam(schedule)
    step = step_of(model, optimizer, lambda x, y: FROM_LOGITS(y, model(x, training=True)), "graph")
    return broken(33, name, model, step, (features, labels), dataset=dataset, optimizer=optimizer)


def patient_epochs_for_steps():
    return _scheduled("exponential", keras.optimizers.schedules.ExponentialDecay(0.01, 2, 0.5))


def patient_cosine_over_epochs():
    return _scheduled("cosine", keras.optimizers.schedules.CosineDecay(0.01, 10))


def patient_boundaries_in_epochs():
    return _scheduled("pieces", keras.optimizers.schedules.PiecewiseConstantDecay([5, 10], [0.01, 1e-3, 1e-4]))


# 35 and 36: gradients that are changed on the way


def patient_clipped_one_by_one():
    model = network(3)
    step = step_of(
        model, keras.optimizers.SGD(0.1), squares(model), change=lambda gs: [tf.clip_by_norm(g, 0.5) for g in gs]
    )
    return broken(35, "regression", model, step, a_number())


def patient_clipped_one_by_one_in_a_graph():
    model = network(outputs=3)
    change = lambda gradients: [tf.clip_by_norm(gradient, 1.0) for gradient in gradients]  # noqa: E731
    step = step_of(model, adam(), crossed(model), "graph", change=change)
    return broken(35, "classes", model, step, three_classes())


def patient_clipped_by_hand():
    model = network(3)
    change = lambda gs: [g * tf.minimum(1.0, 0.1 / (tf.norm(g) + 1e-6)) for g in gs]  # noqa: E731
    return broken(35, "by hand", model, step_of(model, adam(), squares(model), "logs", change=change), a_number())


def _accumulating(name, add, graph):
    model, optimizer = network(3), keras.optimizers.SGD(0.02)
    optimizer.build(model.trainable_variables)
    totals = [tf.Variable(tf.zeros_like(v), trainable=False) for v in model.trainable_variables]
    count = tf.Variable(0, trainable=False)

    def train_step(features, labels):
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean((labels - model(features, training=True)) ** 2)
        for total, gradient in zip(totals, tape.gradient(loss, model.trainable_variables)):
            add(total, gradient)
        count.assign_add(1)
        if count == 3:
            optimizer.apply_gradients(zip([total.value() for total in totals], model.trainable_variables))
            for total in totals:
                total.assign(tf.zeros_like(total))
            count.assign(0)
        return loss

    return broken(36, name, model, tf.function(train_step) if graph else train_step, a_number())


def patient_sum_of_three_steps():
    return _accumulating("sum", lambda total, gradient: total.assign_add(gradient), graph=True)


def patient_last_of_three_steps():
    return _accumulating("last", lambda total, gradient: total.assign(gradient), graph=False)


def patient_sum_of_small_batches():
    model, optimizer = network(outputs=3), keras.optimizers.SGD(0.05)

    @tf.function
    def train_step(features, labels):
        sums, losses = [tf.zeros_like(variable) for variable in model.trainable_variables], []
        for part in range(4):
            with tf.GradientTape() as tape:
                losses.append(OF_CLASSES(labels[part::4], model(features[part::4], training=True)))
            gradients = tape.gradient(losses[-1], model.trainable_variables)
            sums = [total + gradient for total, gradient in zip(sums, gradients)]
        optimizer.apply_gradients(zip(sums, model.trainable_variables))
        return tf.add_n(losses) / 4.0

    return broken(36, "small batches", model, train_step, three_classes())


# 39: float16


def _half(name, optimizer, style):
    keras.utils.set_random_seed(0)
    layers = [keras.layers.Dense(8, activation="relu", dtype="mixed_float16"), keras.layers.Dense(3, dtype="float32")]
    model = keras.Sequential([keras.Input((4,)), *layers])
    model.dtype_policy = keras.DTypePolicy("mixed_float16")
    return broken(39, name, model, step_of(model, optimizer, crossed(model), style), three_classes())


def patient_loss_not_scaled():
    return _half("wrapped", keras.optimizers.LossScaleOptimizer(adam()), "eager")


def patient_loss_not_scaled_in_a_graph():
    return _half("in a graph", keras.optimizers.LossScaleOptimizer(keras.optimizers.SGD(0.1)), "graph")


def patient_plain_optimizer_with_float16():
    return _half("plain", adam(), "logs")


# 59 and 60


def _old_names(name, use):
    model = network()
    optimizer = keras.optimizers.LossScaleOptimizer(adam())
    loss_of = lambda x, y: FROM_LOGITS(y, model(x, training=True))  # noqa: E731
    if use == "loss":
        step = step_of(model, optimizer, lambda x, y: optimizer.get_scaled_loss(loss_of(x, y)), name)
    else:
        step = step_of(model, optimizer, loss_of, name, change=lambda gs: optimizer.get_unscaled_gradients(gs))
    return broken(59, f"{use}, {name}", model, step, two_classes())


def patient_scaled_loss_of_old():
    return _old_names("eager", "loss")


def patient_scaled_loss_of_old_in_a_graph():
    return _old_names("graph", "loss")


def patient_unscaled_gradients_of_old():
    return _old_names("logs", "gradients")


def _target(name, make):
    model = network(outputs=2)
    target = make(model)

    def loss_of(features, actions):
        wanted = features[:, 0] + 0.9 * tf.reduce_max(target(features), axis=1)
        values = tf.reduce_sum(model(features, training=True) * tf.one_hot(actions, 2), axis=1)
        return tf.reduce_mean((tf.stop_gradient(wanted) - values) ** 2)

    features, labels = two_classes(labels="int32")
    step = step_of(model, adam(), loss_of, "graph")
    return broken(60, name, model, step, (features, labels[:, 0]), target=target)


def patient_target_of_the_same_layers():
    return _target("same layers", lambda model: keras.Sequential(model.layers))


def patient_target_is_the_model():
    return _target("the model", lambda model: keras.Model(model.inputs, model.outputs))


def patient_target_of_another_start():
    def make(model):
        keras.utils.set_random_seed(1)
        return keras.models.clone_model(model)

    return _target("another start", make)
