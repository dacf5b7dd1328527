"""Looks for hidden text in files, however it is packed; independent of the package's own check."""

import base64
import binascii
import contextlib
import gzip
import io
import json
import re
import zipfile
import zlib
from collections.abc import Iterator

from autograder.authoring.source import Source

#: A text shorter than this, without white space and quotes, may be anybody's.
TELLING = 45
#: Lines in a row that tell where a text comes from.
ROWS = 3


def plain(text: str) -> str:
    """A text line by line without comments, white space, quotes and backslashes."""
    rows = (re.sub(r"""[\s"'\\]+""", "", re.sub(r"^\s*#.*", "", row)) for row in text.splitlines())
    return "\n".join(row for row in rows if row)


def hidden_texts(source: Source) -> Iterator[tuple[str, str]]:
    """Where and what: every solution, rubric, hidden test, mistake and alternative of a week."""
    for cell in source.of("exercise", "question"):
        blocks = re.findall(r"### BEGIN [A-Z ]+\n(.*?)### END", cell.text, re.DOTALL)
        yield f"{source.week} {cell.role} {cell.name}", "\n".join(blocks)
    yield f"{source.week} hidden-tests", source.hidden.text
    for one in source.mistakes:
        yield f"{source.week} mistake {one.name}", one.text
        yield f"{source.week} hint {one.name}", one.hint
    for other in source.alternatives:
        yield f"{source.week} alternative {other.name}", other.text


def shown_text(source: Source) -> str:
    """What a week shows students: everything but that."""
    kept = []
    for cell in source.of("prose", "given", "experiment", "exercise", "tests", "question"):
        kept.append(re.sub(r"### BEGIN [A-Z ]+\n.*?### END [A-Z ]+", "", cell.text, flags=re.S))
    return plain("\n".join(kept))


def needles(sources: list[Source]) -> list[tuple[str, str]]:
    """Where and what to look for: lines in a row that no week shows by itself."""
    shown = "\n".join(map(shown_text, sources)).replace("\n", "")
    found = []
    for source in sources:
        for where, text in hidden_texts(source):
            rows = plain(text).splitlines()
            for start in range(max(1, len(rows) - ROWS + 1)):
                needle = "".join(rows[start : start + ROWS])
                if len(needle) >= TELLING and needle not in shown:
                    found.append((where, needle))
    return found


def texts(name: str, data: bytes, depth: int = 0) -> Iterator[tuple[str, str]]:
    """Every text in a file: as it stands, unescaped, out of JSON, archives, zlib and base64."""
    if depth > 4 or not data:
        return
    if data[:4] == b"PK\x03\x04":
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for member in archive.namelist():
                yield from texts(f"{name}/{member}", archive.read(member), depth + 1)
        return
    text = data.decode("utf-8", "replace")
    yield name, text
    yield f"{name} unescaped", re.sub(r"\\u([0-9a-f]{4})", _letter, text).replace("\\n", "\n")
    with contextlib.suppress(ValueError):
        yield f"{name} as JSON", "\n".join(_strings(json.loads(text)))
    for match in re.finditer(rb"[A-Za-z0-9+/_-]{40,}={0,2}", re.sub(rb"\\n|[\s\"',]+", b"", data)):
        packed = match[0].replace(b"-", b"+").replace(b"_", b"/")
        for shift in range(4):
            piece = packed[shift:]
            try:
                inner = base64.b64decode(piece[: len(piece) // 4 * 4])
            except (binascii.Error, ValueError):
                continue
            if _worth(inner):
                yield from texts(f"{name} base64", inner, depth + 1)
    for match in re.finditer(rb"x[\x01\x5e\x9c\xda]|\x1f\x8b\x08", data):
        inner = _inflated(data[match.start() :])
        if len(inner) >= TELLING:
            yield from texts(f"{name} zlib", inner, depth + 1)


def hunt(name: str, data: bytes, looked_for: list[tuple[str, str]]) -> list[str]:
    """Where hidden text was found in a file, and which."""
    found = []
    for place, text in texts(name, data):
        pool = plain(text).replace("\n", "")
        found += [f"{where} in {place}" for where, needle in looked_for if needle in pool]
    return found


def _letter(match: re.Match[str]) -> str:
    return chr(int(match[1], 16))


def _worth(data: bytes) -> bool:
    """Whether decoded bytes are text, or packed again."""
    start = data[:200]
    printable = sum(32 <= byte < 127 or byte in b"\t\n\r" for byte in start)
    return printable > 0.9 * len(start) or data[:1] == b"x" or data[:2] in (b"\x1f\x8b", b"PK")


def _inflated(data: bytes) -> bytes:
    try:
        if data[:2] == b"\x1f\x8b":
            return gzip.decompress(data)
        return zlib.decompressobj().decompress(data, 1 << 22)
    except (zlib.error, OSError, EOFError):
        return b""


def _strings(tree: object) -> Iterator[str]:
    if isinstance(tree, str):
        yield tree
    elif isinstance(tree, list):
        yield "".join(entry for entry in tree if isinstance(entry, str))
        for entry in tree:
            if not isinstance(entry, str):
                yield from _strings(entry)
    elif isinstance(tree, dict):
        for entry in tree.values():
            yield from _strings(entry)
