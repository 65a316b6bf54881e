"""What the training loop checks before it trains, and what it says: the loop itself reads without these.

Each check takes what it looks at and returns nothing, or raises the ValueError of `bad_input`. Those on labels, outputs
and losses run while a graph is recorded; they see shapes and types, no numbers.
"""

import contextlib
import inspect
import math
import numbers
from collections.abc import Mapping

import keras
import numpy as np
import tensorflow as tf


def bad_input(problem, expected, found, mend):
    """Return a ValueError in four parts: what is wrong, what was expected, what was found, and what mends it."""
    return ValueError(f"{problem}\n  expected: {expected}\n  found:    {found}\n  to mend:  {mend}")


# Single arguments


def check_arguments(epochs, new_metrics, class_weight, patience, val_data):
    """Refuse what `train` can judge before it looks at model and data."""
    check_whole_number("epochs", epochs, at_least=1)
    if not callable(new_metrics) or isinstance(new_metrics, keras.metrics.Metric):
        raise bad_input(
            "new_metrics makes no metrics",
            "a function without arguments that returns {name: keras metric}",
            _in_words(new_metrics),
            'each phase needs metrics of its own: new_metrics=lambda: {"accuracy": keras.metrics.BinaryAccuracy()}',
        )
    if class_weight is not None:
        check_class_weight(class_weight)
    if patience is not None:
        check_whole_number("patience", patience, at_least=0)
        if val_data is None:
            raise bad_input(
                "patience waits for a lower val_loss",
                "validation data",
                "val_data=None",
                "pass val_data, or leave out patience",
            )


def check_whole_number(name, value, at_least):
    """Refuse text, fractions, True and what is below `at_least`."""
    if _is_number(value, numbers.Integral) and value >= at_least:
        return
    raise bad_input(
        f"{name} is no such number",
        f"a whole number, {at_least} or more",
        _in_words(value),
        f"pass {name}={max(at_least, 10)}, without quotes, or another whole number",
    )


def check_clip_norm(clip_norm):
    """Refuse a norm that would turn the gradients around, to zero or to NaN."""
    if clip_norm is None or (_is_number(clip_norm) and 0 < clip_norm < math.inf):
        return
    raise bad_input(
        "clip_norm is no length",
        "a positive number",
        _in_words(clip_norm),
        "pass the largest norm that the gradients may have, such as 1.0; leave clip_norm out to clip nothing",
    )


def check_class_weight(class_weight):
    """Refuse what is not {class number: weight}."""
    if not isinstance(class_weight, Mapping):
        raise bad_input(
            "class_weight is not a dictionary",
            "{class number: weight}, as in {0: 0.7, 1: 1.9}",
            _in_words(class_weight),
            "weights in the order of the classes 0, 1, 2, …: dict(enumerate(class_weight))",
        )
    strange = [key for key in class_weight if not _is_number(key)]
    if strange:
        raise bad_input(
            "class_weight has keys that are not numbers",
            "class numbers, as in {0: 0.7, 1: 1.9}",
            f"{strange}",
            "use the numbers that stand in the labels",
        )
    strange = [weight for weight in class_weight.values() if not (_is_number(weight) and 0 <= weight < math.inf)]
    if strange:
        raise bad_input(
            "class_weight has weights that no row can have",
            "numbers, 0 or more",
            f"{strange}",
            "a class of weight 2.0 counts twice, one of 0.0 not at all",
        )


def _is_number(value, kind=numbers.Real):
    # True is a whole number to Python, and a slip here
    return isinstance(value, kind) and not isinstance(value, bool)


def _in_words(value):
    if isinstance(value, (str, type(None), numbers.Number)):
        return repr(value)
    return f"the class {value.__name__}" if isinstance(value, type) else f"an object of type {type(value).__name__}"


# Model, optimizer, loss, metrics


def check_model(model):
    """Refuse a model with nothing to train, or with a training step of its own that the loop would not call."""
    if not isinstance(model, keras.Layer):
        raise bad_input("this is no model", "a built keras.Model", _in_words(model), "pass the model itself")
    if not model.trainable_variables:
        raise bad_input(
            "the model has nothing to train",
            "a built model with trainable variables",
            "none",
            "begin it with keras.Input(shape=...), or call it on a batch; unfreeze a layer",
        )
    own = [name for name in ("train_step", "test_step", "compute_loss", "compute_metrics") if _is_own(model, name)]
    if own:
        raise bad_input(
            "the model's own way of training would be ignored",
            "a model that `fit` would train in the usual way",
            f"a {' and a '.join(own)} in {type(model).__name__}",
            "train it with `fit`, or write a loop that does what they do",
        )


def _is_own(model, name):
    return isinstance(model, keras.Model) and getattr(type(model), name) is not getattr(keras.Model, name)


def check_optimizer(optimizer):
    """Refuse names and classes of optimizers."""
    if not isinstance(optimizer, keras.optimizers.Optimizer):
        raise bad_input(
            "this is no optimizer",
            "an optimizer of keras.optimizers",
            _in_words(optimizer),
            "make it: keras.optimizers.Adam(1e-3), with the parentheses",
        )


def check_loss(loss_fn):
    """Refuse names and classes of losses."""
    if not callable(loss_fn) or isinstance(loss_fn, type):
        raise bad_input(
            "this is no loss",
            "a keras.losses.Loss, or a function (labels, logits) -> scalar",
            _in_words(loss_fn),
            "make it: keras.losses.BinaryCrossentropy(from_logits=True), with the parentheses",
        )


def check_loss_takes_weights(loss_fn):
    """Refuse a function that cannot weigh rows, where class weights are asked for."""
    if callable(loss_fn) and not isinstance(loss_fn, (type, keras.losses.Loss)):
        parameters = inspect.signature(loss_fn).parameters.values()
        if not any(each.name == "sample_weight" or each.kind is each.VAR_KEYWORD for each in parameters):
            raise bad_input(
                "the loss cannot weigh rows, and class_weight asks for it",
                "a keras.losses.Loss, or a function (labels, logits, sample_weight=None)",
                f"{getattr(loss_fn, '__name__', type(loss_fn).__name__)}{inspect.signature(loss_fn)}",
                "multiply each row's loss with sample_weight before the mean, or leave out class_weight",
            )


def check_metrics(training, validation):
    """Refuse what new_metrics returned, in its two calls, unless it is {name: keras metric}, new each time."""
    for made in (training, validation):
        if not isinstance(made, dict) or not all(isinstance(each, keras.metrics.Metric) for each in made.values()):
            each_in_words = [_in_words(each) for each in (made.values() if isinstance(made, dict) else [made])]
            raise bad_input(
                "new_metrics makes no metrics",
                "{name: keras metric}",
                ", ".join(each_in_words),
                'make them with their parentheses, in a dictionary: {"accuracy": keras.metrics.BinaryAccuracy()}',
            )
        taken = [name for name, metric in made.items() if _is_taken(name, metric)]
        if taken:
            raise bad_input(
                "a metric has a name that the history cannot use",
                'text other than "loss" and "val_…", which the history has already',
                f"{taken}",
                "choose another name; the loss is always measured, by a keras.metrics.Mean()",
            )
    shared = [name for name in training if any(training[name] is each for each in validation.values())]
    if shared:
        raise bad_input(
            "training and validation would share a metric",
            "new metrics in each call of new_metrics",
            f"the same object twice: {shared}",
            "make the metrics inside the function, not before it",
        )


def _is_taken(name, metric):
    # a Mean of the loss is what is measured anyway, and what the lessons write
    own_loss = name == "loss" and type(metric) is not keras.metrics.Mean
    return not isinstance(name, str) or own_loss or name.startswith("val_")


def check_results(metrics):
    """Refuse metrics of several numbers; call it when their step has been recorded, because some are built there."""
    for name, metric in metrics.items():
        result = metric.result()
        if isinstance(result, dict) or np.shape(result) != ():
            raise bad_input(
                f"the metric {name!r} is not one number",
                "a scalar for the history",
                f"a dictionary of {len(result)}" if isinstance(result, dict) else f"shape {np.shape(result)}",
                'ask for an average, as in F1Score(average="macro"), or use one metric for each class',
            )


# Data


def as_tensors(features, labels):
    """Return (features, labels) with each array as a tensor, on the processor's side of the memory."""
    try:
        with tf.device("CPU"):
            tables = tf.data.Dataset.from_tensors((features, labels)).get_single_element()
        if any(table is None for table in tf.nest.flatten(tables)):
            raise TypeError("one of them is None")
        return tables
    except (TypeError, ValueError) as error:
        raise bad_input(
            "features and labels cannot become tensors",
            "arrays of numbers, or tuples or dictionaries of them",
            f"{_in_words(features)} and {_in_words(labels)}; {str(error).splitlines()[0]}",
            "look for text, None, and rows of different lengths",
        ) from error


def number_of_rows(tables):
    """Return how many rows all tensors in `tables` have."""
    shapes = [table.shape for table in tf.nest.flatten(tables)]
    if any(shape.rank == 0 for shape in shapes) or len({shape[0] for shape in shapes}) != 1:
        raise bad_input(
            "features and labels do not have the same rows",
            "as many labels as rows of features",
            f"shapes {', '.join(map(str, shapes))}",
            "look at how they were split; put several inputs in a tuple or a dictionary, not in a list",
        )
    return shapes[0][0]


def check_dataset(data):
    """Refuse what is not a tf.data.Dataset of (features, labels) batches that comes to an end."""
    if not isinstance(data, tf.data.Dataset):
        raise bad_input(
            "this is no data to train on",
            "a tf.data.Dataset, or a tuple (features, labels) of arrays",
            _in_words(data),
            "pass the dataset itself, not iter(dataset); put two arrays in a tuple",
        )
    if not isinstance(data.element_spec, tuple) or len(data.element_spec) != 2:
        raise bad_input("the batches are not pairs", "(features, labels)", f"{data.element_spec}", "use dataset.map")
    if any(part.shape.rank == 0 for part in tf.nest.flatten(data.element_spec)):
        raise bad_input(
            "the dataset gives rows, not batches",
            "features (B, ...) and labels (B, ...)",
            f"{data.element_spec}",
            "cut it: dataset.batch(32)",
        )
    if data.cardinality() == tf.data.INFINITE_CARDINALITY:
        raise bad_input(
            "an epoch would never end",
            "a dataset of known end",
            "an endless one",
            "leave out repeat(); the loop reads the dataset once an epoch",
        )


# What belongs together: labels, outputs and loss


def check_one_output(logits):
    """Refuse what a model with several outputs returns."""
    if not tf.is_tensor(logits):
        raise bad_input(
            "the model has several outputs",
            "one tensor of logits",
            f"{type(logits).__name__} of {len(tf.nest.flatten(logits))}",
            "join them with keras.layers.Concatenate, or write a train step whose loss adds up theirs",
        )


# the losses of Keras for which labels may be class numbers; in the others, unequal shapes broadcast or fail
CLASS_NUMBER_LOSSES = (
    keras.losses.SparseCategoricalCrossentropy,
    keras.losses.CategoricalGeneralizedCrossEntropy,
    keras.losses.Circle,
)


def check_shapes(loss_fn, labels, logits):
    """Refuse labels (B,) beside logits (B, 1) and the like: NumPy's rules make that (B, B), quietly. Lesson 02."""
    if not tf.is_tensor(labels):
        raise bad_input(
            "the labels are not one tensor",
            "labels (B, ...)",
            f"{type(labels).__name__} of {len(tf.nest.flatten(labels))}",
            "join them to one array, as in np.stack(labels, axis=1)",
        )
    if logits.shape.is_compatible_with(labels.shape):
        return
    if _is_of_keras(loss_fn) and not isinstance(loss_fn, keras.losses.CTC):
        shapes = [logits.shape[:-1], logits.shape[:-1] + [1]]
        of_class_numbers = isinstance(loss_fn, CLASS_NUMBER_LOSSES) and logits.shape[-1] != 1
        fits = of_class_numbers and any(labels.shape.is_compatible_with(shape) for shape in shapes)
    else:
        # a loss of one's own may want any shapes, but hardly these two: their difference is a square
        one_more = [labels.shape + [1], logits.shape + [1]]
        fits = not (logits.shape.is_compatible_with(one_more[0]) or labels.shape.is_compatible_with(one_more[1]))
    if not fits:
        raise bad_input(
            "labels and logits do not belong together",
            f"labels of the logits' shape {_shape_in_words(logits)}",
            f"labels of shape {_shape_in_words(labels)}",
            "labels (B,) beside logits (B, 1): use labels[:, None]; class numbers beside several logits: use a "
            "Sparse loss",
        )


def _shape_in_words(tensor):
    return str(tensor.shape).replace("(None", "(B")


def _is_of_keras(loss_fn):
    return type(loss_fn).__module__.startswith("keras.")


@contextlib.contextmanager
def loss_errors_explained(loss_fn, labels, logits):
    """Say so, if a loss of one's own fails on labels of another type than the logits; Keras's losses convert them."""
    try:
        yield
    except (TypeError, ValueError) as error:
        if _is_of_keras(loss_fn) or labels.dtype == logits.dtype:
            raise
        raise bad_input(
            "the loss fails on labels of another type than the logits",
            f"labels of type {logits.dtype.name}, as the logits",
            f"labels of type {labels.dtype.name}; {str(error).splitlines()[0]}",
            'convert them before training, labels.astype("float32"), or in the loss, tf.cast(labels, logits.dtype)',
        ) from error


def check_scalar_loss(loss):
    """Refuse a loss of each row."""
    if loss.shape.rank != 0:
        raise bad_input(
            "the loss is not one number",
            "a scalar, the mean over the rows",
            f"shape {_shape_in_words(loss)}",
            "pass a loss object, such as keras.losses.MeanSquaredError(), or end yours with tf.reduce_mean",
        )


def check_class_labels(labels):
    """Refuse labels that name no class for each row."""
    if len(labels.shape) > 2:
        raise bad_input(
            "class weights are for rows with one class each",
            "class numbers (B,) or (B, 1), or one-hot labels (B, C)",
            f"labels of shape {tuple(labels.shape)}",
            "put the weights into a loss of your own",
        )


# While training


def loss_not_finite(loss, phase, step):
    """Return the error for a loss that is NaN or infinite."""
    return bad_input(
        f"the loss is {loss} in {phase}, step {step}",
        "a finite number",
        loss,
        "look for NaN in features and labels, for a logarithm of 0, for too large a learning rate; "
        "then build the model again, because its weights may be NaN by now",
    )


def no_batch(phase):
    """Return the error for data without a batch."""
    return bad_input(
        f"not one batch in {phase}",
        "a dataset with rows",
        "an empty one",
        "look at filter, take, skip and drop_remainder",
    )
