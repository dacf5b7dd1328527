"""A handle on an object in the student's kernel that behaves as what it stands for."""

from collections.abc import Callable, Iterator
from typing import Any

from ...remote.mirror.operators import BINARY, COMPARISONS, UNARY
from ...remote.wire import Malformed
from .asking import Asking

#: What Python keeps with functions and classes, to be looked up there.
OPEN = frozenset(
    f"__{word}__"
    for word in (
        *("name", "qualname", "doc", "module", "dict", "annotations", "defaults", "bases", "mro"),
        *("code", "closure", "wrapped", "self", "func", "kwdefaults", "version", "file", "slots"),
        *("init", "members", "fields", "dataclass_fields", "match_args", "all", "subclasses"),
    )
)
#: As many entries ``list(thing)`` makes room for at most.
LENGTH_LIMIT = 1 << 27
#: Iterators whose items nobody notices being taken early.
CONTAINED = {
    f"builtins.{kind}_iterator" for kind in ("list", "tuple", "set", "range", "str_ascii", "bytes")
} | {f"builtins.dict_{kind}iterator" for kind in ("key", "value", "item")}


class Thing:
    """An object that lives in the student's kernel; `make_thing` makes one."""

    __slots__ = ("_kind", "_number", "_talk", "_what")
    __array_priority__ = 1e6

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") and name.endswith("__") and name not in OPEN:
            if name != "__array__" and not _has(self, name):
                raise AttributeError(f"{name} is not looked up in the kernel")
            if name == "__array__":
                if _what(self) != "object" or not _has(self, name):
                    raise AttributeError(name)
                return lambda dtype=None, copy=None: _array(self, dtype)
        return _do(self, "attribute", name, gate=f"attribute {name}")

    def __setattr__(self, name: str, value: Any) -> None:
        _do(self, "set attribute", name, value, gate=f"attribute {name}")

    def __delattr__(self, name: str) -> None:
        _do(self, "delete attribute", name, gate=f"attribute {name}")

    def __call__(self, /, *args: Any, **kwargs: Any) -> Any:
        return talk_of(self).call(self, args, kwargs)

    def __getitem__(self, key: Any) -> Any:
        return _do(self, "item", key, gate="")

    def __setitem__(self, key: Any, value: Any) -> None:
        _do(self, "set item", key, value, gate="")

    def __delitem__(self, key: Any) -> None:
        _do(self, "delete item", key, gate="")

    def __len__(self) -> int:
        length = _do(self, "len")
        if type(length) is not int or not 0 <= length <= LENGTH_LIMIT:
            raise Malformed("a length that is no number of entries")
        return length

    def __iter__(self) -> Iterator[Any]:
        talk = talk_of(self)
        iterator = talk.ask("iterator", self)
        if type(iterator) is not Thing:
            yield from iterator
        elif talk.kinds.rows(iterator)[:1] and talk.kinds.rows(iterator)[0] in CONTAINED:
            done = False
            while not done:
                items, done = talk.ask("pieces", iterator)
                yield from items
        else:
            yield from _one_by_one(talk, iterator)

    def __next__(self) -> Any:
        step = _do(self, "next", gate="")
        if not isinstance(step, tuple) or len(step) != 1:
            raise StopIteration
        return step[0]

    def __bool__(self) -> bool:
        return _do(self, "truth") is True

    def __contains__(self, item: Any) -> bool:
        return _do(self, "contains", item) is True

    def __hash__(self) -> int:
        if _what(self) != "object":
            return _number(self)
        return int(_do(self, "hash"))

    def __repr__(self) -> str:
        return str(_do(self, "repr"))

    def __str__(self) -> str:
        return str(_do(self, "str"))

    def __format__(self, spec: str) -> str:
        return str(_do(self, "format", spec))

    def __int__(self) -> int:
        return int(_do(self, "int"))

    def __float__(self) -> float:
        return float(_do(self, "float"))

    def __complex__(self) -> complex:
        return complex(_do(self, "complex"))

    def __index__(self) -> int:
        return int(_do(self, "index"))

    def __bytes__(self) -> bytes:
        return bytes(_do(self, "bytes"))

    def __round__(self, *digits: Any) -> Any:
        return _do(self, "round", *digits)

    def __divmod__(self, other: Any) -> Any:
        return _do(self, "divmod", other)

    def __enter__(self) -> Any:
        return _do(self, "enter", gate="")

    def __exit__(self, *error: Any) -> Any:
        """Leave it; a check that failed inside, or the judge's own end, is not its to swallow."""
        kind = error[0]
        told = kind is not None and issubclass(kind, Exception)
        told = told and not issubclass(kind, AssertionError)
        found = _do(self, "exit", *(error[:2] if told else (None, None)), None, gate="")
        if told and found:
            talk_of(self).decide("swallow")
        return told and bool(found)

    def __reversed__(self) -> Iterator[Any]:
        return iter(_do(self, "reversed", gate=""))

    def __copy__(self) -> Any:
        return _do(self, "copy", gate="")

    def __deepcopy__(self, memo: Any) -> Any:
        return _do(self, "deepcopy", gate="")

    def __dir__(self) -> Any:
        return _do(self, "dir")

    def __instancecheck__(self, other: Any) -> bool:
        return _do(self, "isinstance", other, self, first=False) is True

    def __subclasscheck__(self, other: Any) -> bool:
        return _do(self, "issubclass", other, self, first=False) is True

    def __mro_entries__(self, bases: Any) -> Any:
        raise TypeError(
            "a test cannot make a subclass of a student's class in the judge: "
            "this cell belongs into the kernel"
        )

    def __reduce_ex__(self, protocol: Any) -> Any:
        raise TypeError("an object of the student's kernel cannot be pickled here")

    @property  # type: ignore[misc]
    def __class__(self) -> Any:
        return talk_of(self).kinds.shown(self)

    @property
    def __doc__(self) -> Any:  # type: ignore[override]
        return _do(self, "attribute", "__doc__", gate="attribute __doc__")


def make_thing(talk: Asking, number: int, kind: int, what: str = "object") -> Thing:
    """A handle on an object.

    Parameters
    ----------
    number : its number in the kernel
    kind : the number of its class there
    what : "class", "module", "function" or "object"
    """
    thing = object.__new__(Thing)
    object.__setattr__(thing, "_talk", talk)
    object.__setattr__(thing, "_number", number)
    object.__setattr__(thing, "_kind", kind)
    object.__setattr__(thing, "_what", what)
    return thing


def talk_of(thing: Any) -> Asking:
    """The conversation that a thing belongs to."""
    talk: Asking = object.__getattribute__(thing, "_talk")
    return talk


def number_of(thing: Any) -> int:
    """A thing's number in the kernel."""
    return _number(thing)


def kind_of(thing: Any) -> int:
    """The number of a thing's class in the kernel."""
    kind: int = object.__getattribute__(thing, "_kind")
    return kind


def what_of(thing: Any) -> str:
    """Whether a thing is a class, a module, a function or another object."""
    return _what(thing)


def _number(thing: Any) -> int:
    number: int = object.__getattribute__(thing, "_number")
    return number


def _what(thing: Any) -> str:
    what: str = object.__getattribute__(thing, "_what")
    return what


def _has(thing: Any, name: str) -> bool:
    return name in talk_of(thing).kinds.methods(thing)


def _do(thing: Any, word: str, *more: Any, gate: str | None = None, first: bool = True) -> Any:
    """Have the kernel do something with a thing; ``Refused`` where that is not its to decide."""
    talk = talk_of(thing)
    gate = word if gate is None else gate
    if gate:
        talk.decide(gate)
    return talk.ask(word, *((thing, *more) if first else more))


def _array(thing: Any, dtype: Any) -> Any:
    import numpy as np

    found = _do(thing, "array")
    if type(found) is not np.ndarray:
        raise TypeError("an object of the student's is no array")
    return np.asarray(found, dtype=dtype)


def _one_by_one(talk: Asking, iterator: Any) -> Iterator[Any]:
    while True:
        step = talk.ask("next", iterator)
        if not isinstance(step, tuple) or len(step) != 1:
            return
        yield step[0]


def _operator(word: str, reflected: bool = False) -> Callable[..., Any]:
    def method(self: Any, *others: Any) -> Any:
        if reflected:
            return _do(self, word, others[0], self, first=False)
        return _do(self, word, *others)

    return method


def _comparison(word: str) -> Callable[[Any, Any], Any]:
    def method(self: Any, other: Any) -> Any:
        if _what(self) != "object" and word in ("eq", "ne"):
            return talk_of(self).kinds.same(self, other) is (word == "eq")
        return _do(self, word, other)

    return method


for _word in COMPARISONS:
    setattr(Thing, f"__{_word}__", _comparison(_word))
for _word in BINARY:
    setattr(Thing, f"__{_word}__", _operator(_word))
    setattr(Thing, f"__r{_word}__", _operator(_word, reflected=True))
    setattr(Thing, f"__i{_word}__", _operator(f"i{_word}"))
for _word in UNARY:
    setattr(Thing, f"__{_word}__", _operator(_word))
# a subclass or a test looks for the one of the object's own class
setattr(Thing, "__init__", property(lambda self: self.__getattr__("__init__")))  # noqa: B010
