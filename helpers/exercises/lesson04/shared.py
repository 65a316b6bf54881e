"""What exercises of lesson 04 measure in the same way: what came back, and a loss with the pull of each row."""

import numpy as np
import tensorflow as tf

from helpers.exercises.measuring import with_article


def in_words(value) -> str:
    """Return what a function returned, in words: "a number", "a list of 3", "an array of shape (5, 1)"."""
    if isinstance(value, dict):
        return "a dictionary"
    if isinstance(value, (list, tuple)):
        return f"{with_article(type(value).__name__)} of {len(value)}"
    if isinstance(value, str):
        return "text"
    if isinstance(value, tf.data.Dataset):
        return "a dataset"
    if isinstance(value, (bool, int, float, np.generic, np.ndarray, tf.Tensor, tf.Variable)):
        return f"an array of shape {tuple(value.shape)}" if np.ndim(value) else "a number"
    return with_article(type(value).__name__)


def loss_and_pulls(loss_of_logits, logits) -> dict:
    """Return what came back, the loss, and its gradient for each row, (B,); only the first if it is no number or array.

    The gradient is 0 where the tape finds no way from the loss to the logits, float32 (B, 1).
    """
    with tf.GradientTape() as tape:
        tape.watch(logits)
        returned = loss_of_logits(logits)
        came_back = in_words(returned)
        if not came_back.startswith(("a number", "an array")):
            return {"what came back": came_back}
        loss = tf.convert_to_tensor(returned)
    pulls = tape.gradient(loss, logits, unconnected_gradients="zero")
    return {"what came back": came_back, "loss": loss.numpy(), "pull of each row": pulls[:, 0].numpy()}
