"""Answers to 04.6."""

import numpy as np
import sklearn.utils
import tensorflow as tf

from answers import right, wrong


@right("a boolean mask of rows drawn with NumPy, then a full shuffle of the training rows")
def boolean_mask(features, labels, n_validation, batch_size):
    features, labels = np.asarray(features), np.asarray(labels)
    chosen = np.random.default_rng().choice(len(features), size=n_validation, replace=False)
    is_validation = np.zeros(len(features), dtype=bool)
    is_validation[chosen] = True
    train = tf.data.Dataset.from_tensor_slices((features[~is_validation], labels[~is_validation]))
    validation = tf.data.Dataset.from_tensor_slices((features[is_validation], labels[is_validation]))
    return train.shuffle(len(features) - n_validation).batch(batch_size), validation.batch(batch_size)


@right("take and skip after one full shuffle that never changes, then a second full shuffle")
def frozen_shuffle(features, labels, n_validation, batch_size):
    n = len(features)
    dataset = tf.data.Dataset.from_tensor_slices((features, labels))
    # the order must be the same each time, or rows wander between the parts
    dataset = dataset.shuffle(n, seed=int(np.random.randint(1, 2**31 - 1)), reshuffle_each_iteration=False)
    validation = dataset.take(n_validation).batch(batch_size)
    train = dataset.skip(n_validation).shuffle(n - n_validation, reshuffle_each_iteration=True)
    return train.batch(batch_size), validation


@right("datasets of row numbers, whose batches look up the rows with tf.gather")
def row_numbers(features, labels, n_validation, batch_size):
    features, labels = tf.convert_to_tensor(features), tf.convert_to_tensor(labels)
    order = tf.random.shuffle(tf.range(tf.shape(features)[0]))

    def look_up(rows):
        return tf.gather(features, rows), tf.gather(labels, rows)

    validation = tf.data.Dataset.from_tensor_slices(order[:n_validation]).batch(batch_size).map(look_up)
    train = tf.data.Dataset.from_tensor_slices(order[n_validation:])
    train = train.shuffle(len(features) - n_validation).batch(batch_size).map(look_up)
    return train, validation


@right("a generator that draws a new order of the training rows whenever it starts")
def generator(features, labels, n_validation, batch_size):
    features, labels = np.asarray(features), np.asarray(labels)
    rng = np.random.default_rng()
    rows = rng.permutation(len(features))
    validation_rows, train_rows = rows[:n_validation], rows[n_validation:]

    def train_batches():
        order = rng.permutation(train_rows)
        for start in range(0, len(order), batch_size):
            some = order[start : start + batch_size]
            yield features[some], labels[some]

    signature = (
        tf.TensorSpec((None, features.shape[1]), tf.float32),
        tf.TensorSpec((None, 1), tf.float32),
    )
    train = tf.data.Dataset.from_generator(train_batches, output_signature=signature)
    validation = tf.data.Dataset.from_tensor_slices((features[validation_rows], labels[validation_rows]))
    return train, validation.batch(batch_size)


@right("scikit-learn's shuffle with a fixed random_state, then slices and a full shuffle")
def sklearn_shuffle(features, labels, n_validation, batch_size):
    features, labels = sklearn.utils.shuffle(np.asarray(features), np.asarray(labels), random_state=42)
    validation = tf.data.Dataset.from_tensor_slices((features[:n_validation], labels[:n_validation]))
    train = tf.data.Dataset.from_tensor_slices((features[n_validation:], labels[n_validation:]))
    return train.shuffle(len(features), seed=7).batch(batch_size), validation.batch(batch_size)


@wrong(
    "only the buffer made larger: the shuffle before take and skip is new each time, so the parts mix",
    named="shuffled anew, then cut",
)
def only_a_larger_buffer(features, labels, n_validation, batch_size):
    dataset = tf.data.Dataset.from_tensor_slices((features, labels)).shuffle(len(features))
    validation, train = dataset.take(n_validation), dataset.skip(n_validation)
    return train.batch(batch_size), validation.batch(batch_size)


@wrong(
    "one frozen shuffle for both parts: the training rows come in the same order in each epoch",
    named="one order forever",
)
def never_reshuffled(features, labels, n_validation, batch_size):
    dataset = tf.data.Dataset.from_tensor_slices((features, labels))
    dataset = dataset.shuffle(len(features), reshuffle_each_iteration=False)
    validation, train = dataset.take(n_validation), dataset.skip(n_validation)
    return train.batch(batch_size), validation.batch(batch_size)


@wrong("validation is the first rows of the table, not a random choice", named="the first rows of a sorted table")
def first_rows(features, labels, n_validation, batch_size):
    dataset = tf.data.Dataset.from_tensor_slices((features, labels))
    validation, train = dataset.take(n_validation), dataset.skip(n_validation)
    train = train.shuffle(len(features) - n_validation)
    return train.batch(batch_size), validation.batch(batch_size)


@wrong(
    "the split is right, but the buffer for the training rows is only one batch large",
    named="the shuffle buffer is small",
)
def small_buffer(features, labels, n_validation, batch_size):
    order = np.random.permutation(len(features))
    validation_rows, train_rows = order[:n_validation], np.sort(order[n_validation:])
    features, labels = np.asarray(features), np.asarray(labels)
    train = tf.data.Dataset.from_tensor_slices((features[train_rows], labels[train_rows]))
    validation = tf.data.Dataset.from_tensor_slices((features[validation_rows], labels[validation_rows]))
    return train.shuffle(batch_size).batch(batch_size), validation.batch(batch_size)


@wrong("batches before it shuffles: the same rows are together in each epoch", named="whole batches are shuffled")
def batch_then_shuffle(features, labels, n_validation, batch_size):
    features, labels = np.asarray(features), np.asarray(labels)
    order = np.random.permutation(len(features))
    features, labels = features[order], labels[order]
    validation = tf.data.Dataset.from_tensor_slices((features[:n_validation], labels[:n_validation]))
    train = tf.data.Dataset.from_tensor_slices((features[n_validation:], labels[n_validation:]))
    return train.batch(batch_size).shuffle(len(features)), validation.batch(batch_size)


@wrong(
    "two mistakes: the last smaller batch of the training rows is dropped, and the labels are flattened",
    named="the labels have lost their column",
)
def dropped_and_flat(features, labels, n_validation, batch_size):
    features, labels = np.asarray(features), np.asarray(labels).ravel()
    order = np.random.permutation(len(features))
    held, rest = order[:n_validation], order[n_validation:]
    train = tf.data.Dataset.from_tensor_slices((features[rest], labels[rest])).shuffle(len(rest))
    validation = tf.data.Dataset.from_tensor_slices((features[held], labels[held]))
    return train.batch(batch_size, drop_remainder=True), validation.batch(batch_size)


@wrong(
    "features and labels are shuffled each on its own and in place, so the rows are torn apart", named="rows torn apart"
)
def shuffled_apart(features, labels, n_validation, batch_size):
    np.random.shuffle(features)
    np.random.shuffle(labels)
    validation = tf.data.Dataset.from_tensor_slices((features[:n_validation], labels[:n_validation]))
    train = tf.data.Dataset.from_tensor_slices((features[n_validation:], labels[n_validation:]))
    return train.shuffle(len(features)).batch(batch_size), validation.batch(batch_size)


def parts_of(features, labels, is_validation, batch_size, buffer=None):
    """Return both datasets, with the training rows shuffled over a buffer of all of them or a smaller one."""
    train = tf.data.Dataset.from_tensor_slices((features[~is_validation], labels[~is_validation]))
    validation = tf.data.Dataset.from_tensor_slices((features[is_validation], labels[is_validation]))
    return train.shuffle(buffer or len(features)).batch(batch_size), validation.batch(batch_size)


@wrong("every k-th row, which is no random choice", named="a fixed pattern, not a random choice")
def every_kth(features, labels, n_validation, batch_size):
    step = len(features) // n_validation
    rows = np.arange(len(features))
    return parts_of(features, labels, (rows % step == 0) & (rows < step * n_validation), batch_size)


@wrong("the last rows of each class", named="a fixed pattern, not a random choice")
def end_of_each_class(features, labels, n_validation, batch_size):
    is_validation = np.zeros(len(features), bool)
    first = np.flatnonzero(labels[:, 0] == 0)[-(n_validation // 2) :]
    is_validation[first] = True
    is_validation[-(n_validation - len(first)) :] = True
    return parts_of(features, labels, is_validation, batch_size)


@wrong("drawn with replacement, so that some rows come twice", named="some rows twice in validation")
def with_replacement(features, labels, n_validation, batch_size):
    rows = np.random.choice(len(features), n_validation)
    others = np.array([row for row in range(len(features)) if row not in set(rows)])
    train = tf.data.Dataset.from_tensor_slices((features[others], labels[others])).shuffle(len(others))
    return train.batch(batch_size), tf.data.Dataset.from_tensor_slices((features[rows], labels[rows])).batch(batch_size)


@wrong("a cache behind the shuffle, and the cut after it", named="shuffled and cached, then cut")
def cached(features, labels, n_validation, batch_size):
    dataset = tf.data.Dataset.from_tensor_slices((features, labels)).shuffle(len(features)).cache()
    return dataset.skip(n_validation).batch(batch_size), dataset.take(n_validation).batch(batch_size)


@wrong("a list of shuffled batches, whose order is frozen", named="one order forever")
def frozen_list(features, labels, n_validation, batch_size):
    rows = np.random.permutation(len(features))
    train, validation = parts_of(features, labels, np.isin(np.arange(len(rows)), rows[:n_validation]), batch_size)
    batches = list(train)

    def again():
        yield from batches

    return tf.data.Dataset.from_generator(again, output_signature=train.element_spec), validation


@wrong("only the shuffle moved behind the cut: the first rows, and still a small buffer",
       named="the first rows of a sorted table, and a small buffer")  # fmt: skip
def moved_behind_the_cut(features, labels, n_validation, batch_size):
    is_validation = np.arange(len(features)) < n_validation
    return parts_of(features, labels, is_validation, batch_size, buffer=batch_size)


@wrong("features lose all columns but the first")
def one_column(features, labels, n_validation, batch_size):
    rows = np.random.permutation(len(features))
    return parts_of(features[:, :1], labels, np.isin(np.arange(len(rows)), rows[:n_validation]), batch_size)


@wrong("arrays, not datasets")
def arrays(features, labels, n_validation, batch_size):
    rows = np.random.permutation(len(features))
    train, validation = rows[n_validation:], rows[:n_validation]
    return (features[train], labels[train]), (features[validation], labels[validation])
