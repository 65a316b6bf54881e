"""Features and datasets: what is measured of them, and what it means; rules as in gradient_findings.py.

Reading a dataset cannot be put back: an iterator that was read, and the order of a shuffled dataset.
"""

import contextlib

import keras
import numpy as np
import tensorflow as tf

from helpers.doctor.case import Finding

# what a row of text, of codes, or of unscaled numbers may meet in a model
ENCODERS = {"Embedding", "CategoryEncoding", "StringLookup", "TextVectorization", "IntegerLookup", "Hashing"}
SCALERS = {"Embedding", "Rescaling", "Normalization", "BatchNormalization"}
ADVICE_ON_SPLITS = "Split the rows once, before `shuffle`, or shuffle with `reshuffle_each_iteration=False`."


def inputs(batch) -> dict[str, float | str]:
    """Return the dtype, smallest, largest, share of zeros, and share of not finite ones, of the features. Trap 57.

    Text has a dtype, "object" or "<U9" for instance, and no numbers: NaN stands for them. Trap 47.
    """
    parts = [np.asarray(part) for part in tf.nest.flatten(batch[0])]
    numbers = [part.astype("float64").ravel() for part in parts if part.dtype.kind in "fiub"]
    numbers = np.concatenate(numbers) if numbers else np.array([np.nan])
    return {
        "dtype": ", ".join(sorted({str(part.dtype) for part in parts})),
        "smallest": float(numbers.min()),
        "largest": float(numbers.max()),
        "zeros": float((numbers == 0).mean()),
        "not finite": float((~np.isfinite(numbers)).mean()),
    }


def columns_of_codes(batch) -> dict[int, list[int]]:
    """Return {column: its whole numbers} where, beside columns with fractions, one has only 0, 1, 2, … Trap 43.

    At least four different ones, without a gap: codes of categories, or a count.
    """
    table = _table(batch[0])
    if table is None or (table == np.round(table)).all():
        return {}
    values = {column: np.unique(table[:, column]) for column in range(table.shape[1])}
    return {
        column: found.astype(int).tolist()
        for column, found in values.items()
        if 4 <= len(found) <= 12 and found[0] in (0, 1) and (np.diff(found) == 1).all()
    }


def zeros_apart(batch) -> dict[int, tuple[float, float]]:
    """Return {column: (share of zeros, smallest of the other numbers)} where 0 is far from all others. Trap 44."""
    table, found = _table(batch[0]), {}
    for column in range(0 if table is None else table.shape[1]):
        zero, others = table[:, column] == 0, table[table[:, column] != 0, column]
        if 0 < zero.mean() < 0.5 and len(np.unique(others)) >= 8 and others.min() > max(1, np.ptp(others) / 3):
            found[column] = float(zero.mean()), float(others.min())
    return found


def _table(features):
    """Return features (rows, columns) as float64, None if they are something else."""
    if (
        isinstance(features, (dict, tuple, list))
        or np.ndim(features) != 2
        or np.asarray(features).dtype.kind not in "fiu"
    ):
        return None
    return np.asarray(features, "float64")


def batches_of(dataset, most=20) -> tuple[list, list]:
    """Return the first batches of two passes over a dataset; an iterator has nothing for the second. Traps 27, 40."""
    passes = []
    for _ in range(2):
        with contextlib.closing(_first(dataset, most)) as first:
            passes.append(list(first))
    return passes[0], passes[1]


def _first(dataset, most):
    for number, batch in enumerate(dataset):
        if number == most:
            break
        yield batch


def rows_in_both(training, validation, most=100) -> tuple[int, int]:
    """Return (rows of validation that two passes over both show among the training rows too, all of validation). 41.

    Rows that are equal by chance count too; `most` bounds the batches that are read of each.
    """
    ours, theirs = ({row for one in batches_of(each, most) for row in _keys(one)} for each in (training, validation))
    return len(ours & theirs), len(theirs)


def _keys(batches):
    """Return the bytes of each row's features."""
    for batch in batches:
        parts = [np.asarray(part) for part in tf.nest.flatten(batch[0] if isinstance(batch, (tuple, list)) else batch)]
        yield from (b"".join(part[row].tobytes() for part in parts) for row in range(len(parts[0])))


def scales(training, validation, most=1000) -> dict[str, tuple[float, float]]:
    """Return {"training", "validation", "both": (mean furthest from 0, deviation furthest from 1)} of columns. Trap 42.

    Exactly (0, 1) is the mark of the rows that a scaler was fitted on. Columns of whole numbers are left out; empty if
    the features are no tables.
    """
    tables = [[_table(batch[0]) for batch in batches_of(each, most)[0]] for each in (training, validation)]
    if any(table is None for each in tables for table in each) or not all(tables):
        return {}
    ours, theirs = map(np.concatenate, tables)
    split = np.concatenate([ours, theirs])
    split = (split != np.round(split)).any(axis=0)
    found = {
        "training": ours[:, split],
        "validation": theirs[:, split],
        "both": np.concatenate([ours, theirs])[:, split],
    }
    return {
        name: (
            float(np.abs(table.mean(axis=0)).max()),
            float(table.std(axis=0)[np.abs(table.std(axis=0) - 1).argmax()]),
        )
        for name, table in found.items()
        if split.any()
    }


def features(case):
    """Features that cannot teach anything. Traps 43, 44, 47, 57."""
    yield from _columns(case.batch)
    found, model = inputs(case.batch), case.model
    whole = "int" in found["dtype"]
    if any(kind in found["dtype"] for kind in ("object", "<U", "|S", "str")) and not _has(model, ENCODERS):
        measured = f"the features are no numbers, but of the dtype {found['dtype']}"
        advice = "Encode text (one column for each category), then `astype('float32')`; in pandas 3 text columns have "
        advice += "the dtype `str`, which a test for `object` passes by."
        yield Finding(47, "likely", measured, advice)
    elif found["not finite"] > 0:
        measured = f"{found['not finite']:.1%} of the features are NaN or infinite"
        yield Finding(44, "proven", measured, "Replace what is missing before the first step.")
    elif found["smallest"] == found["largest"]:
        measured = f"every feature is {found['smallest']:g} ({found['dtype']})"
        advice = "Make the features float32 before you divide: `pixels.astype('float32') / 255`."
        yield Finding(57, "proven", measured, advice)
    elif whole and found["largest"] <= 1 and found["zeros"] > 0.5 and not _has(model, ENCODERS):
        measured = f"the features are whole numbers ({found['dtype']}), {found['zeros']:.1%} of them 0, none above 1"
        advice = "If they were divided, they lost their fractions: make them float32 before."
        yield Finding(57, "hint", measured, advice)
    elif max(-found["smallest"], found["largest"]) > 30 and not _has(model, SCALERS):
        measured = f"the features reach from {found['smallest']:.4g} to {found['largest']:.4g}"
        yield Finding(None, "hint", measured, "Networks learn best from features of about −1 to 1: scale them.")


def _columns(batch):
    for column, codes in list(columns_of_codes(batch).items())[:1]:
        measured = f"column {column} of the features holds the whole numbers {codes[0]} to {codes[-1]}"
        advice = "If they are codes of categories without an order, give each category a column; a count may stay."
        yield Finding(43, "hint", measured, advice)
    for column, (share, smallest) in list(zeros_apart(batch).items())[:1]:
        measured = f"in column {column} {share:.1%} are 0, and all others {smallest:.4g} or more"
        yield Finding(
            44, "hint", measured, "If 0 means “not measured”, fill in a median, and say so in another column."
        )


def _has(model, kinds):
    # looked up by name, so that a layer of one's own with such a name counts
    return any(kind.__name__ in kinds for layer in model._flatten_layers() for kind in type(layer).__mro__)


def datasets(case):
    """What only the dataset shows. Traps 27, 33, 40, 41, 42."""
    if case.dataset is None:
        return
    first, second = batches_of(case.dataset)
    if not second and first:
        measured = "a second pass over the dataset has no batch: it is an iterator, and was read to its end"
        yield Finding(27, "proven", measured, "Loop over the dataset itself in each epoch, not over `iter(dataset)`.")
        return
    labels = [np.asarray(batch[1]) for batch in first if isinstance(batch, (tuple, list)) and tf.is_tensor(batch[1])]
    labels = [each.argmax(-1) if each.ndim > 1 and each.shape[-1] > 1 else each.ravel() for each in labels]
    if len(labels) >= 3:
        yield from _order(labels)
    counted = int(case.dataset.cardinality()) if isinstance(case.dataset, tf.data.Dataset) else -1
    yield from _schedules(case, counted if counted > 0 else len(first))
    if case.validation is not None:
        yield from _split(case)


def _order(labels):
    everything = np.concatenate(labels)
    classes = len(np.unique(everything))
    single = [len(np.unique(each)) == 1 for each in labels if len(each) >= 4]
    # with a rare class, batches of one class come by chance too
    random = np.random.default_rng(0)
    cuts = np.cumsum([len(each) for each in labels])[:-1]
    by_chance = [
        len(np.unique(part)) == 1 for _ in range(20) for part in np.split(random.permutation(everything), cuts)
    ]
    many = len(single) >= 3 and np.mean(single) >= 0.6 and np.mean(single) > np.mean(by_chance) + 0.3
    if 1 < classes <= len(everything) / 4 and many:
        measured = f"{sum(single)} of {len(single)} batches hold one class only, of {classes}"
        yield Finding(40, "likely", measured, "Shuffle the rows, with a buffer as large as the table, before `batch`.")


def _schedules(case, steps):
    for each in case.optimizers:
        schedule = getattr(each, "_learning_rate", None)
        if isinstance(schedule, keras.optimizers.schedules.LearningRateSchedule) and steps:
            rates = float(schedule(0)), float(schedule(steps))
            if rates[1] < 0.02 * rates[0]:
                measured = f"within one epoch, {steps} steps, the rate falls from {rates[0]:.3g} to {rates[1]:.3g}"
                yield Finding(33, "likely", measured, "A schedule counts steps: multiply epochs by steps per epoch.")


def _split(case):
    both, all_rows = rows_in_both(case.dataset, case.validation)
    if both > 0.1 * all_rows:
        # where rows of the training data are equal among themselves, equal rows prove nothing
        keys = list(_keys(batches_of(case.dataset, 100)[0]))
        sure = "likely" if len(set(keys)) > 0.95 * len(keys) else "hint"
        measured = f"in two passes {both} of {all_rows} validation rows are among the training rows too"
        yield Finding(41, sure, measured, ADVICE_ON_SPLITS)
    fitted = {
        name: mean < 1e-4 and abs(spread - 1) < 1e-3
        for name, (mean, spread) in scales(case.dataset, case.validation).items()
    }
    if fitted and (fitted["validation"] or fitted["both"] and not fitted["training"]):
        of = "the validation rows by themselves" if fitted["validation"] else "training and validation rows together"
        measured = f"every column of {of} has the mean 0 and the deviation 1"
        yield Finding(42, "likely", measured, "Fit the scaler on the training rows, and apply it to the others.")
