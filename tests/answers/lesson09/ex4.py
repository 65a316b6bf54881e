"""Answers to 09.4."""

import keras
import tensorflow as tf

from answers import right, wrong

soft_loss = keras.losses.CategoricalCrossentropy(from_logits=True)
hard_loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)


def moved(student, optimizer, tape, loss):
    optimizer.apply(tape.gradient(loss, student.trainable_variables), student.trainable_variables)
    return loss


@right("probabilities on both sides, and labels as rows of zeros and a one")
def with_one_hot(teacher, student, optimizer, images, labels, temperature, share):
    with tf.GradientTape() as tape:
        s, t = student(images, training=True), teacher(images)
        soft = keras.losses.categorical_crossentropy(tf.nn.softmax(t / temperature), s / temperature, from_logits=True)
        hard = keras.losses.categorical_crossentropy(tf.one_hot(labels, 3), s, from_logits=True)
        loss = tf.reduce_mean(soft) * temperature**2 * share + tf.reduce_mean(hard) * (1 - share)
    return moved(student, optimizer, tape, loss)


@right("divergence plus entropy, which is the cross-entropy")
def divergence_and_entropy(teacher, student, optimizer, images, labels, temperature, share):
    p = tf.nn.softmax(teacher.predict(images, verbose=0) / temperature)
    entropy = -tf.reduce_mean(tf.reduce_sum(p * tf.math.log(p), axis=-1))
    with tf.GradientTape() as tape:
        s = student(images, training=True)
        divergence = tf.reduce_mean(tf.reduce_sum(p * (tf.math.log(p) - tf.nn.log_softmax(s / temperature)), axis=-1))
        loss = share * temperature**2 * (divergence + entropy) + (1 - share) * hard_loss(labels, s)
    return float(moved(student, optimizer, tape, loss))


@right("TensorFlow's functions with logits")
def with_logits(teacher, student, optimizer, images, labels, temperature, share):
    wanted = tf.nn.softmax(teacher(images, training=False) / temperature)
    with tf.GradientTape() as tape:
        s = student(images, training=True)
        soft = tf.nn.softmax_cross_entropy_with_logits(wanted, s / temperature)
        hard = tf.nn.sparse_softmax_cross_entropy_with_logits(labels, s)
        loss = tf.reduce_mean(share * tf.square(float(temperature)) * soft + (1 - share) * hard)
    return moved(student, optimizer, tape, loss)


@wrong("no square", named="the square of the temperature is missing")
def no_square(teacher, student, optimizer, images, labels, temperature, share):
    p = tf.nn.softmax(teacher(images) / temperature)
    with tf.GradientTape() as tape:
        s = student(images, training=True)
        loss = share * soft_loss(p, s / temperature) + (1 - share) * hard_loss(labels, s)
    return moved(student, optimizer, tape, loss)


@wrong("times T", named="the temperature is not squared")
def times_t(teacher, student, optimizer, images, labels, temperature, share):
    p = tf.nn.softmax(teacher(images) / temperature)
    with tf.GradientTape() as tape:
        s = student(images, training=True)
        loss = share * temperature * soft_loss(p, s / temperature) + (1 - share) * hard_loss(labels, s)
    return moved(student, optimizer, tape, loss)


@wrong("the student's logits are not divided", named="only the teacher's logits are divided")
def student_undivided(teacher, student, optimizer, images, labels, temperature, share):
    p = tf.nn.softmax(teacher(images) / temperature)
    with tf.GradientTape() as tape:
        s = student(images, training=True)
        loss = share * temperature**2 * soft_loss(p, s) + (1 - share) * hard_loss(labels, s)
    return moved(student, optimizer, tape, loss)


@wrong("the teacher's logits are not divided")
def teacher_undivided(teacher, student, optimizer, images, labels, temperature, share):
    p = tf.nn.softmax(teacher(images))
    with tf.GradientTape() as tape:
        s = student(images, training=True)
        loss = share * temperature**2 * soft_loss(p, s / temperature) + (1 - share) * hard_loss(labels, s)
    return moved(student, optimizer, tape, loss)


@wrong("logits multiplied by the temperature")
def multiplied(teacher, student, optimizer, images, labels, temperature, share):
    p = tf.nn.softmax(teacher(images) * temperature)
    with tf.GradientTape() as tape:
        s = student(images, training=True)
        loss = share * temperature**2 * soft_loss(p, s * temperature) + (1 - share) * hard_loss(labels, s)
    return moved(student, optimizer, tape, loss)


@wrong("the logits are divided once and for all", named="the labels meet divided logits")
def divided_for_all(teacher, student, optimizer, images, labels, temperature, share):
    p = tf.nn.softmax(teacher(images) / temperature)
    with tf.GradientTape() as tape:
        s = student(images, training=True) / temperature
        loss = share * temperature**2 * soft_loss(p, s) + (1 - share) * hard_loss(labels, s)
    return moved(student, optimizer, tape, loss)


@wrong("share and its rest exchanged", named="the share counts for the labels")
def exchanged(teacher, student, optimizer, images, labels, temperature, share):
    p = tf.nn.softmax(teacher(images) / temperature)
    with tf.GradientTape() as tape:
        s = student(images, training=True)
        loss = (1 - share) * temperature**2 * soft_loss(p, s / temperature) + share * hard_loss(labels, s)
    return moved(student, optimizer, tape, loss)


@wrong("both networks in training", named="the teacher is in training")
def both_in_training(teacher, student, optimizer, images, labels, temperature, share):
    p = tf.nn.softmax(teacher(images, training=True) / temperature)
    with tf.GradientTape() as tape:
        s = student(images, training=True)
        loss = share * temperature**2 * soft_loss(p, s / temperature) + (1 - share) * hard_loss(labels, s)
    return moved(student, optimizer, tape, loss)


@wrong("the student is not in training")
def student_not_in_training(teacher, student, optimizer, images, labels, temperature, share):
    p = tf.nn.softmax(teacher(images) / temperature)
    with tf.GradientTape() as tape:
        s = student(images)
        loss = share * temperature**2 * soft_loss(p, s / temperature) + (1 - share) * hard_loss(labels, s)
    return moved(student, optimizer, tape, loss)


@wrong("the variables of both", named="the teacher learns")
def both_move(teacher, student, optimizer, images, labels, temperature, share):
    with tf.GradientTape() as tape:
        p, s = tf.nn.softmax(teacher(images) / temperature), student(images, training=True)
        loss = share * temperature**2 * soft_loss(p, s / temperature) + (1 - share) * hard_loss(labels, s)
    variables = teacher.trainable_variables + student.trainable_variables
    optimizer.apply(tape.gradient(loss, variables), variables)
    return loss


@wrong("the roles in the cross-entropy are exchanged")
def roles_exchanged(teacher, student, optimizer, images, labels, temperature, share):
    t = teacher(images) / temperature
    with tf.GradientTape() as tape:
        s = student(images, training=True)
        soft = soft_loss(tf.nn.softmax(s / temperature), t)
        loss = share * temperature**2 * soft + (1 - share) * hard_loss(labels, s)
    return moved(student, optimizer, tape, loss)


@wrong("Keras' divergence", named="a divergence in place of a cross-entropy")
def keras_divergence(teacher, student, optimizer, images, labels, temperature, share):
    p = tf.nn.softmax(teacher(images) / temperature)
    with tf.GradientTape() as tape:
        s = student(images, training=True)
        soft = keras.losses.KLDivergence()(p, tf.nn.softmax(s / temperature))
        loss = share * temperature**2 * soft + (1 - share) * hard_loss(labels, s)
    return moved(student, optimizer, tape, loss)
