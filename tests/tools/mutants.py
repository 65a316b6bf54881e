"""Small accidental changes of a piece of code: another operator, a dropped argument, two lines exchanged."""

import ast
import copy

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
    for i, statement in enumerate(node.body if isinstance(getattr(node, "body", None), list) else []):
        if not is_docstring(statement) and not isinstance(node, ast.Module):
            yield f"{type(statement).__name__} dropped", lambda i=i: node.body.__setitem__(i, ast.Pass())
            if i + 1 < len(node.body):
                yield "two lines exchanged", lambda i=i: node.body.insert(i, node.body.pop(i + 1))


def become(node, other):
    """Put another node of the tree in the place of this one."""
    node.__class__, node.__dict__ = type(other), vars(other)


def other_constant(value):
    if isinstance(value, bool):
        return not value
    return value + 1 if isinstance(value, int) or not value else value * 2


def is_docstring(statement):
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
