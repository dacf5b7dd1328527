"""The first page of a bundle: how to start, how a week goes, how to hand in."""

from packaging.requirements import Requirement

from ..course.manifest import LatePolicy, Manifest, Week

PAGE = """\
# {title}

## Start

You need Python 3.11 or newer. In this folder:

```
python3 -m venv .venv
. .venv/bin/activate                    # Windows: .venv\\Scripts\\activate
python -m pip install -r requirements.txt
autograder lab                          # JupyterLab, at the start page
```

`jupyter lab` works as well; the notebooks are in `notebooks/`. The installation takes some minutes.
{torch}
## A week

{weeks}

1. Open `notebooks/WEEK/WEEK.ipynb`. Read, fill in the cells marked `# YOUR CODE HERE`, and run the
   check below each.
2. Press **Validate** in the notebook's toolbar: it runs all checks in a fresh kernel.
3. Tick the self-assessment at the end. Your ticks are kept in `self_assessment.json`, beside the
   notebook.
4. Save, and hand in.

`autograder progress` says what is written, ticked and due.

## Hand in

Hand in the notebook and, where there is one, `self_assessment.json`, both from the week's folder.
Keep their names. Your teachers say where. Cells of your own may stay in the notebook; do not delete
any of ours. Grading runs your functions with tests that are not in this folder.{late}

## Data

`autograder data list` says which data sets there are, and which of them you have.
`autograder data fetch` downloads what is missing, into a folder of your own user. `data/README.md`
says where each comes from and under which licence.
"""

#: The steps of which plain weeks have the last one alone.
TICK = """\
3. Tick the self-assessment at the end. Your ticks are kept in `self_assessment.json`, beside the
   notebook.
4. Save, and hand in.
"""
#: What pip's usual index has of PyTorch for Linux brings libraries for graphics cards.
TORCH = """\
No graphics card is needed. On Linux, PyTorch without support for one is smaller by gigabytes: put
`--extra-index-url https://download.pytorch.org/whl/cpu` behind the third command.
"""


def page(manifest: Manifest, weeks: list[Week]) -> str:
    """The page in Markdown; ``weeks`` are those whose notebooks are in the bundle."""
    rows = ["| | Week | Notebook | Due |", "|---:|---|---|---|"]
    for number, week in enumerate(manifest.weeks, 1):
        if week in weeks:
            due = "no due date"
            if week.due is not None:
                due = f"{week.due.day} {week.due:%B %Y, %H:%M} {week.due:%Z}"
            rows.append(f"| {number} | {week.title} | `notebooks/{week.id}/` | {due} |")
    late = _late(manifest.grading.late)
    names = {Requirement(line).name for line in manifest.course.requirements}
    torch = TORCH if "torch" in names else ""
    text = PAGE if not any(week.is_plain for week in weeks) else _with_plain(weeks)
    return text.format(title=manifest.course.title, weeks="\n".join(rows), late=late, torch=torch)


def _with_plain(weeks: list[Week]) -> str:
    """The page where weeks have notebooks of nbgrader's own kind, which have other names."""
    text = PAGE.replace(
        "1. Open `notebooks/WEEK/WEEK.ipynb`. Read,", "1. Open a notebook of the week. Read,"
    ).replace(
        "Hand in the notebook and, where there is one, `self_assessment.json`, both from",
        "Hand in every notebook and, where there is one, `self_assessment.json`, all from",
    )
    if all(week.is_plain for week in weeks):  # these have no self-assessment
        text = text.replace(TICK, "3. Save, and hand in.\n").replace(
            "Hand in every notebook and, where there is one, `self_assessment.json`, all from the",
            "Hand in every notebook from the",
        )
    return text


def _late(policy: LatePolicy) -> str:
    if not policy.penalty_per_day:
        return ""
    grace = f" more than {policy.grace_minutes:g} minutes" if policy.grace_minutes else ""
    return (
        f"\n\nWhat comes{grace} after the due time loses {policy.penalty_per_day:.0%} of its mark "
        f"for each day begun,\nand {policy.at_most:.0%} at most."
    )
