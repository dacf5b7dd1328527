"""The forms of Python's own values, and of its library's."""

from collections import Counter, OrderedDict, defaultdict, deque
from collections.abc import Callable
from datetime import date, datetime, time, timedelta, timezone
from decimal import Decimal
from fractions import Fraction
from pathlib import PosixPath, PurePosixPath
from typing import Any

import numpy as np

from ..packing import Malformed, is_short
from .basics import Form, NoForm, Read, Write, from_texts, texts

#: Longer lists of numbers or texts, and longer texts, travel among a message's arrays.
MANY = 64
LONG = 1 << 16
#: Factories of a defaultdict that are known by their names.
FACTORIES: dict[str, Callable[[], Any]] = {
    one.__name__: one for one in (int, float, str, list, dict, set, tuple, bool)
}


def _text(value: str, write: Write) -> Form:
    if len(value) < LONG:
        return value
    return ("text", np.frombuffer(value.encode("utf-8", "surrogatepass"), np.uint8))


def _bytes(value: bytes, write: Write) -> Form:
    return value if len(value) < LONG else ("bytes", np.frombuffer(value, np.uint8))


def _list(value: list[Any], write: Write) -> Form:
    if len(value) > MANY:
        kinds = set(map(type, value))
        if kinds == {float}:
            return ("floats", np.array(value))
        if kinds == {int} and min(value) >= -(1 << 63) and max(value) < 1 << 63:
            return ("ints", np.array(value, np.int64))
        if kinds == {str}:
            return ("texts", *texts(value))
    return [write(item) for item in value]


def _items(value: Any, write: Write) -> tuple[Form, Form]:
    return write(list(value.keys())), write(list(value.values()))


def _filled(table: Any, rest: tuple[Any, ...], read: Read) -> Any:
    """A table with keys and values, put in one by one so that the time limit can end it."""
    keys, values = map(read, rest)
    for key, value in zip(keys, values, strict=True):
        table[key] = value
    return table


def _gathered(rest: tuple[Any, ...], read: Read) -> set[Any]:
    found: set[Any] = set()
    for item in read(rest[0]):
        found.add(item)
    return found


def _zone(value: Any) -> Form:
    if value is None:
        return None
    if type(value) is timezone:
        return value.utcoffset(None).total_seconds()
    key = getattr(value, "key", None)  # of zoneinfo
    if type(key) is str:
        return key
    raise NoForm("a time zone of another kind")


def _to_zone(form: Form) -> Any:
    if form is None:
        return None
    if type(form) is float:
        return timezone(timedelta(seconds=form))
    from zoneinfo import ZoneInfo

    if type(form) is not str or form.startswith(("/", ".")) or ".." in form:
        raise Malformed("no time zone")
    return ZoneInfo(form)


def _datetime(value: datetime, write: Write) -> Form:
    parts = (value.year, value.month, value.day, value.hour, value.minute, value.second)
    return ("datetime", *parts, value.microsecond, _zone(value.tzinfo))


def _time(value: time, write: Write) -> Form:
    parts = (value.hour, value.minute, value.second, value.microsecond)
    return ("time", *parts, _zone(value.tzinfo))


def _named(value: Any, write: Write) -> Form:
    kind = type(value)
    fields = [str(name) for name in kind._fields]
    return ("named", kind.__name__, fields, [write(item) for item in value])


def _is_named(value: Any) -> bool:
    """Whether a value is a named tuple and nothing more."""
    kind = type(value)
    if kind.__bases__ != (tuple,) or not isinstance(getattr(kind, "_fields", None), tuple):
        return False
    own = {name for name in vars(kind) if callable(vars(kind)[name])}
    return own <= {"__new__", "__repr__", "__getnewargs__", "_asdict", "_replace", "__replace__"}


def _range(value: range, write: Write) -> Form:
    if not is_short(value):
        raise NoForm("a long range")
    return value


def _named_tuple(rest: tuple[Any, ...], read: Read) -> Any:
    from collections import namedtuple

    name, fields, items = rest
    if not isinstance(name, str) or len(fields) > 200 or len(name) > 200:
        raise Malformed("no named tuple")
    return namedtuple(name, fields)(*map(read, items))


WRITERS: dict[type, Callable[[Any, Write], Form]] = {
    str: _text,
    bytes: _bytes,
    list: _list,
    tuple: lambda value, write: ("t", *map(write, value)),
    dict: lambda value, write: ("d", *_items(value, write)),
    set: lambda value, write: ("set", write(list(value))),
    frozenset: lambda value, write: ("frozenset", write(list(value))),
    bytearray: lambda value, write: ("bytearray", _bytes(bytes(value), write)),
    Counter: lambda value, write: ("Counter", *_items(value, write)),
    OrderedDict: lambda value, write: ("OrderedDict", *_items(value, write)),
    defaultdict: lambda value, write: (
        "defaultdict",
        getattr(value.default_factory, "__name__", ""),
        *_items(value, write),
    ),
    deque: lambda value, write: ("deque", write(list(value)), value.maxlen),
    type({}.keys()): lambda value, write: ("keys", write(list(value))),
    type({}.values()): lambda value, write: ("values", write(list(value))),
    type({}.items()): lambda value, write: ("items", write(list(value))),
    Fraction: lambda value, write: ("Fraction", value.numerator, value.denominator),
    Decimal: lambda value, write: ("Decimal", str(value)),
    date: lambda value, write: ("date", value.year, value.month, value.day),
    datetime: _datetime,
    time: _time,
    timedelta: lambda value, write: ("timedelta", value.days, value.seconds, value.microseconds),
    timezone: lambda value, write: ("zone", _zone(value)),
    PosixPath: lambda value, write: ("path", str(value)),
    PurePosixPath: lambda value, write: ("pure path", str(value)),
    slice: lambda value, write: ("slice", *map(write, (value.start, value.stop, value.step))),
    range: _range,
    type(NotImplemented): lambda value, write: ("NotImplemented",),
}
TESTS: list[tuple[Callable[[Any], bool], Callable[[Any, Write], Form]]] = [
    (lambda value: isinstance(value, tuple) and _is_named(value), _named),
]
READERS: dict[str, Callable[[tuple[Any, ...], Read], Any]] = {
    "text": lambda rest, read: rest[0].tobytes().decode("utf-8", "surrogatepass"),
    "bytes": lambda rest, read: rest[0].tobytes(),
    "floats": lambda rest, read: list(map(float, rest[0].tolist())),
    "ints": lambda rest, read: list(map(int, rest[0].tolist())),
    "texts": lambda rest, read: list(from_texts(*rest)),
    "t": lambda rest, read: tuple(map(read, rest)),
    "d": lambda rest, read: _filled({}, rest, read),
    "set": _gathered,
    "frozenset": lambda rest, read: frozenset(_gathered(rest, read)),
    "bytearray": lambda rest, read: bytearray(read(rest[0])),
    "Counter": lambda rest, read: _filled(Counter(), rest, read),
    "OrderedDict": lambda rest, read: _filled(OrderedDict(), rest, read),
    "defaultdict": lambda rest, read: _filled(defaultdict(FACTORIES.get(rest[0])), rest[1:], read),
    "deque": lambda rest, read: deque(read(rest[0]), rest[1]),
    "keys": lambda rest, read: dict.fromkeys(read(rest[0])).keys(),
    "values": lambda rest, read: dict(enumerate(read(rest[0]))).values(),
    "items": lambda rest, read: dict(read(rest[0])).items(),
    "Fraction": lambda rest, read: Fraction(int(rest[0]), int(rest[1])),
    "Decimal": lambda rest, read: Decimal(str(rest[0])),
    "date": lambda rest, read: date(*rest),
    "datetime": lambda rest, read: datetime(*rest[:7]).replace(tzinfo=_to_zone(rest[7])),
    "time": lambda rest, read: time(*rest[:4]).replace(tzinfo=_to_zone(rest[4])),
    "timedelta": lambda rest, read: timedelta(*rest),
    "zone": lambda rest, read: _to_zone(rest[0]),
    "path": lambda rest, read: PosixPath(str(rest[0])),
    "pure path": lambda rest, read: PurePosixPath(str(rest[0])),
    "slice": lambda rest, read: slice(*map(read, rest)),
    "named": _named_tuple,
    "NotImplemented": lambda rest, read: NotImplemented,
}
