"""Loops 16 to 22 of thirty, broken, and 23 to 30, healthy, written as people write them when they ask what is wrong.

The docstring of a broken one ends with what the breakage does, as measured against the same loop with that mended.
"""

import keras
import numpy as np
import tensorflow as tf
from keras import layers

from patients import Patient

HEALTHY = frozenset()


def patient_16_segmentation() -> Patient:
    """Losses summed over the pixels and divided by the rows alone, beside a test step that averages.

    Measured: after 60 steps the training loss is 98, the test loss .687; mended .256 and .251.
    """
    keras.utils.set_random_seed(16)
    rng = np.random.default_rng(16)
    images = rng.uniform(size=(16, 12, 12, 1)).astype("float32")
    masks = (images > 0.6).astype("float32")

    unet = keras.Sequential(
        [
            keras.Input((12, 12, 1)),
            layers.Conv2D(8, 3, padding="same", activation="relu"),
            layers.Conv2D(1, 1),
        ]
    )
    optimizer = keras.optimizers.SGD(0.05, momentum=0.9)
    pixel_loss = keras.losses.BinaryCrossentropy(from_logits=True)

    @tf.function
    def train_step(image, mask):
        with tf.GradientTape() as tape:
            logits = unet(image, training=True)
            per_pixel = tf.nn.sigmoid_cross_entropy_with_logits(labels=mask, logits=logits)
            loss = tf.reduce_sum(per_pixel) / tf.cast(tf.shape(image)[0], tf.float32)
        grads = tape.gradient(loss, unet.trainable_variables)
        optimizer.apply_gradients(zip(grads, unet.trainable_variables))
        return loss

    @tf.function
    def test_step(image, mask):
        return pixel_loss(mask, unet(image, training=False))

    options = {"optimizer": optimizer, "loss_fn": pixel_loss, "test_step": test_step}
    return Patient("16 segmentation", frozenset({54}), unet, train_step, (images, masks), options)


def patient_17_frozen_too_late() -> Patient:
    """The base is frozen after the step was traced, and goes on moving.

    Measured: in 20 steps the frozen kernel moves .21; traced after freezing 0.
    """
    keras.utils.set_random_seed(17)
    rng = np.random.default_rng(17)
    x = rng.normal(size=(32, 10)).astype("float32")
    y = np.argmax(x[:, :3], axis=1)

    base = keras.Sequential([keras.Input((10,)), layers.Dense(24, activation="relu")], name="pretrained")
    head = layers.Dense(3)
    model = keras.Sequential([base, head])
    loss_fn = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    optimizer = keras.optimizers.Adam(0.01)
    optimizer.build(model.trainable_variables)

    @tf.function
    def train_step(x, y):
        with tf.GradientTape() as tape:
            loss = loss_fn(y, model(x, training=True))
        variables = model.trainable_variables
        optimizer.apply_gradients(zip(tape.gradient(loss, variables), variables))
        return loss

    # first everything together, then the head alone
    train_step(x, y)
    base.trainable = False
    return Patient(
        "17 frozen too late",
        frozenset({34}),
        model,
        train_step,
        (x, y),
        {"optimizer": optimizer, "loss_fn": loss_fn},
    )


def patient_18_new_adam() -> Patient:
    """A new Adam with every call, so that each step is its first; nothing is passed but the loop.

    Measured: the last 20 of 300 losses average .34; with one Adam .0006.
    """
    keras.utils.set_random_seed(18)
    rng = np.random.default_rng(18)
    X = rng.normal(size=(40, 3)).astype("float32")
    Y = (X[:, :1] ** 2 - X[:, 1:2]).astype("float32")
    regressor = keras.Sequential([keras.Input((3,)), layers.Dense(32, activation="relu"), layers.Dense(1)])

    def train_on(model, x, y, learning_rate=0.03):
        optimizer = keras.optimizers.Adam(learning_rate)
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean(tf.square(model(x) - y))
        gradients = tape.gradient(loss, model.trainable_variables)
        optimizer.apply_gradients(zip(gradients, model.trainable_variables))
        return loss.numpy()

    return Patient("18 new Adam", frozenset({49}), regressor, lambda x, y: train_on(regressor, x, y), (X, Y))


def patient_19_half_precision() -> Patient:
    """A LossScaleOptimizer divides the gradient of a loss that nobody scaled: the weights hardly move.

    Measured: after 60 steps the weights have moved at most .0003 and the loss is .455; mended .81 and .0002.
    """
    keras.utils.set_random_seed(19)
    rng = np.random.default_rng(19)
    labels = rng.integers(0, 2, size=32)
    x = (rng.normal(size=(32, 16)) + 1.5 * labels[:, None]).astype("float32")

    model = keras.Sequential(
        [
            keras.Input((16,)),
            layers.Dense(32, activation="relu", dtype="mixed_float16"),
            layers.Dense(2, dtype="float32"),
        ]
    )
    optimizer = keras.optimizers.LossScaleOptimizer(keras.optimizers.SGD(0.1, momentum=0.9))
    loss_object = keras.losses.SparseCategoricalCrossentropy(from_logits=True)

    @tf.function
    def train_step(x, y):
        with tf.GradientTape() as tape:
            predictions = model(x, training=True)
            loss = loss_object(y, predictions)
        gradients = tape.gradient(loss, model.trainable_variables)
        optimizer.apply_gradients(zip(gradients, model.trainable_variables))
        return loss

    options = {"optimizer": optimizer, "loss_fn": loss_object}
    return Patient("19 half precision", frozenset({39}), model, train_step, (x, labels), options)


def patient_20_sluggish_curve() -> Patient:
    """The loop never resets its metric, so the loss of an epoch is the mean over all epochs so far.

    Measured: the curve reads 1.03, .91, .81, .74, .69, .64; mended 1.03, .79, .62, .53, .47, .41.
    """
    keras.utils.set_random_seed(20)
    rng = np.random.default_rng(20)
    x = rng.normal(size=(96, 4)).astype("float32")
    y = (x.sum(axis=1, keepdims=True) > 0).astype("float32")
    dataset = tf.data.Dataset.from_tensor_slices((x, y)).shuffle(96, seed=20).batch(32)

    model = keras.Sequential([keras.Input((4,)), layers.Dense(16, activation="relu"), layers.Dense(1)])
    optimizer = keras.optimizers.Adam(0.02)
    loss_fn = keras.losses.BinaryCrossentropy(from_logits=True)
    train_loss = keras.metrics.Mean(name="loss")

    @tf.function
    def train_step(features, labels):
        with tf.GradientTape() as tape:
            loss = loss_fn(labels, model(features, training=True))
        grads = tape.gradient(loss, model.trainable_variables)
        optimizer.apply_gradients(zip(grads, model.trainable_variables))
        train_loss.update_state(loss)

    def train(epochs=5):
        history = []
        for _ in range(epochs):
            for features, labels in dataset:
                train_step(features, labels)
            history.append(float(train_loss.result()))
        return history

    options = {"optimizer": optimizer, "loss_fn": loss_fn, "dataset": dataset, "train": train}
    return Patient("20 sluggish curve", frozenset({22}), model, train_step, (x[:32], y[:32]), options)


class DescentByHand:
    """Gradient descent without an optimizer, with a rate that is halved when the epoch ends."""

    def __init__(self, model, lr):
        self.model = model
        self.lr = lr

    @tf.function
    def step(self, x, y):
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean(keras.losses.mean_squared_error(y, self.model(x)))
        for variable, gradient in zip(
            self.model.trainable_variables, tape.gradient(loss, self.model.trainable_variables)
        ):
            variable.assign_sub(self.lr * gradient)
        return loss

    def end_of_epoch(self):
        self.lr *= 0.5

    def fit(self, x, y, epochs=3, batch_size=16):
        losses = []
        for _ in range(epochs):
            batches = range(0, len(x), batch_size)
            losses.append(np.mean([self.step(x[i : i + batch_size], y[i : i + batch_size]) for i in batches]))
            self.end_of_epoch()
        return losses


def patient_21_rate_by_hand() -> Patient:
    """The rate is a Python attribute that the graph copied at its first trace; halving it changes nothing.

    Measured: with the rate set to 0 a step still moves .206; with the rate in a variable 0.
    """
    keras.utils.set_random_seed(21)
    rng = np.random.default_rng(21)
    x = rng.normal(size=(48, 6)).astype("float32")
    y = (x @ rng.normal(size=(6, 1))).astype("float32")
    model = keras.Sequential([keras.Input((6,)), layers.Dense(12, activation="tanh"), layers.Dense(1)])
    trainer = DescentByHand(model, lr=0.1)
    trainer.step(x[:16], y[:16])

    def train(epochs=3):
        return trainer.fit(x, y, epochs)

    return Patient("21 rate by hand", frozenset({32, 56}), model, trainer.step, (x[:16], y[:16]), {"train": train})


def patient_22_target_network() -> Patient:
    """The target network is made of the online network's own layers: it follows each step at once.

    Measured: in 100 steps the target's values move by 7.3 and the loss reaches .19; mended 0 and .0006.
    """
    keras.utils.set_random_seed(22)
    rng = np.random.default_rng(22)
    state = rng.uniform(-1, 1, size=(32, 4)).astype("float32")
    action = rng.integers(0, 2, size=32)
    transitions = {
        "state": state,
        "action": action,
        "next_state": (state + 0.2 * rng.normal(size=(32, 4))).astype("float32"),
    }
    rewards = np.where(action == 0, state[:, 0], -state[:, 0]).astype("float32")

    inputs = keras.Input((4,))
    q_values = layers.Dense(2)(layers.Dense(24, activation="relu")(inputs))
    q_network = keras.Model(inputs, q_values)
    target_network = keras.Model(q_network.inputs, q_network.outputs[0])
    optimizer = keras.optimizers.Adam(5e-3)
    GAMMA = 0.9

    @tf.function
    def train_step(batch, reward):
        best_next = tf.reduce_max(target_network(batch["next_state"]), axis=1)
        wanted = reward + GAMMA * best_next
        with tf.GradientTape() as tape:
            q = tf.gather(q_network(batch["state"], training=True), batch["action"], batch_dims=1)
            loss = tf.reduce_mean(tf.square(wanted - q))
        grads = tape.gradient(loss, q_network.trainable_variables)
        optimizer.apply_gradients(zip(grads, q_network.trainable_variables))
        return loss

    options = {"optimizer": optimizer, "target": target_network}
    return Patient("22 target network", frozenset({60}), q_network, train_step, (transitions, rewards), options)


class ConditionalGAN(keras.Model):
    def __init__(self, noise=4):
        super().__init__()
        self.noise = noise
        self.generator = keras.Sequential([layers.Dense(16, activation="relu"), layers.Dense(2)])
        self.discriminator = keras.Sequential([layers.Dense(16), layers.LeakyReLU(), layers.Dense(1)])
        self.g_optimizer = keras.optimizers.Adam(1e-3, beta_1=0.5)
        self.d_optimizer = keras.optimizers.Adam(1e-3, beta_1=0.5)
        self.bce = keras.losses.BinaryCrossentropy(from_logits=True)
        self.discriminator.build((None, 4))

    def call(self, condition):
        z = tf.random.normal((tf.shape(condition)[0], self.noise))
        return self.generator(tf.concat([z, condition], axis=1))

    @tf.function
    def update(self, condition, real):
        with tf.GradientTape() as g_tape, tf.GradientTape() as d_tape:
            fake = self(condition)
            real_score = self.discriminator(tf.concat([real, condition], axis=1))
            fake_score = self.discriminator(tf.concat([fake, condition], axis=1))
            g_loss = self.bce(tf.ones_like(fake_score), fake_score)
            d_loss = self.bce(tf.ones_like(real_score), real_score) + self.bce(tf.zeros_like(fake_score), fake_score)
        g_vars, d_vars = self.generator.trainable_variables, self.discriminator.trainable_variables
        self.g_optimizer.apply_gradients(zip(g_tape.gradient(g_loss, g_vars), g_vars))
        self.d_optimizer.apply_gradients(zip(d_tape.gradient(d_loss, d_vars), d_vars))
        return {"g_loss": g_loss, "d_loss": d_loss}


def patient_23_conditional_gan() -> Patient:
    """Healthy: two networks, two optimizers, noise drawn in the graph; neither loss need fall."""
    keras.utils.set_random_seed(23)
    rng = np.random.default_rng(23)
    condition = rng.uniform(-1, 1, size=(32, 2)).astype("float32")
    real = (condition + 0.1 * rng.normal(size=(32, 2))).astype("float32")
    gan = ConditionalGAN()
    gan(condition)
    return Patient("23 conditional GAN", HEALTHY, gan, gan.update, (condition, real))


class Accumulator:
    """Adds up the gradients of `every` batches before it takes a step."""

    def __init__(self, model, optimizer, loss, every=4):
        self.model, self.optimizer, self.loss, self.every = model, optimizer, loss, every
        self.seen = tf.Variable(0, trainable=False)
        self.sums = [tf.Variable(tf.zeros(v.shape), trainable=False) for v in model.trainable_variables]
        optimizer.build(model.trainable_variables)

    def apply(self):
        self.optimizer.apply_gradients(zip([s / self.every for s in self.sums], self.model.trainable_variables))
        for s in self.sums:
            s.assign(tf.zeros_like(s))
        self.seen.assign(0)

    @tf.function
    def __call__(self, x, y):
        with tf.GradientTape() as tape:
            loss = self.loss(y, self.model(x, training=True))
        for s, gradient in zip(self.sums, tape.gradient(loss, self.model.trainable_variables)):
            s.assign_add(gradient)
        self.seen.assign_add(1)
        if self.seen == self.every:
            self.apply()
        return loss


def patient_24_accumulating() -> Patient:
    """Healthy: gradients are added up over four batches, so most calls move nothing."""
    keras.utils.set_random_seed(24)
    rng = np.random.default_rng(24)
    x = rng.normal(size=(32, 8)).astype("float32")
    y = (x[:, 0] > x[:, 1]).astype("int64") + (x[:, 2] > 0)
    model = keras.Sequential([keras.Input((8,)), layers.Dense(32, activation="relu"), layers.Dense(3)])
    optimizer = keras.optimizers.Adam(0.03)
    loss_fn = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    step = Accumulator(model, optimizer, loss_fn)
    options = {"optimizer": optimizer, "loss_fn": loss_fn}
    return Patient("24 accumulating", HEALTHY, model, step, (x, y), options)


def patient_25_class_weights() -> Patient:
    """Healthy: the weight of each row's class goes in as its sample weight."""
    keras.utils.set_random_seed(25)
    rng = np.random.default_rng(25)
    labels = rng.choice(3, size=60, p=[0.6, 0.3, 0.1])
    features = (rng.normal(size=(60, 5)) + 2 * np.eye(5)[labels]).astype("float32")
    class_weight = {0: 0.5, 1: 1.0, 2: 4.0}
    table = tf.constant([class_weight[k] for k in range(3)])

    model = keras.Sequential([keras.Input((5,)), layers.Dense(16, activation="relu"), layers.Dense(3)])
    optimizer = keras.optimizers.Adam(0.02)
    cce = keras.losses.SparseCategoricalCrossentropy(from_logits=True)

    @tf.function
    def train_step(x, y):
        with tf.GradientTape() as tape:
            loss = cce(y, model(x, training=True), sample_weight=tf.gather(table, y))
        grads = tape.gradient(loss, model.trainable_variables)
        optimizer.apply_gradients(zip(grads, model.trainable_variables))
        return loss

    options = {"optimizer": optimizer, "loss_fn": cce, "class_weight": class_weight}
    return Patient("25 class weights", HEALTHY, model, train_step, (features, labels), options)


def patient_26_scaled_loss() -> Patient:
    """Healthy: mixed precision, with the loss scaled for the LossScaleOptimizer; images; returns the plain loss."""
    keras.utils.set_random_seed(26)
    rng = np.random.default_rng(26)
    digits = rng.integers(0, 3, size=24)
    images = rng.normal(scale=0.3, size=(24, 7, 7, 1)).astype("float32")
    images[np.arange(24), :, 2 * digits + 1] += 1.5

    half = "mixed_float16"
    model = keras.Sequential(
        [
            keras.Input((7, 7, 1)),
            layers.Conv2D(8, 3, activation="relu", dtype=half),
            layers.Flatten(dtype=half),
            layers.Dense(3, dtype="float32"),
        ]
    )
    opt = keras.optimizers.LossScaleOptimizer(keras.optimizers.Adam(0.005))
    loss_fn = keras.losses.SparseCategoricalCrossentropy(from_logits=True)

    @tf.function
    def train_step(images, labels):
        with tf.GradientTape() as tape:
            loss = loss_fn(labels, model(images, training=True))
            scaled = opt.scale_loss(loss)
        opt.apply(tape.gradient(scaled, model.trainable_variables), model.trainable_variables)
        return loss

    options = {"optimizer": opt, "loss_fn": loss_fn}
    return Patient("26 scaled loss", HEALTHY, model, train_step, (images, digits), options)


def patient_27_stateless() -> Patient:
    """Healthy: weights and momentum live in tensors that go around; the model's own variables never move."""
    keras.utils.set_random_seed(27)
    rng = np.random.default_rng(27)
    x = rng.normal(size=(32, 6)).astype("float32")
    y = (x[:, :1] * 2 - x[:, 1:2] + 0.5).astype("float32")

    model = keras.Sequential([keras.Input((6,)), layers.Dense(24, activation="relu"), layers.Dense(1)])
    weights = [tf.convert_to_tensor(v) for v in model.trainable_variables]
    state = (weights, [tf.zeros_like(w) for w in weights])

    @tf.function
    def pure_step(state, x, y):
        weights, velocity = state
        with tf.GradientTape() as tape:
            tape.watch(weights)
            y_pred, _ = model.stateless_call(weights, [], x, training=True)
            loss = tf.reduce_mean(keras.losses.mean_squared_error(y, y_pred))
        velocity = [0.9 * v + g for v, g in zip(velocity, tape.gradient(loss, weights))]
        return loss, ([w - 0.02 * v for w, v in zip(weights, velocity)], velocity)

    def train_step(x, y):
        nonlocal state
        loss, state = pure_step(state, x, y)
        return loss

    return Patient("27 stateless", HEALTHY, model, train_step, (x, y))


def patient_28_whole_loop() -> Patient:
    """Healthy: BatchNorm, Dropout and L2 in a graph, with all that belongs to the loop passed along."""
    keras.utils.set_random_seed(28)
    rng = np.random.default_rng(28)
    x = rng.normal(size=(120, 8)).astype("float32")
    y = (x[:, 0] + x[:, 1] > 0).astype("float32")[:, None]
    train_ds = tf.data.Dataset.from_tensor_slices((x, y)).shuffle(len(x), seed=28).batch(40)

    l2 = keras.regularizers.L2(1e-3)
    inputs = keras.Input((8,))
    h = layers.Dense(32, kernel_regularizer=l2)(inputs)
    h = layers.BatchNormalization()(h)
    h = layers.Dropout(0.2)(layers.ReLU()(h))
    model = keras.Model(inputs, layers.Dense(1, kernel_regularizer=l2)(h))
    optimizer = keras.optimizers.Adam(0.01)
    loss_fn = keras.losses.BinaryCrossentropy(from_logits=True)
    mean_loss = keras.metrics.Mean()

    @tf.function
    def train_step(features, labels):
        with tf.GradientTape() as tape:
            loss = loss_fn(labels, model(features, training=True)) + tf.add_n(model.losses)
        variables = model.trainable_variables
        optimizer.apply_gradients(zip(tape.gradient(loss, variables), variables))
        mean_loss.update_state(loss, sample_weight=tf.shape(features)[0])
        return loss

    @tf.function
    def test_step(features, labels):
        return loss_fn(labels, model(features, training=False)) + tf.add_n(model.losses)

    def train(epochs=3):
        epoch_losses = []
        for _ in range(epochs):
            mean_loss.reset_state()
            for features, labels in train_ds:
                train_step(features, labels)
            epoch_losses.append(float(mean_loss.result()))
        return epoch_losses

    options = {
        "optimizer": optimizer,
        "loss_fn": loss_fn,
        "test_step": test_step,
        "dataset": train_ds,
        "train": train,
    }
    return Patient("28 whole loop", HEALTHY, model, train_step, (x[:40], y[:40]), options)


class Forecaster(keras.Model):
    """Predicts the next value of a series, with a train step of its own."""

    def __init__(self):
        super().__init__()
        self.flat = layers.Flatten()
        self.hidden = layers.Dense(24, activation="relu")
        self.next = layers.Dense(1)
        self.loss_tracker = keras.metrics.Mean(name="loss")

    def call(self, series, training=False):
        return self.next(self.hidden(self.flat(series)))

    @property
    def metrics(self):
        return [self.loss_tracker]

    def train_step(self, data):
        series, following = data
        with tf.GradientTape() as tape:
            loss = self.compute_loss(x=series, y=following, y_pred=self(series, training=True))
        gradients = tape.gradient(loss, self.trainable_weights)
        self.optimizer.apply_gradients(zip(gradients, self.trainable_weights))
        self.loss_tracker.update_state(loss)
        return {"loss": self.loss_tracker.result()}


def patient_29_forecaster() -> Patient:
    """Healthy: a `train_step` override in a lambda; what it returns is a running mean, not the step's own loss."""
    keras.utils.set_random_seed(29)
    rng = np.random.default_rng(29)
    start = rng.uniform(0, 6, size=(32, 1))
    waves = np.sin(start + 0.5 * np.arange(9)).astype("float32")
    series, following = waves[:, :8, None], waves[:, 8:]

    forecaster = Forecaster()
    forecaster(series)
    forecaster.compile(optimizer=keras.optimizers.Adam(0.01), loss="mse")
    options = {"optimizer": forecaster.optimizer, "loss_fn": keras.losses.MeanSquaredError()}
    step = lambda x, y: forecaster.train_step((x, y))  # noqa: E731
    return Patient("29 forecaster", HEALTHY, forecaster, step, (series, following), options)


def patient_30_two_outputs() -> Patient:
    """Healthy: a price and a kind from one body, two losses, a schedule, clipping of the whole gradient."""
    keras.utils.set_random_seed(30)
    rng = np.random.default_rng(30)
    x = rng.normal(size=(40, 7)).astype("float32")
    labels = {"price": (x[:, 0] + 2 * x[:, 1])[:, None], "kind": np.argmax(x[:, 2:5], axis=1)}

    inputs = keras.Input((7,))
    body = layers.Dense(32, activation="relu")(inputs)
    model = keras.Model(inputs, {"price": layers.Dense(1)(body), "kind": layers.Dense(3)(body)})
    schedule = keras.optimizers.schedules.ExponentialDecay(0.02, decay_steps=50, decay_rate=0.8)
    optimizer = keras.optimizers.Adam(schedule)

    def price_loss(y, p):
        return tf.reduce_mean(tf.square(y - p))

    def kind_loss(y, z):
        return tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(labels=y, logits=z))

    @tf.function
    def train_step(x, y):
        with tf.GradientTape() as tape:
            out = model(x, training=True)
            first, second = price_loss(y["price"], out["price"]), kind_loss(y["kind"], out["kind"])
            total = first + 0.5 * second
        gradients, _ = tf.clip_by_global_norm(tape.gradient(total, model.trainable_variables), 1.0)
        optimizer.apply_gradients(zip(gradients, model.trainable_variables))
        return {"loss": total, "price": first, "kind": second}

    return Patient("30 two outputs", HEALTHY, model, train_step, (x, labels), {"optimizer": optimizer})
