"""Installed kernels of other languages: what starts them, and what they have to read for that.

A kernelspec says both. Its program brings the folder of its installation, its arguments and its
environment name further ones, and under ``metadata`` it may list what else the sandbox is to show:
``{"autograder": {"readable": ["/opt/more"]}}``. Where people's own folders would be shown with
it, only the file is.
"""

import os
import re
import shutil
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from string import Template

from jupyter_client.kernelspec import KernelSpec, KernelSpecManager, NoSuchKernel

from ..course.errors import CourseError
from ..sandbox.plan import outermost
from .launcher import small_environment

PYTHON = ("python", f"python{sys.version_info[0]}", "python{}.{}".format(*sys.version_info))


@dataclass(frozen=True)
class OwnPackages:
    """Where a language looks for a person's own packages.

    Attributes
    ----------
    variable : the setting that names the folders
    usual : its value where it is not set, a pattern
    before : what stands before them in it
    parts : what of such a folder is neither history nor settings
    """

    variable: str
    usual: str
    before: str = ""
    parts: tuple[str, ...] = ("",)


#: Julia's empty entry stands for what it has itself, in the kernel's own home.
OWN_PACKAGES = {
    "r": OwnPackages("R_LIBS_USER", "R/*-library/*"),
    "julia": OwnPackages(
        "JULIA_DEPOT_PATH",
        ".julia",
        os.pathsep,
        ("artifacts", "compiled", "environments", "juliaup", "packages", "registries"),
    ),
}
#: What the sandbox makes anew.
OF_THE_MACHINE = ("/dev", "/proc", "/sys")
#: Folders in which a person keeps more than programs.
PERSONAL = ("~", "~/.local", "~/.local/share", "~/.config", "~/.cache")


@dataclass(frozen=True)
class Foreign:
    """A kernel as it is installed.

    Attributes
    ----------
    argv : its words, the connection file's place in braces
    program : the file that is run
    settings : what it wants in its environment, templates in it
    readable : all that it reads besides the system
    by_message : whether a cell is interrupted by a message, not by a signal
    folder : its kernelspec's
    """

    name: str
    argv: tuple[str, ...]
    program: str
    settings: dict[str, str]
    readable: tuple[str, ...]
    by_message: bool
    folder: str

    def words(self, file: str) -> tuple[str, ...]:
        """The words with which it is started for a connection file."""
        known = {"connection_file": file, "prefix": sys.prefix, "resource_dir": self.folder}

        def filled(found: re.Match[str]) -> str:
            return known.get(found.group(1), found.group())

        filled_in = (re.sub(r"\{(\w+)\}", filled, word) for word in self.argv[1:])
        return (self.program, *filled_in)

    def environment(self, home: Path) -> dict[str, str]:
        """All of its environment; what the kernelspec wants never moves its home."""
        given = small_environment(home)
        wanted = {k: Template(v).safe_substitute(given) for k, v in self.settings.items()}
        return given | {k: v for k, v in wanted.items() if given.get(k) != str(home)}


def require_kernel(name: str) -> Foreign:
    """The installed kernel of this name.

    Raises
    ------
    CourseError
        If there is none, or its program is missing.
    """
    manager = KernelSpecManager()
    try:
        spec = manager.get_kernel_spec(name)
    except NoSuchKernel:
        found = ", ".join(sorted(manager.find_kernel_specs())) or "none"
        raise CourseError(
            f"the kernel {name!r} is not installed for {sys.executable} (installed: {found}); "
            "install it, so that `jupyter kernelspec list` names it, or put one of these names "
            "into the kernelspec of the notebook's metadata"
        ) from None
    except Exception as error:  # a kernel.json may hold anything
        raise CourseError(
            f"the kernelspec {name!r} cannot be read: {error}; `jupyter kernelspec list` says "
            "where it is"
        ) from error
    program = _program(spec)
    if program is None:
        raise CourseError(
            f"the kernel {name!r} wants to run {' '.join(spec.argv[:1]) or 'nothing'!r}, which is "
            f"not there; look at {spec.resource_dir}/kernel.json, or install the language"
        )
    settings = {key: str(value) for key, value in dict(spec.env).items()}
    packages, folders = _packages(spec.language, settings)
    return Foreign(
        name=name,
        argv=tuple(spec.argv),
        program=str(program),
        settings=packages | settings,
        readable=_readable(spec, program, folders),
        by_message=spec.interrupt_mode == "message",
        folder=str(spec.resource_dir),
    )


def _program(spec: KernelSpec) -> Path | None:
    """The file that a kernelspec runs; its own name may be a link and stays one."""
    first = str(spec.argv[0]) if spec.argv else ""
    found = sys.executable if first in PYTHON else shutil.which(first)
    return Path(os.path.abspath(found)) if found else None


def _packages(language: str, settings: dict[str, str]) -> tuple[dict[str, str], list[Path]]:
    """The setting for a person's packages where the kernelspec has none, and their folders."""
    own = OWN_PACKAGES.get(language.lower())
    if own is None or own.variable in settings:
        return {}, []
    value = os.environ.get(own.variable, "")
    places = _places(value) if value else sorted(Path.home().glob(own.usual))
    places = [place for place in places if place.is_dir()]
    if not places:
        return {}, []
    told = own.before + os.pathsep.join(map(str, places))
    return {own.variable: told}, [place / part for place in places for part in own.parts]


def _places(value: str) -> list[Path]:
    """The absolute paths in a setting that is a path or a list of them."""
    return [Path(part) for part in value.split(os.pathsep) if os.path.isabs(part)]


def _readable(spec: KernelSpec, program: Path, packages: list[Path]) -> tuple[str, ...]:
    more = spec.metadata.get("autograder")
    listed = more.get("readable", ()) if isinstance(more, dict) else ()
    named = [path for word in spec.argv[1:] for path in _places(str(word))]
    told = [path for one in (*spec.env.values(), *listed) for path in _places(str(one))]
    wanted = [Path(spec.resource_dir), Path("/etc") / program.name, *packages, *told]
    wanted += [_around(path) for path in (*_links(program), *named)]
    wanted = [path for path in wanted if not any(map(path.is_relative_to, OF_THE_MACHINE))]
    shown = [path for path in wanted if path.is_file() or (path.is_dir() and not _is_wide(path))]
    return outermost(one for path in shown for one in (path, path.resolve()))


def _links(program: Path) -> Iterator[Path]:
    """The program's file, what it is a link to, and so on, to the file itself."""
    path = program
    while path.is_symlink():
        yield path
        path = Path(os.path.normpath(path.parent / path.readlink()))
    yield path
    yield program.resolve()


def _around(path: Path) -> Path:
    """The folder of the installation to which a file belongs; the file where that is too wide."""
    if not path.is_file():
        return path
    folder = path.parent.parent if path.parent.name in ("bin", "sbin") else path.parent
    return path if _is_wide(folder) else folder


def _is_wide(folder: Path) -> bool:
    """Whether a folder holds a person's own, or the course that is graded, or many programs."""
    resolved = folder.resolve()
    own = [Path.cwd(), Path(tempfile.gettempdir()), *(Path(name).expanduser() for name in PERSONAL)]
    inside = any(place.resolve().is_relative_to(resolved) for place in own)
    return inside or len(resolved.parts) < 3
