"""What a student does in JupyterLab, in words: open a week, run a cell, write into one."""

from typing import Any

#: Seconds that a page, a kernel or a cell may take on a busy machine, in milliseconds.
PATIENCE = 60_000


def open_start(browser: Any, address: str, width: int = 1400, height: int = 900) -> Any:
    """A page on the course's start page."""
    page = browser.new_page(viewport={"width": width, "height": height})
    page.set_default_timeout(PATIENCE)
    page.goto(address)
    page.wait_for_selector("#jupyterlab-splash", state="detached")
    page.wait_for_selector(".jp-RenderedMarkdown table")
    return page


def open_week(page: Any, title: str) -> Any:
    """The notebook of a week, opened by its link on the start page."""
    page.click(f".jp-RenderedMarkdown a:has-text('{title}')")
    notebook = page.locator(".jp-NotebookPanel:not(.lm-mod-hidden)")
    notebook.locator(".jp-Cell").first.wait_for()
    wait_idle(page)
    return notebook


def wait_idle(page: Any) -> None:
    """Wait until the kernel has nothing to do."""
    page.locator("#jp-main-statusbar >> text=/\\| Idle/").wait_for()


def go(page: Any, cell_id: str) -> Any:
    """Select a cell by its id and bring it into view; the cell."""
    page.evaluate(
        """async id => {
            const notebook = window.jupyterapp.shell.currentWidget.content;
            const index = notebook.widgets.findIndex(cell => cell.model.id === id);
            notebook.deselectAll();
            notebook.activeCellIndex = index;
            notebook.mode = "command";
            await notebook.scrollToItem(index, "start");
            notebook.activate();
        }""",
        cell_id,
    )
    return page.locator(".jp-NotebookPanel:not(.lm-mod-hidden) .jp-Cell.jp-mod-active")


def run(page: Any, cell_id: str) -> str:
    """Run a cell by the command behind Ctrl+Enter; the text that it shows when it is done."""
    cell = go(page, cell_id)
    page.evaluate("() => window.jupyterapp.commands.execute('notebook:run-cell')")
    return "\n".join(cell.locator(".jp-OutputArea-output").all_inner_texts())


def write(page: Any, cell_id: str, text: str) -> None:
    """Put a text in the place of what a cell holds, by keyboard."""
    go(page, cell_id).locator(".cm-content").click()
    page.keyboard.press("Control+A")
    page.keyboard.insert_text(text)
    page.keyboard.press("Escape")


def source(page: Any, cell_id: str) -> str:
    """The text of a cell, as the notebook holds it."""
    go(page, cell_id)
    active = "window.jupyterapp.shell.currentWidget.content.activeCell"
    return str(page.evaluate(f"() => {active}.model.sharedModel.getSource()"))


def restart(page: Any) -> None:
    """Restart the kernel, and confirm."""
    page.click("[data-command='notebook:restart-kernel'], [title*='Restart the kernel']")
    page.click(".jp-Dialog .jp-mod-accept")
    page.wait_for_selector(".jp-Dialog", state="detached")
    wait_idle(page)
