"""Answers to 05.5."""

import tensorflow as tf

from answers import right, wrong


@right("adds up gradients of rows times loss, then divides by the number of rows")
def rows_times_loss(model, optimizer, loss_fn, micro_batches):
    total = None
    n_rows = 0
    for features, labels in micro_batches:
        rows = int(features.shape[0])
        with tf.GradientTape() as tape:
            loss = rows * loss_fn(labels, model(features, training=True))
        gradients = tape.gradient(loss, model.trainable_variables)
        total = gradients if total is None else [a + b for a, b in zip(total, gradients)]
        n_rows += rows
    optimizer.apply([gradient / n_rows for gradient in total], model.trainable_variables)
    return n_rows


@right("a running mean of the gradients in NumPy, weighted by the rows")
def running_mean(model, optimizer, loss_fn, micro_batches):
    variables = model.trainable_variables
    means = [0.0 for _ in variables]
    seen = 0
    for features, labels in micro_batches:
        with tf.GradientTape() as tape:
            loss = loss_fn(labels, model(features))
        gradients = [gradient.numpy() for gradient in tape.gradient(loss, variables)]
        rows = len(features)
        seen += rows
        means = [mean + (gradient - mean) * (rows / seen) for mean, gradient in zip(means, gradients)]
    means = [tf.convert_to_tensor(mean, dtype=tf.float32) for mean in means]
    optimizer.apply_gradients(zip(means, variables))
    return seen


@right("counts all rows first, then each micro-batch counts by its share")
def share_of_each(model, optimizer, loss_fn, micro_batches):
    n_rows = sum(len(labels) for _, labels in micro_batches)
    sums = [tf.zeros(variable.shape) for variable in model.trainable_variables]
    for features, labels in micro_batches:
        share = len(labels) / n_rows
        with tf.GradientTape() as tape:
            loss = loss_fn(labels, model(features, training=True)) * share
        for i, gradient in enumerate(tape.gradient(loss, model.trainable_variables)):
            sums[i] += gradient
    optimizer.apply_gradients(zip(sums, model.trainable_variables))
    return n_rows


@right("the gradients of a micro-batch in a graph, added to variables")
def sums_in_variables(model, optimizer, loss_fn, micro_batches):
    variables = model.trainable_variables
    sums = [tf.Variable(tf.zeros(tuple(variable.shape)), trainable=False) for variable in variables]
    count = tf.Variable(0, trainable=False)

    @tf.function
    def add(features, labels):
        rows = tf.shape(features)[0]
        with tf.GradientTape() as tape:
            loss = loss_fn(labels, model(features, training=True))
        for total, gradient in zip(sums, tape.gradient(loss, variables)):
            total.assign_add(tf.cast(rows, tf.float32) * gradient)
        count.assign_add(rows)

    for features, labels in micro_batches:
        add(features, labels)
    n_rows = int(count.numpy())
    optimizer.apply([total / float(n_rows) for total in sums], variables)
    return n_rows


@right("recursion over the list: the gradients of the first, then those of the rest")
def recursion(model, optimizer, loss_fn, micro_batches):
    def sums(pieces):
        if not pieces:
            return [0.0 for _ in model.trainable_variables], 0
        features, labels = pieces[0]
        rows = len(features)
        with tf.GradientTape() as tape:
            loss = loss_fn(labels, model(features))
        first = [rows * gradient for gradient in tape.gradient(loss, model.trainable_variables)]
        rest, rows_of_rest = sums(pieces[1:])
        return [a + b for a, b in zip(first, rest)], rows + rows_of_rest

    total, n_rows = sums(list(micro_batches))
    optimizer.apply([gradient / n_rows for gradient in total], model.trainable_variables)
    return n_rows


@right("a graph for any number of rows, traced once")
def graph_for_any_number_of_rows(model, optimizer, loss_fn, micro_batches):
    n_rows = sum(len(labels) for _, labels in micro_batches)

    @tf.function(input_signature=[tf.TensorSpec([None, 2]), tf.TensorSpec([None, 1])])
    def gradients_of(features, labels):
        with tf.GradientTape() as tape:
            loss = loss_fn(labels, model(features, training=True)) * tf.cast(tf.shape(labels)[0], tf.float32) / n_rows
        return tape.gradient(loss, model.trainable_variables)

    parts = [gradients_of(*micro_batch) for micro_batch in micro_batches]
    optimizer.apply([tf.add_n(gradients) for gradients in zip(*parts)], model.trainable_variables)
    return n_rows


@right("the number of rows as a tensor")
def rows_as_a_tensor(model, optimizer, loss_fn, micro_batches):
    n_rows = tf.reduce_sum([tf.shape(labels)[0] for _, labels in micro_batches])
    parts = [tf.cast(tf.shape(labels)[0] / n_rows, tf.float32) for _, labels in micro_batches]
    optimizer.apply(added(model, loss_fn, micro_batches, parts), model.trainable_variables)
    return n_rows


def added(model, loss_fn, micro_batches, factors):
    """The gradients of each micro-batch times its factor, added up."""
    total = [tf.zeros(variable.shape) for variable in model.trainable_variables]
    for (features, labels), factor in zip(micro_batches, factors, strict=True):
        with tf.GradientTape() as tape:
            loss = loss_fn(labels, model(features, training=True))
        gradients = tape.gradient(loss, model.trainable_variables)
        total = [a + factor * b for a, b in zip(total, gradients)]
    return total


@wrong("zeroed in the loop, rows times loss", named="the sum begins anew with each micro-batch")
def zeroed_in_the_loop(model, optimizer, loss_fn, micro_batches):
    n_rows = 0
    for features, labels in micro_batches:
        total = [tf.zeros(variable.shape) for variable in model.trainable_variables]
        rows = len(labels)
        with tf.GradientTape() as tape:
            loss = loss_fn(labels, model(features, training=True))
        gradients = tape.gradient(loss, model.trainable_variables)
        total = [a + rows * b for a, b in zip(total, gradients)]
        n_rows += rows
    optimizer.apply([gradient / n_rows for gradient in total], model.trainable_variables)
    return n_rows


@wrong("zeroed in the loop, and not weighted", named="only the last micro-batch counts")
def zeroed_and_not_weighted(model, optimizer, loss_fn, micro_batches):
    for micro_batch in micro_batches:
        total = added(model, loss_fn, [micro_batch], [1.0])
    optimizer.apply(total, model.trainable_variables)
    return sum(len(labels) for _, labels in micro_batches)


@wrong("means divided by the number of all rows", named="means, divided by the number of rows")
def divided_twice(model, optimizer, loss_fn, micro_batches):
    n_rows = sum(len(labels) for _, labels in micro_batches)
    total = added(model, loss_fn, micro_batches, [1.0] * len(micro_batches))
    optimizer.apply([gradient / n_rows for gradient in total], model.trainable_variables)
    return n_rows


@wrong("the right step, but the pieces are counted", named="the micro-batches are counted")
def pieces_counted(model, optimizer, loss_fn, micro_batches):
    share_of_each.function(model, optimizer, loss_fn, micro_batches)
    return len(micro_batches)


@wrong("the rows of each micro-batch, a list")
def rows_of_each(model, optimizer, loss_fn, micro_batches):
    share_of_each.function(model, optimizer, loss_fn, micro_batches)
    return [len(labels) for _, labels in micro_batches]


@wrong("the number of rows as a text")
def rows_as_a_text(model, optimizer, loss_fn, micro_batches):
    return f"{share_of_each.function(model, optimizer, loss_fn, micro_batches)} rows"


@wrong("all rows in one batch, in a graph that takes any number of rows")
def all_in_one_batch_in_a_graph(model, optimizer, loss_fn, micro_batches):
    @tf.function(input_signature=[tf.TensorSpec([None, 2]), tf.TensorSpec([None, 1])])
    def step(features, labels):
        with tf.GradientTape() as tape:
            loss = loss_fn(labels, model(features, training=True))
        optimizer.apply(tape.gradient(loss, model.trainable_variables), model.trainable_variables)

    features, labels = (tf.concat(parts, axis=0) for parts in zip(*micro_batches))
    step(features, labels)
    return len(labels)


@wrong("the mean over the micro-batches, as if all had the same size", named="every micro-batch counts the same")
def all_the_same_size(model, optimizer, loss_fn, micro_batches):
    total = [tf.zeros(variable.shape) for variable in model.trainable_variables]
    n_rows = 0
    for features, labels in micro_batches:
        with tf.GradientTape() as tape:
            loss = loss_fn(labels, model(features, training=True)) / len(micro_batches)
        gradients = tape.gradient(loss, model.trainable_variables)
        total = [a + b for a, b in zip(total, gradients)]
        n_rows += len(features)
    optimizer.apply_gradients(zip(total, model.trainable_variables))
    return n_rows


@wrong("the gradients are only added up, nothing is divided", named="a sum instead of a mean")
def only_added(model, optimizer, loss_fn, micro_batches):
    total = [tf.zeros(variable.shape) for variable in model.trainable_variables]
    n_rows = 0
    for features, labels in micro_batches:
        with tf.GradientTape() as tape:
            loss = loss_fn(labels, model(features, training=True))
        gradients = tape.gradient(loss, model.trainable_variables)
        total = [a + b for a, b in zip(total, gradients)]
        n_rows += len(features)
    optimizer.apply_gradients(zip(total, model.trainable_variables))
    return n_rows


@wrong("a step after each micro-batch", named="an update for each micro-batch")
def step_after_each(model, optimizer, loss_fn, micro_batches):
    n_rows = 0
    for features, labels in micro_batches:
        with tf.GradientTape() as tape:
            loss = loss_fn(labels, model(features, training=True))
        gradients = tape.gradient(loss, model.trainable_variables)
        optimizer.apply_gradients(zip(gradients, model.trainable_variables))
        n_rows += len(features)
    return n_rows


@wrong("puts all rows together into one batch, which does not fit into memory", named="all rows at once")
def all_in_one_batch(model, optimizer, loss_fn, micro_batches):
    features = tf.concat([features for features, _ in micro_batches], axis=0)
    labels = tf.concat([labels for _, labels in micro_batches], axis=0)
    with tf.GradientTape() as tape:
        loss = loss_fn(labels, model(features, training=True))
    gradients = tape.gradient(loss, model.trainable_variables)
    optimizer.apply_gradients(zip(gradients, model.trainable_variables))
    return len(features)


@wrong("one tape around all micro-batches, which keeps them all in memory", named="one tape for all micro-batches")
def one_tape_around_all(model, optimizer, loss_fn, micro_batches):
    n_rows = 0
    with tf.GradientTape() as tape:
        total = 0.0
        for features, labels in micro_batches:
            total += len(features) * loss_fn(labels, model(features, training=True))
            n_rows += len(features)
        loss = total / n_rows
    gradients = tape.gradient(loss, model.trainable_variables)
    optimizer.apply_gradients(zip(gradients, model.trainable_variables))
    return n_rows


@wrong("divides by the size of the first micro-batch times their number")
def size_of_the_first(model, optimizer, loss_fn, micro_batches):
    n_rows = len(micro_batches[0][0]) * len(micro_batches)
    total = [tf.zeros(variable.shape) for variable in model.trainable_variables]
    for features, labels in micro_batches:
        with tf.GradientTape() as tape:
            loss = loss_fn(labels, model(features, training=True))
        gradients = tape.gradient(loss, model.trainable_variables)
        total = [a + len(features) * b for a, b in zip(total, gradients)]
    optimizer.apply([gradient / n_rows for gradient in total], model.trainable_variables)
    return n_rows


@wrong("two mistakes: means divided by the number of all rows, and the micro-batches are counted")
def weights_forgotten_and_pieces_counted(model, optimizer, loss_fn, micro_batches):
    n_rows = sum(len(features) for features, _ in micro_batches)
    total = None
    for features, labels in micro_batches:
        with tf.GradientTape() as tape:
            loss = loss_fn(labels, model(features, training=True))
        gradients = tape.gradient(loss, model.trainable_variables)
        total = gradients if total is None else [a + b for a, b in zip(total, gradients)]
    optimizer.apply([gradient / n_rows for gradient in total], model.trainable_variables)
    return len(micro_batches)
