"""A jupyter_client kernel provisioner: kernels forked warm into the sandbox.

A kernel specification asks for it by name, ``autograder-sandbox``; its ``config`` holds the
level and the limits of ``sandbox.Cell``. Nothing else of Jupyter's client needs to know.
"""

import asyncio
import os
import select
import shutil
import signal
import tempfile
from pathlib import Path
from typing import Any

from jupyter_client.connect import KernelConnectionInfo
from jupyter_client.provisioning import LocalProvisioner
from traitlets import Dict

from ..sandbox.jail import Cell
from . import warm

NAME = "autograder-sandbox"


class SandboxProvisioner(LocalProvisioner):  # type: ignore[misc]
    """Starts a kernel by asking the launcher for a fork in a sandbox."""

    limits = Dict(help="Fields of sandbox.Cell").tag(config=True)
    ticket = -1
    scratch: Path | None = None
    own_scratch = False

    @property
    def has_process(self) -> bool:
        """Whether there is a kernel to be waited for."""
        return self.ticket >= 0

    async def pre_launch(self, **kwargs: Any) -> dict[str, Any]:
        """Give the kernel a scratch folder and have it talk over sockets there."""
        manager = self.parent
        if self.scratch is None:
            given = self.limits.get("scratch")
            self.own_scratch = not given
            self.scratch = Path(given) if given else Path(tempfile.mkdtemp(prefix="nb-"))
        for name in ("run", "home"):
            (self.scratch / name).mkdir(exist_ok=True)
        if manager is not None:
            manager.transport, manager.ip = "ipc", str(self.scratch / "run" / "z")
            manager.connection_file = str(self.scratch / "run" / "kernel.json")
        prepared: dict[str, Any] = await super().pre_launch(**kwargs)
        return prepared

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> KernelConnectionInfo:
        """Fork the kernel; ``cmd`` only tells where the connection file is."""
        assert self.scratch is not None
        limits = {key: value for key, value in self.limits.items() if key != "scratch"}
        torch = bool(limits.pop("torch", True))
        cell = Cell(self.scratch, **limits)
        environment = warm.small_environment(cell.home) | dict(kwargs.get("env_own") or {})
        file = str(self.scratch / "run" / "kernel.json")
        self.ticket = await asyncio.to_thread(warm.fork, cell, ["-f", file], environment, torch)
        return self.connection_info

    async def poll(self) -> int | None:
        """None while the kernel lives."""
        if self.ticket < 0:
            return 0
        gone, _, _ = select.select([self.ticket], [], [], 0)
        return 1 if gone else None

    async def wait(self) -> int | None:
        """Wait for the kernel's end and let go of its process."""
        while await self.poll() is None:
            await asyncio.sleep(0.01)
        if self.ticket >= 0:
            os.close(self.ticket)
            self.ticket = -1
        return 0

    async def send_signal(self, signum: int) -> None:
        """Signal the kernel's process."""
        if self.ticket >= 0 and signum != 0:
            try:
                signal.pidfd_send_signal(self.ticket, signum)
            except ProcessLookupError:
                return

    async def kill(self, restart: bool = False) -> None:
        """Kill the kernel and everything that it started."""
        await self.send_signal(signal.SIGKILL)

    async def terminate(self, restart: bool = False) -> None:
        """The same: there is nothing in the kernel worth saving."""
        await self.send_signal(signal.SIGKILL)

    async def cleanup(self, restart: bool = False) -> None:
        """Remove the scratch folder."""
        if not restart and self.own_scratch and self.scratch is not None:
            shutil.rmtree(self.scratch, ignore_errors=True)
            self.scratch = None
