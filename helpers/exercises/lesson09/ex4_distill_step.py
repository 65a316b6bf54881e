"""09.4 Teacher and student."""

import keras
import numpy as np
import tensorflow as tf

from helpers.exercises import forms
from helpers.exercises.exercise import Exercise, mistake
from helpers.exercises.lesson09.shared import flat

TITLE = "Teacher and student"
TASK = r"""
Two networks again, and this time one of them stands still. A large network, the teacher, has been trained; a small one,
the student, learns from the labels *and* from the teacher, who says more than a label does: "a 7, and if not, then
rather a 1 than an 8". To hear the second half of that sentence, one divides logits by a **temperature** T,
usually above 1, before the softmax, which makes the small probabilities larger.

Write `distill_step(teacher, student, optimizer, images, labels, temperature, share)`. It takes one training step of the
student, with the loss

$$\text{share} \cdot T^2 \cdot \text{cross-entropy}\big(\text{softmax}(t / T),\ \text{softmax}(s / T)\big) + (1 -
\text{share}) \cdot \text{cross-entropy}(\text{labels},\ \text{softmax}(s)),$$

each cross-entropy a mean over the rows, with $t$ and $s$ for the logits of teacher and student; and it returns that
loss, as it was before the update (a number or tensor). Without $T^2$ the first part would lose its pull as T grows: for
large T its slopes shrink as $1 / T^2$. The teacher does not change in any way, and no slope goes through $t$: only the
student's weights get one. No `tf.function` is needed.
"""
HINTS = (
    "Which of the two is in training, which is only being used? They may have layers that behave differently in both.",
    "The first cross-entropy has probabilities for labels: `keras.losses.CategoricalCrossentropy(from_logits=True)`, "
    "with the softmax of the teacher's divided logits first and the student's divided logits second.",
    "The second one is lesson 05's: `SparseCategoricalCrossentropy(from_logits=True)`, on logits that nobody divided.",
)


def distill_step(teacher, student, optimizer, images, labels, temperature, share):
    """Move the student by a step on its loss, partly the teacher's answers, partly the labels; return that loss.

    Args:
        teacher, student: built Keras models that give logits (B, classes); both may have BatchNorm.
        optimizer: a new Keras optimizer.
        images, labels: float32 (B, pixels), and the numbers of the classes, int64 (B,).
        temperature: a number above 0; by it both logits are divided in the teacher's part.
        share: how much the teacher's part counts, from 0 to 1.
    """
    soft_loss = keras.losses.CategoricalCrossentropy(from_logits=True)
    hard_loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    answers = tf.nn.softmax(teacher(images, training=False) / temperature)
    with tf.GradientTape() as tape:
        logits = student(images, training=True)
        from_teacher = temperature**2 * soft_loss(answers, logits / temperature)
        loss = share * from_teacher + (1 - share) * hard_loss(labels, logits)
    gradients = tape.gradient(loss, student.trainable_variables)
    optimizer.apply_gradients(zip(gradients, student.trainable_variables))
    return loss


NOTE = (
    "Hinton, Vinyals and Dean, 2015 (arXiv 1503.02531). With a share of 1 no labels are needed at all: the student can "
    "learn from pictures that nobody has labeled."
)
EXPLANATION = (
    "The teacher's answers are computed outside the tape, with `training=False`: they are labels, with decimals. One "
    "network learns, so there is one optimizer and one list of variables."
)


# Other right answers


def by_logarithms(teacher, student, optimizer, images, labels, temperature, share):
    with tf.GradientTape() as tape:
        logits = student(images, training=True)
        answers = tf.stop_gradient(tf.nn.softmax(teacher(images) / temperature))
        soft = -tf.reduce_sum(answers * tf.nn.log_softmax(logits / temperature), axis=1)
        hard = tf.nn.sparse_softmax_cross_entropy_with_logits(labels, logits)
        loss = tf.reduce_mean(share * temperature**2 * soft + (1 - share) * hard)
    optimizer.apply(tape.gradient(loss, student.trainable_variables), student.trainable_variables)
    return float(loss)


# Mistakes


def step_with(
    networks, optimizer, batch, temperature, share, soft=None, hard=None, scale=None, teaches=False, learns=()
):
    """The step of the wrong answers.

    `soft` is the temperature of the student's logits and `hard` that of its logits beside the labels, `scale` what the
    teacher's part is multiplied by; `teaches` is the teacher's training flag, `learns` who learns besides the student.
    """
    (teacher, student), (images, labels) = networks, batch
    with tf.GradientTape() as tape:
        answers = tf.nn.softmax(teacher(images, training=teaches) / temperature)
        logits = student(images, training=True)
        loss = share * (scale or 1) * cross_entropy(answers, logits / (soft or temperature))
        loss += (1 - share) * cross_entropy(tf.one_hot(labels, logits.shape[1]), logits / (hard or 1))
    moved = [variable for network in (student, *learns) for variable in network.trainable_variables]
    optimizer.apply(tape.gradient(loss, moved), moved)
    return loss


def cross_entropy(probabilities, logits):
    return tf.reduce_mean(-tf.reduce_sum(probabilities * tf.nn.log_softmax(logits), axis=1))


@mistake(
    "the square of the temperature is missing",
    "The teacher's part is divided by the temperature twice, once for each network, and nothing makes up for it: at a "
    "temperature of 5 its pull is a twenty-fifth. Multiply its cross-entropy by the square.",
)
def without_square(teacher, student, optimizer, images, labels, temperature, share):
    return step_with((teacher, student), optimizer, (images, labels), temperature, share)


@mistake(
    "the temperature is not squared",
    "The teacher's part is multiplied by the temperature; its slopes shrink with the square of it.",
)
def not_squared(teacher, student, optimizer, images, labels, temperature, share):
    return step_with((teacher, student), optimizer, (images, labels), temperature, share, scale=temperature)


@mistake(
    "the square multiplies both parts",
    "The labels' part is multiplied by the square of the temperature, too. That factor makes up for the divided "
    "logits, and beside the labels nobody divided any.",
)
def both_scaled(teacher, student, optimizer, images, labels, temperature, share):
    with tf.GradientTape() as tape:
        answers, logits = tf.nn.softmax(teacher(images) / temperature), student(images, training=True)
        soft = cross_entropy(answers, logits / temperature)
        hard = cross_entropy(tf.one_hot(labels, logits.shape[1]), logits)
        loss = temperature**2 * (share * soft + (1 - share) * hard)
    optimizer.apply(tape.gradient(loss, student.trainable_variables), student.trainable_variables)
    return loss


@mistake(
    "only the teacher's logits are divided",
    "The student is asked to give at temperature 1 the answers that the teacher gives at T. Divide both, or the "
    "student learns to be as undecided as the softened answers.",
)
def teacher_alone_divided(teacher, student, optimizer, images, labels, temperature, share):
    networks, batch = (teacher, student), (images, labels)
    return step_with(networks, optimizer, batch, temperature, share, soft=1, scale=temperature**2)


@mistake(
    "the labels meet divided logits",
    "The student's logits were divided for the labels as well. There, the temperature is 1: that is how the student "
    "will be used.",
)
def labels_meet_divided(teacher, student, optimizer, images, labels, temperature, share):
    networks, batch = (teacher, student), (images, labels)
    return step_with(networks, optimizer, batch, temperature, share, hard=temperature, scale=temperature**2)


@mistake(
    "the share counts for the labels",
    "Share and 1 − share have changed places: `share` belongs to the teacher's part.",
)
def shares_exchanged(teacher, student, optimizer, images, labels, temperature, share):
    return step_with((teacher, student), optimizer, (images, labels), temperature, 1 - share, scale=temperature**2)


@mistake(
    "the teacher is in training",
    "The teacher's BatchNorm moved its averages and answered from those of the batch: it was called with "
    "`training=True`. It is being used here, so `training=False`.",
)
def teacher_in_training(teacher, student, optimizer, images, labels, temperature, share):
    networks, batch = (teacher, student), (images, labels)
    return step_with(networks, optimizer, batch, temperature, share, scale=temperature**2, teaches=True)


@mistake(
    "the teacher learns",
    "The teacher's weights moved, towards answers that the student finds easy. Take the gradient with respect to "
    "`student.trainable_variables` alone.",
)
def teacher_learns(teacher, student, optimizer, images, labels, temperature, share):
    networks, batch = (teacher, student), (images, labels)
    return step_with(networks, optimizer, batch, temperature, share, scale=temperature**2, learns=[teacher])


@mistake(
    "the teacher decides instead of telling",
    "The student got the teacher's decisions, one class for each row, and nothing of what else it had in mind. Use "
    "the softmax of its divided logits.",
)
def decisions(teacher, student, optimizer, images, labels, temperature, share):
    with tf.GradientTape() as tape:
        answers, logits = tf.argmax(teacher(images), axis=1), student(images, training=True)
        answers, labels = (tf.one_hot(each, logits.shape[1]) for each in (answers, labels))
        loss = share * temperature**2 * cross_entropy(answers, logits / temperature)
        loss += (1 - share) * cross_entropy(labels, logits)
    optimizer.apply(tape.gradient(loss, student.trainable_variables), student.trainable_variables)
    return loss


@mistake(
    "a divergence in place of a cross-entropy",
    "The student moved as it should. The loss that came back is smaller by what the teacher's own uncertainty makes "
    "out: it is the Kullback–Leibler divergence. Asked for is the cross-entropy.",
)
def divergence(teacher, student, optimizer, images, labels, temperature, share):
    answers = tf.nn.softmax(teacher(images) / temperature)
    entropy = cross_entropy(answers, teacher(images) / temperature)
    loss = step_with((teacher, student), optimizer, (images, labels), temperature, share, scale=temperature**2)
    return loss - share * temperature**2 * entropy


# Probes


def small_classifier(units):
    """Return a model (5 pixels, 3 logits) with a BatchNorm, whose answers differ from row to row."""
    spread = keras.initializers.RandomNormal(stddev=1.5)
    layers = [keras.layers.Dense(units, "tanh"), keras.layers.BatchNormalization(momentum=0.8)]
    return keras.Sequential([keras.Input((5,)), *layers, keras.layers.Dense(3, kernel_initializer=spread)])


def observe(candidate, seed=1, temperature=3.0, share=0.7):
    keras.utils.set_random_seed(seed)
    teacher, student = small_classifier(6), small_classifier(4)
    draw = np.random.default_rng(seed)
    images = tf.constant(draw.normal(1, 1, (8, 5)), tf.float32)
    labels = tf.constant(draw.integers(0, 3, 8))
    before = flat(teacher.trainable_variables), flat(teacher.non_trainable_variables), flat(student.trainable_variables)
    loss = candidate(teacher, student, keras.optimizers.SGD(0.1), images, labels, temperature, share)
    return {
        "loss": forms.number(loss),
        "how the student's weights moved": flat(student.trainable_variables) - before[2],
        "averages of the student's BatchNorm": flat(student.non_trainable_variables),
        "largest change of a weight of the teacher": np.abs(flat(teacher.trainable_variables) - before[0]).max(),
        "largest change of the teacher's averages": np.abs(flat(teacher.non_trainable_variables) - before[1]).max(),
    }


EXERCISE = Exercise(
    id="09.4",
    title=TITLE,
    task=TASK,
    hints=HINTS,
    reference=distill_step,
    alternatives=(by_logarithms,),
    mistakes=(
        without_square,
        not_squared,
        both_scaled,
        teacher_alone_divided,
        labels_meet_divided,
        shares_exchanged,
        teacher_in_training,
        teacher_learns,
        decisions,
        divergence,
    ),
    observe=observe,
    second=lambda candidate: observe(candidate, seed=2, temperature=2.5, share=0.4),
    note=NOTE,
    explanation=EXPLANATION,
)
