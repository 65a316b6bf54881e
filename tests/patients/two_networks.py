"""Loops of two networks, healthy and broken: GANs, teachers, encoders. Traps 7, 37, 64, 65, 70, 71."""

import keras
import numpy as np
import tensorflow as tf

from patients.parts import FROM_LOGITS, adam, broken, healthy, network, three_classes

LAYERS = keras.layers


def _pair(middle=()):
    """A generator from noise (B, 2) and a discriminator of rows (B, 3), whose logit above 0 says "real"."""
    keras.utils.set_random_seed(0)
    generator = keras.Sequential([keras.Input((2,)), LAYERS.Dense(8, activation="relu"), LAYERS.Dense(3)])
    first = [LAYERS.Dense(8), *[each() for each in middle], LAYERS.LeakyReLU(negative_slope=0.2)]
    return generator, keras.Sequential([keras.Input((3,)), *first, LAYERS.Dense(1)])


def _rows():
    """Real rows (B, 3) and noise (B, 2)."""
    random = np.random.default_rng(8)
    return (random.normal(2, 1, size=(24, 3)).astype("float32"), random.normal(size=(24, 2)).astype("float32"))


def _d_loss(discriminator, real, drawn):
    of_real, of_drawn = discriminator(real, training=True), discriminator(drawn, training=True)
    return (FROM_LOGITS(tf.ones_like(of_real), of_real) + FROM_LOGITS(tf.zeros_like(of_drawn), of_drawn)) / 2


def _d_loss_at_once(discriminator, real, drawn):
    labels = tf.concat([tf.ones((len(real), 1)), tf.zeros((len(drawn), 1))], axis=0)
    return FROM_LOGITS(labels, discriminator(tf.concat([real, drawn], axis=0), training=True))


def _g_loss(logits):
    return FROM_LOGITS(tf.ones_like(logits), logits)


def _alternating(networks, d_loss_of=_d_loss, g_loss_of=_g_loss, optimizers=None, g_moves=None, d_turns=1):
    generator, discriminator = networks
    g_optimizer, d_optimizer = optimizers or (adam(0.003), adam(0.003))

    def train_step(real, noise):
        for _ in range(d_turns):
            drawn = generator(noise, training=True)
            with tf.GradientTape() as tape:
                d_loss = d_loss_of(discriminator, real, drawn)
            gradients = tape.gradient(d_loss, discriminator.trainable_variables)
            d_optimizer.apply_gradients(zip(gradients, discriminator.trainable_variables))
        moved = generator.trainable_variables if g_moves is None else g_moves
        with tf.GradientTape() as tape:
            g_loss = g_loss_of(discriminator(generator(noise, training=True), training=True))
        g_optimizer.apply_gradients(zip(tape.gradient(g_loss, moved), moved))
        return d_loss, g_loss

    return train_step


def patient_healthy_alternating():
    networks = _pair()
    return healthy("GAN, alternating", networks[0], tf.function(_alternating(networks)), _rows())


def patient_healthy_at_once_without_batch_norm():
    networks = _pair([lambda: LAYERS.LayerNormalization()])
    return healthy("GAN, one call", networks[0], _alternating(networks, _d_loss_at_once), _rows())


def patient_healthy_batch_norm_called_twice():
    networks = _pair([LAYERS.BatchNormalization])
    return healthy("GAN, BatchNorm", networks[1], tf.function(_alternating(networks)), _rows())


def patient_healthy_literal_loss():
    networks = _pair()
    literal = lambda logits: -FROM_LOGITS(tf.zeros_like(logits), logits)  # noqa: E731
    return healthy("GAN, literal loss", networks[0], _alternating(networks, g_loss_of=literal), _rows())


def patient_healthy_labels_turned_around():
    networks = _pair()

    def d_loss(discriminator, real, drawn):
        return _d_loss(discriminator, drawn, real)

    g_loss = lambda logits: FROM_LOGITS(tf.zeros_like(logits), logits)  # noqa: E731
    return healthy("GAN, real is 0", networks[0], _alternating(networks, d_loss, g_loss), _rows())


def patient_healthy_five_turns_of_a_critic():
    networks = _pair()

    def d_loss(critic, real, drawn):
        return tf.reduce_mean(critic(drawn, training=True)) - tf.reduce_mean(critic(real, training=True))

    step = _alternating(networks, d_loss, lambda scores: -tf.reduce_mean(scores), d_turns=3)
    return healthy("Wasserstein", networks[0], step, _rows())


def _one_tape(ask):
    generator, discriminator = networks = _pair()
    optimizers = adam(0.003), adam(0.003)

    @tf.function
    def train_step(real, noise):
        with tf.GradientTape(persistent=True) as tape:
            drawn = generator(noise, training=True)
            losses = _g_loss(discriminator(drawn, training=True)), _d_loss(discriminator, real, drawn)
        lists = [network.trainable_variables for network in networks]
        for optimizer, gradients, variables in zip(optimizers, ask(tape, losses, lists), lists):
            optimizer.apply_gradients(zip(gradients, variables))
        return losses[1], losses[0]

    return generator, train_step


def patient_healthy_one_tape_asked_twice():
    model, step = _one_tape(lambda tape, losses, lists: [tape.gradient(*pair) for pair in zip(losses, lists)])
    return healthy("GAN, one tape", model, step, _rows())


def patient_healthy_plain_sgd_for_both():
    networks, optimizer = _pair(), keras.optimizers.SGD(0.05)
    optimizer.build([*networks[0].trainable_variables, *networks[1].trainable_variables])
    return healthy("GAN, one SGD", networks[0], _alternating(networks, optimizers=[optimizer] * 2), _rows())


def patient_healthy_drawing_inside_the_tape():
    generator, discriminator = _pair()
    g_optimizer, d_optimizer = adam(0.003), adam(0.003)

    @tf.function
    def train_step(real, _):
        noise = tf.random.normal((24, 2))
        with tf.GradientTape() as tape:
            d_loss = _d_loss(discriminator, real, generator(noise, training=True))
        d_optimizer.apply(tape.gradient(d_loss, discriminator.trainable_variables), discriminator.trainable_variables)
        with tf.GradientTape() as tape:
            g_loss = _g_loss(discriminator(generator(noise, training=True), training=True))
        g_optimizer.apply(tape.gradient(g_loss, generator.trainable_variables), generator.trainable_variables)
        return {"d_loss": d_loss, "g_loss": g_loss}

    return healthy("GAN, noise in the step", generator, train_step, _rows())


def patient_healthy_teacher_and_student():
    teacher, student = (network(outputs=3, units=units) for units in (16, 4))
    optimizer = adam()

    def train_step(features, labels):
        wanted = tf.nn.softmax(teacher(features) / 2.0)
        with tf.GradientTape() as tape:
            logits = student(features, training=True)
            soft = keras.losses.categorical_crossentropy(wanted, logits / 2.0, from_logits=True)
            hard = keras.losses.sparse_categorical_crossentropy(labels, logits, from_logits=True)
            loss = tf.reduce_mean(4.0 * soft + hard)
        variables = student.trainable_variables
        optimizer.apply_gradients(zip(tape.gradient(loss, variables), variables))
        return loss

    return healthy("teacher and student", student, train_step, three_classes())


def patient_healthy_encoder_and_decoder():
    keras.utils.set_random_seed(1)
    encoder = keras.Sequential([keras.Input((3,)), LAYERS.Dense(4, activation="tanh")])
    decoder = keras.Sequential([keras.Input((4,)), LAYERS.Dense(3)])
    optimizers = adam(), adam()

    @tf.function
    def train_step(rows, targets):
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean((decoder(encoder(rows, training=True), training=True) - targets) ** 2)
        lists = [encoder.trainable_variables, decoder.trainable_variables]
        for optimizer, gradients, variables in zip(optimizers, tape.gradient(loss, lists), lists):
            optimizer.apply_gradients(zip(gradients, variables))
        return loss

    return healthy("encoder and decoder", encoder, train_step, (_rows()[0], _rows()[0]))


# broken


def patient_generators_step_moves_both():
    networks = _pair()
    both = [*networks[0].trainable_variables, *networks[1].trainable_variables]
    return broken(64, "both lists", networks[0], _alternating(networks, g_moves=both), _rows())


def patient_generators_step_moves_both_in_a_graph():
    networks = _pair()
    both = [*networks[1].trainable_variables, *networks[0].trainable_variables]
    step = _alternating(networks, _d_loss_at_once, g_moves=both)
    return broken(64, "both lists, graph", networks[1], tf.function(step), _rows())


def patient_generators_step_moves_the_other():
    networks = _pair()
    step = _alternating(networks, g_moves=networks[1].trainable_variables)
    return broken((7, 64), "the other list", networks[0], step, _rows())


def patient_two_losses_in_one_question():
    model, step = _one_tape(lambda tape, losses, lists: tape.gradient(losses, lists))
    return broken(65, "lists", model, step, _rows())


def patient_two_losses_in_one_list():
    def ask(tape, losses, lists):
        gradients = tape.gradient(list(losses), [*lists[0], *lists[1]])
        return gradients[: len(lists[0])], gradients[len(lists[0]) :]

    return broken(65, "one list", *_one_tape(ask), _rows())


def patient_generator_wants_the_same():
    networks = _pair()
    same = lambda logits: FROM_LOGITS(tf.zeros_like(logits), logits)  # noqa: E731
    return broken(70, "zeros", networks[0], _alternating(networks, g_loss_of=same), _rows())


def patient_generator_wants_the_same_in_a_graph():
    networks = _pair()
    step = _alternating(networks, _d_loss_at_once, lambda logits: tf.reduce_mean(tf.nn.softplus(logits)))
    return broken(70, "softplus", networks[0], tf.function(step), _rows())


def patient_one_batch_norm_for_both():
    networks = _pair([LAYERS.BatchNormalization])
    return broken(71, "concat", networks[0], _alternating(networks, _d_loss_at_once), _rows())


def patient_one_batch_norm_for_both_in_a_graph():
    networks = _pair([lambda: LAYERS.BatchNormalization(momentum=0.9)])
    return broken(71, "concat, graph", networks[1], tf.function(_alternating(networks, _d_loss_at_once)), _rows())


def patient_one_optimizer_for_both():
    networks, optimizer = _pair(), adam(0.003)
    optimizer.build([*networks[0].trainable_variables, *networks[1].trainable_variables])
    return broken(37, "built with both", networks[0], _alternating(networks, optimizers=[optimizer] * 2), _rows())


def patient_one_new_optimizer_for_both():
    networks, optimizer = _pair(), adam(0.003)
    return broken(37, "unknown variable", networks[0], _alternating(networks, optimizers=[optimizer] * 2), _rows())
