"""Faults of expressions: operators, comparisons, numbers, arguments, calls, slices."""

from collections.abc import Iterator

import libcst as cst

from .operators import (
    EXPRESSION,
    Operator,
    Place,
    arguments,
    code,
    dotted,
    expression,
    is_plain,
    operand,
)

#: What takes an operator's place.
ARITHMETIC: dict[type[cst.BaseBinaryOp], type[cst.BaseBinaryOp]] = {
    cst.Add: cst.Subtract,
    cst.Subtract: cst.Add,
    cst.Multiply: cst.Divide,
    cst.Divide: cst.Multiply,
    cst.FloorDivide: cst.Divide,
    cst.Modulo: cst.Multiply,
    cst.Power: cst.Multiply,
    cst.MatrixMultiply: cst.Multiply,
    cst.BitAnd: cst.BitOr,
    cst.BitOr: cst.BitAnd,
    cst.BitXor: cst.BitAnd,
    cst.LeftShift: cst.RightShift,
    cst.RightShift: cst.LeftShift,
}
AUGMENTED: dict[type[cst.BaseAugOp], type[cst.BaseAugOp]] = {
    cst.AddAssign: cst.SubtractAssign,
    cst.SubtractAssign: cst.AddAssign,
    cst.MultiplyAssign: cst.DivideAssign,
    cst.DivideAssign: cst.MultiplyAssign,
}
#: For each comparison its weaker or stronger neighbour, and its opposite.
COMPARISONS: dict[type[cst.BaseCompOp], tuple[type[cst.BaseCompOp], ...]] = {
    cst.LessThan: (cst.LessThanEqual, cst.GreaterThanEqual),
    cst.LessThanEqual: (cst.LessThan, cst.GreaterThan),
    cst.GreaterThan: (cst.GreaterThanEqual, cst.LessThanEqual),
    cst.GreaterThanEqual: (cst.GreaterThan, cst.LessThan),
    cst.Equal: (cst.NotEqual,),
    cst.NotEqual: (cst.Equal,),
    cst.Is: (cst.IsNot,),
    cst.IsNot: (cst.Is,),
    cst.In: (cst.NotIn,),
    cst.NotIn: (cst.In,),
}
#: Functions and methods that are taken for each other.
PAIRS = (
    *(("sum", "mean"), ("max", "min"), ("argmax", "argmin"), ("amax", "amin"), ("any", "all")),
    *(("zeros", "ones"), ("zeros_like", "ones_like"), ("tanh", "sigmoid"), ("floor", "ceil")),
    *(("cat", "stack"), ("concatenate", "stack"), ("exp", "expm1")),
    *(("log", "log1p"), ("train", "eval"), ("append", "extend"), ("triu", "tril"), ("sin", "cos")),
    *(("norm", "sum"), ("std", "var")),
)
NEIGHBOURS = {**{b: a for a, b in PAIRS}, **dict(PAIRS)}
WORDS = {"mean": "sum", "sum": "mean", "none": "mean", "left": "right", "right": "left"}
INFINITIES = ("inf", "np.inf", "math.inf", "torch.inf", "float('inf')", 'float("inf")')
DROPPED_OPERAND = (cst.Add, cst.Subtract, cst.Multiply, cst.Divide)
ORDERED = (cst.Subtract, cst.Divide, cst.FloorDivide, cst.Power, cst.Modulo, cst.MatrixMultiply)
#: Calls of these are never dropped: what stays behind would be a module or a class.
NOT_DROPPED = ("super", "range", "len", "isinstance", "print", "getattr", "enumerate", "type")


def _arithmetic(place: Place[cst.BinaryOperation]) -> Iterator[cst.BinaryOperation]:
    other = ARITHMETIC.get(type(place.node.operator))
    if other is not None:
        yield place.node.with_changes(operator=other())


def _augmented(place: Place[cst.AugAssign]) -> Iterator[cst.CSTNode]:
    node = place.node
    other = AUGMENTED.get(type(node.operator))
    if other is not None:
        yield node.with_changes(operator=other())
    yield cst.Assign([cst.AssignTarget(node.target)], node.value)


def _operand_order(place: Place[cst.BinaryOperation]) -> Iterator[cst.BaseExpression]:
    node = place.node
    if isinstance(node.operator, ORDERED):
        yield expression(
            f"{operand(node.right)} {code(node.operator).strip()} {operand(node.left)}"
        )


def _operand_dropped(place: Place[cst.BinaryOperation]) -> Iterator[cst.BaseExpression]:
    if isinstance(place.node.operator, DROPPED_OPERAND):
        yield place.node.left
        yield place.node.right


def _comparison(place: Place[cst.ComparisonTarget]) -> Iterator[cst.ComparisonTarget]:
    for other in COMPARISONS.get(type(place.node.operator), ()):
        yield place.node.with_changes(operator=other())


def _logic(place: Place[cst.BooleanOperation]) -> Iterator[cst.BaseExpression]:
    node = place.node
    yield node.with_changes(operator=cst.Or() if isinstance(node.operator, cst.And) else cst.And())
    yield node.left
    yield node.right


def _negated(place: Place[cst.BaseExpression]) -> Iterator[cst.BaseExpression]:
    parent = place.parent
    asked = isinstance(parent, cst.If | cst.While | cst.IfExp | cst.CompIf | cst.Assert)
    if asked and getattr(parent, "test", None) is place.node:
        if isinstance(place.node, cst.Comparison | cst.UnaryOperation):
            return  # its own opposite is among the mutants
        yield expression(f"not {operand(place.node)}")


def _sign(place: Place[cst.UnaryOperation]) -> Iterator[cst.BaseExpression]:
    if not isinstance(place.node.expression, cst.Integer | cst.Float):
        yield place.node.expression


def _choice(place: Place[cst.IfExp]) -> Iterator[cst.BaseExpression]:
    yield place.node.body
    yield place.node.orelse


def _whole_number(place: Place[cst.Integer]) -> Iterator[cst.BaseExpression]:
    if not isinstance(place.parent, cst.UnaryOperation):
        yield from _numbers(place.node.evaluated_value)


def _negative_number(place: Place[cst.UnaryOperation]) -> Iterator[cst.BaseExpression]:
    inner = place.node.expression
    call = place.above[1] if isinstance(place.parent, cst.Arg) else None
    if isinstance(call, cst.Call) and code(call.func).endswith((".reshape", ".view")):
        return  # whatever is negative stands for the rest
    if isinstance(place.node.operator, cst.Minus) and isinstance(inner, cst.Integer):
        yield from _numbers(-inner.evaluated_value)
    elif isinstance(inner, cst.Float):
        yield inner


def _numbers(value: int) -> Iterator[cst.BaseExpression]:
    """The numbers beside one, nothing, and -1 for the first axis."""
    for other in dict.fromkeys((value + 1, value - 1, 0)):
        if other != value:
            yield expression(str(other))


def _fraction(place: Place[cst.Float]) -> Iterator[cst.BaseExpression]:
    value = place.node.evaluated_value
    for other in dict.fromkeys((0.0, 1.0, 2 * value)):
        if other != value:
            yield expression(repr(other))


def _truth(place: Place[cst.Name]) -> Iterator[cst.BaseExpression]:
    other = {"True": "False", "False": "True"}.get(place.node.value)
    if other:
        yield cst.Name(other)


def _infinity(place: Place[cst.BaseExpression]) -> Iterator[cst.BaseExpression]:
    named = isinstance(place.node, cst.Name | cst.Attribute | cst.Call)
    if named and code(place.node) in INFINITIES:
        yield expression("1e9")


def _word(place: Place[cst.SimpleString]) -> Iterator[cst.BaseExpression]:
    text = place.node.raw_value
    if text in WORDS:
        yield expression(repr(WORDS[text]))


def _argument_order(place: Place[cst.Call]) -> Iterator[cst.Call]:
    args = list(place.node.args)
    for first in range(len(args) - 1):
        pair = args[first : first + 2]
        if all(map(is_plain, pair)):
            yield arguments(place.node, [*args[:first], pair[1], pair[0], *args[first + 2 :]])


def _argument_dropped(place: Place[cst.Call]) -> Iterator[cst.Call]:
    args = list(place.node.args)
    plain = [one for one in args if is_plain(one)]
    for one in args:
        if one.keyword is not None or (len(plain) > 1 and one is plain[-1]):
            yield arguments(place.node, [other for other in args if other is not one])


def _call_dropped(place: Place[cst.Call]) -> Iterator[cst.BaseExpression]:
    node = place.node
    if isinstance(place.parent, cst.Expr) or code(node.func) in NOT_DROPPED:
        return  # as a statement, it is deleted as a whole
    args = [one.value for one in node.args if is_plain(one)]
    name = dotted(node.func)
    if len(args) == 1 and name and not name.startswith("self."):
        yield args[0]
    if isinstance(node.func, cst.Attribute) and not _is_module(node.func.value):
        yield node.func.value


def _is_module(node: cst.BaseExpression) -> bool:
    """Whether it names a module, an object's own part or `super()`, by the customs of the field."""
    words = dotted(node).split(".")
    return words[0] in ("np", "torch", "nn", "F", "math", "random", "self") or not (
        words[0] or isinstance(node, cst.Call | cst.Subscript | cst.BinaryOperation)
    )


def _transpose(place: Place[cst.Attribute]) -> Iterator[cst.BaseExpression]:
    if place.node.attr.value in ("T", "mT", "H", "data"):
        yield place.node.value


def _function(place: Place[cst.Call]) -> Iterator[cst.Call]:
    func = place.node.func
    name = func.attr if isinstance(func, cst.Attribute) else func
    if not isinstance(name, cst.Name):
        return
    neighbour = NEIGHBOURS.get(name.value, name.value.removeprefix("log_"))
    if neighbour and neighbour != name.value:
        other = cst.Name(neighbour)
        whole = func.with_changes(attr=other) if isinstance(func, cst.Attribute) else other
        yield place.node.with_changes(func=whole)


def _slice(place: Place[cst.Slice]) -> Iterator[cst.Slice]:
    node = place.node
    if node.lower is not None:
        yield node.with_changes(lower=None)
    if node.upper is not None:
        yield node.with_changes(upper=None)
    if node.step is not None:
        yield node.with_changes(step=None, second_colon=cst.MaybeSentinel.DEFAULT)


def _index(place: Place[cst.Index]) -> Iterator[cst.Index]:
    if isinstance(place.node.value, cst.Name):
        for shift in ("- 1", "+ 1"):
            yield place.node.with_changes(value=expression(f"{place.node.value.value} {shift}"))


def _range(place: Place[cst.Call]) -> Iterator[cst.BaseExpression]:
    if dotted(place.node.func) != "range" or not all(map(is_plain, place.node.args)):
        return
    parts = [operand(one.value) for one in place.node.args]
    low, high = (["0", *parts] if len(parts) == 1 else parts)[:2]
    rest = "".join(f", {part}" for part in parts[2:])
    yield expression(f"range({low}, {high} - 1{rest})")
    yield expression(f"range({low} + 1, {high}{rest})")


def _filter(place: Place[cst.CompIf]) -> Iterator[cst.RemovalSentinel]:
    yield cst.RemovalSentinel.REMOVE


def _order_of_results(place: Place[cst.Tuple]) -> Iterator[cst.Tuple]:
    if not isinstance(place.parent, cst.Return | cst.AssignTarget | cst.Assign):
        return
    elements = place.node.elements
    for first in range(len(elements) - 1):
        one, other = elements[first : first + 2]
        swapped = [one.with_changes(value=other.value), other.with_changes(value=one.value)]
        yield place.node.with_changes(
            elements=[*elements[:first], *swapped, *elements[first + 2 :]]
        )


EXPRESSIONS = (
    Operator("arithmetic operator replaced", cst.BinaryOperation, _arithmetic),
    Operator("augmented assignment replaced", cst.AugAssign, _augmented),
    Operator("operands swapped", cst.BinaryOperation, _operand_order),
    Operator("operand dropped", cst.BinaryOperation, _operand_dropped),
    Operator("comparison weakened or negated", cst.ComparisonTarget, _comparison),
    Operator("logical operator replaced or dropped", cst.BooleanOperation, _logic),
    Operator("condition negated", EXPRESSION, _negated),
    Operator("sign or negation dropped", cst.UnaryOperation, _sign),
    Operator("conditional decided", cst.IfExp, _choice),
    Operator("number moved", cst.Integer, _whole_number),
    Operator("number moved", cst.UnaryOperation, _negative_number),
    Operator("number moved", cst.Float, _fraction),
    Operator("truth value flipped", cst.Name, _truth),
    Operator("infinity made finite", EXPRESSION, _infinity),
    Operator("word replaced", cst.SimpleString, _word),
    Operator("arguments swapped", cst.Call, _argument_order),
    Operator("argument dropped", cst.Call, _argument_dropped),
    Operator("call dropped", cst.Call, _call_dropped),
    Operator("attribute dropped", cst.Attribute, _transpose),
    Operator("function replaced", cst.Call, _function),
    Operator("bound of a slice dropped", cst.Slice, _slice),
    Operator("index shifted", cst.Index, _index),
    Operator("range shortened", cst.Call, _range),
    Operator("filter dropped", cst.CompIf, _filter),
    Operator("results swapped", cst.Tuple, _order_of_results),
)
