"""The outputs of one cell as they arrive, up to a limit."""

from typing import Any

from nbformat.notebooknode import NotebookNode

#: What an output costs beyond its text, so that a million empty ones are a flood, too: one of
#: another kind, or another stream, begins a new output.
OVERHEAD = 256
#: An exception up to this size is kept whatever was shown before it.
ERROR_LIMIT = 64 << 10
COMPLAINT = "UsageError: "


class Outputs:
    """Gathers a cell's outputs as notebook nodes; ``full`` once there is too much.

    Parameters
    ----------
    limit : how many bytes of text and data are kept
    most : how many may come before it is too much; as many as are kept, if not given
    """

    def __init__(self, limit: int, most: int | None = None) -> None:
        self.limit = limit
        self.most = limit if most is None else most
        self.used = self.seen = 0
        self.full = self.is_cut = False
        self.nodes: list[Any] = []
        self.error = ""
        self.raised: tuple[str, ...] = ()
        self.clear_first = False

    def add(self, kind: Any, content: Any) -> None:
        """Take one message of the iopub channel, whatever a rewritten kernel put into it."""
        if not isinstance(content, dict):
            return
        if kind == "clear_output":
            self.clear_first = bool(content.get("wait"))
            if not self.clear_first:
                self.nodes.clear()
            return
        if kind not in ("stream", "display_data", "execute_result", "error"):
            return
        if self.clear_first:
            self.nodes.clear()
            self.clear_first = False
        try:
            size = sum(len(str(part)) for part in _parts(kind, content))
        except (ValueError, RecursionError):
            return
        size += self._overhead(kind, content)
        self.seen += size
        self.full |= self.seen > self.most
        last_words = kind == "error" and not self.error and size < ERROR_LIMIT
        if self.used + size > self.limit and not last_words:
            self.is_cut = True
            if kind != "stream":
                return
            room = max(0, self.limit - self.used)
            short = {key: str(content.get(key, ""))[:room] for key in ("name", "text")}
            content = {**content, **short}
        self.used += size
        try:
            self._append(kind, content)
        except (KeyError, TypeError, AttributeError, ValueError, RecursionError):
            return  # a message that only a rewritten kernel sends

    @property
    def complaint(self) -> str:
        """What IPython says, on a stream, of a magic that it does not know."""
        for one in self.nodes:
            if one.output_type == "stream" and one.text.startswith(COMPLAINT):
                return str(one.text[:300]).strip()
        return ""

    def _overhead(self, kind: str, content: dict[str, Any]) -> int:
        """What an output costs beyond its text; nothing where it goes on with the last one's."""
        if kind != "stream":
            return OVERHEAD
        last = self.nodes[-1] if self.nodes else {}
        return 0 if last.get("name") == content.get("name") else OVERHEAD // 4

    def _append(self, kind: str, content: dict[str, Any]) -> None:
        last = self.nodes[-1] if self.nodes else None
        if kind == "stream":
            name, text = legible(content["name"]), legible(content["text"])
            if last is not None and last.output_type == "stream" and last.name == name:
                last.text += text
            else:
                self.nodes.append(node("stream", name=name, text=text))
        elif kind == "error":
            name, value = legible(content["ename"]), legible(content["evalue"])
            trace = [legible(line) for line in content["traceback"]]
            self.error = f"{name}: {value}" if value else name
            self.raised = (name,)
            self.nodes.append(node("error", ename=name, evalue=value, traceback=trace))
        else:
            data = {
                legible(mime): legible(value) if isinstance(value, str) else value
                for mime, value in dict(content["data"]).items()
            }
            more = {"execution_count": None} if kind == "execute_result" else {}
            self.nodes.append(node(kind, data=NotebookNode(data), metadata=NotebookNode(), **more))


def node(kind: str, **parts: Any) -> Any:
    """An output as a notebook holds it; unlike nbformat's own, not checked against the schema."""
    return NotebookNode(output_type=kind, **parts)


def legible(text: Any) -> str:
    """A text as one that can be written to a file: no half characters."""
    return str(text).encode("utf-8", "replace").decode()


def _parts(kind: str, content: dict[str, Any]) -> list[Any]:
    if kind == "stream":
        return [content.get("text", ""), content.get("name", "")]
    if kind == "error":
        trace = content.get("traceback")
        named = [content.get("ename", ""), content.get("evalue", "")]
        return [*named, *(trace if isinstance(trace, list) else [])]
    data = content.get("data")
    return [*data, *data.values()] if isinstance(data, dict) else []
