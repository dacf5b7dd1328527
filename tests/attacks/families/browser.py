"""Script in outputs and answers, for the browser of whoever looks at the notebook."""

from collections.abc import Callable

from attack import Attack, Tree, own_cell
from support.notebooks import cell_of

SCRIPT = "<img src=x onerror='alert(1)'><script>alert(1)</script>"
HTML = ("<script", "onerror", "javascript:", "<iframe", "<svg", "<object", "srcdoc", "<img")


def shown(name: str, mime: str, text: str, *absent: str) -> Attack:
    code = f"display({{{mime!r}: {text!r}}}, raw=True)\n"
    return Attack(name, code, absent=absent or HTML)


def answer(text: str) -> Callable[[Tree], None]:
    def tamper(tree: Tree) -> None:
        cell_of(tree, "why")["source"] = text

    return tamper


def attached(tree: Tree) -> None:
    cell = cell_of(tree, "why")
    cell["source"] = '![x](attachment:a.svg) ![y](attachment:"><script>alert(1)</script>)'
    picture = "<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"
    bundle = {"image/svg+xml": picture, "text/html": SCRIPT, "image/png": SCRIPT}
    cell["attachments"] = {"a.svg": bundle, '"><script>alert(1)</script>': {"image/png": "AAAA"}}


def widgets(tree: Tree) -> None:
    state = {"m": {"model_name": "HTMLModel", "state": {"value": SCRIPT}}}
    tree["metadata"]["widgets"] = {
        "application/vnd.jupyter.widget-state+json": {"version_major": 2, "state": state}
    }


def cells(tree: Tree) -> None:
    tree["cells"] += [own_cell(SCRIPT, "markdown"), own_cell(SCRIPT, "raw")]


ATTACKS = [
    shown("HTML with script", "text/html", f"<b>fine</b>{SCRIPT}"),
    shown(
        "HTML with handlers",
        "text/html",
        "<div onclick='alert(1)' onmouseover='a()'>x</div>",
        "onclick",
        "onmouseover",
    ),
    shown("a link with script", "text/html", "<a href='javascript:alert(1)'>x</a>"),
    shown("a frame", "text/html", "<iframe srcdoc='<script>alert(1)</script>'></iframe>"),
    shown(
        "a style over the whole page",
        "text/html",
        "<style>*{display:none}</style><div style='position:fixed;inset:0'>x</div>",
        "<style",
        "position:fixed",
    ),
    shown(
        "a form that asks for a password",
        "text/html",
        "<form action='https://example.org'><input type='password'></form>",
        "<form",
        "<input",
    ),
    shown(
        "a picture from elsewhere, which tells who looks",
        "text/html",
        "<img src='https://example.org/beacon.png'>",
        "beacon",
    ),
    shown("script by name", "application/javascript", "alert(1)", "alert"),
    shown("a drawing with script", "image/svg+xml", "<svg onload='alert(1)'/>", "alert"),
    shown("markdown with script", "text/markdown", SCRIPT),
    shown("formulas with a link", "text/latex", r"$\href{javascript:alert(1)}{x}$"),
    shown("a bitmap that is text", "image/png", SCRIPT),
    shown("a widget", "application/vnd.jupyter.widget-view+json", SCRIPT),
    shown("a mime type with script", f"text/html;{SCRIPT}", SCRIPT),
    Attack(
        "a picture whose type is a number",
        "display({'image/png': 5, 'text/html': ['x']}, raw=True)",
    ),
    Attack(
        "HTML nested forty thousand deep",
        "display({'text/html': '<div>' * 39_000, 'text/plain': 'x'}, raw=True)",
    ),
    Attack(
        "script as text, as an error and as a name",
        f"""
print({SCRIPT!r})
class Boom(Exception): pass
Boom.__name__ = {SCRIPT!r}
raise Boom({SCRIPT!r})
""",
    ),
    Attack(
        "half characters in every kind of output",
        r"""
import sys, json
kernel = get_ipython().kernel
parent = kernel.get_parent()["header"]
def send(kind, content):
    session = kernel.session
    parts = [json.dumps(part, default=str).encode() for part in
             (session.msg_header(kind), parent, {}, content)]
    kernel.iopub_socket.send_multipart([b"x", b"<IDS|MSG>", session.sign(parts), *parts])
half = "a\ud800b"
send("stream", {"name": "stdout", "text": half})
send("display_data", {"data": {"text/plain": half, "text/html": half, half: half}})
send("error", {"ename": half, "evalue": half, "traceback": [half]})
""",
    ),
    Attack(
        "messages of the wrong types",
        r"""
import itertools, json
kernel = get_ipython().kernel
real = kernel.get_parent()["header"]
wrong = ([], [1], "x", 5, None, {}, {"text": 5}, {"data": []}, {"data": {"text/plain": {}}},
         {"name": [], "text": {}}, {"ename": 1, "evalue": None, "traceback": 7},
         {"execution_state": []}, {"data": {"text/html": 5, "image/png": [1]}})
kinds = ("stream", "display_data", "error", "execute_result", "status", "clear_output",
         "comm_open", "", 5, None)
for kind, parent, content in itertools.product(kinds, (real, [], 5, None, "x"), wrong):
    header = {**kernel.session.msg_header("stream"), "msg_type": kind}
    parts = [json.dumps(part, default=str).encode() for part in (header, parent, {}, content)]
    message = [b"x", b"<IDS|MSG>", kernel.session.sign(parts), *parts]
    kernel.iopub_socket.send_multipart(message)
kernel.iopub_socket.send_multipart([b"x", b"<IDS|MSG>", b"wrong signature", b"", b"{", b"", b""])
kernel.iopub_socket.send_multipart([b"x"])
kernel.iopub_socket.send_multipart([b"<IDS|MSG>"] * 20)
""",
    ),
    Attack("escape sequences for the terminal", r"print('\x1b]0;mine\x07\x1b[2J\x1b[31mx\x1b[8m')"),
    Attack(
        "an answer with script", tamper=answer(f"Because.\n\n{SCRIPT}\n\n<svg onload=alert(1)>")
    ),
    Attack(
        "an answer with links to script",
        tamper=answer(
            "[x](javascript:alert(1)) ![x](javascript:alert(1)) <a href='jAvAsCrIpT:alert(1)'>x</a>"
        ),
    ),
    Attack("pictures attached to an answer", tamper=attached),
    Attack("the state of widgets", tamper=widgets),
    Attack("own cells of markdown and raw text", tamper=cells),
]
