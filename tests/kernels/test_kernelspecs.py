"""What starts an installed kernel, and what it may read for that."""

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from autograder.course.errors import CourseError
from autograder.kernels.kernelspecs import require_kernel


class Machine:
    """A person's folders with kernelspecs in them, none of them a real kernel."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.home, self.course = folder / "home", folder / "course"
        for place in (self.home, self.course):
            place.mkdir()

    def program(self, path: str, name: str = "lang") -> Path:
        file = self.folder / path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("#!/bin/sh\n")
        file.chmod(0o755)
        return file

    def spec(self, *argv: object, **more: Any) -> Path:
        folder = self.folder / "jupyter" / "kernels" / "lang"
        folder.mkdir(parents=True, exist_ok=True)
        words = [str(word) for word in argv]
        text = json.dumps({"argv": words, "display_name": "Lang", "language": "lang"} | more)
        (folder / "kernel.json").write_text(text)
        return folder


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Machine:
    made = Machine(tmp_path)
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path / "jupyter"))
    monkeypatch.setenv("HOME", str(made.home))
    monkeypatch.delenv("JULIA_DEPOT_PATH", raising=False)
    monkeypatch.delenv("R_LIBS_USER", raising=False)
    monkeypatch.chdir(made.course)
    return made


def readable() -> set[str]:
    return set(require_kernel("lang").readable)


def test_a_kernel_that_is_not_installed_is_told_with_those_that_are(machine: Machine) -> None:
    machine.spec(machine.program("opt/lang/bin"))
    with pytest.raises(CourseError) as told:
        require_kernel("lung")
    assert "the kernel 'lung' is not installed" in str(told.value)
    assert "jupyter kernelspec list" in str(told.value)
    assert "lang" in str(told.value).split("installed: ")[1]


def test_a_program_that_is_missing_is_told_with_its_kernelspec(machine: Machine) -> None:
    folder = machine.spec("no-such-language", "{connection_file}")
    with pytest.raises(CourseError, match="'no-such-language', which is not there") as told:
        require_kernel("lang")
    assert str(folder) in str(told.value)


def test_a_kernelspec_that_cannot_be_read_is_told(machine: Machine) -> None:
    (machine.spec("lang") / "kernel.json").write_text("{")
    with pytest.raises(CourseError, match="the kernelspec 'lang' cannot be read"):
        require_kernel("lang")


def test_places_in_braces_are_filled(machine: Machine) -> None:
    program = machine.program("opt/lang/bin")
    folder = machine.spec(program, "{resource_dir}/main", "-f", "{connection_file}", "{other}")
    words = require_kernel("lang").words("/run/kernel.json")
    assert words == (str(program), f"{folder}/main", "-f", "/run/kernel.json", "{other}")


def test_python_is_the_one_that_runs_this(machine: Machine) -> None:
    machine.spec("python", "-m", "lang")
    assert require_kernel("lang").program == sys.executable


def test_an_installation_is_readable_through_every_link_to_it(machine: Machine) -> None:
    real = machine.program("versions/lang-1.2/bin")
    link = machine.folder / "opt" / "lang" / "bin" / "lang"
    link.parent.mkdir(parents=True)
    link.symlink_to(real)
    spec = machine.spec(link)
    installed = {str(machine.folder / name) for name in ("opt/lang", "versions/lang-1.2")}
    assert readable() == {str(spec), *installed}


def test_what_the_kernelspec_names_is_readable(machine: Machine) -> None:
    packages, more = machine.folder / "packages", machine.folder / "more"
    main = machine.program("sources/kernel/src", "main.lang")
    for place in (packages, more):
        place.mkdir()
    spec = machine.spec(
        machine.program("opt/lang/bin"),
        main,
        "/dev/null",
        env={"LANG_PATH": f":{packages}", "OTHER": "word"},
        metadata={"autograder": {"readable": [str(more), "/no/such/folder", "/proc/self/fd"]}},
    )
    found = {main.parent, packages, more, machine.folder / "opt" / "lang"}
    assert readable() == {str(spec), *map(str, found)}


@pytest.mark.parametrize("place", ["home/bin", "home/.local/bin", "course/bin"])
def test_of_a_persons_own_folders_only_the_program_is_readable(
    machine: Machine, place: str
) -> None:
    program = machine.program(place)
    spec = machine.spec(program, env={"DATA": str(program.parent.parent), "ALL": "/etc"})
    assert readable() == {str(spec), str(program)}


def test_an_environment_inside_the_course_is_readable_alone(machine: Machine) -> None:
    spec = machine.spec(machine.program("course/.venv/bin"))
    assert readable() == {str(spec), str(machine.course / ".venv")}


def test_a_persons_packages_are_found_from_the_kernels_own_home(machine: Machine) -> None:
    library = machine.home / "R" / "x86_64-library" / "4.2"
    library.mkdir(parents=True)
    machine.spec(machine.program("opt/lang/bin"), language="R")
    found = require_kernel("lang")
    assert found.environment(Path("/inside"))["R_LIBS_USER"] == str(library)
    assert str(library) in found.readable


def test_of_a_depot_the_history_stays_unread(machine: Machine) -> None:
    depot = machine.home / ".julia"
    for name in ("packages", "compiled", "logs", "config"):
        (depot / name).mkdir(parents=True)
    spec = machine.spec(machine.program("opt/lang/bin"), language="julia")
    found = require_kernel("lang")
    assert found.environment(Path("/inside"))["JULIA_DEPOT_PATH"] == f":{depot}"
    shown = {depot / "packages", depot / "compiled", machine.folder / "opt" / "lang"}
    assert set(found.readable) == {str(spec), *map(str, shown)}


def test_what_a_kernelspec_says_of_packages_goes_before(machine: Machine) -> None:
    for place in (machine.home / ".julia" / "packages", machine.folder / "depot"):
        place.mkdir(parents=True)
    depot = str(machine.folder / "depot")
    machine.spec(machine.program("opt/lang/bin"), language="julia", env={"JULIA_DEPOT_PATH": depot})
    found = require_kernel("lang")
    assert found.environment(Path("/inside"))["JULIA_DEPOT_PATH"] == depot
    assert not any("home" in place for place in found.readable)


def test_its_environment_is_small_and_its_home_its_own(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COURSE_TOKEN", "secret")
    wanted = {"HOME": str(machine.home), "LANG_PATH": "${PATH}:/x", "LANG_TOKEN": "${COURSE_TOKEN}"}
    machine.spec(machine.program("opt/lang/bin"), env=wanted)
    made = require_kernel("lang").environment(Path("/inside"))
    assert made["HOME"] == made["TMPDIR"] == "/inside"
    assert made["LANG_PATH"] == made["PATH"] + ":/x"
    assert "secret" not in made.values()
