"""Answers to 01.5."""

from answers import right, wrong


@right("the slope along b from the quotient itself: -quotient / b")
def from_the_quotient(a, b, Node):
    if not isinstance(a, Node):
        a = Node(a, "a")
    if not isinstance(b, Node):
        b = Node(b, "b")
    quotient = a.value / b.value
    return Node(quotient, "a / b", [(a, 1 / b.value), (b, -quotient / b.value)])


@right("a small function that makes nodes, tuples in place of lists")
def with_helper(a, b, Node):
    def node(number):
        return number if isinstance(number, Node) else Node(float(number), f"{number}")

    a, b = node(a), node(b)
    slope_a = 1.0 / b.value
    slope_b = -a.value / (b.value * b.value)
    return Node(a.value / b.value, "divide", ((a, slope_a), (b, slope_b)))


@right("asks for the attribute instead of the class, and lists only nodes as inputs")
def by_attribute(a, b, Node):
    over = a.value if hasattr(a, "value") else a
    under = b.value if hasattr(b, "value") else b
    inputs = []
    if hasattr(a, "value"):
        inputs.append((a, 1 / under))
    if hasattr(b, "value"):
        inputs.append((b, -over / under**2))
    return Node(over / under, "/", inputs)


@right("a product with the reciprocal, two nodes on the tape")
def by_reciprocal(a, b, Node):
    if not isinstance(a, Node):
        a = Node(a, str(a))
    if not isinstance(b, Node):
        b = Node(b, str(b))
    inverse = Node(1 / b.value, "1 / b", [(b, -1 / b.value**2)])
    return Node(a.value * inverse.value, "*", [(a, inverse.value), (inverse, a.value)])


@right("inputs set after the node is made")
def inputs_later(a, b, Node):
    try:
        over = a.value
    except AttributeError:
        a = Node(a, "constant")
        over = a.value
    try:
        under = b.value
    except AttributeError:
        b = Node(b, "constant")
        under = b.value
    y = Node(over / under, "/")
    y.inputs = [(a, under**-1), (b, -over * under**-2)]
    return y


@wrong("the minus sign of the slope along b is missing", named="the minus is lost")
def minus_missing(a, b, Node):
    a = a if isinstance(a, Node) else Node(a, "a")
    b = b if isinstance(b, Node) else Node(b, "b")
    return Node(a.value / b.value, "/", [(a, 1 / b.value), (b, a.value / b.value**2)])


@wrong("the slope along b without the square", named="the square is lost")
def not_squared(a, b, Node):
    a = a if isinstance(a, Node) else Node(a, "a")
    b = b if isinstance(b, Node) else Node(b, "b")
    return Node(a.value / b.value, "/", [(a, 1 / b.value), (b, -a.value / b.value)])


@wrong("multiply with another sign: the slopes were left as they are", named="the slopes of a product")
def slopes_of_multiply(a, b, Node):
    a = a if isinstance(a, Node) else Node(a, str(a))
    b = b if isinstance(b, Node) else Node(b, str(b))
    return Node(a.value / b.value, "/", [(a, b.value), (b, a.value)])


@wrong("only nodes: an int has no value", named="a plain number taken for a node")
def no_constants(a, b, Node):
    return Node(a.value / b.value, "/", [(a, 1 / b.value), (b, -a.value / b.value**2)])


@wrong("makes a node of b only", named="a plain number below only")
def constant_below(a, b, Node):
    if not isinstance(b, Node):
        b = Node(b, str(b))
    return Node(a.value / b.value, "/", [(a, 1 / b.value), (b, -a.value / b.value**2)])


@wrong("returns the number, no Node", named="a number instead of a Node")
def bare_number(a, b, Node):
    a = a if isinstance(a, Node) else Node(a, str(a))
    b = b if isinstance(b, Node) else Node(b, str(b))
    return a.value / b.value


@wrong("a Node without inputs", named="nothing is sent back")
def no_inputs(a, b, Node):
    a = a if isinstance(a, Node) else Node(a, str(a))
    b = b if isinstance(b, Node) else Node(b, str(b))
    return Node(a.value / b.value, "/")


@wrong("slopes without their nodes", named="the inputs are not pairs")
def slopes_only(a, b, Node):
    a = a if isinstance(a, Node) else Node(a, str(a))
    b = b if isinstance(b, Node) else Node(b, str(b))
    return Node(a.value / b.value, "/", [1 / b.value, -a.value / b.value**2])


@wrong("takes the value of every argument and makes new nodes", named="what is sent back arrives at a copy")
def always_new(a, b, Node):
    if isinstance(a, Node):
        a = a.value
    if isinstance(b, Node):
        b = b.value
    a, b = Node(a, "a"), Node(b, "b")
    return Node(a.value / b.value, "/", [(a, 1 / b.value), (b, -a.value / b.value**2)])


@wrong("two mistakes: b is not squared, and the quotient is rounded down")
def not_squared_and_floor(a, b, Node):
    a = a if isinstance(a, Node) else Node(a, str(a))
    b = b if isinstance(b, Node) else Node(b, str(b))
    return Node(a.value // b.value, "/", [(a, 1 / b.value), (b, -a.value / b.value)])


@wrong("the numerator's slope forgotten: 1 in place of 1 / b")
def slope_of_one(a, b, Node):
    a = a if isinstance(a, Node) else Node(a, str(a))
    b = b if isinstance(b, Node) else Node(b, str(b))
    return Node(a.value / b.value, "/", [(a, 1), (b, -a.value / b.value**2)])
