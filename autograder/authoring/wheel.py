"""A wheel of this project for students: from its source checkout, or from its installed files.

It holds the packages that pyproject.toml names: the engine, and what a course keeps beside it for
its notebooks. No week, solution or test is in a package.
"""

import base64
import csv
import hashlib
import importlib.metadata
import io
import os
import shutil
import subprocess
import sys
import tempfile
import tomllib
import zipfile
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path, PurePosixPath

from ..course.errors import CourseError

#: The files of a checkout that a wheel is made of, besides its packages.
BUILT_FROM = ("pyproject.toml", "README.md", "LICENSE")
#: What `init` copies for authors: a week with its solution.
AUTHORS = "autograder/authoring/starter_files/"
#: 1980-01-02, the first day that every zip archive and time zone can hold.
EPOCH = 315619200
STAMP = (1980, 1, 2, 0, 0, 0)
#: What an installation adds to a wheel's files.
NOT_IN_A_WHEEL = {"RECORD", "INSTALLER", "REQUESTED", "direct_url.json", "RECORD.jws", "RECORD.p7s"}


@lru_cache(maxsize=1)
def make_wheel() -> tuple[str, bytes]:
    """The wheel's file name and its bytes; the same files give the same bytes.

    Raises
    ------
    CourseError
        If this project is neither a source checkout nor an installed wheel, or cannot be built.
    """
    package = Path(__file__).resolve().parents[1]
    if (package.parent / "pyproject.toml").is_file():
        return _from_checkout(package.parent)
    return _from_installed(package)


def write_zip(file: io.BytesIO, members: Iterable[tuple[str, bytes]]) -> None:
    """Write an archive that depends on its members' names and bytes alone."""
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members:
            info = zipfile.ZipInfo(name, STAMP)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.create_system, info.external_attr = 3, 0o644 << 16
            archive.writestr(info, data)


def _from_checkout(root: Path) -> tuple[str, bytes]:
    """Build a copy, away from what earlier builds may have left beside the sources."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "project"
        copy.mkdir()
        for name in BUILT_FROM:
            shutil.copyfile(root / name, copy / name)
        ignored = shutil.ignore_patterns("__pycache__", "*.pyc", ".*")
        for name in _packages(root):
            shutil.copytree(root / name, copy / name, ignore=ignored)
        words = ["--no-deps", "--no-build-isolation", "--no-index", "--quiet", "--no-cache-dir"]
        words += ["--disable-pip-version-check", "--wheel-dir", folder, str(copy)]
        done = subprocess.run(
            [sys.executable, "-m", "pip", "wheel", *words],
            env={**os.environ, "SOURCE_DATE_EPOCH": str(EPOCH), "PIP_CONFIG_FILE": os.devnull},
            capture_output=True,
            text=True,
            check=False,
        )
        made = sorted(Path(folder).glob("*.whl"))
        if done.returncode or not made:
            why = (done.stderr or done.stdout).strip().splitlines() or ["no reason given"]
            raise CourseError(f"the package's wheel cannot be built: {why[-1].strip()}")
        with zipfile.ZipFile(made[0]) as archive:
            members = {name: archive.read(name) for name in archive.namelist()}
        return _assembled(made[0].name, members)


def _packages(root: Path) -> list[str]:
    """The top packages of a checkout that its pyproject.toml makes a wheel of."""
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    include = project["tool"]["setuptools"]["packages"]["find"]["include"]
    return [name for name in include if (root / name / "__init__.py").is_file()]


def _assembled(name: str, members: dict[str, bytes]) -> tuple[str, bytes]:
    """A wheel of these members without what is for authors, and with a new RECORD.

    The description for a package index is left out as well: it is the checkout's README, which may
    show a solution.
    """
    info = next(name.split("/")[0] for name in members if name.endswith(".dist-info/METADATA"))
    metadata = members[f"{info}/METADATA"].partition(b"\n\n")[0].rstrip() + b"\n"
    members = {**members, f"{info}/METADATA": metadata}
    for left_out in [n for n in members if n == f"{info}/RECORD" or n.startswith(AUTHORS)]:
        del members[left_out]
    listed = io.StringIO()
    rows = csv.writer(listed, lineterminator="\n")
    for member, data in sorted(members.items()):
        digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
        rows.writerow((member, f"sha256={digest}", len(data)))
    rows.writerow((f"{info}/RECORD", "", ""))
    file = io.BytesIO()
    write_zip(file, [*sorted(members.items()), (f"{info}/RECORD", listed.getvalue().encode())])
    return name, file.getvalue()


def _from_installed(package: Path) -> tuple[str, bytes]:
    """Put the files of an installed wheel together again, by the list that pip keeps of them."""
    projects = importlib.metadata.packages_distributions().get(package.name)
    if not projects:
        raise _neither(package)
    members = {}
    for entry in importlib.metadata.files(projects[0]) or ():
        name = PurePosixPath(entry.as_posix())
        if ".." in name.parts or name.is_absolute() or name.suffix == ".pyc":
            continue  # programs of the installation, and compiled files
        if name.parts[0].endswith(".dist-info") and name.name in NOT_IN_A_WHEEL:
            continue
        members[str(name)] = Path(str(entry.locate())).read_bytes()
    info = next((name.split("/")[0] for name in members if name.endswith("/METADATA")), "")
    if not info or f"{package.name}/__init__.py" not in members:
        raise _neither(package)
    return _assembled(f"{info.removesuffix('.dist-info')}-py3-none-any.whl", members)


def _neither(package: Path) -> CourseError:
    return CourseError(
        f"{package}: neither a source checkout (no pyproject.toml above it) nor installed by pip "
        "from a wheel; install it with pip, or run this in its checkout"
    )
