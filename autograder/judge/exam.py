"""The hidden side of a week: its reference, its programs and its known mistakes.

An exam lives in the grader's process only. Making one executes the given and the exercise
cells of the source, and nothing else of it.
"""

import warnings
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace

from ..authoring.faults import SourceError
from ..authoring.source import Source
from ..authoring.variants import Mistake
from ..remote import wire
from ..remote.causes import Cause
from ..remote.proxy import Link, LinkError, LocalLink
from .agreement import agree, disagreement
from .difference import Difference
from .effort import affordable, counted
from .explain import explain
from .guards import Ask, NotAsked, Offence, effect_offence, memory_offences, seed_offence
from .idle import idle_namespaces
from .programs import Outcome, OutcomeStatus, Program, run
from .reference import hidden_programs, namespace, namespace_of_mistake
from .result import Result
from .telling import telling
from .trivial import SECONDS, trivial

REFERENCE_SECONDS = 120.0
Run = tuple[Program, Outcome]


@dataclass
class Exam:
    """All that is needed to judge an implementation of a week's exercises."""

    source: Source
    programs: dict[str, tuple[Program, ...]] = field(default_factory=dict)
    _expected: dict[str, Outcome] = field(default_factory=dict)
    _efforts: dict[str, int] = field(default_factory=dict)
    _idle: dict[str, bool] = field(default_factory=dict)
    _mistaken: dict[tuple[str, ...], Outcome] = field(default_factory=dict)
    _links: dict[tuple[str, str], Link] = field(default_factory=dict)

    @property
    def mistakes(self) -> tuple[Mistake, ...]:
        """The week's known mistakes."""
        return self.source.mistakes

    def judge(
        self,
        exercise: str,
        connect: Callable[[], Link],
        seconds: float,
        text: str | None = None,
    ) -> tuple[Result, ...]:
        """Run an exercise's programs on the implementation that ``connect`` leads to.

        Parameters
        ----------
        exercise : name of the exercise
        connect : called before each program, and for the guards; a link to a living implementation
        seconds : time limit of one program
        text : all code of the submission, where the implementation is one: what it does not hold
            is not told as a line or a name of it
        """
        runs = [(program, _try(program, connect, seconds)) for program in self.programs[exercise]]
        runs = self._guarded(exercise, runs, connect, seconds)
        runs = [(program, telling(outcome, self.source, text)) for program, outcome in runs]
        faults = {
            program.name: (program, outcome, fault)
            for program, outcome in runs
            if (fault := self._fault(exercise, program, outcome))
        }
        told = self._recognise(exercise, [(p, o) for p, o, _ in faults.values()])
        results = []
        for program, outcome in runs:
            line = (program.name, program.title, program.points)
            compares = program.compares
            if program.name not in faults:
                took = outcome.seconds
                compares &= not faults or not self.is_idle(program)
                results.append(Result(*line, passed=True, seconds=took, compares=compares))
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
                    cause=outcome.cause or Cause.WRONG,
                    compares=compares,
                )
            )
        return tuple(results)

    def first_fault(self, exercise: str, link: Link, seconds: float) -> str:
        """The first program that fails, or else whose guard does; empty where all pass.

        Cheaper than `judge`, which goes on after a fault and looks for the mistake behind it.
        """
        runs: list[Run] = []
        for program in self.programs[exercise]:
            runs.append((program, run(program, link, seconds)))
            if self._fault(exercise, *runs[-1]):
                return program.name
        for program, outcome in self._guarded(exercise, runs, lambda: link, seconds):
            if outcome.status is OutcomeStatus.OFFENDS:
                return program.name
        return ""

    def _guarded(
        self, exercise: str, runs: list[Run], connect: Callable[[], Link], seconds: float
    ) -> list[Run]:
        """The runs, those that pass and offend against a guard with the offence as outcome."""
        passing = [
            (program, outcome)
            for program, outcome in runs
            if outcome.trace is not None and self._fault(exercise, program, outcome) is None
        ]
        offences: dict[str, Offence] = {}
        for group, again in self._groups(exercise, passing):
            found = self._offences(exercise, group, again, connect, seconds)
            for (program, _), offence in zip(group, found, strict=True):
                if offence is not None:
                    offences[program.name] = offence
        return [
            (program, _offending(outcome, offences[program.name]))
            if program.name in offences
            else (program, outcome)
            for program, outcome in runs
        ]

    def _groups(self, exercise: str, runs: list[Run]) -> Iterator[tuple[list[Run], bool]]:
        """The runs that are asked again, two by two, and then the others, one by one."""
        efforts = {one.name: self._effort(exercise, one) for one in self.programs[exercise]}
        chosen = affordable([program.name for program, _ in runs], efforts)
        again = [run for run in runs if run[0].name in chosen]
        yield from ((again[start : start + 2], True) for start in range(0, len(again), 2))
        yield from (([run], False) for run in runs if run[0].name not in chosen)

    def _offences(
        self,
        exercise: str,
        pair: list[Run],
        again: bool,
        connect: Callable[[], Link],
        seconds: float,
    ) -> list[Offence | None]:
        """What the guards find in one or two passing runs, held against the reference's.

        ``again`` : they are asked again, for what is remembered
        """
        found: list[Offence | None] = []
        traces, rights = [], []
        try:
            ask = Ask(connect, 2 * seconds * len(pair))
            right_ask = Ask(lambda: self._link(None), REFERENCE_SECONDS)
            for program, outcome in pair:
                right = self._expect(exercise, program).trace
                if outcome.trace is None or right is None:
                    return [None] * len(pair)
                traces.append(outcome.trace)
                rights.append(right)
                found.append(
                    effect_offence(outcome.trace, right)
                    or seed_offence(outcome.trace, right, ask, right_ask, program.seed)
                )
            remembered = memory_offences(traces, ask) if again else [None] * len(pair)
        except NotAsked:
            return [*found, None, None][: len(pair)]
        except (LinkError, wire.WireError) as error:
            cause = error.cause if isinstance(error, LinkError) else Cause.FORGED_ANSWER
            lost = Offence(cause, "again", Difference(f"when it is run again: {error}"))
            return [one or lost for one in [*found, None, None][: len(pair)]]
        if any(remembered):
            steady = memory_offences(rights, right_ask)
            remembered = [
                None if right is not None else own
                for own, right in zip(remembered, steady, strict=True)
            ]
        return [one or other for one, other in zip(found, remembered, strict=True)]

    def is_idle(self, program: Program) -> bool:
        """Whether the program passes on code of its exercise that does nothing."""
        key = _key(program)
        if key not in self._idle:
            self._idle[key] = any(
                self._fault(program.exercise, program, run(program, LocalLink(names), SECONDS))
                is None
                for names in idle_namespaces(self.source, program.exercise)
            )
        return self._idle[key]

    def believed(self, exercise: str) -> dict[str, tuple[Program, ...]]:
        """The programs that pass on implementations which compute nothing, by what those do."""
        found: dict[str, tuple[Program, ...]] = {}
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what NumPy and torch say of such answers
            for one in trivial(self._link(None)):
                passing = tuple(
                    program
                    for program in self.programs[exercise]
                    if self._fault(exercise, program, run(program, one, SECONDS)) is None
                )
                if passing:
                    found[str(one)] = passing
        return found

    def _fault(self, exercise: str, program: Program, outcome: Outcome) -> Difference | None:
        """What is wrong with an outcome, for the student; None where nothing is."""
        match outcome.status:
            case OutcomeStatus.OFFENDS:
                return Difference(outcome.message, outcome.help)
            case OutcomeStatus.VALUE if not program.compares:
                return None
            case OutcomeStatus.VALUE:
                return disagreement(program, outcome, self._expect(exercise, program))
            case OutcomeStatus.RAISED:
                return explain(outcome)
            case OutcomeStatus.UNUSABLE:
                self._expect(exercise, program)  # raises where the program itself is at fault
                help = "Does it return what its docstring says, with these types?"
                return Difference(f"the result could not be used: {outcome.message}", help)
            case _:
                return Difference(outcome.message)

    def _expect(self, exercise: str, program: Program) -> Outcome:
        """The program's outcome on the reference, once."""
        key = _key(program)
        if key not in self._expected:
            link = self._link(None)
            with counted() as effort:
                outcome = run(program, link, REFERENCE_SECONDS)
            if outcome.status is not OutcomeStatus.VALUE:
                message = f"{program.name} on the reference: {outcome.status}: "
                message += outcome.whole or outcome.message
                raise SourceError(self.source.hidden.path, program.line, message)
            self._expected[key] = outcome
            self._efforts[key] = max(1, effort.calls // len(program.cases))
        return self._expected[key]

    def _effort(self, exercise: str, program: Program) -> int:
        """How much work a program is on the reference; 0 where it fails there."""
        with suppress(SourceError):
            self._expect(exercise, program)  # counts its work as well
        return self._efforts.get(_key(program), 0)

    def _recognise(
        self, exercise: str, failed: list[tuple[Program, Outcome]]
    ) -> dict[str, Mistake]:
        """For each failed program the known mistake that gives what the student gave.

        A mistake that explains more of the failures is believed before one that explains
        fewer; the exercise's own come before those of the exercises it needs.
        """
        failed = [(p, o) for p, o in failed if o.cause is not Cause.NOT_WRITTEN]
        failed = [(p, o) for p, o in failed if o.status is not OutcomeStatus.LOST]
        if not failed:
            return {}
        needs = self.source.tests_of(exercise).needs
        known = [m for m in self.mistakes if m.exercise == exercise]
        known += [m for m in self.mistakes if m.exercise in needs]
        matches = {
            mistake.key: [
                program.name
                for program, outcome in failed
                if agree(program, outcome, self._make(exercise, mistake, program))
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
            link = self._link(mistake)
            runs = [(program, run(program, link, REFERENCE_SECONDS))]
            guarded = self._guarded(exercise, runs, lambda: link, REFERENCE_SECONDS)
            self._mistaken[key] = guarded[0][1]
        return self._mistaken[key]

    def _link(self, mistake: Mistake | None) -> Link:
        """A link to the reference, with one exercise replaced by a mistake if given."""
        key = mistake.key if mistake else ("", "")
        if key not in self._links:
            names = namespace_of_mistake(self.source, mistake) if mistake else None
            self._links[key] = LocalLink(names or namespace(self.source), quiet=True)
        return self._links[key]


def _key(program: Program) -> str:
    return f"{program.exercise}/{program.name}"


def _try(program: Program, connect: Callable[[], Link], seconds: float) -> Outcome:
    """Run a program on what ``connect`` leads to; where it leads nowhere, that is its outcome."""
    try:
        link = connect()
    except LinkError as error:
        return Outcome(OutcomeStatus.LOST, cause=error.cause, message=str(error))
    return run(program, link, seconds)


def open_exam(source: Source) -> Exam:
    """Execute a source's given and exercise cells and gather its hidden programs.

    Raises
    ------
    SourceError
        If a cell raises, or the hidden tests do.
    """
    exam = Exam(source)
    exam._links["", ""] = LocalLink(namespace(source), quiet=True)
    for program in hidden_programs(source):
        exam.programs[program.exercise] = (*exam.programs.get(program.exercise, ()), program)
    return exam


def _offending(outcome: Outcome, offence: Offence) -> Outcome:
    """The outcome of a run that a guard caught."""
    return replace(
        outcome,
        status=OutcomeStatus.OFFENDS,
        cause=offence.cause,
        kind=offence.kind,
        message=offence.words.what,
        help=offence.words.help,
    )
