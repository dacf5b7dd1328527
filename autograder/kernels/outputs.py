"""The outputs of one cell as they arrive, up to a limit."""

from typing import Any

import nbformat.v4


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

    def add(self, kind: str, content: dict[str, Any]) -> None:
        """Take one message of the iopub channel."""
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
        size = sum(len(str(part)) for part in _parts(kind, content))
        if self.used + size > self.limit:
            self.full = True
            if kind != "stream":
                return
            room = max(0, self.limit - self.used)
            content = {**content, "text": str(content.get("text", ""))[:room]}
        self.used += size
        try:
            self._append(kind, content)
        except (KeyError, TypeError, AttributeError, ValueError):
            return  # a message that only a rewritten kernel sends

    def _append(self, kind: str, content: dict[str, Any]) -> None:
        last = self.nodes[-1] if self.nodes else None
        if kind == "stream":
            name, text = str(content["name"]), str(content["text"])
            if last is not None and last.output_type == "stream" and last.name == name:
                last.text += text
            else:
                self.nodes.append(nbformat.v4.new_output("stream", name=name, text=text))
        elif kind == "error":
            name, value = str(content["ename"]), str(content["evalue"])
            trace = [str(line) for line in content["traceback"]]
            self.error = f"{name}: {value}" if value else name
            node = nbformat.v4.new_output("error", ename=name, evalue=value, traceback=trace)
            self.nodes.append(node)
        else:
            data = {str(mime): value for mime, value in dict(content["data"]).items()}
            node = nbformat.v4.new_output(kind, data=data, metadata={})
            if kind == "execute_result":
                node.execution_count = None
            self.nodes.append(node)


def _parts(kind: str, content: dict[str, Any]) -> list[Any]:
    if kind == "stream":
        return [content.get("text", "")]
    if kind == "error":
        trace = content.get("traceback")
        return [content.get("evalue", ""), *(trace if isinstance(trace, list) else [])]
    data = content.get("data")
    return list(data.values()) if isinstance(data, dict) else []
