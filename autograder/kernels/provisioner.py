"""A jupyter_client kernel provisioner: kernels for Jupyter's own clients, forked into the sandbox.

A kernel specification asks for it by name, ``autograder-sandbox``; its ``config`` holds limits
(``memory_bytes``, ``processes``, ``files``, ``written_bytes``), the ``level`` of isolation and the
modules to ``preload``. Nothing else of Jupyter's client needs to know. Such a kernel has a
launcher of its own, which is there from its start to its end and makes restarts fast.
"""

import asyncio
import signal
import tempfile
from pathlib import Path
from typing import Any

from jupyter_client.connect import KernelConnectionInfo
from jupyter_client.provisioning.local_provisioner import LocalProvisioner
from traitlets import Dict

from ..sandbox.levels import best_level
from ..sandbox.plan import Jail
from .launcher import ForkedKernel, Launcher, small_environment
from .request import KernelRequest
from .scratch import prefix, remove, sweep

NAME = "autograder-sandbox"


class SandboxProvisioner(LocalProvisioner):
    """Starts a kernel by asking a launcher for a fork in a sandbox."""

    limits = Dict(help="Limits of the kernel, its level of isolation and its preload").tag(
        config=True
    )
    launcher: Launcher | None = None
    kernel: ForkedKernel | None = None
    scratch: Path | None = None

    @property
    def has_process(self) -> bool:
        """Whether there is a kernel to be waited for."""
        return self.kernel is not None

    async def pre_launch(self, **kwargs: Any) -> dict[str, Any]:
        """Give the kernel a scratch folder and have it talk over sockets there."""
        if self.scratch is None:
            sweep()
            self.scratch = Path(tempfile.mkdtemp(prefix=prefix()))
        for name in ("run", "home"):
            (self.scratch / name).mkdir(exist_ok=True)
        manager = self.parent
        if manager is not None:
            manager.transport, manager.ip = "ipc", str(self.scratch / "run" / "z")
            manager.connection_file = str(self.scratch / "run" / "kernel.json")
        prepared: dict[str, Any] = await super().pre_launch(**kwargs)
        return prepared

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> KernelConnectionInfo:
        """Fork the kernel; ``cmd`` only tells where the connection file is."""
        self.kernel = await asyncio.to_thread(self._fork, dict(kwargs.get("env_own") or {}))
        return self.connection_info

    def _fork(self, environment: dict[str, str]) -> ForkedKernel:
        assert self.scratch is not None
        limits = dict(self.limits)
        level, preload = limits.pop("level", ""), tuple(limits.pop("preload", ()))
        if self.launcher is None or not self.launcher.alive:
            self.launcher = Launcher(level or best_level(), preload, self.scratch)
            self.launcher.wait()
        jail = Jail(self.scratch, **limits)
        kernel = self.launcher.forker.fork(
            KernelRequest(
                scratch=str(jail.scratch),
                argv=("-f", str(jail.run / "kernel.json")),
                environment=small_environment(jail.home) | environment,
                preload=preload,
                memory_bytes=jail.memory_bytes,
                processes=jail.processes,
                files=jail.files,
                written_bytes=jail.written_bytes,
            )
        )
        kernel.doorbell.close()  # nobody will ask its agent
        return kernel

    async def poll(self) -> int | None:
        """None while the kernel lives."""
        return None if self.kernel is not None and self.kernel.alive else 1

    async def wait(self) -> int | None:
        """Wait for the kernel's end and let go of its process."""
        while await self.poll() is None:
            await asyncio.sleep(0.01)
        if self.kernel is not None:
            self.kernel.close()
            self.kernel = None
        return 0

    async def send_signal(self, signum: int) -> None:
        """Signal the kernel's process."""
        if self.kernel is not None and signum != 0:
            self.kernel.signal(signum)

    async def kill(self, restart: bool = False) -> None:
        """Kill the kernel and everything that it started."""
        await self.send_signal(signal.SIGKILL)

    async def terminate(self, restart: bool = False) -> None:
        """The same: there is nothing in the kernel worth saving."""
        await self.send_signal(signal.SIGKILL)

    async def cleanup(self, restart: bool = False) -> None:
        """End the launcher and remove the scratch folder."""
        if restart:
            return
        if self.launcher is not None:
            self.launcher.close()
            self.launcher = None
        if self.scratch is not None:
            remove(self.scratch)
            self.scratch = None
