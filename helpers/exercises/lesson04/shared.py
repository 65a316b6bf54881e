"""What exercises of lesson 04 measure in the same way: a loss with the pull of each row."""

import tensorflow as tf

from helpers.exercises import forms


def loss_and_pulls(loss_of_logits, logits) -> dict:
    """Return what came back, the loss, and its gradient for each row, (B,); only the first if it is no number or array.

    The gradient is 0 where the tape finds no way from the loss to the logits, float32 (B, 1).
    """
    with tf.GradientTape() as tape:
        tape.watch(logits)
        returned = loss_of_logits(logits)
        came_back = forms.in_words(returned)
        if not came_back.startswith(("a number", "an array")):
            return {"what came back": came_back}
        loss = tf.convert_to_tensor(returned)
    pulls = tape.gradient(loss, logits, unconnected_gradients="zero")
    return {"what came back": came_back, "loss": loss.numpy(), "pull of each row": pulls[:, 0].numpy()}
