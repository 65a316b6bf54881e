"""C9.1 The generator wins, and draws nothing."""

import tensorflow as tf

from helpers.exercises import forms
from helpers.exercises.exercise import Case, mistake
from helpers.exercises.lesson09.shared import flat, g_loss_fn, move, real_and_noise, small_networks, two_optimizers

TITLE = "The generator wins, and draws nothing"
TASK = """\
The discriminator's step is right, and alternates with the generator's step below. The generator's loss falls until
nearly every drawing passes for real. They show noise, all the same. Which line is it?"""
HINTS = (
    "There are two ways to make a judge content: better drawings are one of them. What is the other?",
    "Look at the discriminator's logits for the same drawings, before and after this step.",
    "The gradient comes through both networks. For whose variables is it wanted?",
)


def g_step(generator, discriminator, g_optimizer, g_loss_fn, noise):
    """Move the generator by a step; return its loss, as it was before.

    Args:
        generator, discriminator: built Keras models; the discriminator is to stay as it is, ready for its own step.
        g_optimizer: a Keras optimizer, the generator's.
        g_loss_fn: g_loss_fn(logits) is the generator's loss, given the logits of its drawings.
        noise: float32 (B, NOISE).
    """
    variables = generator.trainable_variables  # A
    with tf.GradientTape() as tape:
        drawn = generator(noise, training=True)  # B
        logits = discriminator(drawn, training=True)  # C
        loss = g_loss_fn(logits)  # D
    gradients = tape.gradient(loss, variables)
    g_optimizer.apply_gradients(zip(gradients, variables))  # E
    return loss


# What a learner starts with


def g_step_broken(generator, discriminator, g_optimizer, g_loss_fn, noise):
    variables = [*generator.trainable_variables, *discriminator.trainable_variables]  # A
    with tf.GradientTape() as tape:
        drawn = generator(noise, training=True)  # B
        logits = discriminator(drawn, training=True)  # C
        loss = g_loss_fn(logits)  # D
    gradients = tape.gradient(loss, variables)
    g_optimizer.apply_gradients(zip(gradients, variables))  # E
    return loss


SUSPECTS = {
    "A": "These are the variables of both networks. The discriminator is moved along, towards calling drawings real.",
    "B": "The generator draws inside the tape: it has to, or no gradient would come back to it.",
    "C": "The drawings are judged inside the tape, because the gradient comes through here. That alone moves nothing.",
    "D": "The loss is small when the drawings pass for real, as the generator wants it.",
    "E": "It moves the variables that it is given, by the gradients that it is given.",
}
NOTE = (
    "A network does not learn because it is called under a tape, and it is not protected because another optimizer is "
    "at work. It learns if its variables are in the list."
)
EXPLANATION = (
    "The gradient flows through the discriminator and is taken for the generator's variables alone. What would please "
    "the discriminator's opinion of drawings is none of its business in this step."
)


# Other right answers


def watching_the_generator_alone(generator, discriminator, g_optimizer, g_loss_fn, noise):
    with tf.GradientTape(watch_accessed_variables=False) as tape:
        tape.watch([variable.value for variable in generator.trainable_variables])
        logits = discriminator(generator(noise, training=True), training=True)
        loss = g_loss_fn(logits)
    move(g_optimizer, tape, loss, generator.trainable_variables)
    return float(loss)


# Mends that do not mend


@mistake(
    "the discriminator is frozen for good",
    "The step is right now, and the discriminator is left with `trainable = False`: its own step will find no "
    "variables to move. Leave it alone, and ask for the generator's variables.",
)
def frozen(generator, discriminator, g_optimizer, g_loss_fn, noise):
    discriminator.trainable = False
    return stepped(generator, discriminator, g_optimizer, g_loss_fn, noise, generator.trainable_variables)


@mistake(
    "the generator stands still",
    "The discriminator still moves, and now the generator does not. It is the other list.",
)
def other_list(generator, discriminator, g_optimizer, g_loss_fn, noise):
    return stepped(generator, discriminator, g_optimizer, g_loss_fn, noise, discriminator.trainable_variables)


def stepped(generator, discriminator, g_optimizer, g_loss_fn, noise, variables):
    with tf.GradientTape() as tape:
        logits = discriminator(generator(noise, training=True), training=True)
        loss = g_loss_fn(logits)
    move(g_optimizer, tape, loss, variables)
    return loss


# Probes


def observe(candidate, seed=1):
    generator, discriminator = small_networks(seed)
    weights = list(generator.trainable_variables), list(discriminator.trainable_variables)
    before = [flat(variables) for variables in weights]
    _, noise = real_and_noise(seed)
    loss = candidate(generator, discriminator, two_optimizers()[0], g_loss_fn, noise)
    return {
        "loss": forms.number(loss),
        "how the generator moved": flat(weights[0]) - before[0],
        "how the discriminator moved": flat(weights[1]) - before[1],
        "variables that the discriminator's own step will find": len(discriminator.trainable_variables),
    }


EXERCISE = Case(
    id="C9.1",
    title=TITLE,
    task=TASK,
    hints=HINTS,
    reference=g_step,
    starter=g_step_broken,
    trap=64,
    culprits="A",
    suspects=SUSPECTS,
    alternatives=(watching_the_generator_alone,),
    mistakes=(frozen, other_list),
    observe=observe,
    second=lambda candidate: observe(candidate, seed=2),
    note=NOTE,
    explanation=EXPLANATION,
)
