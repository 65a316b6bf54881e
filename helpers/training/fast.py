"""Many steps in one call: what makes `train` fast, and changes no result. Lesson 07.

A call of a graph from Python costs more than a small step. So the step's graph is called from a loop that is a graph
itself. With rows in memory, it also cuts its own batches, from row numbers that are shuffled for the whole epoch.

Ctrl-C is answered between two calls: each takes as many steps as fit into about a second.
"""

import warnings
from time import perf_counter

import tensorflow as tf

from helpers.training import checks
from helpers.training.rows import Table, weights_of_rows

SECONDS_A_CALL = 1.0
WHOLE_NUMBER = tf.TensorSpec([], "int32")


def recorded(take_step, data, metrics, step_by_step, class_weight=None):
    """Record the graphs of a pass over the data; return a function that starts one.

    Args:
        take_step: a step of steps.py, made with `metrics`.
        data: a Table, or a tf.data.Dataset of (features, labels) batches.
        step_by_step: what to do instead if no graph can do it: a function (take_step, dataset, class_weight) that
            yields as below; a warning says why.
        class_weight: {class number: weight} or None.

    Returns:
        A function without arguments; it yields (how many steps were taken so far, the latest loss) after each call of
        the graph. A loss that is not finite is the last one, and its step the last step.
    """
    dataset = data.as_dataset() if isinstance(data, Table) else data
    if reason := _record_step(take_step, dataset, metrics, class_weight):
        warnings.warn(f"train takes its steps one by one, which is slower: {reason}", stacklevel=3)
        return lambda: step_by_step(take_step, dataset, class_weight)
    if isinstance(data, Table):
        return _passes_over_table(take_step, data, class_weight)
    return _passes_over_dataset(take_step, data, class_weight)


def _record_step(take_step, dataset, metrics, class_weight):
    """Record the step for batches of any size, so that what does not fit is found before training.

    Return in words why many of these steps cannot be taken in one graph, or None if they can.
    """
    if tf.config.functions_run_eagerly():
        return "tf.config.run_functions_eagerly(True) asks for Python in each of them"
    if any(part.shape.rank is None for part in tf.nest.flatten(dataset.element_spec)):
        return "the dataset does not tell the shapes of its batches; from_generator does, with output_signature=..."
    row_weights = [] if class_weight is None else [tf.TensorSpec([None], "float32")]
    graph = take_step.get_concrete_function(*dataset.element_spec, *row_weights).graph
    checks.check_results(metrics)
    definition = graph.as_graph_def()
    nodes = [*definition.node, *(node for function in definition.library.function for node in function.node_def)]
    if any("PyFunc" in node.op for node in nodes):
        return "model, loss or a metric calls Python (tf.py_function, tf.numpy_function)"
    return None


def _passes_over_table(take_step, table, class_weight):
    """The batches are cut inside the graph."""
    n_steps = -(-table.n_rows // table.batch_size)
    row_weights = [] if class_weight is None else [tf.constant(weights_of_rows(table.tensors[1], class_weight))]

    @tf.function(autograph=False)
    def steps(order, first, wanted):
        def one_more(taken, _):
            start = (first + taken) * table.batch_size
            # beside a GPU too: the table may be larger than its memory
            with tf.device("CPU"):
                chosen = order[start : start + table.batch_size]
                batch = [*table.rows(chosen), *(tf.gather(weights, chosen) for weights in row_weights)]
            return taken + 1, tf.cast(take_step(*batch), tf.float64)

        def goes_on(taken, loss):
            return (taken < wanted) & (first + taken < n_steps) & tf.math.is_finite(loss)

        return tf.while_loop(goes_on, one_more, _before_the_first())

    # recorded here and now: TensorFlow would warn of a function that records often and is called seldom
    recorded_steps = steps.get_concrete_function(table.orders.element_spec, WHOLE_NUMBER, WHOLE_NUMBER)
    # one iterator for all epochs: a new one costs as much as many small steps
    orders = iter(table.orders.repeat())
    return _call_by_call(recorded_steps, lambda: next(orders))


def _passes_over_dataset(take_step, dataset, class_weight):
    """The batches come from the dataset's iterator, which the graph asks for each."""
    errors = []

    def with_row_weights(features, labels):
        def weigh(labels):
            try:
                return weights_of_rows(labels, class_weight)
            except ValueError as error:
                errors.append(error)
                raise

        row_weights = tf.numpy_function(weigh, [labels], "float32")
        return features, labels, tf.ensure_shape(row_weights, [None])

    if class_weight is not None:
        dataset = dataset.map(with_row_weights)

    @tf.function(autograph=False)
    def steps(iterator, first, wanted):
        def one_more(taken, loss, _):
            batch = iterator.get_next_as_optional()
            return tf.cond(
                batch.has_value(),
                lambda: (taken + 1, tf.cast(take_step(*batch.get_value()), tf.float64), True),
                lambda: (taken, loss, False),
            )

        def goes_on(taken, loss, has_more):
            return (taken < wanted) & tf.math.is_finite(loss) & has_more

        return tf.while_loop(goes_on, one_more, (*_before_the_first(), True))[:2]

    recorded_steps = steps.get_concrete_function(tf.data.IteratorSpec(dataset.element_spec), WHOLE_NUMBER, WHOLE_NUMBER)

    def explained_steps(*arguments):
        try:
            return recorded_steps(*arguments)
        except tf.errors.OpError:
            # TensorFlow would bury it in an error of its own
            if errors:
                raise errors[0] from None
            raise

    return _call_by_call(explained_steps, lambda: iter(dataset))


def _before_the_first():
    """No step taken, and a loss that is finite; float64 holds a loss of any type as it is."""
    return tf.constant(0), tf.constant(0.0, tf.float64)


def _call_by_call(steps, new_source):
    """Return the function that starts a pass: it calls `steps` until one call takes fewer steps than it might have."""
    pace = 1

    def losses():
        nonlocal pace
        source, first, taken, wanted = new_source(), 0, pace, pace
        while taken == wanted:
            wanted, start = pace, perf_counter()
            taken, loss = steps(source, tf.constant(first), tf.constant(wanted))
            # a GPU may be at work until the numbers are read
            taken, loss = int(taken), float(loss)
            pace = steps_of_next_call(wanted, taken, perf_counter() - start)
            if taken > 0:
                first += taken
                yield first, loss

    return losses


def steps_of_next_call(wanted, taken, seconds):
    """Return how many steps fit into SECONDS_A_CALL if they take as long as those before, and not many more at once.

    The first call, of one step, is slower than any other: it prepares the graph.
    """
    at_this_rate = int(taken * SECONDS_A_CALL / max(seconds, 1e-6))
    return max(1, min(at_this_rate, 8 * wanted))
