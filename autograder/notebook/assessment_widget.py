"""The self-assessment as a list with checkboxes in JupyterLab, and as text elsewhere."""

import html
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from .assessment import FILE, Item, SelfAssessment, load, make_items, overview, plain, save

#: Labels wrap, and nothing is wider than the cell; colours are JupyterLab's own, light or dark.
STYLE = """<style>
.self-assessment { max-width: 52em; }
.self-assessment .widget-checkbox { width: auto; height: auto; margin: 0 2px; }
.self-assessment .widget-checkbox label { display: flex; align-items: flex-start; gap: 0.6em;
  width: 100%; padding: 0.3em 0.4em; line-height: 1.45; white-space: normal; cursor: pointer;
  color: var(--jp-content-font-color1, inherit); font-size: var(--jp-content-font-size1, 14px); }
.self-assessment .widget-checkbox label:hover { background: var(--jp-layout-color2, #eee); }
.self-assessment .widget-checkbox input[type="checkbox"] { flex: none; align-self: flex-start;
  width: 1.15em; height: 1.15em; margin: 0.15em 0 0; font-size: inherit; accent-color: #0072B2; }
.self-assessment input:focus-visible, .self-assessment textarea:focus-visible {
  outline: 2px solid var(--jp-brand-color1, #0072B2); outline-offset: 1px; }
.self-assessment .widget-checkbox span { overflow: visible; white-space: normal; }
.self-assessment code { color: var(--jp-content-font-color2, #555); font-size: 0.85em;
  background: var(--jp-layout-color2, #eee); padding: 0 0.35em; border-radius: 3px;
  white-space: nowrap; }
.self-assessment .widget-textarea { width: auto; height: auto; flex-direction: column;
  align-items: stretch; margin: 0.6em 6px 0; }
.self-assessment .widget-textarea label { width: auto; text-align: left; font-weight: 600;
  height: auto; line-height: 1.6; color: var(--jp-content-font-color1, inherit);
  font-size: var(--jp-content-font-size1, 14px); }
.self-assessment .widget-textarea textarea { width: 100%; min-height: 5.5em; line-height: 1.45;
  box-sizing: border-box;
  font-size: var(--jp-content-font-size1, 14px); }
.self-assessment .widget-html, .self-assessment .widget-html-content {
  height: auto; overflow: visible; line-height: 1.45; }
.self-assessment .widget-html-content { color: var(--jp-content-font-color2, #555);
  font-size: var(--jp-content-font-size1, 14px); padding: 0.3em 4px 0; }
.self-assessment .trouble { color: var(--jp-error-color1, #b00020); font-weight: 600; }
</style>"""
LEARNT = "What I learnt, and what surprised me"
NEXT = "What I do next"


def self_assessment(week: str, listed: Iterable[str | Sequence[str]]) -> None:
    """Show a week's self-assessment, and keep it in ``self_assessment.json`` beside the notebook.

    Parameters
    ----------
    week : str, id of the week
    listed : list of items: ``"I can …"`` or ``("I can …", "name of an exercise")``
    """
    path = Path.cwd() / FILE
    assessment, note = load(path, week, make_items(listed))
    try:
        from IPython import get_ipython
        from IPython.display import display

        shown = _View(path, assessment, note).bundle() if get_ipython() else None
    except Exception:  # no widgets here, or an unsuitable version: the list can still be read
        shown = None
    if shown is None:
        print(plain(assessment) + (f"\n\n{note}" if note else ""))
    else:
        display(shown, raw=True)


class _View:
    """The widgets of one self-assessment; every change is written at once."""

    def __init__(self, path: Path, assessment: SelfAssessment, note: str) -> None:
        import ipywidgets

        self.path, self.assessment = path, assessment
        self.note = note
        self.status = ipywidgets.HTML()
        boxes = [self._checkbox(ipywidgets, item) for item in assessment.items]
        texts = [
            self._textarea(ipywidgets, "learnings", LEARNT),
            self._textarea(ipywidgets, "next_steps", NEXT),
        ]
        self.box = ipywidgets.VBox([ipywidgets.HTML(STYLE), *boxes, *texts, self.status])
        self.box.add_class("self-assessment")
        self._update_status()

    def bundle(self) -> dict[str, Any]:
        """What is displayed: the widgets, and a text where there are none."""
        bundle = self.box._repr_mimebundle_()
        bundle = bundle[0] if isinstance(bundle, tuple) else bundle
        return {**bundle, "text/plain": plain(self.assessment)}

    def _checkbox(self, ipywidgets: Any, item: Item) -> Any:
        label = html.escape(item.text)
        if item.exercise:
            label += f" <code>{html.escape(item.exercise)}</code>"
        box = ipywidgets.Checkbox(
            value=item.id in self.assessment.ticked,
            description=label,
            description_allow_html=True,
            indent=False,
        )
        box.observe(lambda change: self._save(self.assessment.tick(item.id, change.new)), "value")
        return box

    def _textarea(self, ipywidgets: Any, name: str, label: str) -> Any:
        area = ipywidgets.Textarea(value=getattr(self.assessment, name), description=label)

        def keep(change: Any) -> None:
            from dataclasses import replace

            self._save(replace(self.assessment, **{name: change.new}))

        area.observe(keep, "value")
        return area

    def _save(self, assessment: SelfAssessment) -> None:
        self.assessment, self.note = save(self.path, assessment)
        self._update_status()

    def _update_status(self) -> None:
        """Update the line below: what is ticked, whether it is saved, and the other weeks."""
        done, of = len(self.assessment.ticked), len(self.assessment.items)
        kept = f"kept in <code>{FILE}</code>" if self.assessment.updated else "nothing to keep yet"
        line = f"{done} of {of} ticked · {kept}"
        others = [
            f"{html.escape(week)} {ticked} of {total}"
            for week, ticked, total in overview(self.path.parent)
            if week != self.path.parent.name
        ]
        if others:
            line += f"<br>Other weeks: {' · '.join(others)}"
        if self.note:
            line += f'<br><span class="trouble">{html.escape(self.note)}</span>'
        self.status.value = f'<div role="status">{line}</div>'
