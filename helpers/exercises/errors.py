"""What a learner needs of an error: the own line that it came from, its message, and what it usually means."""

import linecache
import re

import tensorflow as tf

from helpers.exercises import sources

# (type of the error, words of its message, what it usually means); the first that fits
MEANINGS = [
    (
        NameError,
        "local variable",
        "A name is used before it gets a value. Inside a function, assigning makes a name local: give it a "
        "value first.",
    ),
    (
        NameError,
        "",
        "A name that Python does not know: a typing error, or a variable of another function. What a function"
        " needs comes in through its arguments.",
    ),
    (
        AttributeError,
        "'NoneType'",
        "Something before the dot is None. Often a function without `return`, or a gradient that the tape did"
        " not record.",
    ),
    (
        AttributeError,
        "'numpy'|SymbolicTensor",
        "Inside a graph there are no values yet, so `.numpy()` does not exist. Stay with TensorFlow's "
        "functions there.",
    ),
    (
        AttributeError,
        "",
        "The object before the dot does not have what stands behind the dot: a typing error, or an object of "
        "another type than you think. `print(type(...))` tells.",
    ),
    (
        tf.errors.OperatorNotAllowedInGraphError,
        "",
        "A graph cannot use a tensor as a Python truth value or loop over it. Use `tf.where`, `tf.cond` or "
        "TensorFlow's own operations.",
    ),
    (
        TypeError,
        "NoneType|None values not supported",
        "None stands where a number or a tensor is needed. Often a function without `return`, or a gradient "
        "that the tape did not record.",
    ),
    (
        TypeError,
        "not callable",
        "Something that is not a function is followed by parentheses. Look for a variable with the name of a "
        "function, or a missing comma or operator.",
    ),
    (
        TypeError,
        "argument",
        "A function is called with too few, too many or misnamed arguments. `help(function)` shows which it "
        "takes.",
    ),
    (
        TypeError,
        "not subscriptable|not iterable",
        "Brackets or a loop need something with parts, like a list or a tensor, and this has none.",
    ),
    (
        TypeError,
        "",
        "Two types that do not work together, for example a list and a number, or integers and floats in one "
        "TensorFlow operation.",
    ),
    (
        tf.errors.InvalidArgumentError,
        "double|int64|int32|expected to be a",
        "TensorFlow does not mix types: NumPy makes float64 and int64, Keras float32. `tf.cast` or `.astype` "
        "makes them equal.",
    ),
    (
        tf.errors.InvalidArgumentError,
        "",
        "The shapes do not fit together. Print the `.shape` of each tensor in this line and compare it with "
        "the task.",
    ),
    (
        ValueError,
        "No gradients|None for gradient|gradients provided",
        "The tape saw no way from the weights to the loss. Compute the loss inside the `with` block, with "
        "TensorFlow's operations only.",
    ),
    (
        ValueError,
        "non-first call|tf.Variable",
        "A graph may create variables only when it is first called. Create models, optimizers and metrics "
        "outside of it.",
    ),
    (
        ValueError,
        "shape|dimension|broadcast|incompatible|inhomogeneous",
        "The shapes do not fit together. Print the `.shape` of each tensor in this line and compare it with "
        "the task.",
    ),
    (
        ValueError,
        "truth value",
        "An `if` or `and` got many truth values instead of one. `np.where`, `tf.where` or `&` work entry by "
        "entry.",
    ),
    (
        ValueError,
        "",
        "The type is right, but the value is not one that this function can use. The message names it.",
    ),
    (
        IndexError,
        "",
        "A position that is not there. Counting begins with 0, so the last of n is n − 1.",
    ),
    (
        KeyError,
        "",
        "A key that this dictionary or table does not have. Compare its spelling with the task.",
    ),
    (
        ZeroDivisionError,
        "",
        "Something is divided by zero, often a count that is still 0.",
    ),
    (
        RecursionError,
        "",
        "The function calls itself without end. Look for a name in its body that is its own.",
    ),
    (
        ImportError,
        "",
        "A module that is not installed or has another name. The exercises need only what the first cell "
        "imports.",
    ),
    (
        AssertionError,
        "",
        "An `assert` of the code did not hold.",
    ),
    (
        StopIteration,
        "",
        "`next` was called on something that has nothing left.",
    ),
    (
        SystemExit,
        "",
        "`exit` or `quit` would end the whole notebook; a function ends with `return`.",
    ),
]


def meaning(error):
    """Return what an error usually means, None if this is not known."""
    words = message(error)
    fits = (text for kind, pattern, text in MEANINGS if isinstance(error, kind) and re.search(pattern, words))
    return next(fits, None)


def message(error):
    """Return an error's message as one paragraph, without what libraries put around it and places on this machine."""
    text = re.sub(r"\x1b\[[\d;]*m", "", str(error))
    if "in user code:" in text:  # a graph's error repeats the whole way to it; the last line says what happened
        lines = [line.strip() for line in text.splitlines() if line.strip()]
        raised = [line for line in lines if re.match(r"\w+(Error|Exception): ", line)]
        text = raised[-1].partition(": ")[2] if raised else lines[-1]
    around = r"^Exception encountered when calling .*?\n\n|\n\n(Arguments received by|Call arguments).*"
    text = re.sub(around, "", text, flags=re.DOTALL)
    text = re.sub(r" for '\{\{node .*?\)'|\{\{.*?\}\}|\[Op:\w+\]( name:)?|\S*[/\\](?=[\w.-]+\.py)", "", text)
    text = " ".join(text.split())
    return text if len(text) <= 300 else text[:297] + "..."


def own_line(candidate, error):
    """Return the last line of the learner's code that the error came through, as (text,); () if it came from elsewhere."""
    places = [place for code in sources.code_objects(candidate) if (place := _place(code))]
    # a graph runs a rewritten copy of the code, and its message names the lines of the original
    said = re.findall(r'File "([^"]+)", line (\d+), in', str(error))
    frames = [(frame.f_code.co_filename, line) for frame, line in _frames(error)]
    for file, line in [*((file, int(line)) for file, line in reversed(said)), *reversed(frames)]:
        if any(_same_file(file, place) and first <= line <= last for place, first, last in places):
            source = linecache.getline(_full_name(file, places), line).strip()
            return (f"line {line}: {source}",) if source else (f"line {line} of your code",)
    return ()


def _place(code):
    """Return (file, first line, last line) of a code object, None if it has no lines."""
    lines = [line for *_, line in code.co_lines() if line]
    return (code.co_filename, min(lines), max(lines)) if lines else None


def _frames(error):
    trace = error.__traceback__
    while trace:
        yield trace.tb_frame, trace.tb_lineno
        trace = trace.tb_next


def _same_file(one, other):
    # what a graph's message names may have lost its folder
    return one == other or one == re.split(r"[/\\]", other)[-1]


def _full_name(file, places):
    return next(place for place, *_ in places if _same_file(file, place))
