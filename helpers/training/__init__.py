"""The finished training loop: what the lessons arrive at.

    history = train(model, optimizer, loss_fn, (x_train, y_train), (x_val, y_val), epochs=60, patience=10)

To read it, begin with loop.py: epochs, evaluation, early stopping. A step stands in steps.py, the batches and the
weights of rows in rows.py. fast.py takes many steps in one call of a graph, and checks.py holds the words for what is
refused: a ValueError that says what was expected, what was found and what mends it, raised before anything is trained
where that can be known. Each function names the lesson that derives it.

From the same start the loop ends with the same weights and curves as `model.fit`, to the last bit in most cases;
tests/test_training.py makes the comparison. In the shapes B is the number of rows in a batch, N that of all rows.
"""

from helpers.training.loop import evaluate, train, train_one_epoch
from helpers.training.rows import batches, weights_of_rows
from helpers.training.steps import make_test_step, make_train_step

__all__ = ["batches", "evaluate", "make_test_step", "make_train_step", "train", "train_one_epoch", "weights_of_rows"]
