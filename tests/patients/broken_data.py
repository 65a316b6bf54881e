"""Broken loops whose rows are the trouble, not the step. Traps 41 to 44, 47."""

import numpy as np
import tensorflow as tf

from patients.parts import FROM_LOGITS, adam, broken, healthy, network, step_of, two_classes


def _learner(columns=4, style="eager"):
    model = network(columns)
    return model, step_of(model, adam(), lambda x, y: FROM_LOGITS(y, model(x, training=True)), style)


def _table(rows=60):
    features, labels = two_classes(rows)
    return (features * [3.0, 1.0, 20.0, 0.5] + [40.0, 0.0, 100.0, 2.0]).astype("float32"), labels


def _in_batches(features, labels):
    return tf.data.Dataset.from_tensor_slices((features, labels)).batch(8)


# 41: split anew in each epoch


def _split(name, split, make=broken, style="eager"):
    model, step = _learner(style=style)
    features, labels = two_classes(60)
    both = split(tf.data.Dataset.from_tensor_slices((features, labels)))
    dataset = tuple(part.batch(8) for part in both)
    batch = (features[:32], labels[:32])
    return make(*[41] * (make is broken), name, model, step, batch, dataset=dataset)


def patient_shuffle_take_skip():
    def split(rows):
        rows = rows.shuffle(60)
        return rows.take(45), rows.skip(45)

    return _split("take and skip", split)


def patient_skip_for_training():
    def split(rows):
        rows = rows.shuffle(100, seed=1)
        return rows.skip(20), rows.take(20)

    return _split("skip and take", split, style="graph")


def patient_every_fourth_after_shuffle():
    def split(rows):
        rows = rows.shuffle(60).enumerate()
        row = lambda number, pair: pair  # noqa: E731
        ours, theirs = rows.filter(lambda number, _: number % 4 > 0), rows.filter(lambda number, _: number % 4 == 0)
        return ours.map(row), theirs.map(row)

    return _split("every fourth", split)


def patient_healthy_split_before_shuffle():
    return _split("split, then shuffled", lambda rows: (rows.take(45).shuffle(45), rows.skip(45)), healthy)


def patient_healthy_split_shuffled_once():
    def split(rows):
        rows = rows.shuffle(60, reshuffle_each_iteration=False)
        return rows.take(45), rows.skip(45)

    return _split("shuffled once", split, healthy)


# 42: a scale that knows too much


def _scaled(name, scale, make=broken):
    model, step = _learner()
    features, labels = _table()
    ours, theirs = scale(features[:45], features[45:])
    dataset = _in_batches(ours, labels[:45]), _in_batches(theirs, labels[45:])
    return make(*[42] * (make is broken), name, model, step, (ours[:32], labels[:32]), dataset=dataset)


def _by(rows, others):
    return ((rows - others.mean(axis=0)) / others.std(axis=0)).astype("float32")


def patient_scaled_by_all_rows():
    def scale(ours, theirs):
        everything = np.concatenate([ours, theirs])
        return _by(ours, everything), _by(theirs, everything)

    return _scaled("all rows", scale)


def patient_scaled_again_for_validation():
    return _scaled("fitted again", lambda ours, theirs: (_by(ours, ours), _by(theirs, theirs)))


def patient_validation_scaled_alone():
    return _scaled("validation alone", lambda ours, theirs: (_by(ours, ours + 1), _by(theirs, theirs)))


def patient_healthy_scaled_by_training_rows():
    return _scaled("training rows", lambda ours, theirs: (_by(ours, ours), _by(theirs, ours)), healthy)


def patient_healthy_scaled_to_one():
    def scale(ours, theirs):
        low, high = ours.min(axis=0), ours.max(axis=0)
        return ((ours - low) / (high - low)).astype("float32"), ((theirs - low) / (high - low)).astype("float32")

    return _scaled("smallest and largest", scale, healthy)


# 43 and 44: columns that are not what they look like


def _with_column(trap, name, column, style="eager"):
    model, step = _learner(5, style)
    features, labels = two_classes(40)
    return broken(trap, name, model, step, (np.column_stack([features, column]).astype("float32"), labels))


def patient_contracts_as_numbers():
    return _with_column(43, "contracts", np.arange(40) % 4)


def patient_towns_as_numbers():
    return _with_column(43, "towns", 1 + np.arange(40) * 3 % 5, "graph")


def patient_weekdays_as_numbers():
    return _with_column(43, "weekdays", np.arange(40) % 7)


def patient_cholesterol_zero():
    values = np.random.default_rng(0).normal(240, 40, size=40)
    return _with_column(44, "cholesterol", np.where(np.arange(40) % 5 == 0, 0, values))


def patient_income_zero():
    values = np.random.default_rng(1).uniform(12, 30, size=40)
    return _with_column(44, "income", np.where(np.arange(40) % 9 == 0, 0, values), "graph")


def patient_weight_missing():
    return _with_column(44, "not a number", np.where(np.arange(40) == 7, np.nan, 0.5))


# 47: words that reached the features


def _words(name, column, style="eager"):
    model, step = _learner(5, style)
    features, labels = two_classes()
    table = np.column_stack([features.astype(object), column])
    return broken(47, name, model, step, (table, labels))


def patient_words_among_numbers():
    return _words("words", np.where(np.arange(32) % 2 == 0, "month-to-month", "two years").astype(object))


def patient_yes_and_no():
    return _words("yes and no", np.where(np.arange(32) % 3 == 0, "Yes", "No").astype(object), "graph")


def patient_truth_values_make_objects():
    return _words("truth values", (np.arange(32) % 3 == 0).astype(object))
