"""The outputs of one cell as they arrive, up to a limit."""

from typing import Any

import nbformat
import nbformat.v4

#: What an output costs beyond its text, so that a million empty ones are a flood, too.
OVERHEAD = 256


class Outputs:
    """Gathers a cell's outputs as notebook nodes; ``full`` once there is too much.

    Parameters
    ----------
    limit : how many bytes of text and data are kept
    """

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.used = 0
        self.full = False
        self.nodes: list[Any] = []
        self.error = ""
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
        size += 0 if kind == "stream" else OVERHEAD
        if self.used + size > self.limit:
            self.full = True
            if kind != "stream":
                return
            room = max(0, self.limit - self.used)
            content = {**content, "text": str(content.get("text", ""))[:room]}
        self.used += size
        try:
            self._append(kind, content)
        except (KeyError, TypeError, AttributeError, ValueError, RecursionError):
            return  # a message that only a rewritten kernel sends
        except nbformat.ValidationError:
            return  # such as a number where a text is due

    def _append(self, kind: str, content: dict[str, Any]) -> None:
        last = self.nodes[-1] if self.nodes else None
        if kind == "stream":
            name, text = legible(content["name"]), legible(content["text"])
            if last is not None and last.output_type == "stream" and last.name == name:
                last.text += text
            else:
                self.nodes.append(nbformat.v4.new_output("stream", name=name, text=text))
        elif kind == "error":
            name, value = legible(content["ename"]), legible(content["evalue"])
            trace = [legible(line) for line in content["traceback"]]
            self.error = f"{name}: {value}" if value else name
            node = nbformat.v4.new_output("error", ename=name, evalue=value, traceback=trace)
            self.nodes.append(node)
        else:
            data = {
                legible(mime): legible(value) if isinstance(value, str) else value
                for mime, value in dict(content["data"]).items()
            }
            node = nbformat.v4.new_output(kind, data=data, metadata={})
            if kind == "execute_result":
                node.execution_count = None
            self.nodes.append(node)


def legible(text: Any) -> str:
    """A text as one that can be written to a file: no half characters."""
    return str(text).encode("utf-8", "replace").decode()


def _parts(kind: str, content: dict[str, Any]) -> list[Any]:
    if kind == "stream":
        return [content.get("text", "")]
    if kind == "error":
        trace = content.get("traceback")
        return [content.get("evalue", ""), *(trace if isinstance(trace, list) else [])]
    data = content.get("data")
    return list(data.values()) if isinstance(data, dict) else []
