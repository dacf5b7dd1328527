"""When a week was due and handed in, and how that makes a penalty, in a student's words."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, tzinfo

from ..gradebook.lateness import Lateness
from ..gradebook.marks import Marks
from .page import in_points


def dates_in_words(marks: Marks) -> Iterator[str]:
    """The dates, and the arithmetic of the penalty where there is one, a sentence each."""
    dates = marks.dates
    if dates is None:
        return
    zone = dates.due.tzinfo if dates.due is not None else UTC
    if dates.due is not None:
        yield _due(dates, dates.due, zone)
    if dates.fault:
        yield f"When this was handed in cannot be read: {dates.fault}."
    elif dates.handed_in is not None:
        late = f", {_how_late(dates)}" if dates.due is not None else ""
        yield f"Handed in {moment(dates.handed_in, zone)}{late}."
    if marks.kept:
        yield f"Taken off by nbgrader for lateness: {in_points(sum(marks.kept.values()))} points."
    if dates.share and (marks.punishable or not marks.kept):
        yield _arithmetic(marks, dates)


def _due(dates: Lateness, due: datetime, zone: tzinfo | None) -> str:
    if not dates.extension:
        return f"Due {moment(due, zone)}."
    until = moment(due + dates.extension, zone)
    return f"Due {moment(due, zone)}, for you {until} ({length(dates.extension)} more)."


def moment(time: datetime, zone: tzinfo | None) -> str:
    """A date and a time to read, in the course's time zone."""
    there = time.astimezone(zone)
    clock = f"{there:%H:%M:%S}" if there.second else f"{there:%H:%M}"
    return f"{there.day} {there:%b %Y} {clock} {there:%Z}"


def length(time: timedelta) -> str:
    """A length of time to read."""
    minutes = int(time.total_seconds() // 60)
    parts = {"d": minutes // 1440, "h": minutes // 60 % 24, "min": minutes % 60}
    return " ".join(f"{count} {unit}" for unit, count in parts.items() if count) or "under 1 min"


def _how_late(dates: Lateness) -> str:
    if not dates.late:
        return "in time"
    if not dates.days:
        return f"{length(dates.late)} late, within the grace of {dates.policy.grace_minutes:g} min"
    grace = (
        f" after {dates.policy.grace_minutes:g} min of grace" if dates.policy.grace_minutes else ""
    )
    days = "1 day" if dates.days == 1 else f"{dates.days} days"
    return f"{length(dates.late)} late: {days} begun{grace}"


def _arithmetic(marks: Marks, dates: Lateness) -> str:
    """How the penalty comes about, as in "2 × 10 % = 20 % of 17.6 points = 3.52 points"."""
    policy = dates.policy
    full = policy.penalty_per_day * dates.days
    share = f"{dates.days} × {_percent(policy.penalty_per_day)} = {_percent(full)}"
    if dates.share < full:
        share += f", at most {_percent(dates.share)}"
    points, lost = marks.punishable, dates.penalty(marks.punishable)
    return (
        f"Taken off for lateness: {share} of {in_points(points)} points = "
        f"{in_points(lost)}; {in_points(marks.score)} − {in_points(marks.penalty)} = "
        f"{in_points(marks.mark)} points."
    )


def _percent(share: float) -> str:
    return f"{100 * share:.4g} %"
