"""What a verdict says of an error: the learner's line, the words, and what they usually mean."""

import re
import sys

import pytest

from helpers.exercises import verdict
from helpers.messages import errors
from helpers.messages.message import Kind
from made_up import SCALED
from pasting import pasted


def graph(*lines, call="step(tf.constant(values))"):
    """Return the lines of a function as learners write a step that is recorded as a graph, and its call."""
    return "\n".join(["@tf.function", "def step(x):", *("    " + line for line in lines), f"return {call}"])


TAPE = "w = tf.Variable(3.0)\nwith tf.GradientTape() as tape:\n    loss = w**2\n"
MODEL = "model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)])\n"
SPARSE = "loss_fn = keras.losses.SparseCategoricalCrossentropy()\n"

# what a learner writes, words of the error, of its meaning; the learner's own line is the last, or the one with a mark
ERRORS = [
    ("return values + ...", "'ellipsis'", "A gap, `...`, is still open"),
    ("return tf.Variable(1.0) * ...", "ellipsis", "A gap, `...`, is still open"),
    # gradients and optimizers
    (TAPE + "keras.optimizers.SGD().apply_gradients([(w, tape.gradient(loss, w))])", "_unique_id", "gradient first"),
    (TAPE + "tape.gradient(float(loss), w)", "'float' object", "which no tape can follow"),
    (TAPE + "tape.gradient(loss.numpy(), w)", "_id", "which no tape can follow"),
    (TAPE + "tape.gradient(float(loss) / 7, w)", "`type_value`: 1.2", "which no tape can follow"),
    (TAPE + "tape.gradient(None, w)", "received None", "without `return`"),
    ("keras.optimizers.SGD().apply_gradients([(None, keras.Variable(1.0))])", "No gradients", "saw no way"),
    (TAPE + "tape.gradient(loss, w)\ntape.gradient(loss, w)", "RuntimeError", "persistent=True"),
    (
        "a, b = keras.Variable(1.0), keras.Variable(1.0)\nsgd = keras.optimizers.SGD()\n"
        "sgd.build([a])\nsgd.apply_gradients([(1.0, b)])",
        "shape=(), dtype=float32>. This optimizer can only",
        "an optimizer of its own",
    ),
    # graphs
    (graph("if x[0] > 9:  # mark", "    y = 1", "return y"), "ValueError: 'y' must", "all branches and rounds"),
    (graph("return [2 * y for y in x]  # mark"), "a symbolic `tf.Tensor` is not allowed.", "in a comprehension"),
    (graph("total = 0", "for y in x:  # mark", "    total = y", "return total"), "TypeError: 'total'", "all branches"),
    (graph("return 1 if x[0] > 0 else 2  # mark").replace("tion", "tion(autograph=False)", 1), "bool", "branches"),
    (graph("return tf.Variable(x)  # mark"), "singleton", "when it is first called"),
    (graph("return x.numpy()  # mark"), "'SymbolicTensor' object has no attribute 'numpy'", "has no value yet"),
    (
        graph("seen.append(x + 1)", "return x", call="step(tf.constant(values)), seen[0] + 1").replace(
            "@", "seen = []\n@", 1
        ),
        "is out of scope",
        "return what is needed outside",
    ),
    (graph("return np.mean(x)  # mark"), "NotImplementedError: Cannot convert a symbolic", "has no value yet"),
    ("return np.mean(keras.Input((3,)))", "KerasTensor", "behind `keras.Input`"),
    # None, and parentheses
    ("return values + None", "TypeError", "None stands where"),
    ("return None.shape", "AttributeError", "None stands where"),
    ("return tf.Variable(1.0).assign_sub(None)", "ValueError", "None stands where"),
    (
        "class Trainer:\n    @tf.function\n    def step(self, x):\n        return self.rate * x  # mark\n"
        "step = Trainer().step\nreturn step(values)",
        "AttributeError: 'NoneType'",
        "when no name holds its object",
    ),
    ("metric = keras.metrics.Mean()\nreturn metric.result + 1", "'method' and 'int'", "parentheses behind its name"),
    ("return keras.metrics.Mean().result.numpy()", "'function' object", "parentheses behind its name"),
    ("with tf.GradientTape as tape:  # mark\n    pass", "'type' object", "parentheses behind its name"),
    ("return values(3)", "not callable", "followed by parentheses"),
    (MODEL + "return model.trainable_variables()", "not callable", "followed by parentheses"),
    ("return len(values, 3)", "TypeError", "too few, too many or misnamed"),
    ("return tf.reduce_mean(values, dim=0)", "unexpected keyword", "too few, too many or misnamed"),
    ("return keras.optimizers.SGD(lr=0.1)", "ValueError", "too few, too many or misnamed"),
    ("return tf.one_hot([0])", "Missing required", "too few, too many or misnamed"),
    ("class Sum:\n    def add(value):\n        pass\nreturn Sum().add(1)", "but 2 were given", "is `self`"),
    # positions and parts
    ("return range(len(values) / 2)", "'float' object cannot be", "single integer is needed"),
    ("return values[0.5]", "IndexError", "single integer is needed"),
    ("return tf.constant(values)[[0.5]]", "TypeError", "single integer is needed"),
    ("x = tf.constant(values)\nx[x < 0] = 0", "scalar index", "tf.boolean_mask"),
    ("return float(values)", "TypeError", "several, or of none"),
    ('return f"{tf.constant(values):.3f}"', "TypeError", "several, or of none"),
    ("return 1 if values > 0 else 2", "truth value", "there are many"),
    ("return keras.losses.MeanSquaredError(values, values)", "truth value", "where a setting should be"),
    ("for value in 3:  # mark\n    pass", "not iterable", "something with parts"),
    ("a, b = tf.constant(1.0)", "scalar tensor", "something with parts"),
    ("return tf.data.Dataset.range(3)[0]", "not subscriptable", "`next(iter(...))`"),
    ("return next(tf.data.Dataset.range(3))", "not an iterator", "`next(iter(...))`"),
    ("a, b = values", "too many values", "more or fewer parts"),
    (TAPE + "keras.optimizers.SGD().apply_gradients([loss, w, w][:0])", "not enough values", "need `zip(...)`"),
    ("x = tf.constant(values)\nx[0] = 1.0", "item assignment", "tf.stack"),
    ("return {0: 1.0}[tf.constant(0)]", "unhashable", "key of a dictionary"),
    (MODEL + "return tf.add_n(model.losses)", "at least one", "`sum([])` is 0"),
    ("return max([])", "empty", "`sum([])` is 0"),
    # types
    ("return tf.constant(values).mean()", "has no attribute 'mean'", "tf.reduce_mean"),
    ("return tf.constant(values).reshape(-1)", "object has no attribute 'reshape'.\n", "tf.reshape"),
    ("w = tf.constant(1.0)\nw.assign_sub(0.1)", "assign_sub", "Only a `tf.Variable` can be assigned to"),
    ("return values.no_such_thing", "AttributeError", "behind the dot"),
    ("return keras.losses.MeanSquareError()", "AttributeError", "behind the dot"),
    ("return [values].numpy()", "'list' object has no attribute 'numpy'", "behind the dot"),
    ('return "loss: " + 3.0', "concatenate", "A text"),
    ('return "loss: " + tf.constant(3.0)', "Cannot convert 'loss: '", "A text"),
    ('return float("abc")', "ValueError", "A text"),
    ('return tf.cast("3", tf.float32)', "UnimplementedError", "A text"),
    ('return tf.constant(np.array([1, "a"], dtype=object))', "Unsupported object", "A text"),
    ("return tf.constant([1.0]) + tf.constant([2.0], tf.float64)", "InvalidArgumentError", "does not mix types"),
    ("return tf.constant([1.0]) + tf.constant([2])", "InvalidArgumentError", "does not mix types"),
    ("return tf.Variable(1.0).assign(tf.constant(2.0, tf.float64))", "ValueError", "does not mix types"),
    ("return tf.Variable(1) - 0.5", "Cannot convert 0.5", "does not mix types"),
    ("return tf.reduce_mean(tf.constant([True]))", "of bool is not in the list", "does not mix types"),
    ("return tf.constant(1.0) / tf.constant(2)", "the same dtype", "does not mix types"),
    (graph("return x * tf.constant(2)  # mark"), "does not match type", "does not mix types"),
    ("return (values > 0) - (values > 1)", "TypeError", "does not mix types"),
    ("return 0.1 * [1.0]", "multiply sequence", "work on each entry"),
    ("return [1.0] - [2.0]", "'list' and 'list'", "work on each entry"),
    ("return values[99]", "IndexError", "Counting begins with 0"),
    ("return tf.constant(values)[99]", "InvalidArgumentError", "Counting begins with 0"),
    ("return keras.Sequential([keras.layers.Dense(1)]).weights[0]", "IndexError", "not built yet"),
    (SPARSE + "return loss_fn(np.array([2]), np.ones((1, 2)))", "label value of 2", "a class, that is not"),
    (graph("return tf.gather(x, tf.cast(x, 'int32'))  # mark"), "Error: indices[1] = -2 is not in", "position"),
    ("return np.ones(3) + np.ones(4)", "ValueError", "shapes do not fit"),
    ("return np.ones(3).mean(axis=1)", "AxisError", "no such axis"),
    ("return tf.constant([1.0]) @ tf.constant([[2.0]])", "InvalidArgumentError", "shapes do not fit"),
    ("return tf.reshape(values, (7, 7))", "InvalidArgumentError", "shapes do not fit"),
    (SPARSE + "return loss_fn(np.ones((2, 3)), np.ones((2, 3)))", "rank", "shapes do not fit"),
    (MODEL + "return model(np.ones((5, 4)))", "ValueError: Input 0", "shapes do not fit"),
    (MODEL + graph("return model(x[None, :2], training=True)  # mark"), "ValueError: Input 0", "shapes do not fit"),
    ("return tf.data.Dataset.from_tensor_slices((values, values[:2]))", "Dimensions 3 and 2", "shapes do not fit"),
    # what a checkpoint, a table or a file does not have
    ("return tf.train.Checkpoint(epoch=0)", "trackable", "`tf.Variable(0)`"),
    ('return open("no.csv")', "FileNotFoundError", "no such file"),
    ('tf.train.Checkpoint(w=tf.Variable(1.0)).restore("no-1")', "NotFoundError", "tf.train.latest_checkpoint"),
    ('keras.models.load_model("no.keras")', "ValueError", "no such file"),
    ("return {}['key']", "KeyError", "this dictionary or table"),
    # names and the rest
    ("total += 1  # mark\nreturn total", "UnboundLocalError", "before it gets a value"),
    ("return missing", "NameError", "does not know"),
    (graph("return x * missing  # mark"), "NameError: name 'missing'", "does not know"),
    # both arguments: Python 3.13.0 itself crashes on endless calls that leave one to its default
    ("return scaled(values, factor)", "RecursionError", "calls itself"),
    ("import no_such_module", "ModuleNotFoundError", "not installed"),
    ("exit()", "SystemExit", "whole notebook"),
    # no meaning is better than one that is not certain
    ("return 1 / 0", "ZeroDivisionError: division by zero", None),
    ('raise ValueError("my own")', "ValueError: my own", None),
    (MODEL + "return model.fit(values, values)", "compile()", None),
    ("return tf.debugging.check_numerics([np.inf], 'no number')", "InvalidArgumentError: no number", None),
    ("return tf.data.Dataset.range(3).batch(0)", "InvalidArgumentError: Batch size", None),
    ("return keras.Sequential([keras.layers.Dense(1)]).count_params()", "isn't built", None),
]


@pytest.mark.parametrize(("body", "error", "meaning"), ERRORS)
def test_errors_are_explained(body, error, meaning):
    lines = body.splitlines()
    function = pasted("\n    ".join(["def scaled(values, factor=2.0):", *lines]), "scaled")
    if "exit" in body:
        function.__globals__["exit"] = sys.exit
    found = verdict(SCALED, function)
    assert found.kind == Kind.ERROR, found
    own, said = found.code
    assert own.partition(": ")[2] == next((line.strip() for line in lines if "# mark" in line), lines[-1])
    assert error in said + "\n"
    assert not re.search(r"\.py|function_node|Op:|user code|call\(\)", said)
    assert (meaning in " ".join(found.paragraphs)) if meaning else not found.paragraphs, found


def test_line_of_a_graph_is_found_when_the_cell_is_run_again():
    """TensorFlow takes an equal step for the same, and names the lines of the cell that it saw first."""
    for more in ("", "  # changed"):
        step = graph("return tf.reshape(x, (7, 7))", call="step(tf.constant(values))" + more)
        function = pasted("def scaled(values, factor=2.0):\n    " + step.replace("\n", "\n    "), "scaled")
        assert verdict(SCALED, function).code[0].endswith(": return tf.reshape(x, (7, 7))")


def test_each_meaning_has_an_error():
    """None that no row above leads to, so that no wrong one stays unseen."""
    told = [next((text for _, _, text in errors.MEANINGS if row[2] and row[2] in text), None) for row in ERRORS]
    assert [text for _, _, text in errors.MEANINGS if text not in told] == []


def test_a_graphs_error_is_what_comes_after_its_last_name_or_its_last_line():
    assert errors.short_message(RuntimeError("in user code:\n\n    the way\n    what happened")) == "what happened"
    for names in ("    ValueError: ", "    KeyError: the way\n    TypeError: on\n    ValueError: "):
        assert errors.short_message(RuntimeError(f"in user code:\n\n{names}what happened")) == "what happened"


def test_only_a_message_of_more_than_300_letters_is_cut():
    assert errors.short_message(ValueError("x" * 300)) == "x" * 300
    assert errors.short_message(ValueError("x" * 301)) == "x" * 297 + "..."
