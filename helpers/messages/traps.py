"""The traps: mistakes in training loops that the course reproduces, each with a name, a symptom and a home."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Trap:
    """A mistake in a training loop.

    `symptom` is what one sees first, in the words of the symptom index's headings. `link` leads from the folder of the
    notebooks to the section of a lesson, a clinic or the index itself that reproduces the trap.
    """

    number: int
    name: str
    symptom: str
    link: str


_BY_SYMPTOM = {
    "A gradient is None or too small": [
        (
            1,
            "a constant that the tape does not watch",
            "clinics/01_gradient_tape.ipynb#C1.6-From-3.0-it-works,-from-3-it-stops",
        ),
        (
            3,
            "the calculation left the tape",
            "clinics/01_gradient_tape.ipynb#C1.1-It-stops-at-the-first-step,-without-gradients",
        ),
        (
            4,
            "a step on the way that has no slope",
            "clinics/01_gradient_tape.ipynb#C1.6-From-3.0-it-works,-from-3-it-stops",
        ),
        (
            5,
            "a part of the gradient was stopped",
            "clinics/01_gradient_tape.ipynb#C1.3-It-comes-to-rest-where-the-loss-is-not-lowest",
        ),
    ],
    "The loss does not move at all": [
        (
            6,
            "the variable was replaced instead of changed",
            "clinics/01_gradient_tape.ipynb#C1.2-It-makes-one-step-and-stops-at-the-second",
        ),
        (
            39,
            "float16 without a scaled loss",
            "clinics/07_make_it_fast.ipynb#C7.6-Half-the-digits,-and-hardly-any-movement",
        ),
    ],
    "The wrong part of the model learns": [
        (
            7,
            "only some of the variables are moved",
            "clinics/01_gradient_tape.ipynb#C1.5-The-loss-falls-and-stays-too-high",
        ),
        (34, "a layer frozen after the graph was traced", "05_mnist_cnn.ipynb#What-a-graph-keeps"),
        (50, "a variable that Keras does not know", "symptoms.ipynb#The-wrong-part-of-the-model-learns"),
        (
            64,
            "a step that moves the other network, too",
            "clinics/09_two_networks.ipynb#C9.1-The-generator-wins,-and-draws-nothing",
        ),
    ],
    "The loss is NaN or explodes": [
        (
            15,
            "a cross-entropy typed in from its formula",
            "clinics/04_churn.ipynb#C4.5-All-is-well-until-the-network-is-sure",
        ),
        (17, "a sum in place of a mean", "02_regression.ipynb#Mini-batches"),
        (
            51,
            "an infinite slope under a finite loss",
            "clinics/01_gradient_tape.ipynb#C1.4-The-loss-is-finite,-and-then-everything-is-NaN",
        ),
        (54, "sums over the entries of a row", "symptoms.ipynb#The-loss-is-NaN-or-explodes"),
        (58, "two losses on different scales", "symptoms.ipynb#The-loss-is-NaN-or-explodes"),
    ],
    "The loss is too good": [
        (
            12,
            "logits taken for probabilities",
            "clinics/03_heart_failure.ipynb#C3.1-The-loss-never-gets-below-one-half",
        ),
    ],
    "The loss has a floor": [
        (
            10,
            "labels and predictions that make a table of all pairs",
            "clinics/02_regression.ipynb#C2.1-One-number-for-everybody",
        ),
        (
            13,
            "probabilities taken for logits",
            "clinics/03_heart_failure.ipynb#C3.1-The-loss-never-gets-below-one-half",
        ),
        (14, "a softmax of one output", "symptoms.ipynb#The-loss-has-a-floor"),
    ],
    "The loss jumps": [
        (
            23,
            "the last batch, or a mean of means, for the epoch",
            "clinics/02_regression.ipynb#C2.3-A-log-that-jumps",
        ),
        (40, "rows in an order", "clinics/04_churn.ipynb#C4.3-It-believes-what-came-last"),
    ],
    "A curve is flat or sluggish": [
        (
            22,
            "a metric that is never reset, or shared",
            "clinics/03_heart_failure.ipynb#C3.2-A-curve-that-is-too-smooth",
        ),
        (24, "one number drawn as a curve", "clinics/03_heart_failure.ipynb#C3.2-A-curve-that-is-too-smooth"),
        (
            29,
            "Python code in a graph, which runs once",
            "clinics/05_mnist_cnn.ipynb#C5.1-A-history-of-sixteen-steps-has-one-entry",
        ),
    ],
    "A metric looks odd": [
        (
            11,
            "an accuracy with the wrong threshold or the wrong shapes",
            "clinics/03_heart_failure.ipynb#C3.6-The-loss-falls,-the-accuracy-stays-at-chance",
        ),
        (26, "a metric of another kind", "clinics/04_churn.ipynb#C4.2-The-AUC-changes-with-the-threshold"),
    ],
    "The log differs from fit": [
        (25, "the loss after the update", "clinics/02_regression.ipynb#C2.6-The-same-weights,-another-log"),
        (
            49,
            "an optimizer made anew in each epoch",
            "clinics/06_state.ipynb#C6.3-The-first-epoch-is-that-of-fit,-the-second-is-not",
        ),
    ],
    "Regularization does nothing": [
        (18, "`training=True` left out", "06_state.ipynb#Dropout,-and-its-seed"),
        (20, "penalties that nobody adds", "06_state.ipynb#L2,-and-a-list-that-the-loop-must-read"),
        (
            55,
            "a penalty that comes after the layer was built",
            "clinics/06_state.ipynb#C6.2-A-penalty-ten-times-as-large-changes-nothing",
        ),
    ],
    "Validation is far from training": [
        (19, "BatchNorm with too few steps", "06_state.ipynb#BatchNorm,-and-its-averages"),
        (21, "an evaluation in training mode", "clinics/06_state.ipynb#C6.1-Measured-twice,-two-results"),
    ],
    "Validation is too good": [
        (
            41,
            "validation rows that become training rows",
            "clinics/04_churn.ipynb#C4.4-It-finds-every-leaver,-but-no-new-one",
        ),
        (42, "a scale that knows too much", "clinics/03_heart_failure.ipynb#C3.3-Cholesterol-seems-to-protect"),
        (45, "a choice made on the test rows", "clinics/04_churn.ipynb#C4.6-It-promised-more-than-new-customers-keep"),
    ],
    "It learns in the first epoch only": [
        (27, "an iterator that runs dry", "clinics/02_regression.ipynb#C2.2-Good-on-some-rows,-bad-on-the-others"),
    ],
    "A new model does not learn": [
        (31, "a graph that keeps the old model", "05_mnist_cnn.ipynb#What-a-graph-keeps"),
    ],
    "The learning rate has no effect": [
        (
            32,
            "a learning rate that never reaches the optimizer",
            "02_regression.ipynb#A-learning-rate-that-follows-the-loss",
        ),
        (
            33,
            "a decay that happens once, or far too fast",
            "clinics/02_regression.ipynb#C2.4-Still-restless,-though-the-rate-falls",
        ),
        (
            56,
            "a setting that the graph has kept",
            "clinics/05_mnist_cnn.ipynb#C5.3-A-setting-changes,-and-the-training-does-not-notice",
        ),
    ],
    "Weights of classes do nothing": [
        (8, "weights that meet an average", "04_churn.ipynb#How-hard-each-row-pulls"),
        (
            9,
            "weights and losses that make a table of all pairs",
            "clinics/04_churn.ipynb#C4.1-Weights-of-five,-and-as-few-are-found-as-without",
        ),
        (
            48,
            "weights of rows that a step of one's own drops",
            "clinics/06_state.ipynb#C6.4-Weights-of-rows-make-no-difference-in-fit",
        ),
        (46, "class weights under keys that no label has", "symptoms.ipynb#Weights-of-classes-do-nothing"),
    ],
    "It is slow": [
        (
            28,
            "a graph that is traced again and again",
            "clinics/07_make_it_fast.ipynb#C7.2-Slow-whenever-new-texts-come",
        ),
        (53, "batches that are unrolled", "clinics/05_mnist_cnn.ipynb#C5.2-A-long-wait-before-the-first-step"),
        (
            61,
            "rows that are prepared one by one",
            "clinics/07_make_it_fast.ipynb#C7.1-The-network-waits-for-its-data",
        ),
        (
            62,
            "a number fetched after every step",
            "clinics/07_make_it_fast.ipynb#C7.3-The-machine-is-idle-half-of-the-time",
        ),
        (
            63,
            "a shuffle buffer full of rows",
            "clinics/07_make_it_fast.ipynb#C7.4-Memory-fills-before-the-first-step",
        ),
    ],
    "Restoring does not help": [
        (
            38,
            "best weights that follow the live ones",
            "clinics/03_heart_failure.ipynb#C3.5-Back-to-the-best-epoch,-and-nothing-changes",
        ),
        (52, "a run resumed without its optimizer", "clinics/06_state.ipynb#C6.5-After-a-restart-the-loss-jumps-up"),
        (60, "a second network that is the same, or another one", "symptoms.ipynb#Restoring-does-not-help"),
    ],
    "The step is wrong": [
        (
            35,
            "each gradient clipped on its own",
            "clinics/05_mnist_cnn.ipynb#C5.4-The-limit-is-1,-and-the-steps-are-longer-and-bent",
        ),
        (36, "accumulated gradients that are added up", "symptoms.ipynb#The-step-is-wrong"),
        (
            65,
            "one gradient of two losses that want the opposite",
            "clinics/09_two_networks.ipynb#C9.3-A-discriminator-that-gives-way",
        ),
        (
            70,
            "two networks that want the same",
            "clinics/09_two_networks.ipynb#C9.5-Both-losses-fall,-hand-in-hand",
        ),
        (
            71,
            "a BatchNorm over real and drawn rows together",
            "clinics/09_two_networks.ipynb#C9.4-Two-opinions-of-one-drawing",
        ),
    ],
    "Two runs differ": [
        (37, "an optimizer used again", "02_regression.ipynb#The-training-step,-with-Keras"),
    ],
    "Many workers differ from one": [
        (
            66,
            "a loss averaged over the worker's own rows",
            "clinics/08_many_machines.ipynb#C8.1-The-more-workers,-the-longer-the-steps",
        ),
        (
            67,
            "rows that several workers get",
            "clinics/08_many_machines.ipynb#C8.2-Four-workers,-and-an-epoch-is-as-long-as-with-one",
        ),
        (
            68,
            "a file that every worker writes",
            "clinics/08_many_machines.ipynb#C8.4-Saved,-killed,-and-nothing-to-go-on-from",
        ),
        (
            69,
            "BatchNorm that sees a share of the batch",
            "clinics/08_many_machines.ipynb#C8.5-Every-number-becomes-1-or--1",
        ),
    ],
    "It crashes": [
        (2, "a tape that was asked twice", "01_gradient_tape.ipynb#What-the-tape-records"),
        (16, "labels of the wrong type", "02_regression.ipynb#The-training-step,-with-Keras"),
        (30, "variables made inside a graph", "05_mnist_cnn.ipynb#What-a-graph-keeps"),
        (59, "names that Keras 3 no longer has", "symptoms.ipynb#Old-code-on-Keras-3"),
    ],
    "The inputs are wrong": [
        (
            43,
            "categories as numbers",
            "clinics/03_heart_failure.ipynb#C3.4-One-good-column,-and-a-weak-model",
        ),
        (
            44,
            'a number that means "not measured"',
            "clinics/03_heart_failure.ipynb#C3.3-Cholesterol-seems-to-protect",
        ),
        (
            47,
            "words that are not encoded",
            "clinics/03_heart_failure.ipynb#C3.4-One-good-column,-and-a-weak-model",
        ),
        (57, "pixels stored as whole numbers", "clinics/05_mnist_cnn.ipynb#C5.5-Almost-guessing,-epoch-after-epoch"),
    ],
}

TRAPS: dict[int, Trap] = {
    number: Trap(number, name, symptom, link) for symptom, traps in _BY_SYMPTOM.items() for number, name, link in traps
}
