"""The traps: mistakes in training loops that the course reproduces, each with a name, a symptom and a home."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Trap:
    """A mistake in a training loop.

    `symptom` is what one sees first, in the words of the symptom index's headings. `link` leads from the folder of the
    notebooks to the section that reproduces the trap.
    """

    number: int
    name: str
    symptom: str
    link: str


_BY_SYMPTOM = {
    "A gradient is None or too small": [
        (1, "a constant that the tape does not watch", "01_gradient_tape.ipynb#None,-or-only-a-part-of-the-gradient"),
        (3, "the calculation left the tape", "01_gradient_tape.ipynb#The-calculation-left-the-tape"),
        (4, "a step on the way that has no slope", "01_gradient_tape.ipynb#None,-or-only-a-part-of-the-gradient"),
        (5, "a part of the gradient was stopped", "01_gradient_tape.ipynb#None,-or-only-a-part-of-the-gradient"),
    ],
    "The loss does not move at all": [
        (
            6,
            "the variable was replaced instead of changed",
            "01_gradient_tape.ipynb#The-variable-replaced-instead-of-changed",
        ),
        (39, "float16 without a scaled loss", "symptoms.ipynb#The-loss-does-not-move-at-all"),
    ],
    "The wrong part of the model learns": [
        (7, "only some of the variables are moved", "01_gradient_tape.ipynb#Only-some-of-the-variables"),
        (34, "a layer frozen after the graph was traced", "05_mnist_cnn.ipynb#The-new-model-does-not-learn"),
        (50, "a variable that Keras does not know", "symptoms.ipynb#The-wrong-part-of-the-model-learns"),
    ],
    "The loss is NaN or explodes": [
        (15, "a cross-entropy typed in from its formula", "04_churn.ipynb#Focal-loss,-by-hand"),
        (17, "a sum in place of a mean", "02_regression.ipynb#Mini-batches"),
    ],
    "The loss is too good": [
        (12, "logits taken for probabilities", "03_heart_failure.ipynb#Logits-and-probabilities-mixed-up"),
    ],
    "The loss has a floor": [
        (10, "labels and predictions that make a table of all pairs", "02_regression.ipynb#Labels-without-a-column"),
        (13, "probabilities taken for logits", "03_heart_failure.ipynb#Logits-and-probabilities-mixed-up"),
        (14, "a softmax of one output", "04_churn.ipynb#The-loop,-and-what-changed"),
    ],
    "The loss jumps": [
        (
            23,
            "the last batch, or a mean of means, for the epoch",
            "02_regression.ipynb#The-last-batch-reported-as-the-epoch",
        ),
        (40, "rows in an order", "04_churn.ipynb#Rows-in-an-order"),
    ],
    "A curve is flat or sluggish": [
        (22, "a metric that is never reset, or shared", "03_heart_failure.ipynb#Curves-that-are-not-curves"),
        (24, "one number drawn as a curve", "03_heart_failure.ipynb#Curves-that-are-not-curves"),
        (29, "Python code in a graph, which runs once", "05_mnist_cnn.ipynb#Traced-again-and-again,-or-only-once"),
    ],
    "A metric looks odd": [
        (
            11,
            "an accuracy with the wrong threshold or the wrong shapes",
            "03_heart_failure.ipynb#Logits-and-probabilities-mixed-up",
        ),
        (26, "a metric of another kind", "04_churn.ipynb#A-metric-of-another-kind"),
    ],
    "The log differs from fit": [
        (25, "the loss after the update", "02_regression.ipynb#The-loss-after-the-update"),
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
        (41, "validation rows that become training rows", "04_churn.ipynb#Validation-rows-that-are-not-apart"),
        (42, "a scale that knows too much", "03_heart_failure.ipynb#A-scale-that-knows-too-much,-and-zeros-that-lie"),
        (45, "a choice made on the test rows", "04_churn.ipynb#Validation-rows-that-are-not-apart"),
    ],
    "It learns in the first epoch only": [
        (27, "an iterator that runs dry", "02_regression.ipynb#An-iterator-that-runs-dry"),
    ],
    "A new model does not learn": [
        (31, "a graph that keeps the old model", "05_mnist_cnn.ipynb#The-new-model-does-not-learn"),
    ],
    "The learning rate has no effect": [
        (32, "a learning rate that never reaches the optimizer", "02_regression.ipynb#The-rate-adapts-to-the-loss"),
        (33, "a decay that happens once, or far too fast", "02_regression.ipynb#Decay-that-does-not-decay"),
    ],
    "Weights of classes do nothing": [
        (8, "weights that meet an average", "04_churn.ipynb#Weights-that-meet-an-average,-or-the-wrong-shape"),
        (
            9,
            "weights and losses that make a table of all pairs",
            "04_churn.ipynb#Weights-that-meet-an-average,-or-the-wrong-shape",
        ),
        (46, "class weights under keys that no label has", "04_churn.ipynb#Same-as-model.fit?"),
        (
            48,
            "weights of rows that a step of your own drops",
            "clinics/06_state.ipynb#C6.4-Weights-of-rows-make-no-difference-in-fit",
        ),
    ],
    "It is slow": [
        (28, "a graph that is traced again and again", "05_mnist_cnn.ipynb#Traced-again-and-again,-or-only-once"),
    ],
    "Restoring does not help": [
        (38, "best weights that follow the live ones", "03_heart_failure.ipynb#Best-weights-that-follow-the-live-ones"),
        (52, "a run resumed without its optimizer", "clinics/06_state.ipynb#C6.5-After-a-restart-the-loss-jumps-up"),
    ],
    "The step is wrong": [
        (35, "each gradient clipped on its own", "05_mnist_cnn.ipynb#Each-gradient-on-a-leash-of-its-own"),
        (36, "accumulated gradients that are added up", "symptoms.ipynb#The-step-is-wrong"),
    ],
    "Two runs differ": [
        (37, "an optimizer used again", "02_regression.ipynb#The-same-loop-with-Keras"),
    ],
    "It crashes": [
        (2, "a tape that was asked twice", "01_gradient_tape.ipynb#What-the-tape-records"),
        (16, "labels of the wrong type", "02_regression.ipynb#The-same-loop-with-Keras"),
        (30, "variables made inside a graph", "05_mnist_cnn.ipynb#The-loop-becomes-a-graph"),
    ],
    "The inputs are wrong": [
        (
            43,
            "categories as numbers",
            "03_heart_failure.ipynb#Words-that-are-not-encoded,-or-encoded-with-a-false-order",
        ),
        (
            44,
            'a number that means "not measured"',
            "03_heart_failure.ipynb#A-scale-that-knows-too-much,-and-zeros-that-lie",
        ),
        (
            47,
            "words that are not encoded",
            "03_heart_failure.ipynb#Words-that-are-not-encoded,-or-encoded-with-a-false-order",
        ),
    ],
}

TRAPS: dict[int, Trap] = {
    number: Trap(number, name, symptom, link) for symptom, traps in _BY_SYMPTOM.items() for number, name, link in traps
}
