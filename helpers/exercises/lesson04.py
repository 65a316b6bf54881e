"""The exercises of lesson 04: weights that reach their rows, focal loss, thresholds from costs, rows kept apart."""

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


def _observe_weights(candidate, rows=((7, 3), (8, 4, 1), (0, 3))):
    measured = {}
    for counts in rows:
        labels = np.repeat(np.arange(len(counts)), counts).astype("float32")[:, None]
        found = candidate(labels.copy())
        # as `fit` does: a class that is not among the keys counts 1
        weights = [found.get(label, 1.0) if isinstance(found, dict) else 1.0 for label in range(len(counts))]
        name = " and ".join(map(str, counts)) + " rows"
        measured[f"a dictionary ({name})"] = isinstance(found, dict)
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
            "The weights are right, but they stand under \"0\" and \"1\", and the classes are 0 and 1. `fit` finds no "
            "weight for a class, takes 1, and says nothing: training runs as if there were no weights. Make each key "
            "an int.",
            _text_keys),
        Misconception(
            "the weights are upside down",
            "The frequent class gets the large weight: a network trained with these hardly finds the rare class at "
            "all. A weight is large where the count is small, so the count belongs below the line.",
            _upside_down),
        Misconception(
            "the average weight is not 1",
            "The classes have the same say, but all weights are too large by one factor, the number of classes. The "
            "loss, and with plain gradient descent every step, grows by it. The weighted counts have to add up to n.",
            _average_not_one),
        Misconception(
            "the largest class is kept at 1",
            "The classes have the same say, but as the others count more than 1 and none counts less, the average "
            "weight is above 1, and the loss grows as the classes get more uneven. The weighted counts have to add up "
            "to n.",
            _largest_class_is_one),
        Misconception(
            "a 2 for every number of classes",
            "Two classes come out right. With three the average weight is 1.5, with one it is 0.5: the 2 in "
            "`n / (2 * n_k)` was the number of classes.",
            _always_two),
    ),
    observe=_observe_weights,
    second=lambda candidate: _observe_weights(candidate, rows=((2, 11), (1, 1, 5, 9), (4,))),
    note="scikit-learn's `compute_class_weight(\"balanced\", ...)` computes the same numbers. In `fit`, a class "
         "without an entry counts 1, which is seldom what one wants.",
    explanation="All K classes shall have the same say, and together n, so each product of count and weight is n / K. "
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
            "without weights. The weights were multiplied with a loss that had been averaged already, or losses (B,) "
            "met weights (B, 1) and made a table of all pairs. Weight first, average after.",
            _weights_meet_an_average),
        Misconception(
            "divided by the sum of the weights",
            "The rows are weighted, but the sum is divided by the sum of the weights. That gives each batch a learning "
            "rate of its own, depending on the classes in it, and the run is not that of `fit`. Divide by the number "
            "of rows.",
            _divided_by_weights),
        Misconception(
            "a sum instead of an average",
            "The rows are weighted, but not divided by their number: a batch of 32 rows takes a step 32 times as long, "
            "and training may diverge.",
            _sum_of_rows),
        Misconception(
            "logits taken for probabilities",
            "The weights are in the right place, but the loss believes that it gets probabilities. Logits below 0 or "
            "above 1 are cut off there: such rows have no gradient at all. Tell the loss what it gets.",
            _logits_as_probabilities),
        Misconception(
            "the weights multiply the logits",
            "A weight says how much a row counts, not how sure the network is. Multiplied with the logit, it makes a "
            "right row even safer, and its pull smaller instead of larger. Multiply the losses.",
            _weighted_logits),
    ),
    observe=_observe_weighted_loss,
    second=lambda candidate: _observe_weighted_loss(candidate, seed=1),
    note="The sum is divided by the number of rows, not by the sum of the weights. So weights whose average is 2 "
         "double the loss, which is why balanced weights are made to have the average 1.",
    explanation="`sample_weight` multiplies the loss of each row before the average is taken, and divides by the "
                "number of rows. Multiplying afterwards would scale all rows by one factor, the average weight.",
)

# 04.3 Focal loss with a weight for the rare class


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
        measured[f"loss ({name})"] = np.where(np.isfinite(loss), loss, np.nan)
        measured[f"pull of each row ({name})"] = np.where(np.isfinite(pulls).all(), pulls, np.nan)
    return measured


FOCAL_LOSS = Exercise(
    id="04.3",
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
            "For moderate logits all is well. For logits of 20 and more a probability is rounded to exactly 0 or 1, "
            "its logarithm is infinite, and loss or gradient become NaN; one such row ruins all weights of the "
            "network. Compute the logarithm from the logit, without the probability in between.",
            _textbook_focal),
        Misconception(
            "probabilities cut off before the logarithm",
            "Cutting the probabilities off keeps NaN away, but at a price: a row that is certain and wrong gets a pull "
            "of 0, so the network never mends its worst mistakes. Compute the logarithm from the logit, and cut "
            "nothing.",
            _clipped_focal),
        Misconception(
            "the easy rows get the say",
            "The power stands on `p_t` instead of `1 - p_t`: rows that are right and sure count fully, and rows that "
            "are wrong hardly count. Training polishes what is good and ignores its mistakes.",
            _easy_rows_first),
        Misconception(
            "the factor of label 1 for every row",
            "Rows with label 1 come out right. For label 0, `p_t` is one minus the sigmoid, so those rows need the "
            "other factor: as it is, stayers count most where the network is right about them.",
            _factor_of_ones),
        Misconception(
            "one weight for both classes",
            "Alpha multiplies every row, so it changes the size of the loss and not the balance of the classes. Rows "
            "with label 0 get 1 − alpha.",
            _alpha_for_all),
    ),
    observe=_observe_focal,
    second=lambda candidate: _observe_focal(candidate, (-1.2, 0.9, 0.1, -2.6, 1.4), (-150.0, -30.0, 30.0, 150.0)),
    note="This is Keras's `BinaryFocalCrossentropy(apply_class_balancing=True, from_logits=True)`. Its usual alpha of "
         "0.25 makes the *rare* class count less: the power has already silenced so many easy rows of the other class.",
    explanation="With the logit toward the truth, both factors come straight from the logit: the sigmoid of its "
                "negative is 1 − p_t, and softplus of its negative is −ln p_t. Nothing is subtracted from 1 and no "
                "logarithm meets a 0, so loss and gradient stay right at any certainty.",
)

# 04.4 The threshold that the costs imply


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
    return {f"threshold ({name})": float(candidate(np.array(matrix, "float64"))) for name, matrix in matrices.items()}


THRESHOLD = Exercise(
    id="04.4",
    title="A threshold from any cost matrix",
    task="""
Write `threshold(cost_matrix)`. The cost matrix is a NumPy array of shape `(2, 2)`, in dollars. Row 0 is "do nothing"
and row 1 "make the offer"; column 0 is "the customer would stay" and column 1 "would leave". Return the probability of
leaving above which the offer is the cheaper choice, as a number.

For the lesson's costs, `[[0, 400], [40, 240]]`, it is `0.20`. Every entry may be other than 0; you may rely on the offer
being cheaper for leavers and more expensive for stayers.
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
            _odds),
        Misconception(
            "right decisions cost nothing",
            "Only the two mistakes were looked at. But a leaver who gets the offer still costs 240 dollars in the "
            "lesson's matrix: the offer saves 160, not 400. Use differences within a column.",
            _only_mistakes_cost),
        Misconception(
            "the probability of staying",
            "This is one minus the threshold. With cheap offers it is a high number: almost nobody would get one, "
            "though offers are what pays. Which of the two, wasted or saved, must raise the threshold when it grows?",
            _probability_of_staying),
        Misconception(
            "rows and columns changed places",
            "For the lesson's costs this gives a threshold above 1, so nobody would ever get an offer. The row is what "
            "the company does, the column what the customer would do; compare two rows within one column.",
            _rows_for_columns),
        Misconception(
            "one half, whatever it costs",
            "A threshold of 0.5 is right when both mistakes cost the same. Here they do not: in the lesson, 0.5 gave a "
            "good part of the savings away. Use the numbers in the matrix.",
            _one_half),
    ),
    observe=_observe_threshold,
    second=lambda candidate: _observe_threshold(candidate, {
        "first": [[2, 90], [13, 41]], "second": [[1, 8], [4, 3]], "third": [[0, 50], [1, 20]]}),
    note="Only differences within a column count: 1,000 dollars more in both cells of a column change nothing. The "
         "threshold holds for calibrated probabilities only, so correct the logits first if there were class weights.",
    explanation="With probability p the offer saves p · saved and wastes (1 − p) · wasted; it pays from where both are "
                "equal. Saved and wasted are differences within a column, because the customer does not choose the "
                "row.",
)

# 04.5 Two parts that stay apart


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
    """Return two datasets of (features, labels) batches, train and validation, that have no row in common.

    Validation is a random choice of rows, always the same ones; the order of the training rows is new in each epoch.

    Args:
        features: float32 (n, columns); the rows may come sorted.
        labels: float32 (n, 1).
        n_validation: the number of validation rows, less than n.
        batch_size: rows in a batch; the last one may be smaller.
    """
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


def _observe_split(candidate, n=30, n_validation=10, batch_size=6):
    """Look at which rows go where, never at their order: any random choice of rows is as good as another."""
    keras.utils.set_random_seed(0)
    # each row's feature is its own number; the table comes sorted, those who stay first
    features, labels = np.arange(n, dtype="float32")[:, None], (np.arange(n) >= n // 2).astype("float32")[:, None]
    train, validation = candidate(features.copy(), labels.copy(), n_validation, batch_size)

    def read(dataset):
        return [np.ravel(batch[0]).astype(int) for batch in dataset.as_numpy_iterator()]

    # read so often that whatever can happen does; one iterator over many epochs is much faster than many iterators
    epoch, held_out = read(train), read(validation)
    many_epochs, many_held_out = read(train.repeat(20)), np.concatenate(read(validation.repeat(40)))
    first_rows = {batch[0] for batch in read(train.take(1).repeat(400))}
    trained, chosen = set(np.concatenate(many_epochs)), set(many_held_out)
    together = [{frozenset(batch.tolist()) for batch in many_epochs[start:start + len(epoch)]}
                for start in (0, len(epoch))]
    pairs = [(np.ravel(rows) >= n // 2) != np.ravel(row_labels) for rows, row_labels in train.as_numpy_iterator()]
    return {
        "validation rows that training meets": len(chosen & trained),
        "different validation rows, over many readings": len(chosen),
        "validation rows in one reading": sum(map(len, held_out)),
        "training rows in one epoch": sum(map(len, epoch)),
        "rows in neither part": n - len(chosen | trained),
        "rows with the label of another row": int(np.sum(np.concatenate(pairs))),
        "classes among the validation rows": len(set(labels[np.concatenate(held_out), 0])),
        "smallest and largest batch of training": [min(map(len, epoch)), max(map(len, epoch))],
        "largest batch of validation": max(map(len, held_out)),
        "each epoch puts other rows together": together[0] != together[1],
        "training rows that can come first": {1: "one", len(trained): "all"}.get(len(first_rows), "some"),
    }


SPLIT_AND_BATCH = Exercise(
    id="04.5",
    title="Two parts that stay apart",
    task="""
The function below should cut a table into training and validation rows. It runs, and it has two of this lesson's
faults. Mend it. You may change as much as you like; what must hold is:

- `train` and `validation` are `tf.data` datasets of batches `(features, labels)`, with `batch_size` rows (the last
  batch may be smaller);
- validation has `n_validation` rows, chosen at random, the same ones whenever the dataset is read;
- training has all the others, and never one of the validation rows, however many epochs it is read;
- the table may come sorted: in each epoch any training row can come first, and other rows come together in a batch.
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
            _shuffle_take_skip),
        Misconception(
            "the first rows of a sorted table",
            "The parts are apart, but validation is the beginning of the table. If that comes sorted, all these rows "
            "are of one class, and training lacks them. Choose validation rows at random.",
            _first_rows),
        Misconception(
            "one order forever",
            "The parts are apart, but every epoch of training has the same batches in the same order: with "
            "`reshuffle_each_iteration=False`, or with no shuffle at all behind the cut, the order is fixed for good. "
            "Split first, and then let the training rows be shuffled in each epoch.",
            _one_order_forever),
        Misconception(
            "whole batches are shuffled",
            "The batches come in a new order, but always with the same rows in them, because the rows were batched "
            "before they were shuffled. Shuffle rows, then batch.",
            _whole_batches_shuffled),
        Misconception(
            "the shuffle buffer is small",
            "The parts are apart, but the buffer of the shuffle does not hold all rows, so a row cannot move far: the "
            "last ones never come first. If the rows are sorted, training ends each epoch on one class. Give the "
            "buffer room for all training rows.",
            _small_buffer),
    ),
    observe=_observe_split,
    second=lambda candidate: _observe_split(candidate, n=28, n_validation=9, batch_size=5),
    note="A test of this kind costs three lines in your own projects: give each row its number, read both datasets for "
         "some epochs, and intersect the two sets of numbers.",
    explanation="The row numbers are shuffled once and cut, so each row is on one side for good. Only the training "
                "rows are then shuffled in each epoch, over a buffer of all of them, and batched after that.",
)

EXERCISES = (BALANCED_WEIGHTS, WEIGHTED_LOSS, FOCAL_LOSS, THRESHOLD, SPLIT_AND_BATCH)
