"""No solution, hidden test, mistake or rubric is in the bundle, in whatever form."""

import base64
import gzip
import io
import json
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from support.hunt import hunt, needles

from autograder.authoring.source import Source, read
from autograder.authoring.texts import FILES
from autograder.course.manifest import Course

#: What a week hides, as the hunt calls it.
ROLES = ("exercise", "hidden-tests", "mistake", "alternative")
TEXT = "    hidden = np.tanh(one @ two.T + three)\n    return hidden, [one, two]  # why\n"
LOOKED_FOR = [("here", "hidden=np.tanh(one@two.T+three)returnhidden,[one,two]#why")]


def archived(data: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("package/module.py", data)
    return file.getvalue()


def in_a_notebook(data: bytes) -> bytes:
    lines = [*data.decode().splitlines(keepends=True)]
    return json.dumps({"cells": [{"source": lines}]}, indent=1).encode()


FORMS: dict[str, Callable[[bytes], bytes]] = {
    "plain": lambda data: b"x = 1\n" + data,
    "another indentation": lambda data: data.replace(b"    ", b"\t\t"),
    "JSON": in_a_notebook,
    "a string": lambda data: repr(data.decode()).encode(),
    "a string in JSON": lambda data: json.dumps({"a": json.dumps(data.decode())}).encode(),
    "escaped letters": lambda data: data.replace(b"@", b"\\u0040"),
    "zlib": zlib.compress,
    "gzip": lambda data: b"\0\0" + gzip.compress(data),
    "base64": lambda data: b"blob = '" + base64.b64encode(data) + b"'",
    "base64 in lines": lambda data: b"xyz" + base64.encodebytes(data),
    "urlsafe base64 of zlib": lambda data: base64.urlsafe_b64encode(zlib.compress(data)),
    "a zip in a zip": lambda data: archived(archived(data)),
}


@pytest.fixture(scope="module")
def sources(whole_course: Course) -> list[Source]:
    """The sources of all weeks of the course."""
    return [read(whole_course.source_folder(week), week.id) for week in whole_course.weeks]


@pytest.mark.parametrize("form", FORMS)
def test_the_hunt_finds_what_is_there(form: str) -> None:
    assert hunt("file", FORMS[form](TEXT.encode()), LOOKED_FOR)
    assert not hunt(
        "file", FORMS[form](b"another text, of some length and of no interest at all"), []
    )


def test_every_role_of_every_week_is_looked_for(sources: list[Source]) -> None:
    places = [where for where, _ in needles(sources)]
    for source in sources:
        for role in ROLES:
            assert any(place.startswith(f"{source.week} {role}") for place in places)


def test_nothing_hidden_is_in_the_bundle(bundle: Path, sources: list[Source]) -> None:
    looked_for = needles(sources)
    assert len(looked_for) > 100 * len(sources)
    assert hunt("bundle", bundle.read_bytes(), looked_for) == []


def test_the_hunt_finds_a_week_that_is_packed_into_the_wheel(
    bundle: Path, sources: list[Source]
) -> None:
    secret = b"\n".join((sources[0].path.parent / name).read_bytes() for name in FILES)
    with zipfile.ZipFile(bundle) as archive:
        (name,) = (name for name in archive.namelist() if name.endswith(".whl"))
        wheel = io.BytesIO(archive.read(name))
    with zipfile.ZipFile(wheel, "a") as spoiled:
        spoiled.writestr("autograder/data.bin", base64.b64encode(zlib.compress(secret)))
    found = hunt("wheel", wheel.getvalue(), needles(sources[:1]))
    assert {line.split(" ")[1] for line in found} >= set(ROLES)


def test_no_file_of_an_author_is_in_the_bundle(bundle: Path, whole_course: Course) -> None:
    weeks = {week.id for week in whole_course.weeks}
    names = []
    with zipfile.ZipFile(bundle) as archive:
        names += archive.namelist()
        (wheel,) = (name for name in names if name.endswith(".whl"))
        with zipfile.ZipFile(io.BytesIO(archive.read(wheel))) as inner:
            names += inner.namelist()
    for name in names:
        parts = Path(name).parts
        assert not {"solutions", "tests", "source", "submitted", "__pycache__"} & set(parts), name
        assert parts[-1] not in FILES, name
        assert not (name.endswith(".py") and {*parts, Path(name).stem} & weeks), name
        assert not name.endswith((".pyc", ".db")), name
