"""The items of a week's self-assessment, read from the source of its cell and checked."""

import ast
import re
from collections.abc import Iterable
from dataclasses import dataclass

CALL = "self_assessment"
#: An item is read at a glance.
LONGEST = 160
SHAPE = 'self_assessment("WEEK", [("I can …", "EXERCISE"), "I can explain …", …])'


@dataclass(frozen=True)
class Item:
    """One thing to be able to do; ``exercise`` is empty where it is about understanding."""

    id: str
    text: str
    exercise: str = ""
    line: int = 0


class ItemFault(Exception):
    """What is wrong with a self-assessment, and in which line of its cell."""

    def __init__(self, line: int, message: str) -> None:
        super().__init__(message)
        self.line = line


def item_id(text: str) -> str:
    """The id of an item: the words of its text, as `autograder.notebook.assessment` makes it."""
    return "-".join(re.findall(r"[a-z0-9]+", text.lower()))[:80]


def read_items(text: str, week: str, exercises: Iterable[str]) -> tuple[Item, ...]:
    """The items of a self-assessment's cell.

    Parameters
    ----------
    text : the cell's source
    week : the id of its week
    exercises : the names that an item may be tied to

    Raises
    ------
    ItemFault
        For anything but one call with this week's id and literal items; for an item that is
        empty, too long, repeated or tied to an exercise that does not exist.
    """
    call = _call(text)
    if len(call.args) != 2 or call.keywords:
        raise ItemFault(call.lineno, f"{CALL}(…) takes the week and a list of items: {SHAPE}")
    named, listed = call.args
    if not (isinstance(named, ast.Constant) and named.value == week):
        raise ItemFault(named.lineno, f"{CALL}({ast.unparse(named)}, …) in the week {week!r}")
    if not isinstance(listed, ast.List | ast.Tuple) or not listed.elts:
        raise ItemFault(listed.lineno, f"{CALL}(…) needs a list of at least one item: {SHAPE}")
    known = list(exercises)
    items: list[Item] = []
    for node in listed.elts:
        item = _item(node)
        if item.exercise and item.exercise not in known:
            allowed = ", ".join(known) or "none, as there is no exercise"
            message = f"an item is tied to {item.exercise!r}: no such exercise; allowed: {allowed}"
            raise ItemFault(item.line, message)
        for other in items:
            if other.id == item.id:
                message = f"the item {item.text!r} is in line {other.line} of the cell already"
                raise ItemFault(item.line, message)
        items.append(item)
    return tuple(items)


def _call(text: str) -> ast.Call:
    calls = [
        node
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Call)
        and getattr(node.func, "id", getattr(node.func, "attr", "")) == CALL
    ]
    if len(calls) != 1:
        raise ItemFault(0, f"a self-assessment is one call of {CALL}; found {len(calls)}: {SHAPE}")
    return calls[0]


def _item(node: ast.expr) -> Item:
    """An item of the list: its text, or its text and its exercise."""
    parts = node.elts if isinstance(node, ast.Tuple) else [node]
    words = [part.value for part in parts if isinstance(part, ast.Constant)]
    texts = [word for word in words if isinstance(word, str) and word.strip()]
    if len(texts) != len(parts) or len(parts) > 2 or not parts:
        message = f'an item is "I can …" or ("I can …", "EXERCISE"); found {ast.unparse(node)[:60]}'
        raise ItemFault(node.lineno, message)
    if len(texts[0]) > LONGEST:
        message = f"an item has {len(texts[0])} characters; {LONGEST} are allowed"
        raise ItemFault(node.lineno, message)
    if not item_id(texts[0]):
        raise ItemFault(node.lineno, f"the item {texts[0]!r} has no letters or digits")
    return Item(item_id(texts[0]), texts[0], texts[1] if len(texts) == 2 else "", node.lineno)
