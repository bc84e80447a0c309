"""Between the workers of pytest-xdist and their controller: what tests ask the model goes to the one that is loaded.

xdist's own channel refuses events that it does not know. Questions go through a socket and are in no file: what
somebody kills leaves none behind.
"""

from __future__ import annotations

import contextlib
import json
import os
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pytest_haerae.errors import HaeraeError, StoreError, UsageError

if TYPE_CHECKING:
    import socket

    from pytest_haerae.types import Request, Response

ADDRESS = "haerae_calls"
"""What the server's address is called in a worker's input."""
_LONGEST_PATH = 100
"""Bytes of a Unix socket's path: 104 on macOS, 108 on Linux, with the zero at its end."""
_ERRORS: Mapping[str, type[HaeraeError]] = {"store": StoreError, "usage": UsageError}
Ask = Callable[[str, "Sequence[Request]"], "Sequence[Response]"]


class Server:
    """Serves the workers' calls in threads of this process, as long as the session lives.

    Args:
        folder: A folder that nobody else may enter; the socket is in it.
        ask: Asks a model, which its name comes before; what it raises on purpose is raised in the worker.

    Attributes:
        address: How a worker finds it: a string, which xdist hands over.
        declared: What workers said beforehand that they will ask, by the models' names.
    """

    def __init__(self, folder: Path, ask: Ask) -> None:
        # Imported here, as below: most runs have no workers.
        import secrets
        import socket

        self.declared: dict[str, list[Request]] = {}
        self._ask = ask
        self._ended = False
        self._token = secrets.token_hex(16)
        path = str(folder / "calls")
        # On loopback where there are no Unix sockets, or the folder's name is too long: the token decides either way.
        by_path = hasattr(socket, "AF_UNIX") and len(os.fsencode(path)) < _LONGEST_PATH
        self._listener = socket.socket(socket.AF_UNIX) if by_path else socket.socket(socket.AF_INET)
        self._listener.bind(path if by_path else ("127.0.0.1", 0))
        self._listener.listen()
        self._place: list[Any] = [path] if by_path else list(self._listener.getsockname())
        self.address = json.dumps([*self._place, self._token])
        threading.Thread(target=self._serve, name="haerae-calls", daemon=True).start()

    def _serve(self) -> None:
        while not self._ended:
            connection, _ = self._listener.accept()
            threading.Thread(target=self._talk, args=(connection,), name="haerae-call", daemon=True).start()
        self._listener.close()

    def _talk(self, connection: socket.socket) -> None:
        # A worker that dies in the middle of a line has nobody who waits for the answer.
        import hmac

        with contextlib.suppress(OSError), connection, connection.makefile("rwb") as stream:
            token = stream.readline(len(self._token) + 1).strip()
            if self._ended or not hmac.compare_digest(token, self._token.encode()):
                return
            for line in stream:
                stream.write(json.dumps(self._answered(line)).encode() + b"\n")
                stream.flush()

    def _answered(self, line: bytes) -> dict[str, Any]:
        # Imported here: every run with workers starts a server.
        from pytest_haerae.plugin.call_json import requests_from_json, responses_to_json

        try:
            content = json.loads(line)
            if "declare" in content:
                self.declared[content["model"]] = requests_from_json(content["declare"])
                return {"answer": None}
            return {"answer": responses_to_json(self._ask(content["model"], requests_from_json(content["ask"])))}
        except HaeraeError as error:
            return {"kind": "store" if isinstance(error, StoreError) else "usage", "raised": str(error)}
        except Exception as error:  # the worker is told, whatever it was: a thread's traceback would be nobody's
            return {"kind": "usage", "raised": f"the controller raised {type(error).__name__}: {error}"}

    def close(self) -> None:
        """End it."""
        self._ended = True
        # A thread that waits for a connection is not woken by a socket that closes.
        with contextlib.suppress(OSError):
            _connected(self._place).close()


class Client:
    """A worker's side; it connects when it first calls.

    Args:
        address: The server's; None on another machine.

    Raises:
        UsageError: There is none.
    """

    def __init__(self, address: str | None) -> None:
        if address is None:
            raise UsageError("a worker on another machine cannot ask the model: spread the tests here (-n N)")
        *self._place, self._token = json.loads(address)
        self._lock = threading.Lock()
        self._stream: Any = None

    def ask(self, model: str, requests: Sequence[Request]) -> list[Response]:
        """Have the controller ask one of its models.

        Args:
            model: Its name; empty in a session of one.
            requests: The questions.

        Raises:
            HaeraeError: What the controller raised, or that it is gone.
        """
        from pytest_haerae.plugin.call_json import requests_to_json, responses_from_json

        return responses_from_json(self._call({"model": model, "ask": requests_to_json(requests)}))

    def declare(self, model: str, requests: Sequence[Request]) -> None:
        """Tell the controller beforehand what a model will be asked.

        Args:
            model: Its name; empty in a session of one.
            requests: The questions.

        Raises:
            HaeraeError: The controller is gone.
        """
        from pytest_haerae.plugin.call_json import requests_to_json

        self._call({"model": model, "declare": requests_to_json(requests)})

    def _call(self, content: Mapping[str, Any]) -> Any:  # noqa: ANN401 - JSON
        # Imported here, as above.
        from pytest_haerae.run.patience import others_time_limit

        with others_time_limit():
            line = self._answer_to(content)
        if not line:
            raise UsageError("pytest-xdist's controller cannot be asked: it has ended")
        answer: dict[str, Any] = json.loads(line)
        if "raised" in answer:
            raise _ERRORS[answer["kind"]](answer["raised"])
        return answer["answer"]

    def _answer_to(self, content: Mapping[str, Any]) -> bytes:
        """The line that comes back; empty where the controller has ended."""
        try:
            with self._lock:
                if self._stream is None:
                    with _connected(self._place) as connection:
                        self._stream = connection.makefile("rwb")
                    self._stream.write(self._token.encode() + b"\n")
                self._stream.write(json.dumps(content).encode() + b"\n")
                self._stream.flush()
                line: bytes = self._stream.readline()
        except OSError as error:
            self.close()
            raise UsageError(f"pytest-xdist's controller cannot be asked: {error}") from None
        except BaseException:
            # A test's time limit, for example: its answer is not to be taken for the next question's.
            self.close()
            raise
        return line

    def close(self) -> None:
        """End the connection; another call makes a new one."""
        stream, self._stream = self._stream, None
        if stream is not None:
            with contextlib.suppress(OSError):
                stream.close()


def _connected(place: Sequence[Any]) -> socket.socket:
    import socket

    by_path = len(place) == 1
    connection = socket.socket(socket.AF_UNIX if by_path else socket.AF_INET)
    try:
        connection.connect(place[0] if by_path else tuple(place))
    except OSError:
        connection.close()
        raise
    return connection
