"""Self-assessments compared with hidden tests: what students claim, and what the tests say."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ..gradebook.assessment import ItemAnswer
from ..gradebook.classbook import Sheet
from ..grading.results import SubmissionStatus
from .statistics import FEW, Estimate, paired_g, share, unknown

#: With fewer students who disagree with the tests, no direction can be told from chance.
FEW_WHO_DISAGREE = 6
#: How many characters of an item a page shows.
TEXT_LIMIT = 200


@dataclass(frozen=True)
class Claim:
    """One ticked or unticked item, and whether the tests of its exercise pass."""

    item: ItemAnswer
    exercise: str
    passes: bool

    @property
    def over(self) -> bool:
        """Ticked, and the tests do not all pass."""
        return self.item.ticked and not self.passes

    @property
    def under(self) -> bool:
        """Not ticked, and every test passes."""
        return self.passes and not self.item.ticked


def claims(sheet: Sheet) -> tuple[Claim, ...]:
    """A student's items that hidden tests can check; none without a self-assessment."""
    if sheet.assessment is None or sheet.status is not SubmissionStatus.GRADED:
        return ()
    tests = {test.exercise: test.complete for test in sheet.tests}
    return tuple(
        Claim(item, item.exercise, tests[item.exercise])
        for item in sheet.assessment.items
        if item.exercise in tests
    )


def in_a_sentence(sheet: Sheet) -> str:
    """What a student reads: kindly, and in one sentence; empty if there is nothing to say."""
    found = claims(sheet)
    over = _names(claim.exercise for claim in found if claim.over)
    under = _names(claim.exercise for claim in found if claim.under)
    if not found:
        return ""
    if over and under:
        return (
            f"You ticked {over}, where a test still fails, so that is the place to look first; "
            f"and you did not tick {under}, although every test passes: you can tick it with ease."
        )
    if over:
        return (
            f"You ticked {over}, and a hidden test still disagrees: read its line below before "
            "you go on, most people find at least one such place."
        )
    if under:
        return f"You did not tick {under}, and every test passes: you know more than you claimed."
    return "Your self-assessment agrees with the tests in every point: you know what you know."


@dataclass(frozen=True)
class ItemCalibration:
    """An item over the whole class.

    ``over`` and ``under`` are shares of the ``n`` students who have it; ``verdict`` is
    "overestimated", "underestimated", "no clear difference" or "too few".
    """

    id: str
    text: str
    exercise: str
    n: int
    over: Estimate
    under: Estimate
    ticked: int
    passes: int
    over_students: tuple[str, ...]
    under_students: tuple[str, ...]
    verdict: str


@dataclass(frozen=True)
class ClassCalibration:
    """The calibration of a class.

    ``g`` is the standardised mean difference between the share of items ticked and the share of
    their exercises that pass; ``n`` of the ``of`` graded students have a self-assessment.
    """

    items: tuple[ItemCalibration, ...]
    g: Estimate
    ticked: float
    passes: float
    n: int
    of: int


def calibrate(sheets: Sequence[Sheet]) -> ClassCalibration:
    """The calibration of all students with a self-assessment that tests can check.

    Students without one are left out: a missing self-assessment is not a failed one.
    """
    by_student = {sheet.student: found for sheet in sheets if (found := claims(sheet))}
    ids = Counter(claim.item.id for found in by_student.values() for claim in found)
    rows: dict[str, list[tuple[str, Claim]]] = {id: [] for id in ids}
    for student, found in by_student.items():
        for claim in found:
            rows[claim.item.id].append((student, claim))
    items = [_item(id, those) for id, those in rows.items()]
    # an item that only one student has was made up by that student
    items = [item for item in items if item.n > 1 or len(by_student) == 1]
    thought = [sum(c.item.ticked for c in found) / len(found) for found in by_student.values()]
    right = [sum(c.passes for c in found) / len(found) for found in by_student.values()]
    n = len(by_student)
    return ClassCalibration(
        tuple(items),
        paired_g(thought, right) if n else unknown(0, "nobody handed one in"),
        sum(thought) / n if n else 0.0,
        sum(right) / n if n else 0.0,
        n,
        sum(sheet.status is SubmissionStatus.GRADED for sheet in sheets),
    )


def _item(id: str, rows: list[tuple[str, Claim]]) -> ItemCalibration:
    over = tuple(student for student, claim in rows if claim.over)
    under = tuple(student for student, claim in rows if claim.under)
    n, disagree = len(rows), len(over) + len(under)
    return ItemCalibration(
        id,
        _plain(Counter(claim.item.text for _, claim in rows).most_common(1)[0][0]),
        Counter(claim.exercise for _, claim in rows).most_common(1)[0][0],
        n,
        share(len(over), n),
        share(len(under), n),
        sum(claim.item.ticked for _, claim in rows),
        sum(claim.passes for _, claim in rows),
        over,
        under,
        _verdict(n, len(over), disagree),
    )


def _verdict(n: int, over: int, disagree: int) -> str:
    """Whether those who disagree with the tests do so in one direction (a sign test)."""
    if n < FEW:
        return "too few"
    balance = share(over, disagree, FEW_WHO_DISAGREE)
    if balance.known and balance.low > 0.5:
        return "overestimated"
    if balance.known and balance.high < 0.5:
        return "underestimated"
    return "no clear difference"


def _plain(text: str) -> str:
    """The text of an item in one line, without unprintable characters."""
    return "".join(c for c in " ".join(text.split()) if c.isprintable())[:TEXT_LIMIT]


def _names(exercises: Iterable[str]) -> str:
    names = list(dict.fromkeys(exercises))
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)
