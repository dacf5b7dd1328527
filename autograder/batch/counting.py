"""How far a run has come: a bar with rate and time left on a terminal, numbered lines elsewhere."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    Task,
    TextColumn,
    TimeRemainingColumn,
)
from rich.text import Text

from ..course.paths import printable

Say = Callable[[str], None]


class _Rate(ProgressColumn):
    """Submissions a minute, over the last ones."""

    def render(self, task: Task) -> Text:
        return Text(f"{60 * task.speed:.0f} a minute" if task.speed else "")


@contextmanager
def counting(what: str, total: int, say: Say, console: Console | None = None) -> Iterator[Say]:
    """Gives a function that tells the line of one finished piece of work, and counts it.

    Parameters
    ----------
    what : stands before the bar
    total : how many pieces there are
    say : takes a line, where there is no terminal
    console : where the bar is drawn; standard error, unless given
    """
    console = console or Console(stderr=True)
    if not console.is_terminal or not total:
        numbers = iter(range(1, total + 1))
        yield lambda line: say(f"[{next(numbers, total)}/{total}] {printable(line)}")
        return
    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        _Rate(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console, speed_estimate_period=120) as progress:
        task = progress.add_task(what, total=total)

        def tell(line: str) -> None:
            console.print(printable(line), markup=False, highlight=False, soft_wrap=True)
            progress.advance(task)

        yield tell
