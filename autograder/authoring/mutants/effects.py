"""Faults that leave the values right at first sight: gradients, types, side effects, memory."""

from collections.abc import Iterator

import libcst as cst

from .operators import EXPRESSION, Operator, Place, Replacement, code, dotted, expression, operand

#: Operators with what does the same in place: of a tensor, of an array.
IN_PLACE: dict[type[cst.BaseBinaryOp], tuple[type[cst.BaseAugOp], str, str]] = {
    cst.Add: (cst.AddAssign, "add_", "add"),
    cst.Subtract: (cst.SubtractAssign, "sub_", "subtract"),
    cst.Multiply: (cst.MultiplyAssign, "mul_", "multiply"),
    cst.Divide: (cst.DivideAssign, "div_", "divide"),
}
#: Methods of tensors that have a sister with a trailing underscore.
SISTERS = {
    *("masked_fill", "clamp", "exp", "log", "tanh", "sigmoid", "relu", "squeeze", "unsqueeze"),
    *("transpose", "t", "neg", "abs", "sqrt", "mul", "add", "sub", "div", "scatter", "index_add"),
    *("requires_grad", "tril", "triu", "round", "floor", "detach"),
}
#: What is the same in every call.
CONSTANTS = (cst.Integer, cst.Float, cst.SimpleString, cst.FormattedString, cst.Lambda)
#: What has no gradient and no other type.
PLAIN = (*CONSTANTS, cst.ConcatenatedString, cst.Dict, cst.Set, cst.Comparison)


def _is_value(place: Place[cst.BaseExpression]) -> bool:
    """Whether it is what a line makes: assigned, returned, appended, or one part of it."""
    node, above = place.node, place.above
    if isinstance(node, PLAIN) or dotted(node) in ("True", "False", "None", "self"):
        return False
    if isinstance(above[0], cst.Element) and isinstance(above[1], cst.Tuple):
        above = above[2:]
        return isinstance(above[0], cst.Return)
    if isinstance(node, cst.Tuple | cst.List | cst.ListComp):
        return False
    if isinstance(above[0], cst.Arg) and isinstance(above[1], cst.Call):
        return dotted(above[1].func).endswith(".append")
    return isinstance(above[0], cst.Return | cst.Assign | cst.AugAssign)


def _detached(place: Place[cst.BaseExpression]) -> Iterator[cst.BaseExpression]:
    if place.tensors and _is_value(place):
        yield expression(f"{operand(place.node)}.detach()")


def _cast(place: Place[cst.BaseExpression]) -> Iterator[cst.BaseExpression]:
    if _is_value(place):
        if place.tensors:
            yield expression(f"{operand(place.node)}.float()")
            yield expression(f"{operand(place.node)}.double()")
        if place.arrays:
            yield expression(f'{operand(place.node)}.astype("float32")')


def _in_place(place: Place[cst.BinaryOperation]) -> Iterator[cst.BaseExpression]:
    node = place.node
    names = IN_PLACE.get(type(node.operator))
    if names is None or not isinstance(node.left, cst.Name):
        return
    if place.tensors:
        yield expression(f"{code(node.left)}.{names[1]}({code(node.right)})")
    if place.arrays:
        left = code(node.left)
        yield expression(f"np.{names[2]}({left}, {code(node.right)}, out={left})")


def _augmented(place: Place[cst.Assign]) -> Iterator[Replacement]:
    """``x = x + y`` as ``x += y``."""
    node, value = place.node, place.node.value
    if len(node.targets) != 1 or not isinstance(value, cst.BinaryOperation):
        return
    target, names = node.targets[0].target, IN_PLACE.get(type(value.operator))
    if names is not None and code(target) == code(value.left):
        yield cst.AugAssign(target, names[0](), value.right)


def _sister(place: Place[cst.Call]) -> Iterator[cst.BaseExpression]:
    func = place.node.func
    if dotted(func) == "sorted" and len(place.node.args) == 1:
        row = operand(place.node.args[0].value)
        yield expression(f"({row}.sort() or {row})")
    if not place.tensors or not isinstance(func, cst.Attribute):
        return
    if func.attr.value in SISTERS and dotted(func.value) not in ("torch", "F", "np", "math"):
        other = func.with_changes(attr=cst.Name(f"{func.attr.value}_"))
        yield place.node.with_changes(func=other)


def _kept(place: Place[cst.Assign]) -> Iterator[cst.Assign]:
    """The first value is kept: for every later call, or for every later call of this object."""
    node = place.node
    if place.function is None or len(node.targets) != 1:
        return
    target = node.targets[0].target
    parts = [e.value for e in target.elements] if isinstance(target, cst.Tuple) else [target]
    if not all(isinstance(part, cst.Name) for part in parts):
        return
    name = "_".join(map(code, parts))
    if isinstance(node.value, CONSTANTS):
        return
    stores = ["globals()"]
    if place.method_of and place.function.name.value != "__init__":
        stores.append(f"vars({place.method_of})")
    first = operand(node.value) if isinstance(node.value, cst.Tuple) else code(node.value)
    for store in stores:
        value = expression(f'{store}.setdefault("_kept_{name}", {first})')
        yield node.with_changes(value=value)


def _shared(place: Place[cst.AssignTarget]) -> Iterator[cst.AssignTarget]:
    """An attribute of the object is put on its class."""
    target, own = place.node.target, place.method_of
    if isinstance(target, cst.Attribute) and own and dotted(target.value) == own:
        on_class = target.with_changes(value=expression(f"type({own})"))
        yield place.node.with_changes(target=on_class)


EFFECTS = (
    Operator("detach inserted", EXPRESSION, _detached),
    Operator("cast inserted", EXPRESSION, _cast),
    Operator("done in place", cst.BinaryOperation, _in_place),
    Operator("done in place", cst.Assign, _augmented),
    Operator("done in place", cst.Call, _sister),
    Operator("value kept between calls", cst.Assign, _kept),
    Operator("attribute put on the class", cst.AssignTarget, _shared),
)
