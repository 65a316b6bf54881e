"""Functions as text and code: what a learner starts with, what a solution says, whether a body is still empty."""

import ast
import dis
import inspect
import textwrap
from collections.abc import Callable

from helpers.exercises.exercise import Exercise
from helpers.messages import places


def text_of(function: Callable) -> str:
    """Return the text of a function or class, as its module has it, without the decorator that makes it a Mistake."""
    text = textwrap.dedent(inspect.getsource(function)).strip()
    if not text.startswith("@mistake("):
        return text
    (tree,) = ast.parse(text).body
    return "\n".join(text.splitlines()[tree.lineno - 1 :])


def starter(exercise: Exercise) -> str:
    """Return what a learner starts with: the reference, with the own starter's body, or with `...` for each."""
    tree, lines = _parsed(exercise.reference)
    if exercise.starter is not None:
        own_tree, own_lines = _parsed(exercise.starter)
        return "\n".join(lines[: _last_line_of_head(tree)] + own_lines[_last_line_of_head(own_tree) :])
    inside = tree.body if isinstance(tree, ast.ClassDef) else [tree]
    methods = [node for node in inside if isinstance(node, ast.FunctionDef)]
    # from the end, so that the numbers of the lines before stay right
    for function in reversed(methods):
        first = _last_line_of_head(function)
        lines[first : function.end_lineno] = [" " * (function.col_offset + 4) + "..."]
    return "\n".join(lines)


def _parsed(function):
    """Return the syntax tree of a function or class, and its lines."""
    text = text_of(function)
    (tree,) = ast.parse(text).body
    return tree, text.splitlines()


def _last_line_of_head(function):
    """Return the number, from 1, of the line on which the docstring ends, or of the one before the body."""
    first = function.body[0]
    return first.end_lineno if ast.get_docstring(function) else first.lineno - 1


def empty_functions(candidate: Callable) -> list[str]:
    """Return the names of the functions whose body does nothing: `...`, `pass`, a docstring, `return None`."""
    return [function.__name__ for function in places.functions_of(candidate) if _is_empty(function.__code__)]


def _is_empty(code):
    if code.co_flags & inspect.CO_GENERATOR:
        return False
    # what is left of such a body once compiled, in Python 3.11 to 3.13
    idle = ("RESUME", "NOP", "CACHE", "COPY_FREE_VARS")
    steps = [step for step in dis.get_instructions(code) if step.opname not in idle]
    loads = [step for step in steps if step.opname in ("LOAD_CONST", "RETURN_CONST")]
    return all(step.opname == "RETURN_VALUE" for step in steps if step not in loads) and all(
        step.argval is None or step.argval is ... for step in loads
    )


def is_same_code(candidate: Callable, other: Callable | None) -> bool:
    """Whether two functions have the same lines; their names, docstrings, comments and blank lines do not count."""
    if other is None:
        return False
    try:
        return _lines_that_count(candidate) == _lines_that_count(other)
    except (OSError, TypeError, SyntaxError, ValueError):  # no source, or none that stands alone, like a lambda's
        return False


def _lines_that_count(function):
    tree, _ = _parsed(function)
    tree.name = ""
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)) and ast.get_docstring(node):
            del node.body[0]
    return ast.dump(tree)
