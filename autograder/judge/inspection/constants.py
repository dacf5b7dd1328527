"""Texts that are put together from constants alone, worked out without running anything."""

import ast
import base64
import binascii
import codecs
from collections.abc import Callable
from typing import Any

#: What may be called on a text or on bytes: it gives a text or bytes of about the same length.
METHODS = (
    *("lower", "upper", "casefold", "swapcase", "title", "capitalize", "strip", "lstrip", "rstrip"),
    *("replace", "removeprefix", "removesuffix", "format", "join", "decode", "encode", "translate"),
)
DECODERS: dict[str, Callable[..., bytes]] = {
    "b64decode": base64.b64decode,
    "b32decode": base64.b32decode,
    "b85decode": base64.b85decode,
    "a85decode": base64.a85decode,
    "unhexlify": binascii.unhexlify,
    "fromhex": bytes.fromhex,
}
#: Longer ones are not worked out.
MOST = 1 << 16


def constant(node: ast.AST) -> Any:
    """The text, bytes or number that an expression of constants gives; None where it is none."""
    try:
        value = _value(node)
    except Exception:  # it would raise where it is run as well
        return None
    return value


def text_of(node: ast.AST) -> str:
    """The same for a text, or bytes that are one; empty where there is none."""
    value = constant(node)
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    return value if isinstance(value, str) else ""


def _value(node: ast.AST) -> Any:
    match node:
        case ast.Constant(value=str() | bytes() | int() as value):
            return value
        case ast.UnaryOp(op=ast.USub(), operand=inner):
            return -_value(inner)
        case ast.List(elts=items) | ast.Tuple(elts=items):
            values = [_value(item) for item in items]
            return None if any(value is None for value in values) else values
        case ast.BinOp(op=ast.Add(), left=left, right=right):
            return _short(_value(left) + _value(right))
        case ast.BinOp(op=ast.Mod(), left=left, right=right) if isinstance(
            pattern := _value(left), str
        ):
            value = _value(right)
            return _short(pattern % (tuple(value) if isinstance(value, list) else value))
        case ast.Subscript(value=inner, slice=ast.Slice(lower=low, upper=high, step=step)):
            bounds = (None if one is None else _value(one) for one in (low, high, step))
            return _value(inner)[slice(*bounds)]
        case ast.Subscript(value=inner, slice=index):
            return _value(inner)[_value(index)]
        case ast.Call(func=func, args=args, keywords=[]):
            return _called(func, args)
    return None


def _called(func: ast.expr, args: list[ast.expr]) -> Any:
    """What a call of a function that only forms texts gives."""
    match func:
        case ast.Name(id="chr"):
            return chr(_value(args[0]))
        case ast.Name(id="str"):
            return str(_value(args[0]))
        case ast.Name(id="bytes" | "bytearray"):
            return bytes(_value(args[0]))
        case ast.Attribute(value=ast.Name(id="codecs"), attr="decode"):
            return codecs.decode(*map(_value, args))
        case ast.Attribute(attr=name) | ast.Name(id=name) if name in DECODERS:
            return DECODERS[name](*map(_value, args[:1]))
        case ast.Attribute(value=inner, attr="join") if _characters(args):
            return _short(_value(inner).join(_characters(args)))
        case ast.Attribute(value=inner, attr=name) if name in METHODS:
            text = _value(inner)
            if isinstance(text, str | bytes):
                return _short(getattr(text, name)(*map(_value, args)))
    return None


def _characters(args: list[ast.expr]) -> list[str]:
    """The characters of ``(chr(n) for n in [108, 115])``, ``map(chr, […])`` and their like."""
    match args:
        case [
            (
                ast.GeneratorExp(
                    elt=ast.Call(func=ast.Name(id="chr")), generators=[ast.comprehension(iter=row)]
                )
                | ast.ListComp(
                    elt=ast.Call(func=ast.Name(id="chr")), generators=[ast.comprehension(iter=row)]
                )
            )
        ]:
            return list(map(chr, _value(row)))
        case [ast.Call(func=ast.Name(id="map"), args=[ast.Name(id="chr"), row])]:
            return list(map(chr, _value(row)))
        case [ast.Call(func=ast.Name(id="reversed"), args=[row])]:
            return list(reversed(_value(row)))
    return []


def _short(value: Any) -> Any:
    if len(value) > MOST:
        raise ValueError("too long to be worked out")
    return value
