"""Small accidental changes of a piece of code, another operator or a dropped argument, and the verdicts on them."""

import _thread
import ast
import copy
import dataclasses
import functools
import random
import signal
import threading
import time
import unittest.mock

from helpers.exercises import sources, verdict
from helpers.messages.message import Kind
from pasting import paste

SWAPPED = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult, ast.FloorDiv: ast.Mult, ast.Pow: ast.Mult,
    ast.BitAnd: ast.BitOr, ast.BitOr: ast.BitAnd, ast.And: ast.Or, ast.Or: ast.And, ast.Lt: ast.LtE, ast.LtE: ast.Lt,
    ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.Is: ast.IsNot, ast.IsNot: ast.Is,
    ast.In: ast.NotIn, ast.NotIn: ast.In, ast.MatMult: ast.Mult, ast.Mod: ast.Mult,
}  # fmt: skip


def mutants(text):
    """Yield (what was changed, text) for each small change of a function's or class's text, docstrings left out."""
    original = ast.parse(text)
    for index, node in enumerate(ast.walk(original)):
        for number in range(len(list(changes(node)))):
            tree = copy.deepcopy(original)
            changed = list(ast.walk(tree))[index]
            what, apply = list(changes(changed))[number]
            before = ast.unparse(tree)
            apply()
            if (after := ast.unparse(ast.fix_missing_locations(tree))) != before:
                yield f"line {getattr(node, 'lineno', 0)}, {what}", after


def changes(node):
    """Yield (what, apply) for each way to change one node in place."""
    if isinstance(node, (ast.BinOp, ast.AugAssign, ast.BoolOp)) and type(node.op) in SWAPPED:
        yield f"{type(node.op).__name__} swapped", lambda: setattr(node, "op", SWAPPED[type(node.op)]())
    if isinstance(node, ast.Compare):
        for i, operator in enumerate(node.ops):
            if type(operator) in SWAPPED:
                other = SWAPPED[type(operator)]()
                yield f"{type(operator).__name__} swapped", lambda i=i, other=other: node.ops.__setitem__(i, other)
    if isinstance(node, ast.Compare) and len(node.ops) == 1:
        sides = {"left": node.comparators[0], "comparators": [node.left]}
        yield "comparison turned around", lambda: vars(node).update(sides)
    if isinstance(node, ast.UnaryOp):
        yield f"{type(node.op).__name__} dropped", lambda: become(node, node.operand)
    if isinstance(node, ast.Constant) and isinstance(node.value, (bool, int, float)):
        yield f"{node.value} changed", lambda: setattr(node, "value", other_constant(node.value))
    if isinstance(node, ast.Call):
        for i in range(len(node.args)):
            yield f"argument {i} dropped", lambda i=i: node.args.pop(i)
        for i, keyword in enumerate(node.keywords):
            yield f"{keyword.arg}= dropped", lambda i=i: node.keywords.pop(i)
        if len(node.args) > 1 and not any(isinstance(argument, ast.Starred) for argument in node.args):
            yield "arguments turned around", lambda: node.args.reverse()
        inner = node.func.value if isinstance(node.func, ast.Attribute) else None
        if isinstance(inner, ast.Call):  # dataset.shuffle(9).batch(3) without its last call
            yield f".{node.func.attr}() dropped", lambda: become(node, inner)
        if len(node.args) == 1 and isinstance(node.args[0], ast.Call) and not node.keywords:
            yield "call around a call dropped", lambda: become(node, node.args[0])
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "range" and node.args:
        last = min(1, len(node.args) - 1)
        more = ast.BinOp(node.args[last], ast.Add(), ast.Constant(1))
        yield "one round more", lambda: node.args.__setitem__(last, more)
    if isinstance(node, ast.IfExp):
        yield "else gone", lambda: become(node, node.body)
        yield "if gone", lambda: become(node, node.orelse)
    for block in (getattr(node, name, None) for name in ("body", "orelse")):
        if isinstance(block, list) and not isinstance(node, ast.Module):
            yield from changes_of_lines(block)


def changes_of_lines(block):
    """Yield (what, apply) for each way to drop, exchange or unwrap one of these statements."""
    for i, statement in enumerate(block):
        if is_docstring(statement):
            continue
        yield f"{type(statement).__name__} dropped", lambda i=i: block.__setitem__(i, ast.Pass())
        if isinstance(statement, ast.If):
            yield "if always", lambda i=i, branch=statement.body: block.__setitem__(slice(i, i + 1), branch)
        if isinstance(statement, ast.If) and statement.orelse:
            yield "else always", lambda i=i, branch=statement.orelse: block.__setitem__(slice(i, i + 1), branch)
        if i + 1 < len(block):
            yield "two lines exchanged", lambda i=i: block.insert(i, block.pop(i + 1))


def become(node, other):
    """Put another node of the tree in the place of this one."""
    node.__class__, node.__dict__ = type(other), vars(other)


def other_constant(value):
    if isinstance(value, bool):
        return not value
    return value + 1 if isinstance(value, int) or not value else value * 2


def is_docstring(statement):
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)


def in_time(function, seconds=20):
    """Return function(), which must treat an interrupt as a learner's; it gets one when it does not come to an end.

    The seconds are those of the processor, so that a busy machine interrupts nothing else.
    """
    # what a shell starts in the background ignores interrupts, and so would these tests
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    over, end = threading.Event(), time.process_time() + seconds

    def watch():
        while not over.wait(0.05):
            if time.process_time() > end:
                _thread.interrupt_main()
                return

    watching = threading.Thread(target=watch)
    watching.start()
    try:
        return function()
    finally:
        over.set()
        watching.join()
        signal.signal(signal.SIGINT, before)


def drawn(found, exercise_id, most):
    """Return as many of these mutants, drawn by the exercise's number, in their order; all if `most` is None."""
    if most is None or most >= len(found):
        return found
    places = random.Random(exercise_id).sample(range(len(found)), most)
    return [found[place] for place in sorted(places)]


# a mutant replaces nothing in a library; to measure the reference again after each would double the time
@unittest.mock.patch("helpers.exercises.judging._poisoned", lambda exercise, expected: None)
@functools.cache
def judged_mutants(exercise, most=None):
    """Return the figures of one exercise's mutants, or of a few of them, and which of them the check judges wrongly."""
    on_second = dataclasses.replace(exercise, observe=exercise.second)
    figures = {"mutants": 0, "right on all probes": 0, "wrongly accepted": [], "wrongly named": []}
    every = list(mutants(sources.text_of(exercise.reference)))
    for what, text in drawn(every, exercise.id, most):
        try:
            mutant = paste(exercise, text)
        except Exception:  # it cannot even be defined
            continue
        figures["mutants"] += 1
        found = in_time(lambda: verdict(exercise, mutant))
        if found.kind == Kind.RIGHT:
            if in_time(lambda: verdict(on_second, mutant)).kind == Kind.RIGHT:
                figures["right on all probes"] += 1
            else:
                figures["wrongly accepted"].append(what)
        if found.kind == Kind.MISTAKE:
            second = in_time(lambda: verdict(on_second, mutant))
            if second.headline != found.headline:
                figures["wrongly named"].append(f"{what}: {found.headline}, on the second probes: {second.headline}")
    return figures
