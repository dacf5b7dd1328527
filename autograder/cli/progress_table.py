"""A student's progress as a table for a terminal."""

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from ..report.progress import State, WeekProgress, time_left

COLORS = {State.WRITTEN: "green", State.IN_PROGRESS: "yellow", State.NOT_STARTED: "dim"}


def show(weeks: list[WeekProgress]) -> None:
    """Print one row a week, and below it what is still to write in weeks that are begun."""
    table = Table(box=box.SIMPLE_HEAD, header_style="bold", pad_edge=False, padding=(0, 1, 0, 0))
    table.add_column("week", min_width=20)
    for name in ("state", "written", "ticked", "due", ""):
        table.add_column(name, no_wrap=True)
    for week in weeks:
        state = f"{week.state}: {week.note}" if week.note else week.state
        table.add_row(
            Text(week.title or week.week),
            Text(state, style=COLORS.get(week.state, "red")),
            f"{week.written} of {len(week.exercises)}" if week.exercises else "–",
            f"{week.ticked} of {week.items}" if week.items else "–",
            *time_left(week.due),
        )
    console = Console()
    console.print(table)
    for week in weeks:
        missing = [exercise.name for exercise in week.exercises if not exercise.written]
        if missing and week.state is State.IN_PROGRESS:
            console.print(Text(f"{week.week}: still to write: {', '.join(missing)}"))
    console.print(
        "Written: nothing is left to fill in. The checks in the notebook say whether it is right.",
        style="dim",
    )
