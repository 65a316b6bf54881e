"""Healthy loops as the guides of TensorFlow and Keras teach them, written anew."""

import keras
import tensorflow as tf

from patients.parts import FROM_LOGITS, OF_CLASSES, a_number, adam, healthy, network, pictures, step_of, three_classes


def patient_keras_guide_from_scratch():
    model, optimizer, accuracy = network(outputs=3), adam(), keras.metrics.SparseCategoricalAccuracy()
    val_accuracy = keras.metrics.SparseCategoricalAccuracy()

    @tf.function
    def train_step(x, y):
        with tf.GradientTape() as tape:
            logits = model(x, training=True)
            loss_value = OF_CLASSES(y, logits)
        grads = tape.gradient(loss_value, model.trainable_weights)
        optimizer.apply(grads, model.trainable_weights)
        accuracy.update_state(y, logits)
        return loss_value

    @tf.function
    def test_step(x, y):
        val_accuracy.update_state(y, model(x, training=False))

    def train(epochs):
        losses = []
        for _ in range(epochs):
            total = [float(train_step(x, y)) for x, y in dataset]
            accuracy.reset_state()
            losses.append(sum(total) / len(total))
        return losses

    dataset = tf.data.Dataset.from_tensor_slices(three_classes()).shuffle(32).batch(8)
    return healthy("guide", model, train_step, three_classes(), test_step=test_step, train=train, dataset=dataset)


def patient_keras_guide_activity_loss():
    class Activity(keras.layers.Layer):
        def call(self, inputs):
            self.add_loss(1e-2 * tf.reduce_sum(inputs))
            return inputs

    model, optimizer = network(outputs=3, middle=[Activity()]), keras.optimizers.SGD(0.01)

    @tf.function
    def train_step(x, y):
        with tf.GradientTape() as tape:
            loss = OF_CLASSES(y, model(x, training=True))
            loss += sum(model.losses)
        optimizer.apply(tape.gradient(loss, model.trainable_weights), model.trainable_weights)
        return loss

    return healthy("guide, add_loss", model, train_step, three_classes())


def patient_gan():
    keras.utils.set_random_seed(0)
    layers = keras.layers
    critic = keras.Sequential([keras.Input((3,)), layers.Dense(8, activation="leaky_relu"), layers.Dense(1)])
    generator = keras.Sequential([keras.Input((2,)), layers.Dense(8, activation="leaky_relu"), layers.Dense(3)])
    of_critic, of_generator = adam(0.003), adam(0.004)

    @tf.function
    def train_step(real, _):
        noise = tf.random.normal((tf.shape(real)[0], 2))
        fake = generator(noise)
        both = tf.concat([fake, real], axis=0)
        wanted = tf.concat([tf.ones_like(fake[:, :1]), tf.zeros_like(real[:, :1])], axis=0)
        with tf.GradientTape() as tape:
            critic_loss = FROM_LOGITS(wanted, critic(both))
        of_critic.apply_gradients(zip(tape.gradient(critic_loss, critic.trainable_weights), critic.trainable_weights))
        noise = tf.random.normal((tf.shape(real)[0], 2))
        with tf.GradientTape() as tape:
            generator_loss = FROM_LOGITS(tf.zeros_like(fake[:, :1]), critic(generator(noise)))
        grads = tape.gradient(generator_loss, generator.trainable_weights)
        of_generator.apply_gradients(zip(grads, generator.trainable_weights))
        return critic_loss, generator_loss

    return healthy("guide, GAN", generator, train_step, a_number())


def patient_gan_with_two_tapes():
    keras.utils.set_random_seed(0)
    layers = keras.layers
    middle = [layers.BatchNormalization(), layers.LeakyReLU()]
    generator = keras.Sequential([keras.Input((2,)), layers.Dense(8, use_bias=False), *middle, layers.Dense(3, "tanh")])
    critic = keras.Sequential([keras.Input((3,)), layers.Dense(8, "relu"), layers.Dropout(0.3), layers.Dense(1)])
    optimizers = adam(1e-3), adam(1e-3)

    @tf.function
    def train_step(features, labels):
        noise = tf.random.normal([32, 2])
        with tf.GradientTape() as for_generator, tf.GradientTape() as for_critic:
            made = generator(noise, training=True)
            of_real, of_made = critic(features, training=True), critic(made, training=True)
            generator_loss = FROM_LOGITS(tf.ones_like(of_made), of_made)
            critic_loss = FROM_LOGITS(tf.ones_like(of_real), of_real) + FROM_LOGITS(tf.zeros_like(of_made), of_made)
        for tape, loss, net, optimizer in zip(
            (for_generator, for_critic), (generator_loss, critic_loss), (generator, critic), optimizers
        ):
            optimizer.apply_gradients(zip(tape.gradient(loss, net.trainable_variables), net.trainable_variables))

    return healthy("tutorial, DCGAN", critic, train_step, a_number())


def patient_wasserstein_with_gradient_penalty():
    keras.utils.set_random_seed(0)
    critic = keras.Sequential([keras.Input((3,)), keras.layers.Dense(8, "tanh"), keras.layers.Dense(1)])
    generator = keras.Sequential([keras.Input((2,)), keras.layers.Dense(3)])
    of_critic, of_generator = adam(1e-3, beta_1=0.5), adam(1e-3, beta_1=0.5)

    def train_step(real, _):
        for _ in range(3):
            with tf.GradientTape() as tape:
                fake = generator(tf.random.normal((len(real), 2)), training=True)
                share = tf.random.uniform((len(real), 1))
                between = share * real + (1 - share) * fake
                with tf.GradientTape() as inner:
                    inner.watch(between)
                    scores = critic(between, training=True)
                slopes = inner.gradient(scores, between)
                norms = tf.sqrt(tf.reduce_sum(slopes**2, axis=1) + 1e-12)
                loss = tf.reduce_mean(critic(fake)) - tf.reduce_mean(critic(real))
                loss += 10.0 * tf.reduce_mean((norms - 1) ** 2)
            grads = tape.gradient(loss, critic.trainable_variables)
            of_critic.apply_gradients(zip(grads, critic.trainable_variables))
        with tf.GradientTape() as tape:
            generator_loss = -tf.reduce_mean(critic(generator(tf.random.normal((len(real), 2)), training=True)))
        grads = tape.gradient(generator_loss, generator.trainable_variables)
        of_generator.apply_gradients(zip(grads, generator.trainable_variables))
        return {"d_loss": loss, "g_loss": generator_loss}

    return healthy("WGAN-GP", critic, train_step, a_number())


class Autoencoder(keras.Model):
    def __init__(self):
        super().__init__()
        self.encoder = keras.Sequential([keras.layers.Flatten(), keras.layers.Dense(4)])
        self.decoder = keras.Sequential([keras.layers.Dense(64, "sigmoid"), keras.layers.Reshape((8, 8, 1))])
        self.seeds = keras.random.SeedGenerator(1)

    def call(self, pictures, training=False):
        mean, log_variance = tf.split(self.encoder(pictures), 2, axis=1)
        code = mean + tf.exp(0.5 * log_variance) * keras.random.normal(tf.shape(mean), seed=self.seeds)
        self.add_loss(-0.5 * tf.reduce_mean(1 + log_variance - mean**2 - tf.exp(log_variance)))
        return self.decoder(code)


def patient_variational_autoencoder():
    keras.utils.set_random_seed(0)
    model, optimizer = Autoencoder(), adam()

    @tf.function
    def train_step(pictures, _):
        with tf.GradientTape() as tape:
            made = model(pictures, training=True)
            each = keras.losses.binary_crossentropy(pictures, made)
            loss = tf.reduce_mean(tf.reduce_sum(each, axis=(1, 2))) + sum(model.losses)
        optimizer.apply_gradients(zip(tape.gradient(loss, model.trainable_variables), model.trainable_variables))
        return {"loss": loss}

    return healthy("VAE", model, train_step, pictures())


def patient_plain_autoencoder():
    keras.utils.set_random_seed(0)
    layers = keras.layers
    middle = [layers.Flatten(), layers.Dense(8, "relu"), layers.Dense(64, "sigmoid"), layers.Reshape((8, 8, 1))]
    model, optimizer = keras.Sequential([keras.Input((8, 8, 1)), *middle]), adam()
    step = step_of(model, optimizer, lambda x, y: tf.reduce_mean((x - model(x, training=True)) ** 2), "graph")
    return healthy("autoencoder", model, step, pictures())
