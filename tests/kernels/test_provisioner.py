"""A sandboxed kernel for any client of Jupyter's, asked for by a kernelspec."""

import json
from pathlib import Path

import pytest
from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import KernelManager

from autograder.sandbox.levels import probe

SPEC = {
    "argv": ["python", "-m", "ipykernel_launcher", "-f", "{connection_file}"],
    "display_name": "Python 3 (sandbox)",
    "language": "python",
    "metadata": {"kernel_provisioner": {"provisioner_name": "autograder-sandbox", "config": {}}},
}


def test_it_runs_restarts_and_ends_in_the_sandbox(tmp_path: Path) -> None:
    if probe().level == "none":
        pytest.skip(f"this machine gives no isolation: {'; '.join(probe().missing)}")
    folder = tmp_path / "kernels" / "sandboxed"
    folder.mkdir(parents=True)
    (folder / "kernel.json").write_text(json.dumps(SPEC))
    specs = KernelSpecManager(kernel_dirs=[str(folder.parent)])
    manager = KernelManager(kernel_name="sandboxed", kernel_spec_manager=specs)
    manager.start_kernel()
    scratch = manager.provisioner.scratch
    try:
        refused_to_read(manager, folder / "kernel.json")
        manager.restart_kernel(now=True)
        refused_to_read(manager, folder / "kernel.json")
    finally:
        manager.shutdown_kernel(now=True)
    assert not manager.has_kernel
    assert not scratch.exists()


def refused_to_read(manager: KernelManager, path: Path) -> None:
    client = manager.blocking_client()
    client.start_channels()
    client.wait_for_ready(timeout=60)
    shown: list[str] = []
    client.execute_interactive(
        f"print(open({str(path)!r}).read())",
        timeout=20,
        output_hook=lambda message: shown.append(str(message["content"])),
    )
    client.stop_channels()
    assert "FileNotFoundError" in str(shown) or "PermissionError" in str(shown)
