"""The hidden side of a week: its reference, its programs and its known mistakes.

An exam lives in the grader's process only. Making one executes the given and the exercise
cells of the source, and nothing else of it.
"""

import traceback
import types
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any

from ..authoring.faults import SourceError
from ..authoring.percent import plain_python
from ..authoring.source import Source
from ..authoring.variants import Mistake
from ..remote.proxy import Link, LinkError, LocalLink
from .constant import SECONDS, constants
from .difference import Difference, difference
from .programs import Outcome, Program, collecting, run

REFERENCE_SECONDS = 120.0
#: The rationale where the implementation raised NotImplementedError.
NOT_WRITTEN = "not written yet"


@dataclass(frozen=True)
class Result:
    """One program's line: what is tested, whether it passed, and if not, why and what to do.

    Attributes
    ----------
    mistake, mistake_of : the name of the known mistake that was recognised, and the exercise in
        which it was made; empty where none was
    """

    name: str
    title: str
    points: float
    passed: bool
    rationale: str = ""
    help: str = ""
    mistake: str = ""
    mistake_of: str = ""
    seconds: float = 0.0


@dataclass
class Exam:
    """All that is needed to judge an implementation of a week's exercises."""

    source: Source
    programs: dict[str, tuple[Program, ...]] = field(default_factory=dict)
    _expected: dict[str, Outcome] = field(default_factory=dict)
    _mistaken: dict[tuple[str, ...], Outcome] = field(default_factory=dict)
    _links: dict[tuple[str, str], Link] = field(default_factory=dict)

    @property
    def mistakes(self) -> tuple[Mistake, ...]:
        """The week's known mistakes."""
        return self.source.mistakes

    def judge(
        self, exercise: str, connect: Callable[[], Link], seconds: float
    ) -> tuple[Result, ...]:
        """Run an exercise's programs on the implementation that ``connect`` leads to.

        Parameters
        ----------
        exercise : name of the exercise
        connect : called before each program; a link to a living implementation
        seconds : time limit of one program
        """
        runs = [(program, _try(program, connect, seconds)) for program in self.programs[exercise]]
        faults = {
            program.name: (program, outcome, fault)
            for program, outcome in runs
            if (fault := self._fault(exercise, program, outcome))
        }
        told = self._recognise(exercise, [(p, o) for p, o, _ in faults.values()])
        results = []
        for program, outcome in runs:
            line = (program.name, program.title, program.points)
            if program.name not in faults:
                results.append(Result(*line, passed=True, seconds=outcome.seconds))
                continue
            fault = faults[program.name][2]
            mistake = told.get(program.name)
            results.append(
                Result(
                    *line,
                    passed=False,
                    rationale=fault.what,
                    help=mistake.hint if mistake else fault.help,
                    mistake=mistake.name if mistake else "",
                    mistake_of=mistake.exercise if mistake else "",
                    seconds=outcome.seconds,
                )
            )
        return tuple(results)

    def believed(self, exercise: str) -> dict[str, str]:
        """The programs that pass on an implementation which computes nothing, and its answer."""
        found: dict[str, str] = {}
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what NumPy and torch say of such answers
            for program in self.programs[exercise]:
                for constant in constants():
                    outcome = run(program, constant, SECONDS)
                    if self._fault(exercise, program, outcome) is None:
                        found[program.name] = str(constant)
                        break
        return found

    def _fault(self, exercise: str, program: Program, outcome: Outcome) -> Difference | None:
        """What is wrong with an outcome, for the student; None where nothing is."""
        match outcome.status:
            case "value" if not program.compares:
                return None
            case "value":
                expected = self._expect(exercise, program)
                return difference(outcome.value, expected.value, program.ask)
            case "raised":
                return _explain(outcome)
            case "unusable":
                self._expect(exercise, program)  # raises where the program itself is at fault
                help = "Does it return what its docstring says, with these types?"
                return Difference(f"the result could not be used: {outcome.message}", help)
            case _:
                return Difference(outcome.message)

    def _expect(self, exercise: str, program: Program) -> Outcome:
        """The program's outcome on the reference, once."""
        key = f"{exercise}/{program.name}"
        if key not in self._expected:
            outcome = run(program, self._link(None), REFERENCE_SECONDS)
            if outcome.status != "value":
                message = f"{program.name} on the reference: {outcome.status}: {outcome.message}"
                raise SourceError(self.source.hidden.path, program.line, message)
            self._expected[key] = outcome
        return self._expected[key]

    def _recognise(
        self, exercise: str, failed: list[tuple[Program, Outcome]]
    ) -> dict[str, Mistake]:
        """For each failed program the known mistake that gives what the student gave.

        A mistake that explains more of the failures is believed before one that explains
        fewer; the exercise's own come before those of the exercises it needs.
        """
        failed = [(p, o) for p, o in failed if o.kind != "NotImplementedError"]
        failed = [(p, o) for p, o in failed if o.status != "lost"]
        if not failed:
            return {}
        needs = self.source.tests_of(exercise).needs
        known = [m for m in self.mistakes if m.exercise == exercise]
        known += [m for m in self.mistakes if m.exercise in needs]
        matches = {
            mistake.key: [
                program.name
                for program, outcome in failed
                if _same(program, outcome, self._make(exercise, mistake, program))
            ]
            for mistake in known
        }
        told: dict[str, Mistake] = {}
        for mistake in sorted(known, key=lambda m: -len(matches[m.key])):
            for name in matches[mistake.key]:
                told.setdefault(name, mistake)
        return told

    def _make(self, exercise: str, mistake: Mistake, program: Program) -> Outcome:
        """The program's outcome on a known mistake, once."""
        key = (*mistake.key, exercise, program.name)
        if key not in self._mistaken:
            self._mistaken[key] = run(program, self._link(mistake), REFERENCE_SECONDS)
        return self._mistaken[key]

    def _link(self, mistake: Mistake | None) -> Link:
        """A link to the reference, with one exercise replaced by a mistake if given."""
        key = mistake.key if mistake else ("", "")
        if key not in self._links:
            replaced = {mistake.exercise: mistake.text} if mistake else {}
            self._links[key] = LocalLink(namespace(self.source, replaced))
        return self._links[key]


def _try(program: Program, connect: Callable[[], Link], seconds: float) -> Outcome:
    """Run a program on what ``connect`` leads to; where it leads nowhere, that is its outcome."""
    try:
        link = connect()
    except LinkError as error:
        return Outcome("lost", message=str(error))
    return run(program, link, seconds)


def open_exam(source: Source) -> Exam:
    """Execute a source's given and exercise cells and gather its hidden programs.

    Raises
    ------
    SourceError
        If a cell raises, or the hidden tests do.
    """
    exam = Exam(source)
    exam._links["", ""] = LocalLink(namespace(source))
    for program in _programs(source):
        exam.programs[program.exercise] = (*exam.programs.get(program.exercise, ()), program)
    return exam


def namespace(source: Source, replaced: Mapping[str, str] = MappingProxyType({})) -> dict[str, Any]:
    """The names that the given and exercise cells define, some exercises' texts replaced."""
    names: dict[str, Any] = {"__name__": "__reference__"}
    for cell in source.of("given", "exercise"):
        text = replaced.get(cell.name, cell.text) if cell.role == "exercise" else cell.text
        padded = "\n" * cell.line + plain_python(text)
        try:
            exec(compile(padded, str(source.path), "exec"), names)
        except Exception as error:
            message = f"this {cell.role} cell raises {type(error).__name__}: {error}"
            raise SourceError(source.path, cell.line, message) from error
    return names


def _programs(source: Source) -> list[Program]:
    """Run the module of hidden tests, which makes its programs."""
    hidden = source.hidden
    module = types.ModuleType(f"hidden_tests_of_{source.week}")
    module.__file__ = str(hidden.path)
    try:
        with collecting() as programs:
            exec(compile(hidden.text, str(hidden.path), "exec"), vars(module))
    except Exception as error:
        line = _line_in(error, str(hidden.path))
        message = f"the hidden tests raise {type(error).__name__}: {error}"
        raise SourceError(hidden.path, line, message) from error
    lines = {program.name: program.line for program in hidden.programs}
    return [replace(program, line=lines.get(program.name, 1)) for program in programs]


def _line_in(error: BaseException, path: str) -> int:
    """The line of the file ``path`` that an error passed through last."""
    frames = traceback.extract_tb(error.__traceback__)
    return next((f.lineno or 1 for f in reversed(frames) if f.filename == path), 1)


def _same(program: Program, student: Outcome, mistake: Outcome) -> bool:
    """Whether two runs gave the same: the returned values, or all that came back on the way."""
    if student.status != mistake.status:
        return False
    if student.status == "value":
        return difference(student.value, mistake.value, program.ask) is None
    if student.kind != mistake.kind or len(student.record) != len(mistake.record):
        return False
    if student.status == "raised" and not student.record[:-1]:
        return student.message == mistake.message
    return difference(list(student.record), list(mistake.record), program.ask) is None


def _explain(outcome: Outcome) -> Difference:
    """An exception of the implementation, as a rationale and a help."""
    if outcome.kind == "NotImplementedError":
        return Difference(NOT_WRITTEN, "Replace the line that raises NotImplementedError.")
    text = f"raised {outcome.message}"
    if outcome.where:
        text += f" (in {outcome.where})"
    match outcome.kind:
        case "NameError" if outcome.where:
            help = "The function uses a name that it does not know: make it from its arguments."
        case "NameError":
            help = "Is the name spelled as in the exercise, and did its cell run without an error?"
        case "TypeError" if "not callable" in outcome.message:
            help = "A name that should be a function or a class is something else here."
        case "TypeError" if "argument" in outcome.message:
            help = "Compare the parameters with the signature in the exercise."
        case "ValueError" | "RuntimeError" if (
            "shape" in outcome.message or "dim" in outcome.message
        ):
            help = "Write each operand's shape beside the line, then look for the axis that is off."
        case _:
            help = "Call it with small arrays in a cell of your own and read the traceback."
    return Difference(text, help)
