"""Exercises of lesson 03: prepare a table, measure, and write the whole loop.

Every wrong implementation below runs. It is what somebody wrote once and believed.
"""

import keras
import numpy as np
import tensorflow as tf

from helpers.exercises.checker import Exercise, Misconception


def _entry(record, name):
    """Read one number from a returned dictionary, also where it is still a tensor or a metric."""
    if not hasattr(record, "keys"):
        raise ValueError(f"a dictionary is wanted, something of the type {type(record).__name__} came back")
    if name not in record:
        raise ValueError(f"the returned dictionary has no entry {name!r}; it has {list(record)}")
    value = record[name]
    # a metric kept in place of its value goes on changing: it is read when everything is over
    return float(value.result()) if hasattr(value, "result") else float(value)


# 03.1 ----------------------------------------------------------------------------------------


def standardize(train, validation, test):
    """Scale each column by the mean and the standard deviation of its training rows.

    Args:
        train, validation, test: float arrays, each of shape (rows, columns).

    Returns:
        The three scaled arrays, in the same order and with the same shapes.
    """
    mean, deviation = train.mean(axis=0), train.std(axis=0)
    return tuple((rows - mean) / deviation for rows in (train, validation, test))


def _standardize_by_keras(train, validation, test):
    layer = keras.layers.Normalization(dtype="float64")
    layer.adapt(train)
    return layer(train), layer(validation), layer(test)


def _standardize_in_steps(train, validation, test):
    center = np.mean(train, axis=0, keepdims=True)
    spread = np.sqrt(np.mean((train - center) ** 2, axis=0, keepdims=True))
    scaled = []
    for rows in (train, validation, test):
        scaled.append(np.divide(np.subtract(rows, center), spread))
    return scaled


def _fitted_on_everything(train, validation, test):
    everything = np.concatenate([train, validation, test])
    mean, deviation = everything.mean(axis=0), everything.std(axis=0)
    return tuple((rows - mean) / deviation for rows in (train, validation, test))


def _fitted_on_each(train, validation, test):
    return tuple((rows - rows.mean(axis=0)) / rows.std(axis=0) for rows in (train, validation, test))


def _fitted_with_validation(train, validation, test):
    seen = np.concatenate([train, validation])
    mean, deviation = seen.mean(axis=0), seen.std(axis=0)
    return tuple((rows - mean) / deviation for rows in (train, validation, test))


def _one_mean_for_all_columns(train, validation, test):
    return tuple((rows - train.mean()) / train.std() for rows in (train, validation, test))


def _divided_by_the_variance(train, validation, test):
    mean, variance = train.mean(axis=0), train.var(axis=0)
    return tuple((rows - mean) / variance for rows in (train, validation, test))


def _divided_by_the_sample_deviation(train, validation, test):
    mean, deviation = train.mean(axis=0), train.std(axis=0, ddof=1)
    return tuple((rows - mean) / deviation for rows in (train, validation, test))


def _fitted_on_scaled_rows(train, validation, test):
    train = (train - train.mean(axis=0)) / train.std(axis=0)
    validation = (validation - train.mean(axis=0)) / train.std(axis=0)
    test = (test - train.mean(axis=0)) / train.std(axis=0)
    return train, validation, test


def _scaling_fingerprint(candidate, train, validation, test):
    names = ("training", "validation", "test")
    arrays = (train, validation, test)
    # copies: a candidate that scales in place must not spoil the next probe
    result = candidate(*(rows.copy() for rows in arrays))
    if not isinstance(result, (tuple, list)) or len(result) != 3:
        many = f" of {len(result)}" if isinstance(result, (tuple, list)) else ""
        raise ValueError(
            f"a tuple of three arrays is wanted, train, validation and test; "
            f"something of the type {type(result).__name__}{many} came back"
        )
    scaled = [np.asarray(part, dtype=float) for part in result]
    older = candidate(train.copy(), validation.copy(), test + 100)
    moved = np.asarray(older[0], dtype=float) - scaled[0]
    return {f"scaled {name} rows": rows for name, rows in zip(names, scaled)} | {
        "largest change of a training value when the test people are 100 years older": np.abs(moved).max()
    }


def _observe_standardize(candidate):
    # columns: age in years, largest heart rate per minute
    train = np.array([[40.0, 170], [50, 160], [61, 120], [38, 182], [55, 140], [71, 110]])
    validation = np.array([[45.0, 150], [66, 100], [58, 135]])
    test = np.array([[77.0, 98], [69, 133]])
    return _scaling_fingerprint(candidate, train, validation, test)


def _second_standardize(candidate):
    draw = np.random.default_rng(3)
    sets = (draw.normal([5.0, 50, 500], [1, 4, 90], size=(rows, 3)) for rows in (9, 2, 4))
    return _scaling_fingerprint(candidate, *sets)


# 03.2 ----------------------------------------------------------------------------------------


def impute(train, rows):
    """Replace missing cholesterol values and keep the fact that they were missing.

    Args:
        train: float array of shape (n,), the cholesterol of the training rows.
        rows: float array of shape (m,), the cholesterol of the rows to encode.
            In both, 0 and NaN mean "not measured".

    Returns:
        A float array of shape (m, 2). First column: the value, or the median of the measured
        training values where it is missing. Second column: 1 where missing, 0 where measured.
    """
    missing = ~(rows > 0)  # NaN > 0 is False as well, so this catches both
    filled = np.where(missing, np.median(train[train > 0]), rows)
    return np.stack([filled, missing], axis=1)


def _impute_in_steps(train, rows):
    train, values = train.copy(), rows.copy()
    train[train == 0] = np.nan
    values[values == 0] = np.nan
    missing = np.isnan(values)
    values[missing] = np.nanmedian(train)
    return np.column_stack([values, missing.astype("float32")])


def _impute_row_by_row(train, rows):
    middle = np.median([value for value in train if value == value and value != 0])
    measured = [value == value and value != 0 for value in rows]
    return np.array([[value, 0.0] if known else [middle, 1.0] for value, known in zip(rows, measured)])


def _zeros_kept(train, rows):
    missing = np.isnan(rows)
    return np.stack([np.where(missing, np.nanmedian(train), rows), missing], axis=1)


def _median_with_zeros(train, rows):
    missing = ~(rows > 0)
    return np.stack([np.where(missing, np.nanmedian(train), rows), missing], axis=1)


def _median_of_these_rows(train, rows):
    missing = ~(rows > 0)
    return np.stack([np.where(missing, np.median(rows[rows > 0]), rows), missing], axis=1)


def _median_of_everybody(train, rows):
    missing = ~(rows > 0)
    everybody = np.concatenate([train, rows])
    return np.stack([np.where(missing, np.median(everybody[everybody > 0]), rows), missing], axis=1)


def _median_is_nan(train, rows):
    missing = ~(rows > 0)
    return np.stack([np.where(missing, np.median(train[train != 0]), rows), missing], axis=1)


def _nan_kept(train, rows):
    missing = rows == 0
    return np.stack([np.where(missing, np.median(train[train > 0]), rows), missing], axis=1)


def _mean_for_median(train, rows):
    missing = ~(rows > 0)
    return np.stack([np.where(missing, np.mean(train[train > 0]), rows), missing], axis=1)


def _indicator_after_filling(train, rows):
    filled = np.where(rows > 0, rows, np.median(train[train > 0]))
    return np.stack([filled, ~(filled > 0)], axis=1)


def _indicator_upside_down(train, rows):
    measured = rows > 0
    return np.stack([np.where(measured, rows, np.median(train[train > 0])), measured], axis=1)


def _imputing_fingerprint(candidate, train, rows):
    def encode(train, rows):
        encoded = np.asarray(candidate(train.copy(), rows.copy()), dtype=float)
        if encoded.shape != (len(rows), 2):
            raise ValueError(
                f"for `rows` of shape {rows.shape}, an array of shape {(len(rows), 2)} is wanted, value "
                f"and indicator; the one returned has shape {encoded.shape}"
            )
        return encoded

    encoded, measured = encode(train, rows), rows[rows > 0][:1]
    return {
        "rows left without a number": np.isnan(encoded[:, 0]).sum(),
        "first column (value)": encoded[:, 0],
        "second column (1 = was missing)": encoded[:, 1],
        # one measured training value less: their number is even now
        "one row alone, missing": encode(train[:-1], np.zeros(1)),
        "one row alone, measured": encode(train[:-1], measured),
    }


def _observe_impute(candidate):
    nan = np.nan
    train = np.array([0.0, 180, 0, 230, nan, 350, 0, 210, 290])
    rows = np.array([0.0, 160, nan, 270, 220, 0])
    return _imputing_fingerprint(candidate, train, rows)


def _second_impute(candidate):
    train = np.array([np.nan, 31.0, 0, 7, 12, 0, 90, 44])
    rows = np.array([55.0, 0, np.nan, 8, 9])
    return _imputing_fingerprint(candidate, train, rows)


# 03.3 ----------------------------------------------------------------------------------------


def one_hot(train, rows):
    """Give each category of the training rows a column of its own.

    Args:
        train: NumPy array of strings of shape (n,), one word for each training row.
        rows: NumPy array of strings of shape (m,), the rows to encode.

    Returns:
        A float array of shape (m, K), with a column for each of the K categories in `train`, in
        alphabetical order: 1 where the row has that category, 0 elsewhere.
    """
    categories = np.unique(train)  # each word once, in alphabetical order
    # a column of words against a row of categories: one comparison for each pair
    return (rows[:, None] == categories).astype("float32")


def _one_hot_by_lookup(train, rows):
    lookup = keras.layers.StringLookup(vocabulary=sorted(set(train)), output_mode="one_hot")
    return tf.cast(lookup(rows)[:, 1:], "float32")  # column 0 is for words outside the vocabulary


def _one_hot_by_numbers(train, rows):
    numbers = {word: number for number, word in enumerate(sorted(set(train)))}
    return tf.one_hot([numbers.get(word, -1) for word in rows], depth=len(numbers))


def _one_hot_by_eye(train, rows):
    categories = np.unique(train)
    table = np.vstack([np.eye(len(categories)), np.zeros(len(categories))])
    known = np.isin(rows, categories)
    return table[np.where(known, np.searchsorted(categories, rows), len(categories))]


def _one_hot_in_a_loop(train, rows):
    categories = sorted(set(train.tolist()))
    encoded = np.zeros((len(rows), len(categories)))
    for number, word in enumerate(rows):
        if word in categories:
            encoded[number, categories.index(word)] = 1
    return encoded


def _codes_in_one_column(train, rows):
    return np.searchsorted(np.unique(train), rows)[:, None].astype("float32")


def _columns_from_the_rows(train, rows):
    return one_hot(rows, rows)


def _columns_from_everybody(train, rows):
    return one_hot(np.concatenate([train, rows]), rows)


def _one_category_left_out(train, rows):
    return one_hot(train, rows)[:, 1:]


def _one_column_too_many(train, rows):
    return keras.layers.StringLookup(vocabulary=np.unique(train), output_mode="one_hot")(rows)


def _numbered_anew(train, rows):
    _, codes = np.unique(rows, return_inverse=True)
    return tf.one_hot(codes, depth=len(np.unique(train)))


def _order_of_appearance(train, rows):
    categories = np.array(list(dict.fromkeys(train)))
    return (rows[:, None] == categories).astype("float32")


def _new_word_raises(train, rows):
    numbers = {word: number for number, word in enumerate(np.unique(train))}
    return np.eye(len(numbers))[[numbers[word] for word in rows]]


def _new_word_is_the_first(train, rows):
    categories = np.unique(train)
    return np.eye(len(categories))[np.argmax(rows[:, None] == categories, axis=1)]


def _new_word_is_the_last(train, rows):
    numbers = {word: number for number, word in enumerate(np.unique(train))}
    return np.eye(len(numbers))[[numbers.get(word, -1) for word in rows]]


def _new_word_is_its_neighbor(train, rows):
    categories = np.unique(train)
    return tf.one_hot(np.searchsorted(categories, rows), depth=len(categories))


def _truth_values(train, rows):
    return rows[:, None] == np.unique(train)


def _numbers_of(result):
    """Return an encoded table as an array of numbers; an error says what else came back."""
    if isinstance(result, tuple):
        raise ValueError(f"one array is wanted, the encoded rows; a tuple of {len(result)} came back")
    if hasattr(result, "toarray"):
        raise ValueError("a sparse matrix came back; `.toarray()` makes an ordinary array of it")
    encoded = np.asarray(result)
    if encoded.dtype.kind not in "biuf":
        raise ValueError(f"an array of numbers is wanted, the one returned has the type {encoded.dtype}")
    return encoded


def _columns(encoded, n_rows):
    """Return the number of columns; if there is no row for each row, the shape in words."""
    if encoded.ndim not in (1, 2) or len(encoded) != n_rows:
        return f"none, the shape is {encoded.shape}"
    return encoded.shape[1] if encoded.ndim == 2 else 1


def _stretch(encoded, n_rows):
    """Return the largest distance between two rows divided by the smallest; NaN if there is no row for each row."""
    codes = encoded.reshape(n_rows, -1) if encoded.ndim and len(encoded) == n_rows else np.zeros((n_rows, 1))
    distances = [np.linalg.norm(one - other) for i, one in enumerate(codes) for other in codes[:i]]
    return np.max(distances) / np.min(distances)


def _one_hot_fingerprint(candidate, train, rows, new, last):
    """Measure step by step; what follows a wrong step would say nothing.

    `rows` have some of the categories, `new` are words that `train` does not have, and `last` is one behind them all.
    """
    kinds = set()

    def encode(train, rows):
        encoded = _numbers_of(candidate(np.array(train), np.array(rows)))
        kinds.add(encoded.dtype.kind)
        return encoded.astype(float)

    def columns_if_some_are_new():
        try:
            return _columns(encode(train, rows[:1] + new), 1 + len(new))
        except Exception:
            return "an error"

    def steps():
        """Yield (measurement, value, right value), each made only when it is asked for."""
        ones = np.eye(size)
        yield (
            "each category has a 1 of its own, else zeros",
            np.array_equal(each[np.argsort(np.argmax(each, axis=1))], ones),
            True,
        )
        yield "columns in alphabetical order", np.array_equal(each, ones), True
        yield "entries that are NaN", np.isnan(some).sum() + np.isnan(alone).sum(), 0
        places = [categories.index(word) for word in rows]
        yield (
            "a word gets the same numbers among other rows",
            np.array_equal(some, each[places]) and np.array_equal(alone, each[places[:1]]),
            True,
        )
        yield "the entries are floats", kinds == {"f"}, True
        yield "columns if some words are new", columns_if_some_are_new(), size
        yield "new words", encode(train, rows[:1] + new)[1:], np.zeros((len(new), size))
        yield "a new word behind all others in the alphabet", encode(train, [last]), np.zeros((1, size))
        yield "training rows with one category", encode(train[:1] * 2, train[:1] * 3), np.ones((3, 1))

    categories = sorted(set(train))
    size = len(categories)
    each, some, alone = (encode(train, words) for words in (categories, rows, rows[:1]))
    found = {
        "columns if the rows have every category": _columns(each, size),
        "columns if the rows lack some categories": _columns(some, len(rows)),
        "columns if there is one row alone": _columns(alone, 1),
    }
    right_so_far = set(found.values()) == {size}
    found["largest distance between two categories ÷ smallest"] = _stretch(each, size)
    for name, value, wanted in steps() if right_so_far else ():
        found[name] = value
        if not np.array_equal(value, wanted):
            break
    return found


def _observe_one_hot(candidate):
    # neither the order of appearance nor of frequency is the alphabet's; one new word is longer than all others
    return _one_hot_fingerprint(
        candidate,
        ["NAP", "ASY", "NAP", "TA", "ATA", "ASY", "NAP"],
        ["TA", "ATA", "TA", "NAP", "TA"],
        new=["AAA", "ASYM", "NON"],
        last="UNKNOWN",
    )


def _second_one_hot(candidate):
    return _one_hot_fingerprint(
        candidate,
        ["up", "flat", "flat", "down", "up", "flat", "level", "wavy"],
        ["flat", "up", "wavy", "up"],
        new=["lev", "a", "levelled", "uphill"],
        last="zigzag",
    )


# 03.4 ----------------------------------------------------------------------------------------


def accuracy(labels, logits):
    """Return the share of people on the right side of the threshold.

    Args:
        labels: float array of shape (n,), 1 for ill and 0 for healthy.
        logits: float array of shape (n, 1), what the network put out for the same people.

    Returns:
        One number between 0 and 1.
    """
    said_ill = logits[:, 0] > 0  # a logit above 0 is a probability above one half
    return np.mean(said_ill == (labels == 1))


def _accuracy_by_metric(labels, logits):
    metric = keras.metrics.BinaryAccuracy(threshold=0.0)
    metric.update_state(labels[:, None], logits)
    return metric.result()


def _accuracy_by_sigmoid(labels, logits):
    probabilities = tf.sigmoid(tf.squeeze(logits, axis=1))
    return tf.reduce_mean(tf.cast(tf.equal(tf.round(probabilities), labels), "float32"))


def _threshold_half(labels, logits):
    return np.mean((logits[:, 0] > 0.5) == (labels == 1))


def _logits_rounded(labels, logits):
    return np.mean(np.round(logits[:, 0]) == labels)


def _everybody_against_everybody(labels, logits):
    return np.mean((logits > 0) == (labels == 1))


def _everybody_is_ill(labels, logits):
    return np.mean((tf.sigmoid(logits[:, 0]).numpy() > 0) == (labels == 1))


def _nobody_is_ill(labels, logits):
    return np.mean(np.argmax(logits, axis=1) == labels)


def _counted_not_shared(labels, logits):
    return np.sum((logits[:, 0] > 0) == (labels == 1))


def _accuracy_fingerprint(candidate, alone, probes):
    def measure(labels, logits):
        return candidate(np.array(labels, "float32"), np.array(logits, "float32")[:, None])

    # many people together show whether each meets their own label; one alone, where the threshold lies
    together = {name: measure(labels, logits) for name, (labels, logits) in probes.items()}
    return together | {
        f"accuracy of one {name} person with the logit {logit}": measure([label], [logit])
        for logit in alone
        for name, label in (("ill", 1), ("healthy", 0))
    }


def _observe_accuracy(candidate):
    return _accuracy_fingerprint(
        candidate,
        [-3.0, -0.8, -0.05, 0.05, 0.4, 0.6, 1.2, 2.1],
        {
            "accuracy of eight people": ([1, 1, 0, 1, 0, 1, 1, 1], [2.1, 0.4, -3.0, -0.1, -0.7, 0.05, 1.2, 0.3]),
            "accuracy of five healthy people": ([0, 0, 0, 0, 0], [-0.05, 0.2, -4.0, 1.6, -0.9]),
        },
    )


def _second_accuracy(candidate):
    return _accuracy_fingerprint(
        candidate,
        [-1.7, -0.45, -0.04, 0.07, 0.3, 0.7, 1.6, 4.0],
        {
            "accuracy of six people": ([0, 1, 1, 0, 0, 0], [0.06, 0.8, 0.3, -1.4, -5.0, -0.05]),
            "accuracy of three ill people": ([1, 1, 1], [0.45, 0.06, -2.0]),
        },
    )


# 03.5 ----------------------------------------------------------------------------------------


def train_one_epoch(model, optimizer, loss_fn, dataset, metrics):
    """Train on every batch of the dataset once, and measure this epoch.

    Args:
        model: puts out logits of shape (batch, 1).
        optimizer: updates the model's trainable variables.
        loss_fn: loss_fn(labels, logits) is the mean loss of one batch.
        dataset: yields (features, labels); the last batch is smaller.
        metrics: {"loss": keras.metrics.Mean(), "accuracy": keras.metrics.BinaryAccuracy(...)},
            the same two objects in every epoch.

    Returns:
        {"loss": mean loss per row, "accuracy": share of rows classified correctly}, two numbers.
    """
    for metric in metrics.values():
        metric.reset_state()
    for features, labels in dataset:
        with tf.GradientTape() as tape:
            logits = model(features, training=True)
            loss = loss_fn(labels, logits)
        gradients = tape.gradient(loss, model.trainable_variables)
        optimizer.apply_gradients(zip(gradients, model.trainable_variables))
        metrics["loss"].update_state(loss, sample_weight=len(labels))
        metrics["accuracy"].update_state(labels, logits)
    return {name: float(metric.result()) for name, metric in metrics.items()}


def _train_one_epoch_broken(model, optimizer, loss_fn, dataset, metrics):
    for features, labels in dataset:
        with tf.GradientTape() as tape:
            logits = model(features, training=True)
            loss = loss_fn(labels, logits)
        gradients = tape.gradient(loss, model.trainable_variables)
        optimizer.apply_gradients(zip(gradients, model.trainable_variables))
        metrics["loss"].update_state(loss)
        metrics["accuracy"].update_state(labels, logits)
    return {name: float(metric.result()) for name, metric in metrics.items()}


def _train_and_count_by_hand(model, optimizer, loss_fn, dataset, metrics):
    total, right, rows = 0.0, 0, 0
    for features, labels in dataset:
        with tf.GradientTape() as tape:
            logits = model(features, training=True)
            loss = loss_fn(labels, logits)
        gradients = tape.gradient(loss, model.trainable_variables)
        optimizer.apply_gradients(zip(gradients, model.trainable_variables))
        total += loss * len(labels)
        right += np.sum((logits > 0) == (labels == 1))
        rows += len(labels)
    return {"loss": total / rows, "accuracy": right / rows}


def _train_and_reset_at_the_end(model, optimizer, loss_fn, dataset, metrics):
    for features, labels in dataset:
        with tf.GradientTape() as tape:
            logits = model(features, training=True)
            loss = loss_fn(labels, logits)
        optimizer.apply(tape.gradient(loss, model.trainable_variables), model.trainable_variables)
        metrics["loss"].update_state(loss, sample_weight=tf.shape(labels)[0])
        metrics["accuracy"].update_state(labels, logits)
    record = {name: metric.result() for name, metric in metrics.items()}
    for metric in metrics.values():
        metric.reset_state()
    return record


def _neither_mended(model, optimizer, loss_fn, dataset, metrics):
    # as the starter, in other words: the untouched starter itself counts as not attempted
    return _train_one_epoch_broken(model, optimizer, loss_fn, dataset, metrics)


def _never_reset(model, optimizer, loss_fn, dataset, metrics):
    for features, labels in dataset:
        with tf.GradientTape() as tape:
            logits = model(features, training=True)
            loss = loss_fn(labels, logits)
        gradients = tape.gradient(loss, model.trainable_variables)
        optimizer.apply_gradients(zip(gradients, model.trainable_variables))
        metrics["loss"].update_state(loss, sample_weight=len(labels))
        metrics["accuracy"].update_state(labels, logits)
    return {name: float(metric.result()) for name, metric in metrics.items()}


def _mean_of_batch_means(model, optimizer, loss_fn, dataset, metrics):
    for metric in metrics.values():
        metric.reset_state()
    return _train_one_epoch_broken(model, optimizer, loss_fn, dataset, metrics)


def _reset_in_every_batch(model, optimizer, loss_fn, dataset, metrics):
    for features, labels in dataset:
        for metric in metrics.values():
            metric.reset_state()
        _never_reset(model, optimizer, loss_fn, [(features, labels)], metrics)
    return {name: float(metric.result()) for name, metric in metrics.items()}


def _last_batch_reported(model, optimizer, loss_fn, dataset, metrics):
    for metric in metrics.values():
        metric.reset_state()
    for features, labels in dataset:
        with tf.GradientTape() as tape:
            logits = model(features, training=True)
            loss = loss_fn(labels, logits)
        gradients = tape.gradient(loss, model.trainable_variables)
        optimizer.apply_gradients(zip(gradients, model.trainable_variables))
        metrics["accuracy"].update_state(labels, logits)
    return {"loss": float(loss), "accuracy": float(metrics["accuracy"].result())}


def _metric_objects_returned(model, optimizer, loss_fn, dataset, metrics):
    train_one_epoch(model, optimizer, loss_fn, dataset, metrics)
    return metrics


def _measured_after_the_update(model, optimizer, loss_fn, dataset, metrics):
    for metric in metrics.values():
        metric.reset_state()
    for features, labels in dataset:
        with tf.GradientTape() as tape:
            loss = loss_fn(labels, model(features, training=True))
        gradients = tape.gradient(loss, model.trainable_variables)
        optimizer.apply_gradients(zip(gradients, model.trainable_variables))
        logits = model(features, training=False)
        metrics["loss"].update_state(loss_fn(labels, logits), sample_weight=len(labels))
        metrics["accuracy"].update_state(labels, logits)
    return {name: float(metric.result()) for name, metric in metrics.items()}


def _trained_as_if_evaluating(model, optimizer, loss_fn, dataset, metrics):
    for metric in metrics.values():
        metric.reset_state()
    for features, labels in dataset:
        with tf.GradientTape() as tape:
            logits = model(features, training=False)
            loss = loss_fn(labels, logits)
        gradients = tape.gradient(loss, model.trainable_variables)
        optimizer.apply_gradients(zip(gradients, model.trainable_variables))
        metrics["loss"].update_state(loss, sample_weight=len(labels))
        metrics["accuracy"].update_state(labels, logits)
    return {name: float(metric.result()) for name, metric in metrics.items()}


def _small_model(bias=0.0):
    """Two features, one logit, no randomness; BatchNorm tells training from evaluation."""
    inputs = keras.Input(shape=(2,))
    hidden = keras.layers.BatchNormalization(momentum=0.5)(inputs)
    logits = keras.layers.Dense(
        1,
        kernel_initializer=keras.initializers.Constant([[0.7], [-0.4]]),
        bias_initializer=keras.initializers.Constant(bias),
    )(hidden)
    return keras.Model(inputs, logits)


def _flat_weights(model):
    return np.concatenate([weights.ravel() for weights in model.get_weights()])


def _training_fingerprint(candidate, features, labels, batch, learning_rate):
    keras.utils.set_random_seed(0)
    model = _small_model()
    optimizer = keras.optimizers.SGD(learning_rate)
    loss_fn = keras.losses.BinaryCrossentropy(from_logits=True)
    metrics = {"loss": keras.metrics.Mean(), "accuracy": keras.metrics.BinaryAccuracy(threshold=0.0)}
    features, labels = np.array(features, "float32"), np.array(labels, "float32")[:, None]
    history = []
    # in the second epoch all labels are turned around: a measurement that remembers shows it
    for labels_now in (labels, 1 - labels):
        dataset = tf.data.Dataset.from_tensor_slices((features, labels_now)).batch(batch)
        history.append(candidate(model, optimizer, loss_fn, dataset, metrics))
    return {
        "loss in epochs 1 and 2": np.array([_entry(record, "loss") for record in history]),
        "accuracy in epochs 1 and 2": np.array([_entry(record, "accuracy") for record in history]),
        "the model's weights after both epochs": _flat_weights(model),
    }


def _observe_train_one_epoch(candidate):
    # the last batch is one person
    features = [[1.0, 0.2], [0.3, -1.0], [-2.0, 0.5], [0.1, 1.5], [-0.6, 0.4], [1.4, -0.3], [2.5, -3.0]]
    return _training_fingerprint(candidate, features, [1, 0, 0, 1, 1, 1, 1], 3, 0.3)


def _second_train_one_epoch(candidate):
    draw = np.random.default_rng(1)
    features = draw.normal(size=(9, 2)) + [0.5, -1.0]
    return _training_fingerprint(candidate, features, [0, 0, 1, 1, 0, 1, 1, 1, 0], 4, 0.5)


# 03.6 ----------------------------------------------------------------------------------------


def evaluate(model, dataset):
    """Measure a model without changing it.

    Args:
        model: puts out logits of shape (batch, 1).
        dataset: yields (features, labels) with labels 0 or 1 of shape (batch, 1);
            the last batch is smaller.

    Returns:
        {"val_loss": mean binary cross-entropy per row,
        "val_accuracy": share of rows classified correctly}, two numbers.
    """
    loss_fn = keras.losses.BinaryCrossentropy(from_logits=True)
    mean_loss, accuracy = keras.metrics.Mean(), keras.metrics.BinaryAccuracy(threshold=0.0)
    for features, labels in dataset:
        logits = model(features, training=False)
        mean_loss.update_state(loss_fn(labels, logits), sample_weight=len(labels))
        accuracy.update_state(labels, logits)
    return {"val_loss": float(mean_loss.result()), "val_accuracy": float(accuracy.result())}


def _evaluate_all_rows_at_once(model, dataset):
    pairs = [(labels, model(features, training=False)) for features, labels in dataset]
    labels, logits = (tf.concat(parts, axis=0) for parts in zip(*pairs))
    losses = tf.nn.sigmoid_cross_entropy_with_logits(labels=labels, logits=logits)
    return {"val_loss": tf.reduce_mean(losses), "val_accuracy": np.mean((logits > 0) == (labels == 1))}


def _evaluate_by_metrics(model, dataset):
    metrics = {
        "val_loss": keras.metrics.BinaryCrossentropy(from_logits=True),
        "val_accuracy": keras.metrics.BinaryAccuracy(threshold=0.5),
    }
    for features, labels in dataset:
        logits = model(features)
        metrics["val_loss"].update_state(labels, logits)
        metrics["val_accuracy"].update_state(labels, tf.sigmoid(logits))
    return {name: metric.result().numpy() for name, metric in metrics.items()}


def _evaluate_with(model, dataset, loss_fn=None, output=tf.identity, training=False, threshold=0.0, weighted=True):
    """The loop of the wrong evaluations, each of which turns one screw of it."""
    loss_fn = loss_fn or keras.losses.BinaryCrossentropy(from_logits=True)
    mean_loss, accuracy = keras.metrics.Mean(), keras.metrics.BinaryAccuracy(threshold=threshold)
    for features, labels in dataset:
        outputs = output(model(features, training=training))
        mean_loss.update_state(loss_fn(labels, outputs), sample_weight=len(labels) if weighted else 1)
        accuracy.update_state(labels, outputs)
    return {"val_loss": float(mean_loss.result()), "val_accuracy": float(accuracy.result())}


def _evaluated_in_training_mode(model, dataset):
    return _evaluate_with(model, dataset, training=True)


def _from_logits_forgotten(model, dataset):
    return _evaluate_with(model, dataset, loss_fn=keras.losses.BinaryCrossentropy())


def _logits_taken_for_probabilities(model, dataset):
    return _evaluate_with(model, dataset, loss_fn=keras.losses.BinaryCrossentropy(), threshold=0.5)


def _sigmoid_twice(model, dataset):
    return _evaluate_with(model, dataset, output=tf.sigmoid, threshold=0.5)


def _evaluated_at_half(model, dataset):
    return _evaluate_with(model, dataset, threshold=0.5)


def _batches_count_alike(model, dataset):
    return _evaluate_with(model, dataset, weighted=False)


def _both_by_batch(model, dataset):
    loss_fn = keras.losses.BinaryCrossentropy(from_logits=True)
    losses, accuracies = [], []
    for features, labels in dataset:
        logits = model(features, training=False)
        losses.append(loss_fn(labels, logits))
        accuracies.append(np.mean((logits > 0) == (labels == 1)))
    return {"val_loss": np.mean(losses), "val_accuracy": np.mean(accuracies)}


def _evaluation_that_trains(model, dataset):
    optimizer = keras.optimizers.SGD(0.1)
    loss_fn = keras.losses.BinaryCrossentropy(from_logits=True)
    mean_loss, accuracy = keras.metrics.Mean(), keras.metrics.BinaryAccuracy(threshold=0.0)
    for features, labels in dataset:
        with tf.GradientTape() as tape:
            logits = model(features, training=False)
            loss = loss_fn(labels, logits)
        gradients = tape.gradient(loss, model.trainable_variables)
        optimizer.apply_gradients(zip(gradients, model.trainable_variables))
        mean_loss.update_state(loss, sample_weight=len(labels))
        accuracy.update_state(labels, logits)
    return {"val_loss": float(mean_loss.result()), "val_accuracy": float(accuracy.result())}


def _evaluation_fingerprint(candidate, features, labels, batch, bias):
    keras.utils.set_random_seed(0)
    model = _small_model(bias)
    before = _flat_weights(model)
    arrays = np.array(features, "float32"), np.array(labels, "float32")[:, None]
    dataset = tf.data.Dataset.from_tensor_slices(arrays).batch(batch)
    first, again = (
        {name: _entry(record, name) for name in ("val_loss", "val_accuracy")}
        for record in (candidate(model, dataset), candidate(model, dataset))
    )
    # an evaluation that remembers the ones before would still agree with itself on the same rows
    turned = candidate(model, dataset.map(lambda features, labels: (features, 1 - labels)))
    return {
        "val_loss": first["val_loss"],
        "val_accuracy": first["val_accuracy"],
        "largest change in the model's weights": np.abs(_flat_weights(model) - before).max(),
        "val_loss of a second evaluation, minus the first": again["val_loss"] - first["val_loss"],
        "val_accuracy of another evaluation, where all labels are turned around": _entry(turned, "val_accuracy"),
    }


def _observe_evaluate(candidate):
    # the logits lie on both sides of one half, and close to 0 on both sides; the last batch is one row, badly wrong
    features = [[1.0, 0.0], [-0.5, 1.0], [0.6, 0.3], [-0.05, 0.05], [3.0, -2.0], [-0.2, -0.05], [4.0, -1.0]]
    return _evaluation_fingerprint(candidate, features, [1, 0, 1, 1, 1, 0, 0], 3, bias=0.1)


def _second_evaluate(candidate):
    draw = np.random.default_rng(5)
    features = draw.normal(size=(10, 2)) * 1.5
    return _evaluation_fingerprint(candidate, features, [1, 1, 1, 1, 0, 1, 0, 1, 1, 0], 4, bias=0.25)


# 03.7 ----------------------------------------------------------------------------------------


def train_until_best(model, train_epoch, val_loss, test_loss, patience):
    """Train with early stopping, go back to the best weights, and report on the test rows.

    Args:
        model: a Keras model.
        train_epoch: train_epoch() trains the model for one epoch.
        val_loss: val_loss() is the loss of the model, as it is now, on the validation rows.
        test_loss: test_loss() is the same on the test rows.
        patience: stop after this many epochs in a row without a new lowest validation loss.

    Returns:
        The number of epochs trained, and the test loss of the restored model.
    """
    best_loss, epochs, waited = np.inf, 0, 0
    while waited < patience:
        train_epoch()
        epochs += 1
        waited += 1
        loss = val_loss()
        if loss < best_loss:
            best_loss, best_weights, waited = loss, model.get_weights(), 0
    model.set_weights(best_weights)
    return epochs, test_loss()


def _stop_by_history(model, train_epoch, val_loss, test_loss, patience):
    losses, weights = [], []
    while not losses or len(losses) - 1 - np.argmin(losses) < patience:
        train_epoch()
        losses.append(float(val_loss()))
        weights.append(model.get_weights())
    model.set_weights(weights[np.argmin(losses)])
    return len(losses), test_loss()


def _stop_by_copies(model, train_epoch, val_loss, test_loss, patience):
    best_loss, best_epoch, epoch = None, 0, 0
    while True:
        epoch += 1
        train_epoch()
        loss = val_loss()
        if best_loss is None or loss < best_loss:
            best_loss, best_epoch = loss, epoch
            copies = [variable.numpy().copy() for variable in model.variables]
        elif epoch - best_epoch >= patience:
            break
    for variable, value in zip(model.variables, copies):
        variable.assign(value)
    return epoch, test_loss()


def _best_weights_are_an_alias(model, train_epoch, val_loss, test_loss, patience):
    best_loss, epochs, waited = np.inf, 0, 0
    while waited < patience:
        train_epoch()
        epochs += 1
        waited += 1
        loss = val_loss()
        if loss < best_loss:
            best_loss, best_weights, waited = loss, model.variables, 0
    for variable, value in zip(model.variables, best_weights):
        variable.assign(value)
    return epochs, test_loss()


def _chosen_on_the_test_rows(model, train_epoch, val_loss, test_loss, patience):
    best_loss, epochs, waited = np.inf, 0, 0
    while waited < patience:
        train_epoch()
        epochs += 1
        waited += 1
        loss = test_loss()
        if loss < best_loss:
            best_loss, best_weights, waited = loss, model.get_weights(), 0
    model.set_weights(best_weights)
    return epochs, best_loss


def _patience_never_refilled(model, train_epoch, val_loss, test_loss, patience):
    best_loss, epochs, waited = np.inf, 0, 0
    while waited < patience:
        train_epoch()
        epochs += 1
        loss = val_loss()
        if loss < best_loss:
            best_loss, best_weights = loss, model.get_weights()
        else:
            waited += 1
    model.set_weights(best_weights)
    return epochs, test_loss()


def _one_epoch_too_long(model, train_epoch, val_loss, test_loss, patience):
    return train_until_best(model, train_epoch, val_loss, test_loss, patience + 1)


def _a_tie_is_progress(model, train_epoch, val_loss, test_loss, patience):
    best_loss, epochs, waited = np.inf, 0, 0
    while waited < patience:
        train_epoch()
        epochs += 1
        waited += 1
        loss = val_loss()
        if loss <= best_loss:
            best_loss, best_weights, waited = loss, model.get_weights(), 0
    model.set_weights(best_weights)
    return epochs, test_loss()


def _compared_with_the_last_epoch(model, train_epoch, val_loss, test_loss, patience):
    last_loss, epochs, waited = np.inf, 0, 0
    while waited < patience:
        train_epoch()
        epochs += 1
        waited += 1
        loss = val_loss()
        if loss < last_loss:
            best_weights, waited = model.get_weights(), 0
        last_loss = loss
    model.set_weights(best_weights)
    return epochs, test_loss()


def _reported_before_restoring(model, train_epoch, val_loss, test_loss, patience):
    best_loss, epochs, waited = np.inf, 0, 0
    while waited < patience:
        train_epoch()
        epochs += 1
        waited += 1
        loss = val_loss()
        if loss < best_loss:
            best_loss, best_weights, waited = loss, model.get_weights(), 0
    result = test_loss()
    model.set_weights(best_weights)
    return epochs, result


def _moving_averages_left_behind(model, train_epoch, val_loss, test_loss, patience):
    best_loss, epochs, waited = np.inf, 0, 0
    while waited < patience:
        train_epoch()
        epochs += 1
        waited += 1
        loss = val_loss()
        if loss < best_loss:
            best_loss, waited = loss, 0
            best_weights = [variable.numpy() for variable in model.trainable_variables]
    for variable, value in zip(model.trainable_variables, best_weights):
        variable.assign(value)
    return epochs, test_loss()


def _validation_loss_reported(model, train_epoch, val_loss, test_loss, patience):
    epochs, _ = train_until_best(model, train_epoch, val_loss, lambda: 0.0, patience)
    return epochs, val_loss()


def _rehearsed_run(candidate, val_losses, test_losses, patience):
    """Run a candidate on a training whose losses are known in advance.

    In epoch k all weights become k, so that each weight tells which epoch it stems from.
    """
    model = _small_model()
    calls = {"epochs": 0, "test": 0}

    def train_epoch():
        calls["epochs"] += 1
        if calls["epochs"] > 50:
            raise RuntimeError(
                "50 epochs are trained and the loop goes on: count the epochs without "
                "a new lowest validation loss, and stop when there are `patience` of them"
            )
        for variable in model.variables:
            variable.assign(tf.fill(variable.shape, float(calls["epochs"])))

    def loss_from(script):
        epoch = int(np.ravel(model.trainable_variables[-1].numpy())[0])
        if epoch == 0:  # somebody may measure the untrained model, too; it is no rival
            return 2 * max(script)
        return script[min(epoch, len(script)) - 1]

    def test_loss():
        calls["test"] += 1
        return loss_from(test_losses)

    result = candidate(model, train_epoch, lambda: loss_from(val_losses), test_loss, patience)
    returned = np.ravel(np.asarray(result, dtype=float))
    if len(returned) != 2:
        raise ValueError(f"two numbers are wanted, epochs and test loss; {len(returned)} came back")
    return {
        "epochs trained": calls["epochs"],
        "epochs returned": returned[0],
        "test loss returned": returned[1],
        "the epoch that each weight stems from": _flat_weights(model),
        "looks at the test rows": calls["test"],
    }


def _observe_train_until_best(candidate):
    # lowest in epoch 5, equalled in epoch 7; patience 3 ends after epoch 8
    long = _rehearsed_run(
        candidate,
        [0.90, 0.70, 0.80, 0.75, 0.60, 0.66, 0.60, 0.72, 0.95, 0.80, 0.85, 0.9, 0.99],
        [0.95, 0.85, 0.55, 0.58, 0.77, 0.74, 0.69, 0.81, 1.10, 0.97, 1.20, 1.3, 1.40],
        3,
    )
    # patience 1 ends after epoch 4
    short = _rehearsed_run(candidate, [3.0, 2.5, 1.5, 1.7, 1.6, 1.4, 1.9], [4.0, 3.0, 2.0, 2.2, 1.0, 0.9, 2.5], 1)
    return {f"{name} (patience 3)": value for name, value in long.items()} | {
        f"{name} (patience 1)": value for name, value in short.items()
    }


def _second_train_until_best(candidate):
    return _rehearsed_run(
        candidate,
        [2.0, 1.9, 2.1, 1.8, 1.7, 1.75, 1.7, 1.71, 1.9, 2.0],
        [5.0, 4.0, 6.0, 3.0, 3.5, 3.3, 2.0, 2.9, 3.1, 3.2],
        2,
    )


# ---------------------------------------------------------------------------------------------

EXERCISES = (
    Exercise(
        id="03.1",
        title="A scale from the training rows",
        task="""\
Write `standardize(train, validation, test)`. It takes three float arrays of shape `(rows, columns)`, one column per
feature, and returns the three arrays scaled: in each column, subtract the mean and divide by the standard deviation
**of the training rows** (NumPy's `std`). The test rows may be strange; the training features must not notice.""",
        hints=(
            "Which rows may decide on the two numbers of a column? Everybody else gets the same two numbers.",
            "`axis=0` runs down the rows and leaves one number for each column.",
            "Compute `train.mean(axis=0)` and `train.std(axis=0)` once, then use both on all three arrays.",
        ),
        reference=standardize,
        alternatives=(_standardize_by_keras, _standardize_in_steps),
        misconceptions=(
            Misconception(
                "the scale is fitted on all rows",
                "The training features change when only the test people do: the test rows have leaked into "
                "training, and their own strangeness is half hidden. Compute mean and standard deviation from "
                "`train` alone.",
                _fitted_on_everything,
            ),
            Misconception(
                "the scale is fitted anew on each set",
                "Every set comes out with mean 0, so test people who are older than the training people look "
                "exactly as old, and one patient alone could not be scaled at all. Keep the two training numbers "
                "for every set.",
                _fitted_on_each,
            ),
            Misconception(
                "the validation rows take part in the scale",
                "The test rows stay outside, but the validation rows have helped to set the scale, so their loss is "
                "a little flattering. They make choices later; the preparation belongs to the training rows alone.",
                _fitted_with_validation,
            ),
            Misconception(
                "one mean for all columns",
                "Ages and heart rates were averaged together: the columns keep different means, none of them 0. "
                "Without an `axis`, `mean` and `std` take every number of the table; ask for one number per column.",
                _one_mean_for_all_columns,
            ),
            Misconception(
                "divided by the variance",
                "The columns have mean 0 but come out tiny: the variance is the square of the standard deviation. "
                "Divide by the standard deviation, and the typical distance becomes 1.",
                _divided_by_the_variance,
            ),
            Misconception(
                "the standard deviation of pandas, with n − 1",
                "Everything comes out a little too small, by the same factor in each column: the sum of squares was "
                "divided by n − 1. That is what `std` of a pandas table does, and `ddof=1`; with many rows it hardly "
                "shows. The task asks for NumPy's `std`, and scikit-learn's `StandardScaler` uses the same.",
                _divided_by_the_sample_deviation,
            ),
            Misconception(
                "the scale is computed from rows already scaled",
                "The training rows are right, and the others come out as they went in. `train` was replaced by its "
                "scaled values first, and those have mean 0 and standard deviation 1, which changes nothing. Compute "
                "both numbers before anything is replaced.",
                _fitted_on_scaled_rows,
            ),
        ),
        observe=_observe_standardize,
        second=_second_standardize,
        note="The means of your scaled validation and test rows are not 0. That is how it must look: exact zeros "
        "there would mean that those rows had a say.",
        explanation="The mean and the standard deviation are learned from data, just as weights are, so only "
        "training rows may set them. Validation and test rows then get the same two numbers per column, "
        "as the next patient would.",
    ),
    Exercise(
        id="03.2",
        title="Missing, and marked as missing",
        task="""\
In a column of cholesterol values, `0` and `NaN` both mean "not measured". Write `impute(train, rows)` for two float
arrays of shapes `(n,)` and `(m,)`. It returns a float array of shape `(m, 2)` for `rows`: the value, with missing ones
replaced by the **median of the measured training values**, and an indicator, 1 where the value was missing and 0
where it was measured.""",
        hints=(
            "Decide first, for each entry of `rows`, whether it was measured. Both codes must give the same answer.",
            "A comparison with NaN is always False, so `rows > 0` is False for 0 and for NaN. Use the same question "
            "to pick the training values of which the median is taken.",
            "`np.where(missing, median, rows)` fills the gaps, and `np.stack([filled, missing], axis=1)` puts the "
            "two columns side by side.",
        ),
        reference=impute,
        alternatives=(_impute_in_steps, _impute_row_by_row),
        misconceptions=(
            Misconception(
                "the zeros stay in the column",
                "A cholesterol of 0 passes as a measurement, and the healthiest-looking number belongs to people "
                "who were never measured. Treat 0 like NaN: in the rows, in the indicator, and in the median.",
                _zeros_kept,
            ),
            Misconception(
                "the median counts the zeros",
                "The gaps are found, but what fills them is too low: the zeros of the training rows pulled the "
                "median down. Take the median of the measured training values only.",
                _median_with_zeros,
            ),
            Misconception(
                "the median comes from the rows themselves",
                "The value that fills a gap depends on who else happens to be in `rows`; for one patient alone it "
                "could not be computed. Like a scale, a median is fitted on the training rows.",
                _median_of_these_rows,
            ),
            Misconception(
                "the median is taken of both arrays together",
                "What fills the gaps moves with the rows to encode, so validation and test rows help to prepare the "
                "training, and one patient's gap is filled in another way than the next one's. Take the median of "
                "`train` alone.",
                _median_of_everybody,
            ),
            Misconception(
                "the median itself is NaN",
                "Every gap is filled with NaN: a single NaN among the training values makes `np.median` NaN. Keep only "
                "the measured ones, those above 0, or use `np.nanmedian` on values without zeros.",
                _median_is_nan,
            ),
            Misconception(
                "NaN is not caught",
                "Some rows still hold no number, and one of them is enough to turn the loss into NaN. `rows == 0` "
                "finds the zeros only, and `NaN == NaN` is False: ask with `np.isnan`, or ask what is above 0.",
                _nan_kept,
            ),
            Misconception(
                "the mean in place of the median",
                "The filled value lies above the middle of the measured ones: a single very high cholesterol pulls "
                "the mean, not the median. Use `np.median`.",
                _mean_for_median,
            ),
            Misconception(
                "the indicator is read after the filling",
                "The second column is 0 for everybody: once the gaps are filled, nothing is missing anymore. Note "
                "what is missing first, then fill.",
                _indicator_after_filling,
            ),
            Misconception(
                "the indicator is upside down",
                "The second column marks the people who *were* measured. A model could live with that; a reader of "
                'the column called "was missing" could not. Turn it around with `~`.',
                _indicator_upside_down,
            ),
        ),
        observe=_observe_impute,
        second=_second_impute,
        note='scikit-learn\'s `SimpleImputer(strategy="median", add_indicator=True)` does the same, once the zeros '
        "are NaN and if the training rows have gaps. In the heart table the indicator is worth having: the people "
        "without a measurement are mostly ill.",
        explanation='One question, "is it above 0?", treats both codes alike, because every comparison with NaN '
        'is False. The median says "nothing unusual" to the network, and the indicator keeps what the '
        "median hides.",
    ),
    Exercise(
        id="03.3",
        title="Words as columns",
        task="""\
A column of words, such as the type of chest pain, has categories without an order. Write `one_hot(train, rows)` for two
NumPy arrays of strings of shapes `(n,)` and `(m,)`. It returns a float array of shape `(m, K)` for `rows`: one column
for each of the K categories **of the training rows**, in alphabetical order, 1 where the row has that category and 0
elsewhere. A word that training never saw gets a row of zeros, and no error.""",
        hints=(
            "Which rows decide how many columns there are? One patient alone gets as many as a hundred do.",
            "`np.unique(train)` has each category once, in alphabetical order. A new word equals none of them.",
            "`rows[:, None]` has the shape `(m, 1)`. Compared with the K categories it gives a table of `(m, K)` truth "
            'values, and `.astype("float32")` makes numbers of them.',
        ),
        reference=one_hot,
        alternatives=(_one_hot_by_lookup, _one_hot_by_numbers, _one_hot_by_eye, _one_hot_in_a_loop),
        misconceptions=(
            Misconception(
                "codes in place of columns",
                "Each word became one number, and numbers have an order: the first category and the last are the "
                "furthest apart, for no reason but how they were numbered. Scaling the numbers does not mend that. "
                "Give each category a column of its own.",
                _codes_in_one_column,
            ),
            Misconception(
                "the columns come from the rows themselves",
                "The number of columns depends on which words happen to be in `rows`, so the columns of two sets do "
                "not agree, and a model trained on one cannot take the other. (`pd.get_dummies` of each set does "
                "this.) Take the categories from `train`.",
                _columns_from_the_rows,
            ),
            Misconception(
                "new words get columns",
                "Words that training never saw make the table wider, because the categories were taken from both "
                "arrays together. A trained network takes as many columns as it was built for. Take the categories "
                "from `train` alone.",
                _columns_from_everybody,
            ),
            Misconception(
                "one category has no column",
                "There is one column less than categories, so one of them has zeros only, exactly as a word has that "
                "training never saw, and it is nearer to the others than they are to each other. Leaving a column out "
                "(`drop_first`) is meant for linear models without a penalty; keep all of them here.",
                _one_category_left_out,
            ),
            Misconception(
                "one column too many",
                "There is one column more than categories. `StringLookup` begins with a column for unknown words, and "
                "codes that count from 1 leave column 0 empty. Here an unknown word gets zeros, so that column goes.",
                _one_column_too_many,
            ),
            Misconception(
                "the rows are numbered anew",
                "The table has the right width, but the same word stands in another column when other rows come along: "
                "its number was learned from `rows`. A model would read one category as another. The "
                "categories of `train` decide which column is whose.",
                _numbered_anew,
            ),
            Misconception(
                "the columns are not in alphabetical order",
                "Each category has its column, but elsewhere than asked for: in order of appearance, by frequency, or "
                "as a `set` yields them, which changes with each start of Python. A saved model needs an order that "
                "can be found again: sort the categories.",
                _order_of_appearance,
            ),
            Misconception(
                "a new word is an error",
                "The words of training are encoded well, and one that training never saw stops the function. The next "
                "patient may bring such a word. Ask whether it is known before you look it up (in scikit-learn's "
                'encoder, `handle_unknown="ignore"`). To see the error, call '
                '`one_hot(np.array(["a"]), np.array(["b"]))`.',
                _new_word_raises,
            ),
            Misconception(
                "a new word counts as the first category",
                "A word that training never saw becomes the first of the alphabet. `argmax` says 0 where nothing is "
                'True as well, and so does a number 0 for "unknown". Leave its row at zeros.',
                _new_word_is_the_first,
            ),
            Misconception(
                "a new word counts as the last category",
                'A word that training never saw becomes the last of the alphabet. A number −1 for "unknown" reads '
                "the last row of a NumPy array, so `np.eye(K)[-1]` is the last category. Leave its row at zeros.",
                _new_word_is_the_last,
            ),
            Misconception(
                "a new word counts as its neighbor in the alphabet",
                "`np.searchsorted` says where a word *would* stand, whether it is there or not, so a word that "
                "training never saw becomes the next one of the alphabet. Test with `==` or `np.isin` whether it is "
                "known.",
                _new_word_is_its_neighbor,
            ),
            Misconception(
                "truth values or integers in place of floats",
                "The words of training have their ones and zeros in the right places, but not as floats: TensorFlow "
                "does not multiply truth values or integers by a network's float32 weights. Say "
                '`.astype("float32")` or `tf.cast`.',
                _truth_values,
            ),
        ),
        observe=_observe_one_hot,
        second=_second_one_hot,
        note='scikit-learn\'s `OneHotEncoder(handle_unknown="ignore", sparse_output=False)` does the same. '
        "`pd.get_dummies` does not: it has no memory of the training rows.",
        explanation="The categories are learned from the training rows, like a mean or a median, and any two of them "
        "are equally far apart. A new word equals none of them, so its row of zeros needs no line of its "
        "own.",
    ),
    Exercise(
        id="03.4",
        title="Accuracy from logits",
        task="""\
Write `accuracy(labels, logits)`. `labels` is a float array of shape `(n,)` with 1 for ill and 0 for healthy; `logits`
has the shape `(n, 1)`, as it comes out of the network. Return the **share of people classified correctly**, one number
from 0 to 1.""",
        hints=(
            "Print both shapes, and the shape of your comparison. One verdict per person is wanted.",
            'The sigmoid of 0 is one half. So which logits say "more likely ill than not"?',
            "`logits[:, 0]` has the shape of the labels; compare it with 0, compare the result with `labels == 1`, "
            "average.",
        ),
        reference=accuracy,
        alternatives=(_accuracy_by_metric, _accuracy_by_sigmoid),
        misconceptions=(
            Misconception(
                "threshold 0.5 on logits",
                "Ill people with a logit between 0 and 0.5 are counted as healthy, so the accuracy is a little off "
                "and nothing else shows it. A probability of one half is a logit of 0: compare with 0 (in Keras, "
                "`threshold=0.0`).",
                _threshold_half,
            ),
            Misconception(
                "rounded logits compared with labels",
                "A logit of 2.1 rounds to 2, which is no label, so the surest correct answers count as mistakes. "
                "Rounding works for probabilities; logits need a threshold.",
                _logits_rounded,
            ),
            Misconception(
                "everybody is compared with everybody",
                "Shapes `(n, 1)` and `(n,)` broadcast to `(n, n)`: each person's logit met each other person's "
                "label. Give both the same shape before comparing.",
                _everybody_against_everybody,
            ),
            Misconception(
                "everybody is called ill",
                "What comes out is the share of ill people: every number was above the threshold. After a sigmoid "
                "all are above 0, so the threshold there is 0.5, and 0 is for logits. And the softmax of *one* column "
                "is 1 for everybody: it is for one logit per class.",
                _everybody_is_ill,
            ),
            Misconception(
                "nobody is called ill",
                "What comes out is the share of healthy people: no logit was large enough. The `argmax` of *one* "
                "column is always 0, and so is a probability made an integer, which cuts off its decimals. Compare "
                "the single logit with a threshold.",
                _nobody_is_ill,
            ),
            Misconception(
                "a count in place of a share",
                "The number of people classified correctly came back, not their share, so it grows with the size of "
                "the batch. Take the mean of the comparisons, not their sum.",
                _counted_not_shared,
            ),
        ),
        observe=_observe_accuracy,
        second=_second_accuracy,
        note="`keras.metrics.BinaryAccuracy()` has the threshold 0.5 unless told otherwise, so on logits it calls "
        "everybody with a logit between 0 and 0.5 healthy, without a word. Give it `threshold=0.0`.",
        explanation='The sigmoid rises from 0 to 1 and passes one half at 0, so "probability above one half" and '
        '"logit above 0" are the same statement. The column is taken out of `logits` first, because '
        "two arrays of shapes (n, 1) and (n,) would be compared crosswise.",
    ),
    Exercise(
        id="03.5",
        title="Mend an epoch",
        task="""\
This loop trains correctly, and it **measures wrongly, in two ways**. In a notebook its curves are sluggish, and
the loss is off even in the first epoch. Mend `train_one_epoch` so that it returns, for this epoch alone, the mean
loss per *row* and the accuracy, both measured with the predictions that the gradients came from.""",
        starter=_train_one_epoch_broken,
        hints=(
            "One mistake shows from the second epoch on: what do the two metrics still remember when it begins?",
            "The other shows at once: with batches of 3, 3 and 1 rows, how much should the loss of the last one count?",
            "`metric.reset_state()` for both metrics before the loop, and a `sample_weight` for the loss in it.",
        ),
        reference=train_one_epoch,
        alternatives=(_train_and_count_by_hand, _train_and_reset_at_the_end),
        misconceptions=(
            Misconception(
                "two mistakes are left: no reset, batches count alike",
                "The first epoch's loss is off, and later epochs lag behind. The metrics carry the old epochs "
                "along, and the small last batch counts as much as a full one. Mend both.",
                _neither_mended,
            ),
            Misconception(
                "the metrics are never reset",
                "The first epoch is right; after it, each number is an average over all epochs so far, which makes "
                "smooth, sluggish curves. Empty both metrics at the start of the epoch.",
                _never_reset,
            ),
            Misconception(
                "a mean of batch means",
                "The accuracy is right and the loss is not: the last batch has fewer rows and counted as much as a "
                "full one. Weight each batch's loss by its number of rows.",
                _mean_of_batch_means,
            ),
            Misconception(
                "the metrics are reset in every batch",
                "What comes back describes the last batch only, here a single person, so the accuracy jumps between "
                "0 and 1. Reset once per epoch, before the loop over the batches.",
                _reset_in_every_batch,
            ),
            Misconception(
                "the last batch's loss stands for the epoch",
                "The loss returned is that of the last batch alone, here one person, so its curve is jumpy. Collect "
                'the loss of every batch in `metrics["loss"]` and return its result.',
                _last_batch_reported,
            ),
            Misconception(
                "metric objects returned, not their values",
                "All epochs show the same number, a flat line: a metric goes on changing, and every entry of the "
                "history is the same object. Take the number out now, with `float(metric.result())`.",
                _metric_objects_returned,
            ),
            Misconception(
                "the loss is measured after the update",
                "Each batch was predicted once more, by a model that has just learned from it, so the loss is "
                "flattering and differs from what `model.fit` logs. Use the logits and the loss from inside the "
                "tape.",
                _measured_after_the_update,
            ),
            Misconception(
                "trained with training=False",
                "The weights end elsewhere: BatchNorm used its moving averages and did not update them, and Dropout "
                "would have dropped nothing. Call the model with `training=True` inside the tape.",
                _trained_as_if_evaluating,
            ),
        ),
        observe=_observe_train_one_epoch,
        second=_second_train_one_epoch,
        note="`model.fit` logs exactly these numbers: a mean over rows, each row predicted before the update that "
        "learns from it. That is why a training loss lags half an epoch behind a validation loss.",
        explanation="The metrics are emptied before the first batch, so the epoch stands alone. The loss of a batch "
        "is already a mean, and weighting it by the number of rows turns the mean of means into a mean "
        "over all rows.",
    ),
    Exercise(
        id="03.6",
        title="An evaluation that changes nothing",
        task="""\
Write `evaluate(model, dataset)`. The model puts out **logits** of shape `(batch, 1)`; the dataset yields
`(features, labels)`, and its last batch is smaller. Return `{"val_loss": …, "val_accuracy": …}`: the mean binary
cross-entropy per row and the share of rows classified correctly. Two evaluations in a row must agree, and every
weight of the model must stay as it was, the moving averages of BatchNorm included.""",
        hints=(
            "It is the walk of `train_one_epoch` without the tape and without the optimizer. What else differs?",
            "Three settings matter: `training=` when the model is called, `from_logits=` in the loss, and the "
            "threshold of the accuracy.",
            "Make a fresh `keras.metrics.Mean()` and `keras.metrics.BinaryAccuracy(threshold=0.0)` in each call, "
            "and give the mean a `sample_weight` of `len(labels)`.",
        ),
        reference=evaluate,
        alternatives=(_evaluate_all_rows_at_once, _evaluate_by_metrics),
        misconceptions=(
            Misconception(
                "evaluated with training=True",
                "The loss depends on who shares a batch, and the model has changed: BatchNorm normalized by each "
                "validation batch and moved its averages. With Dropout, two evaluations would disagree as well. Say "
                "`training=False`.",
                _evaluated_in_training_mode,
            ),
            Misconception(
                "from_logits forgotten",
                "The loss cut the logits to the range from 0 to 1 as if they were probabilities. Above 1 everything "
                "looks perfectly sure, below 0 as well, and each mistake there costs 16 with a slope of 0. Say "
                "`from_logits=True`.",
                _from_logits_forgotten,
            ),
            Misconception(
                "loss and accuracy take the logits for probabilities",
                "Both numbers are off for one reason: neither the loss nor the accuracy was told that it gets "
                "logits, and the default of both is probabilities. Say `from_logits=True` and `threshold=0.0`.",
                _logits_taken_for_probabilities,
            ),
            Misconception(
                "the sigmoid is applied twice",
                "The accuracy is right, but the loss has a floor near one half that even perfect predictions cannot "
                "break: probabilities went into a loss that applies a sigmoid of its own. Give it the logits.",
                _sigmoid_twice,
            ),
            Misconception(
                "threshold 0.5 on logits",
                "The loss is right and the accuracy is not: rows with a logit between 0 and 0.5 were called healthy. "
                "`BinaryAccuracy` expects probabilities unless you say `threshold=0.0`.",
                _evaluated_at_half,
            ),
            Misconception(
                "the loss is a mean of batch means",
                "The last batch has a single row and counted as much as three. The loss then depends on the batch "
                "size, which evaluation should not. Weight each batch by its number of rows.",
                _batches_count_alike,
            ),
            Misconception(
                "loss and accuracy are means of batch means",
                "The last batch has a single row, and its loss and its accuracy counted as much as those of three. "
                "Add up over *rows* and divide by their number, or let metrics do it, the loss with a "
                "`sample_weight`.",
                _both_by_batch,
            ),
            Misconception(
                "the evaluation trains",
                "The weights have moved, and the second evaluation is better than the first: the model has learned "
                "from the validation rows. No tape, no optimizer here; only look.",
                _evaluation_that_trains,
            ),
        ),
        observe=_observe_evaluate,
        second=_second_evaluate,
        note="A one-line safeguard for your own loops: evaluate twice and compare. If the numbers differ, the "
        "evaluation changes the model or draws random numbers.",
        explanation="`training=False` makes BatchNorm use its moving averages and leave them alone, and without "
        "tape and optimizer nothing else can move. The logits go to a loss that expects logits and to a "
        "threshold of 0, and each batch counts by its rows.",
    ),
    Exercise(
        id="03.7",
        title="Early stopping that restores",
        task="""\
Write the whole of early stopping, `train_until_best(model, train_epoch, val_loss, test_loss, patience)`. Three
arguments are functions without arguments: `train_epoch()` trains for one epoch, `val_loss()` and `test_loss()` measure
the model as it is now. Stop after `patience` epochs in a row without a *new lowest* validation loss (an equal one is
not lower), give the model back **all the weights of its best epoch**, and look at the test rows **once**, at the end.
Return two values: the number of epochs trained, and the test loss of the restored model.""",
        hints=(
            "Three things must be remembered: the lowest loss so far, the weights that reached it, and how many "
            "epochs have passed since.",
            "`model.get_weights()` returns copies, moving averages included; `model.set_weights(...)` puts them back.",
            "`while waited < patience:` train, add 1 to `waited`, measure; if the loss is a new lowest one, keep it "
            "with the weights and set `waited` back to 0. Restore after the loop, then ask for the test loss.",
        ),
        reference=train_until_best,
        alternatives=(_stop_by_history, _stop_by_copies),
        misconceptions=(
            Misconception(
                "the last weights, not the best",
                "The model ends with the weights of the last epoch, and its test loss is that epoch's. Either "
                "nothing was restored, or what was kept was the list of live variables, which follows the training. "
                "Keep copies: `model.get_weights()`.",
                _best_weights_are_an_alias,
            ),
            Misconception(
                "the test rows choose the epoch",
                "The test rows were looked at in every epoch, and the loss returned is their lowest, a number "
                "picked for being good. Validation rows choose; test rows report, once.",
                _chosen_on_the_test_rows,
            ),
            Misconception(
                "the patience is never refilled",
                "Training stopped too early: the epochs without progress were counted over the whole run, not in a "
                "row. Set the count back to 0 at each new lowest loss.",
                _patience_never_refilled,
            ),
            Misconception(
                "one epoch too long",
                "The right weights, one epoch too late: with a patience of 1, the first epoch without progress is "
                "the last. Stop as soon as the count reaches the patience (`<`, not `<=`).",
                _one_epoch_too_long,
            ),
            Misconception(
                "a tie counts as progress",
                "An equal loss refilled the patience and replaced the weights; on a plateau such a loop would never "
                "end. Ask for a loss that is lower, not lower or equal.",
                _a_tie_is_progress,
            ),
            Misconception(
                "compared with the epoch before",
                "A small recovery after a bad epoch passed for a new best: each loss was compared with the last "
                "one, not with the lowest. Update the loss to beat only when it is beaten.",
                _compared_with_the_last_epoch,
            ),
            Misconception(
                "reported before restoring",
                "The model has its best weights back, but the test loss returned was measured before, on the last "
                "ones. Restore first, then look at the test rows.",
                _reported_before_restoring,
            ),
            Misconception(
                "moving averages left behind",
                "The trainable weights stem from the best epoch and BatchNorm's moving averages from the last: a "
                "model that never existed. `trainable_variables` leaves them out; `get_weights()` has all.",
                _moving_averages_left_behind,
            ),
            Misconception(
                "the validation loss is reported as the result",
                "The number returned is the lowest validation loss, which is flattering, because it chose the "
                "epoch. Return the test loss of the restored model.",
                _validation_loss_reported,
            ),
        ),
        observe=_observe_train_until_best,
        second=_second_train_until_best,
        note="`keras.callbacks.EarlyStopping` restores only if you ask for it: `restore_best_weights` is False by "
        "default, and then the model keeps its last weights.",
        explanation="Copies of all weights are taken at each new lowest validation loss, because a list of "
        "variables would follow the training. The test rows are looked at once, after restoring, so "
        "their loss has had no part in any choice.",
    ),
)
