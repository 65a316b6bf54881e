"""What a training step can reach and change: finding it, copying it, putting it back.

Every probe of the doctor runs inside `kept`, so it leaves a model as it found it, also when it ends in an error.
"""

import contextlib
import functools
import itertools
import random
import types
import weakref

import keras
import numpy as np
import tensorflow as tf
from keras.src.backend.common import global_state
from tensorflow.python.eager import context
from tensorflow.python.ops import stateful_random_ops

# what stands in these packages is not the learner's; inside of it only layers, optimizers and the like are looked at
LIBRARIES = {"tensorflow", "keras", "numpy", "pandas", "sklearn", "matplotlib", "tqdm", "builtins", "IPython"}
KERAS_OBJECTS = (
    keras.layers.Layer,
    keras.optimizers.Optimizer,
    keras.metrics.Metric,
    keras.losses.Loss,
    keras.random.SeedGenerator,
)
DROPOUT = (keras.layers.Dropout, keras.layers.GaussianDropout, keras.layers.GaussianNoise, keras.layers.AlphaDropout)
DROPOUT += (keras.layers.SpatialDropout1D, keras.layers.SpatialDropout2D, keras.layers.SpatialDropout3D)
# attributes in which Keras keeps its books
OF_KERAS = {"_auto_config", "_tracker", "_inbound_nodes", "_outbound_nodes", "_build_shapes_dict", "_call_signature"}
# larger arrays and lists are data, and are not copied
MOST_ENTRIES = 1_000_000
PLAIN = (int, float, str, bytes, bool, complex, type(None), types.ModuleType, types.BuiltinFunctionType)


def raw(variable) -> tf.Variable:
    """Return the tf.Variable inside of a Keras variable; a tf.Variable as it is."""
    return variable.value if isinstance(variable, keras.Variable) else variable


def ids(variables) -> set[int]:
    """Return what tells variables apart, whichever of the two kinds stands for them."""
    return {id(raw(variable)) for variable in variables}


def reachable(*roots) -> list:
    """Return every object that functions, models and objects can reach: closures, globals, attributes, traced graphs.

    Variables are returned as tf.Variables, each of them once.
    """
    found, queue = {}, list(roots)
    while queue:
        thing = queue.pop()
        thing = raw(thing) if isinstance(thing, keras.Variable) else thing
        if isinstance(thing, PLAIN) or id(thing) in found:
            continue
        found[id(thing)] = thing
        queue += _parts(thing)
    return list(found.values())


def _parts(thing):
    """Return what one object leads to."""
    if isinstance(thing, (tf.Variable, tf.Tensor, np.ndarray)):
        return []
    if hasattr(thing, "python_function"):  # a tf.function, with the variables of the graphs that it has recorded
        found = [thing.python_function]
        # its own method for this would record a graph where there is none yet
        cache = getattr(thing, "_function_cache", None)
        for graph in cache.values() if cache is not None else []:
            with contextlib.suppress(AssertionError):  # variables that were made in the graph, and are gone
                found += graph.variables
        return found
    if isinstance(thing, types.FunctionType):
        return _parts_of_function(thing)
    if isinstance(thing, types.MethodType):
        return [thing.__self__, thing.__func__]
    if isinstance(thing, functools.partial):
        return [thing.func, *thing.args, *thing.keywords.values()]
    if isinstance(thing, weakref.ref):
        return [thing()]
    if isinstance(thing, tf.random.Generator):
        return [thing.state]
    if isinstance(thing, dict):
        return list(thing.values()) if len(thing) < MOST_ENTRIES else []
    if isinstance(thing, (list, tuple, set, frozenset)):
        return list(thing) if len(thing) < 10_000 else []
    if isinstance(thing, type):
        return [] if _is_library(thing.__module__) else list(vars(thing).values())
    if isinstance(thing, (*KERAS_OBJECTS, tf.Module)) or not _is_library(type(thing).__module__):
        known = getattr(thing, "variables", [])
        own = [value for name, value in getattr(thing, "__dict__", {}).items() if name not in OF_KERAS]
        own = [value for value in own if type(value) is not dict] if _is_library(type(thing).__module__) else own
        return [*(known if isinstance(known, (list, tuple)) else []), *own]
    return []


def _parts_of_function(function):
    if _is_library(function.__module__):  # one that wraps a learner's function, as tf.function does for methods
        return [*cells(function).values(), getattr(function, "__wrapped__", None)]
    names = set(itertools.chain.from_iterable(code.co_names for code in codes(function)))
    used = [function.__globals__[name] for name in names if name in function.__globals__]
    defaults = [*(function.__defaults__ or ()), *(function.__kwdefaults__ or {}).values()]
    return [*cells(function).values(), *used, *defaults, getattr(function, "__wrapped__", None)]


def codes(function) -> list[types.CodeType]:
    """Return the code of a function and of the functions inside of it."""
    found = [function.__code__]
    for code in found:  # grows while it is read
        found += [constant for constant in code.co_consts if isinstance(constant, types.CodeType)]
    return found


def cells(function) -> dict:
    """Return {name: value} of what a function has kept from the function around it."""
    found = {}
    for name, cell in zip(function.__code__.co_freevars, function.__closure__ or ()):
        with contextlib.suppress(ValueError):  # a cell that is still empty
            found[name] = cell.cell_contents
    return found


def names_used(*roots) -> set[str]:
    """Return the names that the learner's code mentions: functions, attributes, globals."""
    functions = [thing for thing in reachable(*roots) if isinstance(thing, types.FunctionType)]
    own = [function for function in functions if not _is_library(function.__module__)]
    return {name for function in own for code in codes(function) for name in code.co_names}


def _is_library(module):
    return (module or "").partition(".")[0] in LIBRARIES


def of_kind(things, kind) -> list:
    """Return those of `things` that are of a class."""
    return [thing for thing in things if isinstance(thing, kind)]


class Snapshot:
    """A copy of everything that can be put back, taken when it is made; `put_back` may be called many times."""

    def __init__(self, *roots):
        self.things = reachable(*roots)
        self.variables = [(thing, thing.numpy()) for thing in of_kind(self.things, tf.Variable) if _has_value(thing)]
        self.arrays = [(t, t.copy()) for t in of_kind(self.things, np.ndarray) if t.size <= MOST_ENTRIES]
        self.streams = [(t, t.bit_generator.state) for t in of_kind(self.things, np.random.Generator)]
        self.streams += [(thing, thing.getstate()) for thing in of_kind(self.things, random.Random)]
        self.lists = [(thing, list(thing)) for thing in of_kind(self.things, list) if type(thing) is list]
        self.names = [(each, dict(each)) for thing in self.things for each in _names_of(thing)]
        self.optimizers = of_kind(self.things, keras.optimizers.Optimizer)
        self.new = [optimizer for optimizer in self.optimizers if not optimizer.built]
        self.seeds = _seeds()

    def put_back(self) -> None:
        """Make everything what it was: variables bit for bit, lists, attributes, seeds."""
        for names, before in self.names:
            _restore_names(names, before)
        for thing, before in self.lists:
            if len(thing) != len(before) or any(new is not old for new, old in zip(thing, before)):
                thing[:] = before
        for thing, before in self.arrays:
            if thing.flags.writeable and thing.tobytes() != before.tobytes():
                thing[...] = before
        for variable, before in self.variables:
            variable.assign(before)
        for optimizer in self.new:
            _as_new(optimizer)
        for stream, before in self.streams:
            if isinstance(stream, random.Random):
                stream.setstate(before)
            else:
                stream.bit_generator.state = before
        _set_seeds(self.seeds)

    def changed(self) -> dict[int, float]:
        """Return {id of a tf.Variable: largest change of an entry} of those that are not as they were."""
        found = {}
        for variable, before in self.variables:
            now = variable.numpy()
            if now.tobytes() != before.tobytes():
                found[id(variable)] = _largest_difference(now, before)
        return found

    def changed_python(self) -> list:
        """Return the lists, dictionaries and namespaces of objects that are not as they were."""
        lists = [thing for thing, before in self.lists if len(thing) != len(before)]
        return lists + [names for names, before in self.names if any(names.get(k) is not v for k, v in before.items())]


def _has_value(variable):
    return bool(tf.compat.v1.is_variable_initialized(variable)) and variable.dtype != tf.resource


def _largest_difference(now, before):
    if now.dtype.kind in "iu" or now.dtype.kind not in "fV":
        return 1.0
    with np.errstate(all="ignore"):
        return float(np.max(np.abs(now.astype("float64") - before.astype("float64"))))


def _names_of(thing):
    """Return the dictionaries in which an object, a learner's function or a dictionary keeps what can be set anew."""
    if type(thing) is dict:
        return [thing]
    if isinstance(thing, types.FunctionType):
        own = not _is_library(thing.__module__)
        return [_Globals(thing), _Closure(thing)] if own and thing.__closure__ else [_Globals(thing)] if own else []
    if isinstance(thing, type) or _is_library(type(thing).__module__) or not hasattr(thing, "__dict__"):
        return []
    return [thing.__dict__]


class _Globals(dict):
    """The globals that a function names, as a dictionary whose changes reach them."""

    def __init__(self, function):
        self.home = function.__globals__
        names = {name for code in codes(function) for name in code.co_names if name in self.home}
        super().__init__({name: self.home[name] for name in names})

    def get(self, name, default=None):
        return self.home.get(name, default)

    def __setitem__(self, name, value):
        self.home[name] = value


class _Closure(dict):
    """What a function has kept from the function around it, as a dictionary whose changes reach it."""

    def __init__(self, function):
        self.function = function
        super().__init__(cells(function))

    def get(self, name, default=None):
        return cells(self.function).get(name, default)

    def __setitem__(self, name, value):
        self.function.__closure__[self.function.__code__.co_freevars.index(name)].cell_contents = value


def _restore_names(names, before):
    # what a graph or Keras has made on the way is needed from then on
    lasting = (tf.Variable, keras.Variable, tf.Module, *KERAS_OBJECTS)
    of_keras = "_tracker" in before or any(str(name).startswith("_self_") for name in before)
    for name, old in before.items():
        new = names.get(name)
        own = not of_keras or not (str(name).startswith("_") or name == "built")
        if own and new is not old and not (old is None and isinstance(new, lasting)):
            names[name] = old
    if type(names) is dict and not of_keras:
        for name in [name for name in names if name not in before and not isinstance(names[name], lasting)]:
            del names[name]


def _as_new(optimizer):
    """Give an optimizer that was built meanwhile the slots of a new one, mostly zeros; it cannot be unbuilt."""
    if optimizer.built and getattr(optimizer, "_trainable_variables", None):
        new = type(optimizer).from_config(optimizer.get_config())
        new.build(optimizer._trainable_variables)
        for variable, fresh in zip(optimizer.variables, new.variables):
            if variable is not optimizer._learning_rate:
                variable.assign(fresh)


def _seeds():
    """Return the state of Python's, NumPy's, TensorFlow's and Keras' own streams of random numbers."""
    eager = context.context()
    stream = None if eager._seed is None else eager._rng.getstate()
    variables = [generator.state for generator in _generators() if generator is not None]
    return (
        (random.getstate(), np.random.get_state(), eager._seed, stream),
        [(variable, variable.numpy()) for variable in variables],
        _generators()[1] is None,
    )


def _generators():
    return stateful_random_ops.global_generator, global_state.get_global_attribute("global_seed_generator")


def _set_seeds(seeds):
    (python, numpy, seed, stream), variables, none_of_keras = seeds
    if seed is not None and (context.context()._seed, context.context()._rng.getstate()) != (seed, stream):
        tf.random.set_seed(seed)
        context.context()._rng.setstate(stream)
    for variable, before in variables:
        variable.assign(before)
    if none_of_keras:
        global_state.set_global_attribute("global_seed_generator", None)
    random.setstate(python)
    np.random.set_state(numpy)


@contextlib.contextmanager
def kept(*roots):
    """Put back, at the end of a `with` block and whatever happens in it, all that functions and models can reach."""
    before = Snapshot(*roots)
    eager = tf.config.functions_run_eagerly()
    try:
        yield before
    finally:
        tf.config.run_functions_eagerly(eager)
        before.put_back()


@contextlib.contextmanager
def kept_seeds():
    """Put back the streams of random numbers, and nothing else."""
    seeds = _seeds()
    try:
        yield
    finally:
        _set_seeds(seeds)


@contextlib.contextmanager
def without_dropout(model):
    """Switch Dropout off inside of a `with` block."""
    layers = [layer for layer in model._flatten_layers() if isinstance(layer, DROPOUT) and hasattr(layer, "rate")]
    rates = [layer.rate for layer in layers]
    try:
        for layer in layers:
            layer.rate = 0.0
        yield
    finally:
        for layer, rate in zip(layers, rates):
            layer.rate = rate
