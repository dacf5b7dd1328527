"""How a failed check is shown in a notebook: what matters first, then the student's own lines.

The full traceback stays one click away. Nothing of this is in use where a notebook is graded.
"""

import html
import linecache
import sys
import traceback
from dataclasses import dataclass
from types import TracebackType
from typing import Any

#: How many lines of a statement are shown.
LINES = 8
#: The name of a visible check's function: its lines are shown as the cell's own.
VISIBLE = "visible"
#: Bold and nothing else: a page shows this on light or dark red, where colours drown.
BOLD, END = "\x1b[1m", "\x1b[0m"


@dataclass(frozen=True)
class Place:
    """A line of the notebook through which an exception came."""

    function: str
    first: int
    last: int
    code: tuple[str, ...]

    @property
    def words(self) -> str:
        """Where this is, for a reader."""
        return f"{self.function or 'this cell'}, line {self.first}"


def install() -> None:
    """Show failures of checks in the notebook that runs here; nothing elsewhere."""
    interactive = sys.modules.get("IPython")
    shell = interactive.get_ipython() if interactive else None
    if shell is not None and hasattr(shell, "kernel"):
        shell.set_custom_exc((Exception,), _show)


def places(trace: TracebackType | None, notebook: dict[str, Any]) -> list[Place]:
    """The lines of the notebook in a traceback, outermost first; libraries are left out.

    Parameters
    ----------
    trace : the traceback
    notebook : the notebook's variables, which tell its frames from a library's
    """
    found: list[Place] = []
    while trace is not None:
        frame, code = trace.tb_frame, trace.tb_frame.f_code
        if frame.f_globals is notebook:
            spans = list(code.co_positions())
            first, last = spans[trace.tb_lasti // 2][:2] if trace.tb_lasti >= 0 else (None, None)
            first, last = first or trace.tb_lineno, last or trace.tb_lineno
            rows = range(first, min(last, first + LINES - 1) + 1)
            lines = tuple(linecache.getline(code.co_filename, row).rstrip() for row in rows)
            if code.co_qualname == VISIBLE:  # the line before is the one that runs the check
                found.clear()
            own = code.co_qualname in ("<module>", VISIBLE)
            name = "" if own else code.co_qualname.split("<locals>.")[-1]
            found.append(Place(name, first, last, lines))
        trace = trace.tb_next
    return found


def headline(error: BaseException, where: list[Place], exercise: str) -> str:
    """The one sentence that matters; empty if IPython's own traceback says it better.

    Parameters
    ----------
    error : what was raised
    where : the lines of the notebook through which it came
    exercise : the exercise whose checks are run; empty outside of them
    """
    last = where[-1] if where else Place("", 0, 0, ())
    if isinstance(error, NotImplementedError):
        if not any("raise NotImplementedError" in line for line in last.code):
            return ""
        name = last.function or exercise or "This exercise"
        place = "in its cell above" if last.function else "in this cell"
        return f"{name} is not written yet. Replace `raise NotImplementedError()` {place}."
    if isinstance(error, NameError) and exercise and not last.function and error.name:
        return f"{error.name} is not defined yet. Run the cells above first, from the top."
    start = f"{exercise}: " if exercise else ""
    if isinstance(error, AssertionError):
        statement = " ".join(line.strip() for line in last.code)
        return start + (str(error) or f"this must hold: {statement.removeprefix('assert ')}")
    if not exercise:
        return ""
    mine = next((place for place in reversed(where) if place.function), last)
    return f"{start}{type(error).__name__} in {mine.words}: {error}"


def shown_lines(error: BaseException, where: list[Place], first: str) -> list[str]:
    """The lines that are shown: the headline, its notes, and the places in the notebook."""
    lines = [f"{BOLD}✗ {first}{END}"]
    lines += [f"  {note}" for note in getattr(error, "__notes__", [])]
    if isinstance(error, NotImplementedError):
        return lines
    for place in where:
        lines += ["", f"{BOLD}{place.words}{END}"]
        lines += [f"{row:>5}  {text}" for row, text in enumerate(place.code, place.first)]
        if place.last - place.first >= LINES:
            lines.append("       …")
    return lines


def _show(shell: Any, kind: Any, error: Any, trace: Any, tb_offset: int | None = None) -> None:
    """IPython's handler of an exception that a cell raised."""
    first, lines = "", [""]
    try:
        where = places(trace, shell.user_ns)
        first = headline(error, where, _exercise(shell))
        lines = shown_lines(error, where, first)
    except Exception:  # whatever an exception's own text does: IPython knows what to show
        first = ""
    if not first or shell.call_pdb:
        shell.showtraceback((kind, error, trace), tb_offset=tb_offset)
        return
    sys.last_type, sys.last_value, sys.last_traceback = kind, error, trace  # for %debug and %tb
    shell._showtraceback(kind, error, lines)
    if not isinstance(error, NotImplementedError):
        _show_all(kind, error, trace)


def _show_all(kind: Any, error: Any, trace: Any) -> None:
    """The full traceback, folded if the notebook is shown as a page."""
    from IPython.display import display

    if trace is not None and trace.tb_next is not None:
        trace = trace.tb_next  # the first frame is IPython's
    text = "".join(traceback.format_exception(kind, error, trace))
    page = (
        '<details><summary style="cursor: pointer">Full traceback</summary>'
        f'<pre style="overflow-x: auto">{html.escape(text)}</pre></details>'
    )
    display({"text/html": page, "text/plain": text}, raw=True)


def _exercise(shell: Any) -> str:
    """The exercise whose test cell is running, by the id of the cell."""
    parent = shell.get_parent() if hasattr(shell, "get_parent") else {}
    cell = str((parent.get("metadata") or {}).get("cellId", ""))
    if not cell.startswith("test-"):
        return ""
    name = cell.removeprefix("test-")
    known = (key for key in shell.user_ns if key.replace("_", "-") == name)
    return next(known, name.replace("-", "_"))
