"""Where in a learner's code an error came from: the functions and lines that are the learner's own."""

import inspect
import linecache
import re
import types
from collections.abc import Callable


def functions_of(candidate: Callable) -> list[types.FunctionType]:
    """Return the Python functions of a function, a class (its own methods) or a wrapper like tf.function's."""
    if inspect.isclass(candidate):
        found = [getattr(value, "__func__", getattr(value, "fget", value)) for value in vars(candidate).values()]
        found = map(inspect.unwrap, filter(callable, found))
        return [value for value in found if isinstance(value, types.FunctionType)]
    candidate = inspect.unwrap(candidate)
    candidate = getattr(candidate, "__func__", candidate)
    return [candidate] if isinstance(candidate, types.FunctionType) else []


def code_objects(candidate: Callable) -> list[types.CodeType]:
    """Return the code of a function or class, with that of the functions inside."""
    found = [function.__code__ for function in functions_of(candidate)]
    for code in found:  # grows while it is read
        found += [constant for constant in code.co_consts if isinstance(constant, types.CodeType)]
    return found


def frames(error: BaseException):
    """Yield (frame, line) of each call that an error came through, the outermost first."""
    trace = error.__traceback__
    while trace:
        yield trace.tb_frame, trace.tb_lineno
        trace = trace.tb_next


def is_raised_by(candidate: Callable, error: BaseException) -> bool:
    """Whether a line of the learner's code raised an error itself, and not something that it called."""
    *_, (frame, _) = frames(error)
    return frame.f_code in code_objects(candidate)


def own_line(candidate: Callable, error: BaseException) -> tuple[str, ...]:
    """Return the learner's last line that an error came through, as (text,); () if it came from elsewhere."""
    own = [place for code in code_objects(candidate) if (place := _place(code))]
    passed = [(frame.f_code.co_filename, line) for frame, line in frames(error)]
    for file, line in [*reversed(_lines_of_graph(error)), *reversed(passed)]:
        for place, first, last in own:
            if first <= line <= last and _same_line(file, place, line):
                source = linecache.getline(place, line).strip()
                return (f"line {line}: {source}",) if source else (f"line {line} of your code",)
    return ()


def _lines_of_graph(error):
    """Return (file, line) of the lines that a graph's error names; what it runs is a rewritten copy of them."""
    text = str(error)
    if "in user code:" not in text and "Detected at node" not in text:
        return []
    way = text.partition("was defined here:")[0]  # after that comes the way of a tensor, not of the error
    return [(file, int(line)) for file, line in re.findall(r'File "([^"]+)", line (\d+), in', way)]


def _place(code):
    """Return (file, first line, last line) of a code object, None if it has no lines."""
    lines = [line for *_, line in code.co_lines() if line]
    return (code.co_filename, min(lines), max(lines)) if lines else None


def _same_line(file, place, line):
    # what a graph's message names may have lost its folder, or be an earlier cell with the same step in it
    if file == place or file == re.split(r"[/\\]", place)[-1]:
        return True
    return "" != linecache.getline(file, line).strip() == linecache.getline(place, line).strip()
