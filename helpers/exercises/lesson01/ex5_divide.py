"""01.5 Division for our own tape."""

import numpy as np

from helpers.exercises import forms
from helpers.exercises.exercise import Exercise, mistake

TITLE = "Division for our own tape"
TASK = """Our own tape knows `+`, `-`, `*` and `**`. Teach it to divide. Write `divide(a, b, Node)`, with the pattern of
`multiply` from "A tape by hand": return a `Node` that has the quotient as its value, and as its inputs the two numbers,
each with the slope along it.

One of the two may be a plain number, as in `divide(1, x, Node)` or `divide(x, 2, Node)`. The class comes as an
argument, so that the check can use a tape of its own; `Node(value, name, inputs)` is the one of the lesson. The name is
up to you, and whether a plain number becomes a node as well."""
HINTS = (
    "How much does a / b change per unit of a? And per unit of b? Write a / b as a · b⁻¹ and use the rule for xⁿ.",
    "The slopes are 1 / b and −a / b². The inputs are a list of two pairs, `[(a, ...), (b, ...)]`.",
    "A plain number has no `value`: `if not isinstance(a, Node): a = Node(a, str(a))` makes a node of it first.",
)


def divide(a, b, Node):
    """Return a / b as a node, with its inputs and the slopes along them.

    Args:
        a, b: nodes, or one of them a plain number; `value` is a node's number.
        Node: the class of the lesson; `Node(value, name, inputs)` puts a new node on the tape. `inputs` is a list of
            pairs (node, slope along it).

    Returns:
        The quotient, a Node.
    """
    if not isinstance(a, Node):
        a = Node(a, str(a))
    if not isinstance(b, Node):
        b = Node(b, str(b))
    return Node(a.value / b.value, "/", [(a, 1 / b.value), (b, -a.value / b.value**2)])


NOTE = (
    "That is all it takes to extend a tape: a value, and one slope for each input. TensorFlow keeps such a rule "
    "for each of its operations, and `tf.custom_gradient` lets you bring one of your own."
)
EXPLANATION = (
    "The slopes of a / b are 1 / b and −a / b². The walk back multiplies each by the quotient's own gradient and adds "
    "the products up, so here it is enough to note them beside their nodes."
)


# Other right answers


def divide_from_quotient(a, b, Node):
    a = a if isinstance(a, Node) else Node(a, "constant")
    b = b if isinstance(b, Node) else Node(b, "constant")
    quotient = Node(a.value / b.value, "quotient", [])
    quotient.inputs.append((a, 1 / b.value))
    quotient.inputs.append((b, -quotient.value / b.value))
    return quotient


def divide_without_constants(a, b, Node):
    if not isinstance(b, Node):
        return Node(a.value / b, "/", ((a, 1 / b),))
    if not isinstance(a, Node):
        return Node(a / b.value, "/", ((b, -a * b.value**-2),))
    return Node(a.value / b.value, "/", ((a, 1 / b.value), (b, -a.value * b.value**-2)))


# Mistakes


@mistake(
    "the minus is lost",
    "The gradient along the denominator has the wrong sign. A larger denominator makes a "
    "positive quotient smaller: the slope of 1 / b is −1 / b².",
)
def minus_lost(a, b, Node):
    a, b = as_node(a, Node), as_node(b, Node)
    return Node(a.value / b.value, "/", [(a, 1 / b.value), (b, a.value / b.value**2)])


@mistake(
    "the square is lost",
    "The gradient along the denominator is right only where b is 1. The slope of 1 / b is −1 / b²: the denominator "
    "counts twice.",
)
def square_lost(a, b, Node):
    a, b = as_node(a, Node), as_node(b, Node)
    return Node(a.value / b.value, "/", [(a, 1 / b.value), (b, -a.value / b.value)])


@mistake(
    "the slopes of a product",
    "The value is right, and the gradients are those of a · b. The pattern is that of `multiply`; the slopes are not.",
)
def like_a_product(a, b, Node):
    a, b = as_node(a, Node), as_node(b, Node)
    return Node(a.value / b.value, "/", [(a, b.value), (b, a.value)])


@mistake(
    "the slopes stand beside the wrong nodes",
    "Each gradient is the other one's. A pair is a node and the slope along that node: how much the quotient changes "
    "per unit of it.",
)
def slopes_exchanged(a, b, Node):
    a, b = as_node(a, Node), as_node(b, Node)
    return Node(a.value / b.value, "/", [(b, 1 / b.value), (a, -a.value / b.value**2)])


@mistake(
    "divided the wrong way round",
    "The value is that of b / a, and the gradients belong to it. The first number is divided by the second.",
)
def other_way_round(a, b, Node):
    return divide(b, a, Node)


@mistake(
    "a number instead of a Node",
    "The quotient comes back as a plain number, which has no place for a gradient, so nothing can be sent back through "
    "it. Make a `Node` of it, with its inputs, and return that.",
)
def plain_number(a, b, Node):
    a, b = as_node(a, Node), as_node(b, Node)
    return a.value / b.value


@mistake(
    "nothing is sent back",
    "The quotient is right, and all gradients are 0. Usually its node has no inputs, so the walk back ends there: "
    "give it the two pairs of a node and a slope as the third argument.",
)
def without_inputs(a, b, Node):
    a, b = as_node(a, Node), as_node(b, Node)
    return Node(a.value / b.value, "/")


@mistake(
    "the inputs are not pairs",
    "The walk back cannot read the inputs of the quotient. They should be pairs, `(node, slope)`: without the slopes "
    "nobody knows how much to send back, and without the nodes nobody knows where to.",
)
def inputs_without_slopes(a, b, Node):
    a, b = as_node(a, Node), as_node(b, Node)
    return Node(a.value / b.value, "/", [a, b])


@mistake(
    "what is sent back arrives at a copy",
    "The quotient is right, it has inputs, and nothing arrives at a and b. Usually new nodes were made of them. Only "
    "a plain number needs a new node; of a node, the one that came as an argument must be the input.",
)
def copies(a, b, Node):
    a, b = (Node(getattr(number, "value", number), "copy") for number in (a, b))
    return divide(a, b, Node)


@mistake(
    "a plain number taken for a node",
    "With two nodes all is right. A plain number has no `value`, so `divide(1, x, Node)` stops with an error: make a "
    "node of it first, or leave it out of the inputs.",
)
def nodes_only(a, b, Node):
    return Node(a.value / b.value, "/", [(a, 1 / b.value), (b, -a.value / b.value**2)])


@mistake(
    "a plain number below only",
    "`divide(x, 2, Node)` works, `divide(1, x, Node)` stops with an error. Either of the two may be a plain number.",
)
def plain_below_only(a, b, Node):
    return nodes_only.wrong(a, as_node(b, Node), Node)


@mistake(
    "a plain number above only",
    "`divide(1, x, Node)` works, `divide(x, 2, Node)` stops with an error. Either of the two may be a plain number.",
)
def plain_above_only(a, b, Node):
    return nodes_only.wrong(as_node(a, Node), b, Node)


# Probes


def as_node(number, Node):
    return number if isinstance(number, Node) else Node(number, str(number))


def new_tape():
    """Return the class Node of the lesson with a tape of its own, and that tape, a list."""
    recorded = []

    class Node:
        def __init__(self, value, name, inputs=()):
            self.value, self.name, self.inputs = value, name, inputs
            self.gradient = 0.0
            recorded.append(self)

    return Node, recorded


def walk_back(result, recorded):
    """Give each node on the tape its gradient, as in the lesson."""
    result.gradient = 1.0
    for node in reversed(recorded):
        for source, slope in node.inputs:
            source.gradient += slope * node.gradient


def multiply(a, b, Node):
    return Node(a.value * b.value, "*", [(a, b.value), (b, a.value)])


def inputs_in_words(node, Node):
    """Return "pairs of a node and a slope", "none", or that they are something else."""
    try:
        pairs = [isinstance(source, Node) and forms.number(slope) is not None for source, slope in node.inputs]
    except (TypeError, ValueError):  # no list, or what is in it cannot be taken apart
        return "something else"
    return ("pairs of a node and a slope" if all(pairs) else "something else") if pairs else "none"


def with_plain(candidate, above, below):
    """Return (value, gradient) of a quotient in which one number is plain, the error's name if it stops."""
    Node, recorded = new_tape()
    x = Node(above or below, "x")
    try:
        quotient = candidate(x if above else 1.0, 2.0 if above else x, Node)
    except AttributeError:
        return "stops with an error"
    walk_back(quotient, recorded)
    return f"value {quotient.value:.4f}, gradient {x.gradient:.4f}"


def observe(candidate):
    return observe_at(candidate, (3.0, -2.0), (6.0, 4.0), 5.0, 4.0)


def second(candidate):
    return observe_at(candidate, (-1.7, 0.6), (0.9, -2.5), -3.0, -1.6)


def observe_at(candidate, one, other, same, plain):
    Node, recorded = new_tape()
    a, b = Node(one[0], "a"), Node(one[1], "b")
    quotient = candidate(a, b, Node)
    if not isinstance(quotient, Node):
        return {"what comes back": forms.in_words(quotient)}
    found = {"what comes back": "a Node", "its inputs": inputs_in_words(quotient, Node)}
    if found["its inputs"] == "something else":
        return found
    walk_back(quotient, recorded)

    # each letter is used twice, and what comes back into the first division is not 1
    Node, chain = new_tape()
    c, d = Node(other[0], "c"), Node(other[1], "d")
    first = candidate(c, d, Node)
    walk_back(candidate(multiply(c, first, Node), d, Node), chain)

    Node, alone = new_tape()
    e = Node(same, "e")
    walk_back(candidate(e, e, Node), alone)
    return found | {
        f"{one[0]:g} / {one[1]:g}": forms.number(quotient.value),
        "a / b: gradients along (a, b)": np.array([a.gradient, b.gradient], "float64"),
        "c · (c / d) / d: gradients along (c, d)": np.array([c.gradient, d.gradient], "float64"),
        "e / e: gradient": forms.number(e.gradient),
        f"1 / x at {plain:g}": with_plain(candidate, None, plain),
        f"x / 2 at {plain:g}": with_plain(candidate, plain, None),
    }


EXERCISE = Exercise(
    id="01.5",
    title=TITLE,
    task=TASK,
    hints=HINTS,
    reference=divide,
    alternatives=(divide_from_quotient, divide_without_constants),
    mistakes=(
        minus_lost,
        square_lost,
        like_a_product,
        slopes_exchanged,
        other_way_round,
        plain_number,
        without_inputs,
        inputs_without_slopes,
        copies,
        nodes_only,
        plain_below_only,
        plain_above_only,
    ),
    observe=observe,
    second=second,
    note=NOTE,
    explanation=EXPLANATION,
)
