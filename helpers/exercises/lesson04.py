"""The exercises of lesson 04: weights that reach their rows, metrics of logits, focal loss, thresholds, whole loop."""

import keras
import numpy as np
import tensorflow as tf

from helpers.exercises.checker import Exercise, Misconception

# 04.1 Balanced weights


def balanced_weights(labels):
    """Return {class: weight} so that each class has the same say and the average row has the weight 1.

    Args:
        labels: class numbers, float32 (n, 1).

    Returns:
        a dictionary from int to float, as `fit(class_weight=...)` takes it; one entry for each class that occurs.
    """
    classes, counts = np.unique(labels, return_counts=True)
    return {int(label): len(labels) / (len(classes) * count) for label, count in zip(classes, counts)}


def _by_counting(labels):
    numbers = [int(label) for label in np.ravel(labels)]
    counts = {label: numbers.count(label) for label in set(numbers)}
    return {label: len(numbers) / len(counts) / count for label, count in counts.items()}


def _text_keys(labels):
    classes, counts = np.unique(labels, return_counts=True)
    return {str(int(label)): len(labels) / (len(classes) * count) for label, count in zip(classes, counts)}


def _upside_down(labels):
    classes, counts = np.unique(labels, return_counts=True)
    return {int(label): len(classes) * count / len(labels) for label, count in zip(classes, counts)}


def _average_not_one(labels):
    classes, counts = np.unique(labels, return_counts=True)
    return {int(label): len(labels) / count for label, count in zip(classes, counts)}


def _largest_class_is_one(labels):
    classes, counts = np.unique(labels, return_counts=True)
    return {int(label): counts.max() / count for label, count in zip(classes, counts)}


def _always_two(labels):
    classes, counts = np.unique(labels, return_counts=True)
    return {int(label): len(labels) / (2 * count) for label, count in zip(classes, counts)}


def _class_that_does_not_occur(labels):
    counts = np.bincount(labels[:, 0].astype(int))
    return dict(enumerate(len(labels) / (len(counts) * counts)))


def _lesson_formula(labels):
    counts = np.bincount(labels[:, 0].astype(int))
    return dict(enumerate(len(labels) / (2 * counts)))


def _observe_weights(candidate, rows=((7, 3), (8, 4, 1), (0, 3))):
    measured = {}
    for counts in rows:
        labels = np.repeat(np.arange(len(counts)), counts).astype("float32")[:, None]
        found = candidate(labels.copy())
        # as `fit` does: a class that is not among the keys counts 1
        weights = [found.get(label, 1.0) if isinstance(found, dict) else 1.0 for label in range(len(counts))]
        name = " and ".join(map(str, counts)) + " rows"
        measured[f"a dictionary ({name})"] = isinstance(found, dict)
        keys = list(found) if isinstance(found, dict) else []
        measured[f"all keys are numbers ({name})"] = not any(isinstance(key, (str, bytes)) for key in keys)
        measured[f"entries ({name})"] = len(keys)
        measured[f"weights as fit reads them ({name})"] = np.array(weights, "float64")
        measured[f"weight of the average row ({name})"] = float(np.average(weights, weights=counts))
    return measured


BALANCED_WEIGHTS = Exercise(
    id="04.1",
    title="Balanced weights for any number of classes",
    task="""
Write `balanced_weights(labels)`. It gets class numbers as the lesson keeps them, float32 of shape `(n, 1)`, and returns
a dictionary `{class: weight}` that `fit(class_weight=...)` could take.

- All classes together have the same say: $n_k w_k$ is the same for each class $k$.
- The average row has the weight 1: $\\sum_k n_k w_k = n$.

There may be two classes, or three, or only one. Only classes that occur get an entry.
""",
    hints=(
        "With K classes, the K equal products `n_k * w_k` have to add up to n. How large is each of them?",
        "So `w_k = n / (K * n_k)`; for two classes, that is the lesson's formula.",
        "`np.unique(labels, return_counts=True)` gives the classes and their counts. Turn each class into an `int`.",
    ),
    reference=balanced_weights,
    alternatives=(_by_counting,),
    misconceptions=(
        Misconception(
            "the keys are text",
            'The weights stand under text like "0" and "1", and the classes are the numbers 0 and 1. Given arrays, '
            "`fit` finds no weight for a class, takes 1, and says nothing: training runs as if there were no weights. "
            "Given a dataset, it stops with an error. Make each key an int.",
            _text_keys,
        ),
        Misconception(
            "the weights are upside down",
            "The frequent class gets the large weight: a network trained with these hardly finds the rare class at "
            "all. A weight is large where the count is small, so divide by the count.",
            _upside_down,
        ),
        Misconception(
            "the average weight is not 1",
            "The classes have the same say, but all weights are too large by one factor, the number of classes. The "
            "loss, and with plain gradient descent every step, grows by it. The weighted counts have to add up to n.",
            _average_not_one,
        ),
        Misconception(
            "the largest class is kept at 1",
            "The classes have the same say, but as the others count more than 1 and none counts less, the average "
            "weight is above 1, and the loss grows as the classes get more uneven. The weighted counts have to add up "
            "to n.",
            _largest_class_is_one,
        ),
        Misconception(
            "a 2 for every number of classes",
            "Two classes come out right. With three the average weight is 1.5, with one it is 0.5: the 2 in "
            "`n / (2 * n_k)` was the number of classes.",
            _always_two,
        ),
        Misconception(
            "an entry for a class that does not occur",
            "`np.bincount` counts every number from 0 up, so a class that no row has gets the count 0, and with it an "
            "infinite weight. `np.unique(labels, return_counts=True)` lists only the classes that occur.",
            _class_that_does_not_occur,
        ),
        Misconception(
            "a 2 for every number of classes, and a class that does not occur",
            "Where two classes occur, the weights are right. With three the average weight is 1.5: the 2 in "
            "`n / (2 * n_k)` was the number of classes. And `np.bincount` counts every number from 0 up, so a class "
            "that no row has gets an infinite weight; `np.unique(labels, return_counts=True)` lists only those that "
            "occur.",
            _lesson_formula,
        ),
    ),
    observe=_observe_weights,
    second=lambda candidate: _observe_weights(candidate, rows=((2, 11), (1, 1, 5, 9), (4,))),
    note='scikit-learn\'s `compute_class_weight("balanced", ...)` computes the same numbers. In `fit`, a class '
    "without an entry usually counts 1, which is rarely what you want; with a dataset, an entry missing for the "
    "highest class is an error.",
    explanation="All K products of count and weight are to be equal and to add up to n, so each of them is n / K. "
    "`int(label)` turns NumPy's 1.0 into the plain class number under which `fit` looks the weight up.",
)

# 04.2 A weighted loss


def weighted_loss(labels, logits, row_weights):
    """Return the sum of weight times cross-entropy, divided by the number of rows, a scalar tensor.

    Args:
        labels: 0 or 1, float32 (B, 1).
        logits: float32 (B, 1).
        row_weights: float32 (B,).
    """
    loss_fn = keras.losses.BinaryCrossentropy(from_logits=True)
    return loss_fn(labels, logits, sample_weight=row_weights)


def _weighted_by_hand(labels, logits, row_weights):
    losses = tf.nn.sigmoid_cross_entropy_with_logits(labels, logits)[:, 0]
    return tf.reduce_mean(losses * row_weights)


def _weighted_per_row(labels, logits, row_weights):
    per_row = keras.losses.BinaryCrossentropy(from_logits=True, reduction="none")
    return tf.reduce_sum(per_row(labels, logits) * row_weights) / len(labels)


def _weights_meet_an_average(labels, logits, row_weights):
    loss_fn = keras.losses.BinaryCrossentropy(from_logits=True)
    return tf.reduce_mean(loss_fn(labels, logits) * row_weights)


def _divided_by_weights(labels, logits, row_weights):
    losses = tf.nn.sigmoid_cross_entropy_with_logits(labels, logits)[:, 0]
    return tf.reduce_sum(losses * row_weights) / tf.reduce_sum(row_weights)


def _sum_of_rows(labels, logits, row_weights):
    losses = tf.nn.sigmoid_cross_entropy_with_logits(labels, logits)[:, 0]
    return tf.reduce_sum(losses * row_weights)


def _logits_as_probabilities(labels, logits, row_weights):
    loss_fn = keras.losses.BinaryCrossentropy()
    return loss_fn(labels, logits, sample_weight=row_weights)


def _weighted_logits(labels, logits, row_weights):
    loss_fn = keras.losses.BinaryCrossentropy(from_logits=True)
    return loss_fn(labels, logits * row_weights[:, None])


def _left_tensorflow(labels, logits, row_weights):
    losses = np.logaddexp(0, logits) - labels * logits
    return float(np.mean(losses[:, 0] * row_weights))


def _pulls(loss_of_logits, logits):
    """Return the loss and its gradient for each row, (B,); zeros where the tape finds no way from loss to logits."""
    with tf.GradientTape() as tape:
        tape.watch(logits)
        loss = tf.convert_to_tensor(loss_of_logits(logits))
    pulls = tape.gradient(loss, logits, unconnected_gradients="zero")
    return loss.numpy(), pulls[:, 0].numpy()


def _observe_weighted_loss(candidate, seed=None):
    rng = np.random.default_rng(seed)
    batches = {
        "5 rows": ([0, 0, 1, 0, 1], [-1.0, 0.5, 0.25, 2.0, -0.75], [1.0, 1.0, 5.0, 1.0, 5.0]),
        "3 rows that all leave": ([1, 1, 1], [0.3, -0.4, 1.5], [2.5, 0.5, 1.0]),
        "one row": ([0], [0.8], [3.0]),
    }
    measured = {}
    for name, (labels, logits, weights) in batches.items():
        if seed is not None:
            logits, weights = rng.normal(0, 2, len(labels)), rng.uniform(0.2, 4, len(labels))
        labels, logits = (tf.constant(column, tf.float32)[:, None] for column in (labels, logits))
        weights = tf.constant(weights, tf.float32)
        loss, pulls = _pulls(lambda logits: candidate(labels, logits, weights), logits)
        measured |= {f"loss of {name}": loss, f"pull of each row ({name})": pulls}
    return measured


WEIGHTED_LOSS = Exercise(
    id="04.2",
    title="Weights that reach their rows",
    task="""
Write `weighted_loss(labels, logits, row_weights)`. Labels (0 or 1) and logits have the shape `(B, 1)`, the weights of
the rows have the shape `(B,)`; all are float32. Return one number, a scalar tensor: multiply the cross-entropy of each
row by its weight, add up, and divide by the number of rows B. That is what `fit` does with class weights.
""",
    hints=(
        "What has the loss already done when its result is a single number? The weights have to come before that.",
        "A Keras loss takes the weights itself, as an argument. Without Keras: one loss for each row, of shape `(B,)`, "
        "first.",
        "The argument is called `sample_weight`, and the model puts out logits, so the loss needs to know that, too.",
    ),
    reference=weighted_loss,
    alternatives=(_weighted_by_hand, _weighted_per_row),
    misconceptions=(
        Misconception(
            "the weights meet an average",
            "Every row of the batch is pulled by the same factor, so training finds no more of the rare class than "
            "without weights. The weights were multiplied with a loss that had been averaged already, or losses of "
            "shape (B, 1) met weights of shape (B,) and made a (B, B) table of all pairs. Weight first, average after.",
            _weights_meet_an_average,
        ),
        Misconception(
            "divided by the sum of the weights",
            "The rows are weighted, but the sum is divided by the sum of the weights. That gives each batch a learning "
            "rate of its own, depending on the classes in it, and the run is not that of `fit`. Divide by the number "
            "of rows.",
            _divided_by_weights,
        ),
        Misconception(
            "a sum instead of an average",
            "The rows are weighted, but not divided by their number: a batch of 32 rows takes a step 32 times as long, "
            "and training may diverge.",
            _sum_of_rows,
        ),
        Misconception(
            "logits taken for probabilities",
            "The weights are in the right place, but the loss believes that it gets probabilities. Logits below 0 or "
            "above 1 are cut off there: such rows have no gradient at all. Tell the loss what it gets.",
            _logits_as_probabilities,
        ),
        Misconception(
            "the weights multiply the logits",
            "A weight says how much a row counts, not how sure the network is. Multiplied with the logit, it makes "
            "the loss judge another prediction, one that the network did not make, and the pulls are those of that "
            "prediction. Multiply the losses.",
            _weighted_logits,
        ),
        Misconception(
            "no gradient reaches the logits",
            "The number is right, but nothing can be trained with it: the pull of each row is 0, because the tape "
            "records TensorFlow's operations only. After `float`, `.numpy()` or a NumPy function the way back to the "
            "logits is gone. Compute with TensorFlow or Keras up to the `return`.",
            _left_tensorflow,
        ),
    ),
    observe=_observe_weighted_loss,
    second=lambda candidate: _observe_weighted_loss(candidate, seed=1),
    note="The sum is divided by the number of rows, not by the sum of the weights. So weights whose average is 2 "
    "double the loss, which is why balanced weights are made to have the average 1.",
    explanation="`sample_weight` multiplies the loss of each row before the average is taken, and divides by the "
    "number of rows. Multiplying afterwards would scale all rows by one factor, the average weight.",
)

# 04.3 Metrics of logits


def report(labels, logits):
    """Return {"roc_auc": ..., "recall": ..., "precision": ...} as floats; a customer is called if p > 0.5.

    Args:
        labels: 0 or 1, both of them occur, float32 (n, 1), NumPy.
        logits: none is exactly 0, float32 (n, 1), NumPy.
    """
    metrics = {
        "roc_auc": keras.metrics.AUC(from_logits=True),
        "recall": keras.metrics.Recall(thresholds=0.0),
        "precision": keras.metrics.Precision(thresholds=0.0),
    }
    return {name: float(metric(labels, logits)) for name, metric in metrics.items()}


def _report_starter(labels, logits):
    metrics = {
        "roc_auc": keras.metrics.AUC(),
        "recall": keras.metrics.Recall(),
        "precision": keras.metrics.Precision(),
    }
    return {name: float(metric(labels, logits)) for name, metric in metrics.items()}


def _report_of_probabilities(labels, logits):
    probabilities = keras.ops.sigmoid(logits)
    metrics = {"roc_auc": keras.metrics.AUC(), "recall": keras.metrics.Recall(), "precision": keras.metrics.Precision()}
    return {name: metric(labels, probabilities) for name, metric in metrics.items()}


def _report_by_counting(labels, logits):
    leavers, stayers, called = logits[labels == 1], logits[labels == 0], logits > 0
    hits = np.sum(called & (labels == 1))
    return {
        "roc_auc": np.mean(leavers[:, None] > stayers) + np.mean(leavers[:, None] == stayers) / 2,
        "recall": hits / len(leavers),
        "precision": hits / max(np.sum(called), 1),
    }


def _report_by_sklearn(labels, logits):
    from sklearn.metrics import precision_score, recall_score, roc_auc_score

    called = (logits > 0).astype(int)
    return {
        "roc_auc": roc_auc_score(labels, logits),
        "recall": recall_score(labels, called),
        "precision": precision_score(labels, called, zero_division=0),
    }


def _report_with(labels, scores, from_logits=False, thresholds=None):
    """The report of the wrong answers, whose metrics are told one thing and not the other."""
    metrics = {
        "roc_auc": keras.metrics.AUC(from_logits=from_logits),
        "recall": keras.metrics.Recall(thresholds=thresholds),
        "precision": keras.metrics.Precision(thresholds=thresholds),
    }
    return {name: float(metric(labels, scores)) for name, metric in metrics.items()}


def _auc_untold(labels, logits):
    return _report_with(labels, logits, thresholds=0.0)


def _threshold_untold(labels, logits):
    return _report_with(labels, logits, from_logits=True)


def _sigmoid_twice(labels, logits):
    return _report_with(labels, tf.sigmoid(logits), from_logits=True)


def _zero_for_probabilities(labels, logits):
    return _report_with(labels, tf.sigmoid(logits), thresholds=0.0)


def _auc_of_decisions(labels, logits):
    return _report_with(labels, (logits > 0).astype("float32"))


def _recall_and_precision_swapped(labels, logits):
    found = report(labels, logits)
    return {"roc_auc": found["roc_auc"], "recall": found["precision"], "precision": found["recall"]}


def _column(values):
    return np.array(values, "float32")[:, None]


def _observe_report(candidate, probes=None):
    # The probabilities of a leaver and a stayer are more than 0.005 apart: 200 thresholds see all that ranks see.
    # Those of 2.13 and 2.3 differ, but hardly after a second sigmoid.
    probes = probes or {
        "11 customers": (
            [0, 1, 0, 0, 1, 0, 1, 0, 0, 1, 0],
            [-40, -2.2, -1.2, -0.6, -0.25, 0.2, 0.35, 0.7, 2.13, 2.3, -3],
        ),
        "5 customers": ([1, 0, 0, 1, 0], [0.3, -0.9, 0.75, 25, -0.2]),
        "4 customers, nobody called": ([0, 1, 0, 1], [-2.5, -1.0, -0.4, -0.1]),
    }
    keys = ("roc_auc", "recall", "precision")
    reports = [candidate(_column(labels), _column(logits)) for labels, logits in [*probes.values(), *probes.values()]]
    values = np.array([[float(found[key]) for key in keys] for found in reports])
    once, again = values[: len(probes)], values[len(probes) :]
    # equal by value: of the same customers a metric that kept its state reports something else the second time
    same = bool(np.allclose(once, again, equal_nan=True))
    measured = {"asked again about the same customers, it reports the same": same}
    for name, row in zip(probes, once):
        measured |= {f"{key} ({name})": value for key, value in zip(keys, row)}
    return measured


REPORT = Exercise(
    id="04.3",
    title="Metrics that know what they get",
    task="""
The function below should report how well a network ranks customers, and whom it finds. It runs, and no number in it is
to be trusted: metrics of Keras were not told what they get. Mend it. You may change as much as you like; what must hold
is, for NumPy arrays of shape `(n, 1)` with labels (0 or 1, each occurs) and *logits*:

- `"roc_auc"` is the area under the ROC curve, as scikit-learn's `roc_auc_score` computes it;
- a customer is **called** if the probability of leaving is above 0.5; no logit is exactly 0;
- `"recall"` is the share of the leavers who are called, `"precision"` the share of leavers among the called, and 0 if
  nobody is called;
- each call of `report` is about its own customers only.

Keras's `AUC` tries 200 thresholds. The customers of the check are far enough apart for it to be exact, so Keras,
scikit-learn and counting by hand agree.
""",
    hints=(
        "Between which numbers does each metric place its thresholds, if it is told nothing? Where are the logits?",
        "There are two ways: tell each metric that it gets logits, or give all of them probabilities. Do not do both.",
        "`AUC` has `from_logits`; `Recall` and `Precision` have `thresholds`. Which logit is a probability of 0.5?",
    ),
    reference=report,
    starter=_report_starter,
    alternatives=(_report_of_probabilities, _report_by_counting, _report_by_sklearn),
    misconceptions=(
        Misconception(
            "the AUC was told nothing",
            "Recall and precision are right. But `AUC` places its thresholds between 0 and 1, so all logits below 0 "
            "count as the same, and all above 1 as well. The number looks plausible, and no other library confirms "
            "it. Say that these are logits, or give it probabilities.",
            _auc_untold,
        ),
        Misconception(
            "called above a logit of 0.5",
            "The AUC is right. But recall and precision compare the logit with 0.5, which is a probability of 0.62: "
            "customers between 0.5 and 0.62 get no call, and recall is too low. A probability of 0.5 is the logit 0.",
            _threshold_untold,
        ),
        Misconception(
            "neither the AUC nor the threshold knows of logits",
            "All thresholds are still those of probabilities: `AUC` takes every logit below 0 for the same, and recall "
            "and precision call a customer only from a logit of 0.5 on, which is a probability of 0.62. Tell each of "
            "them what it gets, or give all of them probabilities.",
            _report_starter,
        ),
        Misconception(
            "the sigmoid twice",
            "Recall and precision are right, and the AUC nearly is. It got probabilities and was told that they are "
            "logits, so it took the sigmoid once more: all scores are squeezed between 0.5 and 0.73, where only 46 of "
            "its 200 thresholds lie. Customers between two of them count as equal.",
            _sigmoid_twice,
        ),
        Misconception(
            "everybody is called",
            "Recall is 1 and precision the share of leavers among all. The threshold 0 belongs to logits: every "
            "probability is above it. Compare probabilities with 0.5, or logits with 0.",
            _zero_for_probabilities,
        ),
        Misconception(
            "the AUC of decisions",
            "The AUC got decisions, 0 or 1. Within each group all customers count as equal then, and what is left of "
            "the ROC curve is a single corner. The AUC asks how well the customers are *ranked*: give it logits or "
            "probabilities, and decide for the other two only.",
            _auc_of_decisions,
        ),
        Misconception(
            "recall and precision swapped",
            "Each number is under the name of the other. Recall divides the hits by the number of those who leave, "
            "precision by the number of those called. In scikit-learn the labels are the first argument; with the "
            "decisions first it computes the other of the two, without a word.",
            _recall_and_precision_swapped,
        ),
    ),
    observe=_observe_report,
    second=lambda candidate: _observe_report(
        candidate,
        {
            "first": ([1, 0, 0, 1, 0, 1, 0, 0, 1], [30, 2.3, 2.13, 0.4, 0.8, -0.3, -0.7, -2.4, -1.4]),
            "second": ([0, 1, 0, 1, 0, 0], [0.3, 0.9, -0.75, -1.6, -20, 0.1]),
            "third": ([1, 0, 0], [-1.5, -0.7, -2.4]),
        },
    ),
    note="On a large table Keras's `AUC` is close to scikit-learn's, not equal: customers between two thresholds count "
    "as equal. More of them (`num_thresholds=1000`) bring it closer.",
    explanation="`from_logits=True` makes `AUC` take the sigmoid before it looks for thresholds between 0 and 1. "
    "`Recall` and `Precision` compare with one number, and for logits a probability of 0.5 is the number "
    "0.",
)

# 04.4 Focal loss with a weight for the rare class


def focal_loss(labels, logits, gamma=2.0, alpha=0.25):
    """Return the mean of a (1 - p_t)^gamma (-ln p_t) over the rows, a scalar; a is alpha for label 1, else 1 - alpha.

    Args:
        labels: 0 or 1, float32 (B, 1).
        logits: float32 (B, 1); any size, say from -200 to 200.
        gamma: how much less a row counts that is already right.
        alpha: the weight of label 1.
    """
    toward_truth = logits * (2 * labels - 1)
    row_weights = alpha * labels + (1 - alpha) * (1 - labels)
    cross_entropy = tf.nn.softplus(-toward_truth)
    return tf.reduce_mean(row_weights * tf.sigmoid(-toward_truth) ** gamma * cross_entropy)


def _focal_by_tensorflow(labels, logits, gamma=2.0, alpha=0.25):
    miss = tf.abs(labels - tf.sigmoid(logits))
    cross_entropy = tf.nn.sigmoid_cross_entropy_with_logits(labels, logits)
    return tf.reduce_mean(tf.where(labels == 1, alpha, 1 - alpha) * miss**gamma * cross_entropy)


def _textbook_focal(labels, logits, gamma=2.0, alpha=0.25):
    p = tf.sigmoid(logits)
    of_ones = alpha * labels * (1 - p) ** gamma * tf.math.log(p)
    of_zeros = (1 - alpha) * (1 - labels) * p**gamma * tf.math.log(1 - p)
    return -tf.reduce_mean(of_ones + of_zeros)


def _clipped_focal(labels, logits, gamma=2.0, alpha=0.25):
    p = tf.clip_by_value(tf.sigmoid(logits), 1e-7, 1 - 1e-7)
    of_ones = alpha * labels * (1 - p) ** gamma * tf.math.log(p)
    of_zeros = (1 - alpha) * (1 - labels) * p**gamma * tf.math.log(1 - p)
    return -tf.reduce_mean(of_ones + of_zeros)


def _easy_rows_first(labels, logits, gamma=2.0, alpha=0.25):
    toward_truth = logits * (2 * labels - 1)
    row_weights = alpha * labels + (1 - alpha) * (1 - labels)
    return tf.reduce_mean(row_weights * tf.sigmoid(toward_truth) ** gamma * tf.nn.softplus(-toward_truth))


def _factor_of_ones(labels, logits, gamma=2.0, alpha=0.25):
    row_weights = alpha * labels + (1 - alpha) * (1 - labels)
    cross_entropy = tf.nn.sigmoid_cross_entropy_with_logits(labels, logits)
    return tf.reduce_mean(row_weights * tf.sigmoid(-logits) ** gamma * cross_entropy)


def _alpha_for_all(labels, logits, gamma=2.0, alpha=0.25):
    toward_truth = logits * (2 * labels - 1)
    return tf.reduce_mean(alpha * tf.sigmoid(-toward_truth) ** gamma * tf.nn.softplus(-toward_truth))


def _alpha_unused(labels, logits, gamma=2.0, alpha=0.25):
    # class balancing is off unless it is asked for
    return keras.losses.BinaryFocalCrossentropy(alpha=alpha, gamma=gamma, from_logits=True)(labels, logits)


def _alpha_for_zeros(labels, logits, gamma=2.0, alpha=0.25):
    toward_truth = logits * (2 * labels - 1)
    row_weights = alpha * (1 - labels) + (1 - alpha) * labels
    return tf.reduce_mean(row_weights * tf.sigmoid(-toward_truth) ** gamma * tf.nn.softplus(-toward_truth))


def _observe_focal(candidate, logits=(-2.0, -0.5, 0.75, 3.0, 0.0), certain=(-200.0, -20.0, 20.0, 200.0)):
    labels = [0, 1, 0, 1, 1]
    batches = {
        "5 rows": (labels, logits, {}),
        "gamma=3, alpha=0.6": (labels, logits, {"gamma": 3.0, "alpha": 0.6}),
        "gamma=0": (labels, logits, {"gamma": 0.0}),
        "one row": ([0], logits[:1], {}),
        "certain, label 0": ([0] * 4, certain, {}),
        "certain, label 1": ([1] * 4, certain, {}),
    }
    measured = {}
    for name, (labels, logits, settings) in batches.items():
        labels, logits = (tf.constant(column, tf.float32)[:, None] for column in (labels, logits))
        loss, pulls = _pulls(lambda logits: candidate(labels, logits, **settings), logits)
        # one row that is not finite spoils the update of every weight, so it counts for all rows
        loss = np.where(np.isfinite(loss), loss, np.nan)
        pulls = np.where(np.isfinite(pulls).all(), pulls, np.nan)
        if name.startswith("certain"):
            # where something was cut off differs from answer to answer, and so do the numbers; no pull is left in any
            wrong = np.sign(logits[:, 0]) != 2 * labels[:, 0] - 1
            if np.any(pulls[wrong] == 0):
                loss, pulls = "a number without a pull", "0 for a row that is wrong"
        measured |= {f"loss ({name})": loss, f"pull of each row ({name})": pulls}
    return measured


FOCAL_LOSS = Exercise(
    id="04.4",
    title="Focal loss that survives certainty",
    task="""
Focal loss is often used together with a weight for each class: $\\alpha$ for label 1 and $1 - \\alpha$ for label 0. The
loss of a row is $a\\,(1-p_t)^\\gamma\\,(-\\ln p_t)$, where $p_t$ is the probability given to what really happened, and
$a$ is the weight of its class.

Write `focal_loss(labels, logits, gamma=2.0, alpha=0.25)`. Labels (0 or 1) and logits are float32 of shape `(B, 1)`.
Return the mean over the rows, a scalar tensor. Loss and gradients must be right for logits of any size, −200 and 200
among them.
""",
    hints=(
        "Compute no probability whose logarithm you will need. What does the lesson use instead?",
        "Let `z_t` be the logit toward the truth: z for label 1 and −z for label 0. Both `-ln(p_t)` and `1 - p_t` are "
        "simple functions of `-z_t`.",
        "`tf.nn.softplus(-z_t)` is `-ln(p_t)`, and `tf.sigmoid(-z_t)` is `1 - p_t`. The weight of the class "
        "multiplies both.",
    ),
    reference=focal_loss,
    alternatives=(_focal_by_tensorflow,),
    misconceptions=(
        Misconception(
            "the logarithm of a probability",
            "For moderate logits all is well. From a logit of about 17 on, float32 rounds the sigmoid to exactly 1, so "
            "1 − p is exactly 0, its logarithm is infinite, and loss or gradient become NaN; one such row ruins all "
            "weights of the network. Compute the logarithm from the logit, without the probability in between.",
            _textbook_focal,
        ),
        Misconception(
            "cut off before the logarithm",
            "To cut probabilities or logits off, or to add a small number before the logarithm, keeps NaN away, but at "
            "a price: a row that is certain and wrong gets a pull of about 0, so the network never mends its worst "
            "mistakes. Compute the logarithm from the logit, and cut nothing.",
            _clipped_focal,
        ),
        Misconception(
            "the easy rows get the say",
            "The power stands on `p_t` instead of `1 - p_t`: rows that are right and sure count fully, and rows that "
            "are wrong hardly count. Training polishes what is good and ignores its mistakes.",
            _easy_rows_first,
        ),
        Misconception(
            "the factor of label 1 for every row",
            "Rows with label 1 come out right. For label 0, `p_t` is one minus the sigmoid, so those rows need the "
            "other factor: as it is, stayers count most where the network is right about them.",
            _factor_of_ones,
        ),
        Misconception(
            "one weight for both classes",
            "Alpha multiplies every row, so it changes the size of the loss and not the balance of the classes. Rows "
            "with label 0 get 1 − alpha.",
            _alpha_for_all,
        ),
        Misconception(
            "alpha is not used",
            "The power is right, but all rows have the weight 1, whatever alpha is. In Keras's own focal loss alpha "
            "does nothing without `apply_class_balancing=True`.",
            _alpha_unused,
        ),
        Misconception(
            "alpha for the other class",
            "The power is right, but alpha multiplies the rows with label 0, and 1 − alpha those with label 1. It is "
            "the other way around.",
            _alpha_for_zeros,
        ),
    ),
    observe=_observe_focal,
    second=lambda candidate: _observe_focal(candidate, (-1.2, 0.9, 0.1, -2.6, 1.4), (-150.0, -30.0, 30.0, 150.0)),
    note="This is Keras's `BinaryFocalCrossentropy(apply_class_balancing=True, from_logits=True)`. Its usual alpha of "
    "0.25 makes the *rare* class count less: the power has already silenced so many easy rows of the other class.",
    explanation="With the logit toward the truth, both factors come straight from the logit: the sigmoid of its "
    "negative is 1 − p_t, and softplus of its negative is −ln p_t. Nothing is subtracted from 1 and no "
    "logarithm meets a 0, so loss and gradient stay right at any certainty.",
)

# 04.5 The threshold that the costs imply


def threshold(cost_matrix):
    """Return the probability of leaving above which the offer is the cheaper choice, a float.

    Args:
        cost_matrix: float64 (2, 2), dollars; rows: do nothing, make the offer; columns: stays, leaves.
    """
    wasted = cost_matrix[1, 0] - cost_matrix[0, 0]
    saved = cost_matrix[0, 1] - cost_matrix[1, 1]
    return wasted / (wasted + saved)


def _by_equal_costs(cost_matrix):
    # the expected cost of each choice is a straight line in p; the threshold is where the two meet
    at_0, at_1 = cost_matrix[1] - cost_matrix[0]
    return at_0 / (at_0 - at_1)


def _odds(cost_matrix):
    return (cost_matrix[1, 0] - cost_matrix[0, 0]) / (cost_matrix[0, 1] - cost_matrix[1, 1])


def _only_mistakes_cost(cost_matrix):
    return cost_matrix[1, 0] / (cost_matrix[1, 0] + cost_matrix[0, 1])


def _probability_of_staying(cost_matrix):
    wasted = cost_matrix[1, 0] - cost_matrix[0, 0]
    saved = cost_matrix[0, 1] - cost_matrix[1, 1]
    return saved / (wasted + saved)


def _rows_for_columns(cost_matrix):
    wasted = cost_matrix[0, 1] - cost_matrix[0, 0]
    saved = cost_matrix[1, 0] - cost_matrix[1, 1]
    return wasted / (wasted + saved)


def _one_half(cost_matrix):
    return 0.5


def _observe_threshold(candidate, matrices=None):
    matrices = matrices or {
        "the lesson's costs": [[0, 400], [40, 240]],
        "an offer of 15 dollars that always works": [[0, 300], [15, 15]],
        "each contact costs, even to do nothing": [[5, 105], [30, 55]],
    }
    return {f"threshold ({name})": candidate(np.array(matrix, "float64")) for name, matrix in matrices.items()}


THRESHOLD = Exercise(
    id="04.5",
    title="A threshold from any cost matrix",
    task="""
Write `threshold(cost_matrix)`. The cost matrix is a NumPy array of shape `(2, 2)`, in dollars. Row 0 is "do nothing"
and row 1 "make the offer"; column 0 is "the customer would stay" and column 1 "would leave". Return the probability of
leaving above which the offer is the cheaper choice, as a number.

For the lesson's costs, `[[0, 400], [40, 240]]`, it is `0.20`. Every entry may be other than 0; you may rely on the
offer being cheaper for leavers and more expensive for stayers.
""",
    hints=(
        "Write down what a customer with probability p costs on average without the offer, and with it.",
        "At the threshold both are equal. What does the offer waste on a customer who stays, compared with doing "
        "nothing? What does it save on one who leaves?",
        "The offer pays if `p * saved > (1 - p) * wasted`. Solve for p.",
    ),
    reference=threshold,
    alternatives=(_by_equal_costs,),
    misconceptions=(
        Misconception(
            "odds taken for a probability",
            "Wasted divided by saved is the threshold of the odds, p / (1 − p). For the lesson's costs that is 0.25. "
            "Used as a probability, it makes too few offers. Turn odds into a probability.",
            _odds,
        ),
        Misconception(
            "right decisions cost nothing",
            "Only the two mistakes were looked at. But a leaver who gets the offer still costs 240 dollars in the "
            "lesson's matrix: the offer saves 160, not 400. Use differences within a column.",
            _only_mistakes_cost,
        ),
        Misconception(
            "the probability of staying",
            "This is one minus the threshold. With cheap offers it is a high number: almost nobody would get one, "
            "though offers are what pays. Which of the two, wasted or saved, must raise the threshold when it grows?",
            _probability_of_staying,
        ),
        Misconception(
            "rows and columns changed places",
            "For the lesson's costs this gives a threshold above 1, so nobody would ever get an offer. The row is what "
            "the company does, the column what the customer would do; compare two rows within one column.",
            _rows_for_columns,
        ),
        Misconception(
            "one half, whatever it costs",
            "A threshold of 0.5 is right when both mistakes cost the same. Here they do not: in the lesson, 0.5 gave a "
            "good part of the savings away. Use the numbers in the matrix.",
            _one_half,
        ),
    ),
    observe=_observe_threshold,
    second=lambda candidate: _observe_threshold(
        candidate, {"first": [[2, 90], [13, 41]], "second": [[1, 8], [4, 3]], "third": [[0, 50], [1, 20]]}
    ),
    note="Only differences within a column count: 1,000 dollars more in both cells of a column change nothing. The "
    "threshold holds for calibrated probabilities only, so correct the logits first if there were class weights.",
    explanation="With probability p the offer saves p · saved and wastes (1 − p) · wasted; it pays from where both are "
    "equal. Saved and wasted are differences within a column, because the customer does not choose the "
    "row.",
)

# 04.6 Two parts that stay apart


def split_and_batch(features, labels, n_validation, batch_size):
    """Return two datasets of (features, labels) batches, train and validation, that have no row in common.

    Validation is a random choice of rows, always the same ones; the order of the training rows is new in each epoch.

    Args:
        features: float32 (n, columns); the rows may come sorted.
        labels: float32 (n, 1).
        n_validation: the number of validation rows, less than n.
        batch_size: rows in a batch; the last one may be smaller.
    """
    order = np.random.default_rng(0).permutation(len(features))
    held_out, kept = order[:n_validation], order[n_validation:]
    train = tf.data.Dataset.from_tensor_slices((features[kept], labels[kept])).shuffle(len(kept))
    validation = tf.data.Dataset.from_tensor_slices((features[held_out], labels[held_out]))
    return train.batch(batch_size), validation.batch(batch_size)


def _split_and_batch_starter(features, labels, n_validation, batch_size):
    dataset = tf.data.Dataset.from_tensor_slices((features, labels)).shuffle(batch_size)
    validation, train = dataset.take(n_validation), dataset.skip(n_validation)
    return train.batch(batch_size), validation.batch(batch_size)


def _one_order_then_split(features, labels, n_validation, batch_size):
    n = len(features)
    dataset = tf.data.Dataset.from_tensor_slices((features, labels)).shuffle(n, seed=1, reshuffle_each_iteration=False)
    validation, train = dataset.take(n_validation), dataset.skip(n_validation)
    return train.shuffle(n - n_validation).batch(batch_size), validation.batch(batch_size)


def _shuffle_take_skip(features, labels, n_validation, batch_size):
    dataset = tf.data.Dataset.from_tensor_slices((features, labels)).shuffle(len(features))
    validation, train = dataset.take(n_validation), dataset.skip(n_validation)
    return train.batch(batch_size), validation.batch(batch_size)


def _first_rows(features, labels, n_validation, batch_size):
    dataset = tf.data.Dataset.from_tensor_slices((features, labels))
    validation, train = dataset.take(n_validation), dataset.skip(n_validation)
    return train.shuffle(len(features)).batch(batch_size), validation.batch(batch_size)


def _one_order_forever(features, labels, n_validation, batch_size):
    dataset = tf.data.Dataset.from_tensor_slices((features, labels))
    dataset = dataset.shuffle(len(features), reshuffle_each_iteration=False)
    validation, train = dataset.take(n_validation), dataset.skip(n_validation)
    return train.batch(batch_size), validation.batch(batch_size)


def _whole_batches_shuffled(features, labels, n_validation, batch_size):
    order = np.random.default_rng(0).permutation(len(features))
    held_out, kept = order[:n_validation], order[n_validation:]
    train = tf.data.Dataset.from_tensor_slices((features[kept], labels[kept])).batch(batch_size)
    validation = tf.data.Dataset.from_tensor_slices((features[held_out], labels[held_out]))
    return train.shuffle(len(kept)), validation.batch(batch_size)


def _small_buffer(features, labels, n_validation, batch_size):
    order = np.random.default_rng(0).permutation(len(features))
    held_out, kept = order[:n_validation], order[n_validation:]
    train = tf.data.Dataset.from_tensor_slices((features[kept], labels[kept])).shuffle(batch_size)
    validation = tf.data.Dataset.from_tensor_slices((features[held_out], labels[held_out]))
    return train.batch(batch_size), validation.batch(batch_size)


def _one_order_small_buffer(features, labels, n_validation, batch_size):
    dataset = tf.data.Dataset.from_tensor_slices((features, labels)).shuffle(batch_size, reshuffle_each_iteration=False)
    validation, train = dataset.take(n_validation), dataset.skip(n_validation)
    return train.batch(batch_size), validation.batch(batch_size)


def _batches_counted(features, labels, n_validation, batch_size):
    dataset = tf.data.Dataset.from_tensor_slices((features, labels))
    dataset = dataset.shuffle(len(features), reshuffle_each_iteration=False).batch(batch_size)
    return dataset.skip(n_validation), dataset.take(n_validation)


def _observe_split(candidate, n=30, n_validation=10, batch_size=6):
    """Look at which rows go where, never at their order: any random choice of rows is as good as another."""
    keras.utils.set_random_seed(0)
    # each row's feature is its own number; the table comes sorted, those who stay first
    features, labels = np.arange(n, dtype="float32")[:, None], (np.arange(n) >= n // 2).astype("float32")[:, None]
    train, validation = candidate(features.copy(), labels.copy(), n_validation, batch_size)

    def read(dataset):
        return [np.ravel(batch[0]).astype(int) for batch in dataset.as_numpy_iterator()]

    def rows_of(batches):
        return np.concatenate([np.array([], int), *batches])

    # read so often that whatever can happen does; one iterator over many epochs is much faster than many iterators
    epoch, held_out = read(train.take(2 * n)), read(validation.take(2 * n))  # an answer may repeat its rows without end
    many_epochs = read(train.repeat(20).take(20 * len(epoch)))
    many_held_out = read(validation.repeat(40).take(40 * len(held_out)))
    first_rows = {batch[0] for batch in read(train.take(1).repeat(400))}
    trained, chosen = set(rows_of(many_epochs)), set(rows_of(many_held_out))
    together = [
        {frozenset(batch.tolist()) for batch in many_epochs[start : start + len(epoch)]} for start in (0, len(epoch))
    ]
    pairs = [*train.take(2 * n).as_numpy_iterator(), *validation.take(2 * n).as_numpy_iterator()]
    others = [(np.ravel(rows) >= n // 2) != np.ravel(found) for rows, found in pairs]
    return {
        "validation rows that training meets": len(chosen & trained),
        "different validation rows, over many readings": len(chosen),
        "validation rows in one reading": sum(map(len, held_out)),
        "training rows in one epoch": sum(map(len, epoch)),
        "rows in neither part": n - len(chosen | trained),
        "rows with the label of another row": int(np.sum(rows_of(others))),
        "shape of a row's label": ", ".join({str(found.shape[1:]) for _, found in pairs}),
        "classes among the validation rows": len(set(labels[rows_of(held_out), 0])),
        "smallest and largest batch of training": [edge(map(len, epoch), default=0) for edge in (min, max)],
        "largest batch of validation": max(map(len, held_out), default=0),
        "each epoch puts different rows together": together[0] != together[1],
        "training rows that can come first": {1: "one", len(trained): "all"}.get(len(first_rows), "some"),
    }


SPLIT_AND_BATCH = Exercise(
    id="04.6",
    title="Two parts that stay apart",
    task="""
The function below should cut a table into training and validation rows. It runs, and it has two of this lesson's
faults. Mend it. You may change as much as you like; what must hold is:

- `train` and `validation` are `tf.data` datasets of batches `(features, labels)`, with `batch_size` rows (the last
  batch may be smaller); features keep their columns, and labels the shape `(rows, 1)`;
- validation has `n_validation` rows, chosen at random, the same ones whenever the dataset is read;
- training has all the others, each once in an epoch, and never one of the validation rows, however often it is read;
- the table may come sorted: in each epoch any training row can come first, and the
  batches are made up of other rows than in the epoch before.
""",
    hints=(
        "A shuffled dataset is shuffled anew each time somebody reads it. What do `take` and `skip` cut off then?",
        "Split arrays, not datasets: `np.random.default_rng(0).permutation(n)` gives row numbers in a random order.",
        "Rows `order[:n_validation]` are validation. Make a dataset of each part; shuffle the training rows over a "
        "buffer of all of them, and batch after that.",
    ),
    reference=split_and_batch,
    starter=_split_and_batch_starter,
    alternatives=(_one_order_then_split,),
    misconceptions=(
        Misconception(
            "shuffled anew, then cut",
            "Training meets every validation row within a few epochs, so the validation loss says nothing about new "
            "customers. The cut stays where it is, but each reading shuffles the rows anew beneath it. Split before "
            "shuffling.",
            _shuffle_take_skip,
        ),
        Misconception(
            "the first rows of a sorted table",
            "The parts are apart, but validation is the beginning of the table. If that comes sorted, all these rows "
            "are of one class, and training lacks them. Choose validation rows at random.",
            _first_rows,
        ),
        Misconception(
            "one order forever",
            "The parts are apart, but every epoch of training has the same batches in the same order: with "
            "`reshuffle_each_iteration=False`, or with no shuffle at all behind the cut, the order is fixed for good. "
            "Split first, and then let the training rows be shuffled in each epoch.",
            _one_order_forever,
        ),
        Misconception(
            "whole batches are shuffled",
            "The batches come in a new order, but always with the same rows in them, because the rows were batched "
            "before they were shuffled. Shuffle rows, then batch.",
            _whole_batches_shuffled,
        ),
        Misconception(
            "the shuffle buffer is small",
            "The parts are apart, but the buffer of the shuffle does not hold all rows, so a row cannot move far: the "
            "last ones never come first. If the rows are sorted, training ends each epoch on one class. Give the "
            "buffer room for all training rows.",
            _small_buffer,
        ),
        Misconception(
            "one order forever, and a small buffer",
            "The parts are apart, but `reshuffle_each_iteration=False` also freezes the order of the training rows, "
            "and "
            "a buffer smaller than the table hardly mixes them: validation is little more than the beginning of the "
            "table. Split by a random order of all rows; then let the training rows be shuffled anew in each epoch, "
            "over a buffer of all of them.",
            _one_order_small_buffer,
        ),
        Misconception(
            "batches counted as rows",
            "Validation has all rows, and training none. `take` and `skip` count what the dataset has, and behind "
            "`batch` these are batches, of which there are fewer than `n_validation`. Cut rows, then batch.",
            _batches_counted,
        ),
    ),
    observe=_observe_split,
    second=lambda candidate: _observe_split(candidate, n=28, n_validation=9, batch_size=5),
    note="A test of this kind costs three lines in your own projects: give each row its number, read both datasets for "
    "some epochs, and intersect the two sets of numbers.",
    explanation="The row numbers are shuffled once and cut, so each row is on one side for good. Only the training "
    "rows are then shuffled in each epoch, over a buffer of all of them, and batched after that.",
)

# 04.7 The whole loop


def predict_leavers(train_features, train_labels, features):
    """Train on the known customers; return each new customer's probability of leaving, and 1 for a call, else 0.

    Args:
        train_features: float32 (n, 4), standardized, NumPy.
        train_labels: 1 if the customer left, else 0, float32 (n, 1), NumPy.
        features: those of the new customers, float32 (m, 4), standardized in the same way, NumPy.

    Returns:
        probabilities and decisions, each of shape (m,) or (m, 1), in the order of `features`.
    """
    kernel, bias = tf.Variable(tf.zeros((train_features.shape[1], 1))), tf.Variable(0.0)
    for _ in range(100):
        with tf.GradientTape() as tape:
            logits = train_features @ kernel + bias
            loss = tf.reduce_mean(tf.nn.sigmoid_cross_entropy_with_logits(train_labels, logits))
        for variable, gradient in zip((kernel, bias), tape.gradient(loss, (kernel, bias))):
            variable.assign_sub(gradient)  # a learning rate of 1
    # no weights, so the probabilities stay honest; how many are called is the threshold's business alone
    probabilities = tf.sigmoid(features @ kernel + bias).numpy()
    return probabilities, (probabilities > train_labels.mean()).astype(int)


def _network_and_budget(train_features, train_labels, features):
    model = keras.Sequential([keras.layers.Dense(8, "relu"), keras.layers.Dense(1)])
    loss_fn, optimizer = keras.losses.BinaryCrossentropy(from_logits=True), keras.optimizers.Adam(learning_rate=0.05)
    for _ in range(60):
        with tf.GradientTape() as tape:
            loss = loss_fn(train_labels, model(train_features, training=True))
        gradients = tape.gradient(loss, model.trainable_variables)
        optimizer.apply_gradients(zip(gradients, model.trainable_variables))
    threshold = np.quantile(model(train_features), 0.62)  # 38 % of the known customers are above it
    logits = model(features)
    return tf.sigmoid(logits), logits > threshold


def _weighted_and_corrected(train_features, train_labels, features):
    ratio = (1 - train_labels.mean()) / train_labels.mean()
    row_weights = np.where(train_labels[:, 0] == 1, ratio, 1.0)
    logits = _logistic_regression(train_features, train_labels, row_weights)(features)
    return tf.sigmoid(logits - np.log(ratio)), logits > 0


def _scikit_learn_and_ranks(train_features, train_labels, features):
    from sklearn.linear_model import LogisticRegression

    model = LogisticRegression().fit(train_features, train_labels[:, 0])
    scores = model.predict_proba(features)[:, 1]
    decisions = np.zeros(len(scores))
    decisions[np.argsort(-scores)[: int(0.4 * len(scores))]] = 1
    return scores, decisions


def _logistic_regression(features, labels, row_weights=None):
    """Return the function from features to logits (m,) with the smallest cross-entropy, by Newton's method."""
    table = np.column_stack([features, np.ones(len(features))]).astype("float64")
    row_weights = np.ones(len(table)) if row_weights is None else row_weights
    solution = np.zeros(table.shape[1])
    for _ in range(12):
        p = 1 / (1 + np.exp(-table @ solution))
        gradient = table.T @ (row_weights * (p - labels[:, 0]))
        solution -= np.linalg.solve((table.T * (row_weights * p * (1 - p))) @ table, gradient)
    return lambda features: features @ solution[:-1] + solution[-1]


def _balanced_rows(labels):
    share = labels[:, 0].mean()
    return np.where(labels[:, 0] == 1, 0.5 / share, 0.5 / (1 - share))


def _called_above(threshold, row_weights=None):
    """Return an answer that trains with weights and calls whoever is above a threshold, both computed from labels."""

    def answer(train_features, train_labels, features):
        weights = None if row_weights is None else row_weights(train_labels)
        logits = _logistic_regression(train_features, train_labels, weights)(features)
        probabilities = 1 / (1 + np.exp(-logits))
        return probabilities, probabilities > threshold(train_labels)

    return answer


_one_half_for_all = _called_above(lambda labels: 0.5)
_balanced_weights_only = _called_above(lambda labels: 0.5, _balanced_rows)
_weights_and_low_threshold = _called_above(np.mean, _balanced_rows)
_weights_upside_down = _called_above(lambda labels: 0.5, lambda labels: 1 / _balanced_rows(labels))
_threshold_for_many = _called_above(lambda labels: 0.3)
_threshold_for_few = _called_above(lambda labels: 0.1)
_everybody = _called_above(lambda labels: 0.0)


def _logits_returned(train_features, train_labels, features):
    logits = _logistic_regression(train_features, train_labels)(features)
    share = train_labels.mean()
    return logits, logits > np.log(share / (1 - share))


def _stopped_too_early(train_features, train_labels, features):
    kernel, bias = tf.Variable(tf.zeros((4, 1))), tf.Variable(0.0)
    for _ in range(20):
        with tf.GradientTape() as tape:
            logits = train_features @ kernel + bias
            loss = tf.reduce_mean(tf.nn.sigmoid_cross_entropy_with_logits(train_labels, logits))
        for variable, gradient in zip((kernel, bias), tape.gradient(loss, (kernel, bias))):
            variable.assign_sub(0.4 * gradient)
    probabilities = tf.sigmoid(features @ kernel + bias).numpy()
    return probabilities, probabilities > train_labels.mean()


def _table_of_all_pairs(train_features, train_labels, features):
    kernel, bias = tf.Variable(tf.zeros(4)), tf.Variable(0.0)
    for _ in range(15):
        with tf.GradientTape() as tape:
            logits = tf.linalg.matvec(train_features, kernel) + bias  # (n,), and the labels are (n, 1)
            loss = tf.reduce_mean(tf.nn.softplus(logits) - train_labels * logits)
        for variable, gradient in zip((kernel, bias), tape.gradient(loss, (kernel, bias))):
            variable.assign_sub(2.0 * gradient)
    probabilities = tf.sigmoid(tf.linalg.matvec(features, kernel) + bias).numpy()
    return probabilities, probabilities > train_labels.mean()


def _known_customers(train_features, train_labels, features):
    return predict_leavers(train_features, train_labels, train_features)


def _customers(share, seed, n=1000, m=2000):
    """Return features and labels of n known and m new customers: two clouds, of whom this share leaves."""
    rng = np.random.default_rng(seed)
    shift = np.array([1.0, -0.8, 0.5, 0.0])
    shift *= 1.5 / np.linalg.norm(shift)
    tables = []
    for rows in (n, m):
        labels = rng.permutation(np.arange(rows) < round(share * rows)).astype("float32")[:, None]
        tables += [rng.normal(size=(rows, 4)) + labels * shift, labels]
    mean, deviation = tables[0].mean(axis=0), tables[0].std(axis=0)
    tables[::2] = [((features - mean) / deviation).astype("float32") for features in tables[::2]]
    return tables


def _quality(labels, probabilities, decisions):
    left = labels[:, 0] == 1
    leavers, stayers = probabilities[left][:, None], probabilities[~left]
    return {
        "share of the leavers who are called": decisions[left].mean(),
        "share of all who are called": decisions.mean(),
        "mean probability minus share that leaves": probabilities.mean() - left.mean(),
        "ROC AUC": np.mean(leavers > stayers) + np.mean(leavers == stayers) / 2,
    }


def _observe_leavers(candidate, companies=(("few leave", 0.12, 3), ("many leave", 0.3, 3))):
    keras.utils.set_random_seed(0)
    answers = []
    for company, share, seed in companies:
        *known, features, labels = _customers(share, seed)
        probabilities, decisions = (np.ravel(part).astype("float64") for part in candidate(*known, features))
        answers.append((company, labels, probabilities, decisions))
    all_probabilities, all_decisions = (np.concatenate([answer[i] for answer in answers]) for i in (2, 3))
    form = {
        "probabilities for each company": [len(answer[2]) for answer in answers],
        "decisions for each company": [len(answer[3]) for answer in answers],
        "all probabilities are numbers": bool(np.isfinite(all_probabilities).all()),
        "all probabilities are from 0 to 1": not np.any((all_probabilities < 0) | (all_probabilities > 1)),
        "all decisions are 0 or 1": bool(np.isin(all_decisions, (0, 1)).all()),
        "companies whose customers differ in probability": sum(np.std(answer[2]) > 0.02 for answer in answers),
    }
    lengths = {len(labels) == len(p) == len(d) for _, labels, p, d in answers}
    # where the form is wrong, the qualities say nothing and would only hide what is wrong
    usable = lengths == {True} and all(list(form.values())[2:])
    quality = {}
    for company, *answer in answers if usable else ():
        quality |= {f"{name} ({company})": value for name, value in _quality(*answer).items()}
    return form | quality


QUALITIES = {
    "share of the leavers who are called": (0.65, None),
    "share of all who are called": (None, 0.45),
    "mean probability minus share that leaves": (-0.05, 0.05),
    "ROC AUC": (0.75, None),
}

PREDICT_LEAVERS = Exercise(
    id="04.7",
    title="The whole loop: whom to call?",
    task="""
Two companies want to call customers before they leave. In one of them few leave, about one in eight, in the other many,
three in ten. Write a function that serves both, `predict_leavers(train_features, train_labels, features)`: it trains a
model on 1,000 known customers and judges 2,000 new ones, whose labels it does not see.

The arguments are NumPy arrays, float32: features of shape `(n, 4)` and `(m, 4)`, standardized already, and labels of
shape `(n, 1)`. Return two arrays of shape `(m,)` or `(m, 1)`, in the order of `features`: the probabilities of leaving,
and the decisions, 1 for a call and 0 for none. For the new customers of *each* company, this must hold:

- at least 65 % of those who leave are called;
- at most 45 % of all are called;
- the probabilities are honest on average: their mean is within 0.05 of the share that really leaves;
- the ROC AUC of the probabilities is at least 0.75.

Model, optimizer and number of steps are yours. A hundred steps over all rows at once are enough if the steps are large:
SGD with a rate of 1, or Adam with 0.05. With the default rates they are far too few.
""",
    hints=(
        "Print the mean of your probabilities beside `train_labels.mean()`. What do class weights do to it, and what "
        "does a loop that is too short?",
        "Train without weights. How many get a call is then up to the threshold alone, and no fixed number suits both "
        "companies: let the training rows decide.",
        "A threshold at the share of leavers among the training rows does it; so does the probability that 40 % of "
        "the training rows exceed (`np.quantile`).",
    ),
    reference=predict_leavers,
    alternatives=(_network_and_budget, _weighted_and_corrected, _scikit_learn_and_ranks),
    misconceptions=(
        Misconception(
            "a threshold that is too high for a rare class",
            "The probabilities are honest and rank the customers well, but too few of the leavers get a call. Where "
            "few leave, few probabilities reach 0.5, and they should not. Leave the training as it is and lower the "
            "threshold; the training rows say how far.",
            _one_half_for_all,
        ),
        Misconception(
            "probabilities that class weights have raised",
            "The calls are fine, but the probabilities are far too high on average, as class weights make them: the "
            "network was trained as if leavers were more frequent. Train without weights and lower the threshold, or "
            "take the logarithm of the weights' ratio off each logit.",
            _balanced_weights_only,
        ),
        Misconception(
            "probabilities too high, so too many calls",
            "The customers are ranked well, but the probabilities are far too high on average, and too many are above "
            "the threshold. Two causes are frequent: weights *and* a lowered threshold, which do the same thing twice; "
            "or a loop that stops when the probabilities have hardly left 0.5, where they begin.",
            _weights_and_low_threshold,
        ),
        Misconception(
            "probabilities too low, so too few calls",
            "The customers are ranked well, but the probabilities are too low on average, and too few leavers get a "
            "call. Weights that stand upside down do that: the large one belongs to the rare class, and for honest "
            "probabilities none is needed.",
            _weights_upside_down,
        ),
        Misconception(
            "too few calls where few leave",
            "The probabilities are honest, and the company where many leave is served well. In the other, all "
            "probabilities are lower, and a threshold that suits the first leaves too few calls. (To call no more than "
            "leave is not enough either: no ranking is perfect.) Let the training rows say how far the threshold has "
            "to go down.",
            _threshold_for_many,
        ),
        Misconception(
            "too many calls where many leave",
            "The probabilities are honest, and the company where few leave is served well. In the other, all "
            "probabilities are higher, and a threshold that suits the first lets too many through. Let the training "
            "rows say how far the threshold has to go up.",
            _threshold_for_few,
        ),
        Misconception(
            "too many calls",
            "The probabilities are honest, and the leavers are found, but by calling too many customers in both "
            "companies. Whoever calls everybody finds all leavers, too. Raise the threshold; the training rows say how "
            "far.",
            _everybody,
        ),
        Misconception(
            "the training stopped too early",
            "The customers are ranked well, but the probabilities began at 0.5 and have not come down far enough, most "
            "of all where few leave, so too many of them are above the threshold. Take more steps, or larger ones, "
            "until the mean probability agrees with `train_labels.mean()`.",
            _stopped_too_early,
        ),
        Misconception(
            "logits in place of probabilities",
            "Numbers below 0 or above 1 are no probabilities. They are logits, most likely: the loss was told so, and "
            "the sigmoid is missing after the training. If decisions came from them, mend those as well.",
            _logits_returned,
        ),
        Misconception(
            "everybody has the same probability",
            "The model gives all customers about the same probability, whatever their features. Perhaps the loss is an "
            "average over all pairs, because labels `(n, 1)` met logits `(n,)`, and then the share of leavers is the "
            "best that it can say; or the weights of the features have hardly moved; or there is a softmax over one "
            "output, which is always 1. Print the shapes inside the loss, and a few of the probabilities.",
            _table_of_all_pairs,
        ),
        Misconception(
            "the customers that were known already",
            "The answer has an entry for each training row, whose labels are known. Train on `train_features`, and "
            "predict for `features`.",
            _known_customers,
        ),
    ),
    observe=_observe_leavers,
    second=lambda candidate: _observe_leavers(candidate, (("few leave", 0.14, 1), ("many leave", 0.28, 3))),
    target={
        f"{name} ({company})": bounds for company in ("few leave", "many leave") for name, bounds in QUALITIES.items()
    },
    note="The four numbers belong in every report on a rare class. Weights would have moved the third and hardly "
    "changed the fourth; the threshold moves the first two and nothing else.",
    explanation="Logistic regression is all that this table needs, and without weights its probabilities agree with "
    "the share that leaves. The share of leavers among the training rows is the threshold that balanced "
    "weights would amount to, so it calls almost the same customers and leaves the probabilities alone.",
)

EXERCISES = (BALANCED_WEIGHTS, WEIGHTED_LOSS, REPORT, FOCAL_LOSS, THRESHOLD, SPLIT_AND_BATCH, PREDICT_LEAVERS)
