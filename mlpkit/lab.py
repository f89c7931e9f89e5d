"""An extension of JupyterLab's server, so that a slider's picture comes at once.

A kernel answers a slider with a few small messages. TCP holds a small message back until the one
before it has been acknowledged (RFC 896), and that may be up to 40 ms later (RFC 1122 allows 500):
most of the time from the hand to the picture would be spent waiting.

``lab.json`` beside this file switches the extension on. It is installed with the package, where
every JupyterLab of the environment finds it.
"""

from __future__ import annotations

from typing import Any

from jupyter_server.services.kernels.connection.channels import ZMQChannelsWebsocketConnection

SETTING = "kernel_websocket_connection_class"


class PromptConnection(ZMQChannelsWebsocketConnection):
    """The connection of a page with its kernel, on which nothing is held back."""

    def connect(self) -> Any:
        """Connects, as the class that it extends."""
        self.websocket_handler.set_nodelay(True)
        return super().connect()


def _jupyter_server_extension_points() -> list[dict[str, str]]:
    return [{"module": "mlpkit.lab"}]


def _load_jupyter_server_extension(server: Any) -> None:
    """Called by Jupyter's server when it starts."""
    # Somebody may have chosen another connection, for instance with kernels on another machine.
    if server.web_app.settings.get(SETTING) is ZMQChannelsWebsocketConnection:
        server.web_app.settings[SETTING] = PromptConnection
