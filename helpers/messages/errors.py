"""What a learner needs of an error: its message without what libraries put around it, and what it usually means."""

import re
import tempfile

import tensorflow as tf

from helpers.messages import places

InvalidArgument = tf.errors.InvalidArgumentError

# (types of the error, words of its message or the module that raised it, what it usually means); the first that fits.
# Where none fits, nothing is said: a wrong meaning is worse than none.
MEANINGS = [
    (
        Exception,
        "'ellipsis'|not ellipsis",
        "A gap, `...`, is still open: it stands where a value is needed.",
    ),
    # gradients and optimizers
    (
        AttributeError,
        "attribute '_unique_id'",
        "An optimizer takes pairs of a gradient and a variable, the gradient first: `zip(gradients, variables)`.",
    ),
    (
        (TypeError, AttributeError),
        r"\(in (backprop|imperative_grad)\)|type_value`: -?\d",
        "A tape needs tensors: a loss, and variables to differentiate it by. `float()`, `.numpy()` and NumPy make "
        "plain numbers, which no tape can follow; a function without `return` makes None.",
    ),
    (
        ValueError,
        "No gradients|None for gradient|gradients provided",
        "The tape saw no way from the weights to the loss. Compute the loss inside the `with` block, with "
        "TensorFlow's operations only.",
    ),
    (
        RuntimeError,
        "non-persistent GradientTape",
        "A tape gives its gradients once, then it forgets (and without `with` it records nothing). Ask for all of "
        "them in one call, with a list of variables, or make it with `persistent=True`.",
    ),
    (
        ValueError,
        "Unknown variable",
        "This optimizer was built for other variables, those of another model. Each model needs an optimizer of its "
        "own, made anew.",
    ),
    # graphs
    (
        (TypeError, ValueError),
        "symbolic .*is not allowed|(main|else) branch|before the loop|after one iteration",
        "A graph can record an `if` or a loop over a tensor only if all branches and rounds give the same names the "
        "same types and shapes, and it cannot record one in a comprehension. `tf.where` chooses entry by entry.",
    ),
    (
        ValueError,
        "singleton tf.Variable|non-first call",
        "A graph may create variables only when it is first called. Create models, optimizers and metrics outside of "
        "it.",
    ),
    (
        Exception,
        "SymbolicTensor|KerasTensor|symbolic|out of scope",
        "In a graph, and behind `keras.Input`, a tensor has no value yet: `.numpy()`, `float()` and NumPy cannot use "
        "it there, and nothing can outside. Use TensorFlow's functions or layers, and return what is needed outside.",
    ),
    # None, and parentheses
    (
        (TypeError, AttributeError, ValueError),
        "NoneType|None values not supported",
        "None stands where a value is needed. Often it comes from a function without `return`, a method like "
        "`append`, which returns nothing, or a gradient that the tape did not record. In a method under `tf.function`, "
        "`self` becomes None when no name holds its object.",
    ),
    (
        (TypeError, AttributeError, ValueError),
        "'(builtin_function_or_method|function|method|type)'",
        "A function or class stands where its result is needed: the parentheses behind its name are missing, as in "
        "`metric.result()`.",
    ),
    (
        TypeError,
        "not callable",
        "Something that is not a function is followed by parentheses: a property, as `model.trainable_variables` is "
        "one, a variable with the name of a function, or a missing comma or operator.",
    ),
    (
        (TypeError, ValueError),
        r"takes .*argument|missing .*required|required positional|unexpected keyword|nrecognized keyword"
        r"|multiple values for|\bexpected .*arguments?, got|\(s\) not recognized",
        "A function is called with too few, too many or misnamed arguments. `help(function)` shows which it takes. "
        "(In a class, the first parameter of each method is `self`.)",
    ),
    # positions and parts
    (
        (TypeError, AttributeError, IndexError),
        "[Oo]nly integers, slices|scalar index|must be integers|as an integer|__index__|of integer",
        "A single integer is needed here: `//` divides without a remainder, `int()` cuts it off. Several rows of a "
        "tensor at once come from `tf.gather`, those that meet a condition from `tf.boolean_mask`.",
    ),
    (
        (TypeError, ValueError),
        "(0-dimensional|length-1|size-1) arrays|ndarray.__format__",
        "One number is needed, and this is an array of several, or of none. Perhaps a mean or a sum over it is "
        "missing.",
    ),
    (
        ValueError,
        "truth value",
        "One truth value is needed, and there are many. `np.where`, `tf.where` and `&` (with parentheses around each "
        "comparison) work entry by entry. In a call: an array stands where a setting should be.",
    ),
    (
        TypeError,
        "not subscriptable|not iterable|non-iterable|not an iterator|[Ss]calar tensor|has no len",
        "Brackets, a loop, `len` or several names before `=` need something with parts, like a list or a tensor. "
        "Over a dataset or a `zip` one can only loop: `next(iter(...))` gives the first part, `list(...)` all.",
    ),
    (
        ValueError,
        "values to unpack",
        "Something has more or fewer parts than there are names for them. A loop over pairs, and `apply_gradients`, "
        "need `zip(...)`.",
    ),
    (
        TypeError,
        "item assignment",
        "A tensor cannot be changed in place. Choose with `tf.where`; or collect the entries in a list and "
        "`tf.stack` them; or use a NumPy array.",
    ),
    (
        TypeError,
        "unhashable",
        "A tensor, an array or a list cannot be the key of a dictionary. `int(...)` makes a number of a single "
        "entry; for all entries at once, `tf.gather` looks numbers up in a tensor.",
    ),
    (
        (ValueError, TypeError),
        "at least one|empty (sequence|iterable)|argument is empty|zero-size array",
        "A list is empty that needs an entry, as `model.losses` is for a model without penalties. `sum([])` is 0.",
    ),
    # types
    (
        AttributeError,
        "EagerTensor'? object",
        "A tensor does not have the methods of a NumPy array, of a variable or of other libraries. There are "
        "functions instead: `tf.reduce_mean(x)`, `tf.reshape(x, ...)`, `tf.cast(x, ...)`. Only a `tf.Variable` can be "
        "assigned to.",
    ),
    (
        AttributeError,
        "attribute '[^_]",
        "An object does not have what stands behind the dot, here or in a function that got it: a typing error, "
        "something that `__init__` did not set, or an object of another type than you think. `print(type(...))` "
        "tells.",
    ),
    (
        (TypeError, ValueError, tf.errors.UnimplementedError),
        "Cannot convert '|concatenate str|must be str|(string|str) to|'str' and|and 'str'|nsupported object type|'<U",
        "A text, or something else that is no number, stands where a number is needed. Text in a table needs to be "
        'encoded before; a loop over a dictionary gives its keys; messages are written as f"loss: {loss:.3f}".',
    ),
    (
        (TypeError, ValueError, InvalidArgument),
        "was expected to be a|does not match type|same dtype|Tensor of dtype|requested dtype|list of allowed values"
        "|numpy boolean|Cannot cast",
        "TensorFlow does not mix types: NumPy makes float64 and int64, Keras float32, a comparison bool. `tf.cast` "
        "or `.astype` makes them equal.",
    ),
    (
        TypeError,
        "'list' and|and 'list'|multiply sequence",
        "A list is no array, and it has no arithmetic. Gradients and variables come as lists: work on each entry, as "
        "in `[0.1 * gradient for gradient in gradients]`.",
    ),
    (
        (IndexError, InvalidArgument),
        r"[Ii]ndex\b.* out of (range|bounds)|is not in \[|label value",
        "A position, or a class, that is not there. Counting begins with 0, so the last of n is n − 1. An empty list "
        "has none, like `model.losses` without penalties, or the weights of a model that is not built yet.",
    ),
    (
        (ValueError, IndexError, InvalidArgument),
        r"\b[Ss]hapes?\b|[Dd]imension|\b(rank|ndims|axis)\b|[Ii]ncompatible|broadcast|inhomogeneous|non-rectangular"
        "|boolean index",
        "The shapes do not fit together, or there is no such axis. Print the `.shape` of each tensor in this line "
        "and compare it with the task.",
    ),
    # what a checkpoint, a table or a file does not have
    (
        ValueError,
        "trackable",
        "A checkpoint keeps models, optimizers and variables. A number has to be a variable for that: "
        "`tf.Variable(0)`.",
    ),
    (
        (FileNotFoundError, tf.errors.NotFoundError, tf.errors.DataLossError, ValueError),
        "No such file|matching files|File not found|Is a directory",
        "There is no such file, or it is a folder. For checkpoints, `tf.train.latest_checkpoint(folder)` finds the "
        "newest; it is None when there is none.",
    ),
    (
        KeyError,
        "",
        "A key that this dictionary or table does not have. Compare its spelling with the task.",
    ),
    # names and the rest
    (
        NameError,
        "(local|free) variable",
        "A name is used before it gets a value. Inside a function, assigning makes a name local: give it a value "
        "first.",
    ),
    (
        NameError,
        "",
        "A name that Python does not know: a typing error, or a variable of another function. What a function needs "
        "comes in through its arguments.",
    ),
    (
        RecursionError,
        "",
        "The function calls itself without end. Look for a name in its body that is its own.",
    ),
    (
        ImportError,
        "",
        "A module that is not installed or has another name. The exercises need only what the first cell imports.",
    ),
    (
        SystemExit,
        "",
        "`exit` or `quit` would end the whole notebook; a function ends with `return`.",
    ),
]


def meaning(error: BaseException) -> str | None:
    """Return what an error usually means, None if this is not known."""
    words = re.sub(
        r"<tf\.[^<>]*>|<Variable[^<>]*>", "", short_message(error)
    )  # a tensor's shape and type say nothing here
    modules = [frame.f_globals.get("__name__", "") for frame, _ in places.frames(error)]
    words += "".join(f" (in {module.rpartition('.')[2]})" for module in modules[-1:])
    fits = (text for kinds, pattern, text in MEANINGS if isinstance(error, kinds) and re.search(pattern, words))
    return next(fits, None)


# What libraries put around and into a message; the text between stays.
AROUND = [
    r".*^Detected at node .*^  File [^\n]*\n",  # where the node of a graph was made, in many lines
    r"^Graph execution error:",
    r"^Exception encountered when calling .*?\n\n",
    r"\n\s*(Arguments received by|Call arguments).*",
    r"\n\s*<tf\.Tensor [^<>]*> was defined here:.*",
    r"; NodeDef: .*",
    r" for '\{\{node .*?\)'|\[*\{\{.*?\}\}\]*",
    r"\[Op:\w+\]( name: ?\S*)?",
    r", (value|numpy)=[^<>]*(?=>)",
    r"Please see https?://.*|You can attempt the following .*|If you (are looking for|believe) .*",
    r"\S*[/\\](?=[\w.-]+\.py)|\b(tensorflow\.python|keras\.src)[\w.]*\.",
]


def short_message(error: BaseException) -> str:
    """Return an error's message as one paragraph, without what libraries put around it and places on this machine."""
    text = re.sub(r"\x1b\[[\d;]*m", "", str(error))
    text = re.sub(re.escape(tempfile.gettempdir()) + r"[/\\]tmp\w+", "...", text)
    if "in user code:" in text:  # a graph's error repeats the whole way to it; what happened comes last
        raised = list(re.finditer(r"^ +\w+(?:Error|Exception): ", text, flags=re.MULTILINE))
        text = text[raised[-1].end() :] if raised else text.strip().splitlines()[-1]
        text = re.sub(r"^ +", "", text, flags=re.MULTILINE)
    for pattern in AROUND:
        text = re.sub(pattern, "", text, flags=re.DOTALL | re.MULTILINE)
    text = " ".join(text.split())
    return text if len(text) <= 300 else text[:297] + "..."
