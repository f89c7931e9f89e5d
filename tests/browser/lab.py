"""A JupyterLab of its own for tests, and a notebook in it, driven as a reader drives it."""

from __future__ import annotations

import json
import os
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from urllib.request import urlopen

import nbformat
from playwright.sync_api import Browser, Locator, Page, Playwright, expect

from tests.tools import find_browser

ROOT = Path(__file__).resolve().parents[2]

SERVER_OPTIONS = (
    "--no-browser",
    "--allow-root",
    "--ServerApp.ip=127.0.0.1",
    "--ServerApp.port_retries=0",
    # Nothing is fetched from outside.
    "--LabApp.extension_manager=readonly",
    "--LabApp.news_url=None",
    "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
    # So that cells can be asked for their outputs.
    "--LabApp.expose_app_in_browser=True",
)
SETTINGS = {
    "apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False},
    # All cells are in the page, also those out of sight.
    "notebook-extension/tracker": {"windowingMode": "contentVisibility"},
}
BROWSER_OPTIONS = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-quic",
]


class Lab:
    """A running JupyterLab server.

    Attributes:
        folder: its root folder.
        address: where it listens.
        log: what it says.
    """

    def __init__(self, folder: Path, address: str, token: str, log: Path) -> None:
        self.folder, self.log = folder, log
        self.address = address
        self._token = token
        self._opened = 0

    def page(self, path: str) -> str:
        """The address of a page of the server that is not JupyterLab's."""
        return f"{self.address}/{path}?token={self._token}"

    def add(self, notebook: Path, name: str | None = None) -> str:
        """Copies a notebook there, without its outputs; returns its path in the server."""
        content = nbformat.read(notebook, as_version=4)
        for cell in content.cells:
            if cell.cell_type == "code":
                cell.outputs, cell.execution_count = [], None
        return self.write(content, name or notebook.name)

    def write(self, content: nbformat.NotebookNode, name: str) -> str:
        """Writes a notebook there; returns its path in the server."""
        nbformat.write(content, self.folder / name)
        return name

    def link(self, path: str) -> str:
        """The address at which a notebook opens, in a workspace of its own."""
        self._opened += 1
        workspace = f"{self.address}/lab/workspaces/test-{self._opened}"
        return f"{workspace}/tree/{path}?token={self._token}"


@contextmanager
def running_lab(folder: Path, root: Path | None = None) -> Iterator[Lab]:
    """A JupyterLab server, without the settings of whoever runs the tests, until the end.

    Args:
        folder: for its log and settings, and its notebooks if no other root is given.
        root: the folder that it is started in and shows.
    """
    root, home = root or folder / "notebooks", folder / "home"
    root.mkdir(parents=True, exist_ok=True)
    for name, settings in SETTINGS.items():
        file = home / "settings" / "@jupyterlab" / f"{name}.jupyterlab-settings"
        file.parent.mkdir(parents=True)
        file.write_text(json.dumps(settings))
    port, token = _free_port(), secrets.token_hex(16)
    command = [sys.executable, "-m", "jupyterlab", *SERVER_OPTIONS, f"--ServerApp.port={port}"]
    command += [f"--ServerApp.root_dir={root}", f"--IdentityProvider.token={token}"]
    log = folder / "server.log"
    with log.open("w") as stream:
        server = subprocess.Popen(
            command, cwd=root, stdout=stream, stderr=stream, env=_environment(home)
        )
    try:
        address = f"http://127.0.0.1:{port}"
        _wait_for(f"{address}/api?token={token}", server, log)
        yield Lab(root, address, token, log)
    finally:
        server.terminate()
        try:
            server.wait(timeout=15)
        except subprocess.TimeoutExpired:
            server.kill()


def _environment(home: Path) -> dict[str, str]:
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("JUPYTER", "IPYTHON", "XDG_"))
    }
    return {
        **kept,
        # As in an activated environment: nbgrader calls other programs by their names.
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}",
        "HOME": str(home),
        "IPYTHONDIR": str(home / "ipython"),
        "JUPYTER_CONFIG_DIR": str(home / "config"),
        "JUPYTER_DATA_DIR": str(home / "data"),
        "JUPYTER_RUNTIME_DIR": str(home / "runtime"),
        "JUPYTERLAB_SETTINGS_DIR": str(home / "settings"),
        "JUPYTERLAB_WORKSPACES_DIR": str(home / "workspaces"),
        "PYTHONPATH": str(ROOT),
    }


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def _wait_for(address: str, server: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and server.poll() is None:
        try:
            with urlopen(address, timeout=5):
                return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError(f"JupyterLab did not start:\n{log.read_text()[-3000:]}")


def launch(playwright: Playwright) -> Browser:
    """Starts the browser of this machine, headless."""
    return playwright.chromium.launch(executable_path=find_browser(), args=BROWSER_OPTIONS)


class OpenNotebook:
    """A notebook that is open in JupyterLab.

    Attributes:
        page: the browser's page.
        complaints: errors in the page's scripts, and addresses outside that it asked for.
    """

    def __init__(self, page: Page, link: str) -> None:
        self.page = page
        self.complaints: list[str] = []
        page.on("pageerror", lambda error: self._note_error(str(error)))
        page.on("request", lambda request: self._note_if_outside(request.url, link))
        page.set_default_timeout(30_000)
        page.goto(link)
        expect(page.locator(".jp-Notebook .jp-Cell").first).to_be_visible(timeout=60_000)
        page.wait_for_function(f"() => {_KERNEL}?.status === 'idle'", timeout=60_000)

    def _note_error(self, error: str) -> None:
        if _INTERRUPTED not in error:
            self.complaints.append(error)

    def _note_if_outside(self, address: str, link: str) -> None:
        here = urlsplit(link).netloc
        if address.startswith(("http", "ws")) and urlsplit(address).netloc != here:
            self.complaints.append(f"asked for {address}")

    def run_all(self, timeout: float = 120) -> None:
        """Restarts the kernel, runs all cells and waits for the last; a failed one is an error."""
        self.page.locator('.jp-Toolbar [data-command="notebook:restart-run-all"]').first.click()
        self.page.locator(".jp-Dialog .jp-mod-accept").click()
        self.page.wait_for_function(_ALL_DONE_OR_ONE_FAILED, timeout=timeout * 1000)
        failures = [o for output in self.outputs() for o in output if o["output_type"] == "error"]
        assert not failures, "\n".join(
            f"{failure['ename']}: {failure['evalue']}" for failure in failures
        )

    def outputs(self) -> list[list[dict[str, Any]]]:
        """The outputs of each code cell."""
        return self.page.evaluate(_OUTPUTS)

    def execute(self, code: str) -> None:
        """Runs code in the notebook's kernel, without a cell."""
        self.page.evaluate(f"code => {_KERNEL}.requestExecute({{code}}).done", code)

    def wait_for_kernel(self) -> None:
        """Waits until the kernel has done all that it was asked for, and the page shows it."""
        # What a widget sends is in the queue before this.
        self.execute("pass")
        self.page.evaluate("new Promise(done => requestAnimationFrame(() => setTimeout(done, 0)))")

    def shut_down(self) -> None:
        """Ends the notebook's kernel."""
        self.page.evaluate(f"{_PANEL}.context.sessionContext.shutdown()")

    def mode_and_cell(self) -> list[Any]:
        """Command or edit mode, and the number of the active cell."""
        return self.page.evaluate(f"[{_NOTEBOOK}.mode, {_NOTEBOOK}.activeCellIndex]")

    def widgets(self, selector: str) -> Locator:
        """The widgets of a kind, once they are there."""
        widgets = self.page.locator(f".jp-Notebook {selector}")
        expect(widgets.first).to_be_visible()
        return widgets

    def use_theme(self, name: str) -> None:
        """Switches JupyterLab's theme, for instance to "JupyterLab Dark"."""
        self.page.evaluate(
            "theme => window.jupyterapp.commands.execute('apputils:change-theme', {theme})", name
        )
        light = str("Dark" not in name).lower()
        body = self.page.locator(f'body[data-jp-theme-light="{light}"]')
        expect(body).to_have_count(1, timeout=60_000)


# JupyterLab's own, when the kernel is restarted so soon that JupyterLab is still at its start.
_INTERRUPTED = "Canceled future for create_subshell_request"
_PANEL = "window.jupyterapp?.shell.currentWidget"
_NOTEBOOK = f"{_PANEL}.content"
_KERNEL = f"{_PANEL}?.context?.sessionContext?.session?.kernel"
_CODE_CELLS = f"[...{_NOTEBOOK}.widgets].filter(cell => cell.model.type === 'code')"
_OUTPUTS = f"() => {_CODE_CELLS}.map(cell => cell.model.sharedModel.getOutputs())"
_ALL_DONE_OR_ONE_FAILED = f"""() => {{
  const cells = {_CODE_CELLS}.filter(cell => cell.model.sharedModel.getSource().trim());
  const failed = cell => cell.model.sharedModel.getOutputs().some(o => o.output_type === 'error');
  const done = cell => cell.model.executionCount !== null;
  return cells.some(failed) || (cells.every(done) && {_KERNEL}?.status === 'idle');
}}"""
