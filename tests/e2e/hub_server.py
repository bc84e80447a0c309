"""A stand-in for the hub on loopback: serves one data set repository of invented rows to the real `datasets`."""

from __future__ import annotations

import hashlib
import io
import json
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote

import pyarrow as arrow
from pyarrow import parquet


def parquet_file(rows: list[dict[str, Any]]) -> bytes:
    """A parquet file of rows."""
    buffer = io.BytesIO()
    parquet.write_table(arrow.Table.from_pylist(rows), buffer)
    return buffer.getvalue()


class HubHandler(BaseHTTPRequestHandler):
    """Answers what `datasets` and `huggingface_hub` ask of a repository; paths as seen with datasets 5.2."""

    server: HubServer

    def do_GET(self) -> None:
        self._answer(with_body=True)

    def do_HEAD(self) -> None:
        self._answer(with_body=False)

    def _answer(self, *, with_body: bool) -> None:
        path = unquote(self.path.split("?")[0])
        self.server.asked.append((path, self.headers.get("Authorization")))
        repository, revision, files = self.server.repository, self.server.revision, self.server.files
        status, body, headers = 404, b"", {"X-Error-Code": "EntryNotFound"}
        if self.server.token and self.headers.get("Authorization") != f"Bearer {self.server.token}":
            status, headers = 401, {"X-Error-Code": "GatedRepo"}
        elif path in (f"/api/datasets/{repository}", f"/api/datasets/{repository}/revision/{revision}"):
            siblings = [{"rfilename": name} for name in files]
            status, headers = 200, {}
            body = json.dumps({"id": repository, "sha": revision, "siblings": siblings, "tags": []}).encode()
        elif path.startswith(f"/api/datasets/{repository}/tree/{revision}"):
            folder = path.removeprefix(f"/api/datasets/{repository}/tree/{revision}").strip("/")
            status, headers, body = 200, {}, json.dumps(self._tree(folder)).encode()
        elif path.startswith(f"/datasets/{repository}/resolve/{revision}/"):
            name = path.removeprefix(f"/datasets/{repository}/resolve/{revision}/")
            if name in files:
                status, body = 200, files[name]
                headers = {"ETag": f'"{hashlib.sha1(body).hexdigest()}"', "X-Repo-Commit": revision}  # noqa: S324
        self.send_response(status)
        for header, value in {**headers, "Content-Length": str(len(body))}.items():
            self.send_header(header, value)
        self.end_headers()
        if with_body:
            self.wfile.write(body)

    def _tree(self, folder: str) -> list[dict[str, object]]:
        entries: dict[str, dict[str, object]] = {}
        prefix = f"{folder}/" if folder else ""
        for name, content in self.server.files.items():
            if not name.startswith(prefix):
                continue
            below = name.removeprefix(prefix)
            oid = hashlib.sha1(content).hexdigest()  # noqa: S324 - git's own hash
            if "/" in below:
                path = prefix + below.split("/")[0]
                entries[path] = {"type": "directory", "path": path, "oid": oid, "size": 0}
            else:
                entries[name] = {"type": "file", "path": name, "oid": oid, "size": len(content)}
        return list(entries.values())

    def log_message(self, *arguments: object) -> None:
        """Say nothing."""


class HubServer(ThreadingHTTPServer):
    """The stand-in with its repository, and what it was asked for."""

    daemon_threads = True

    def __init__(self, repository: str, revision: str, files: dict[str, bytes], token: str | None) -> None:
        super().__init__(("127.0.0.1", 0), HubHandler)
        self.repository, self.revision, self.files, self.token = repository, revision, files, token
        self.asked: list[tuple[str, str | None]] = []

    @property
    def endpoint(self) -> str:
        """What HF_ENDPOINT is set to."""
        return f"http://127.0.0.1:{self.server_port}"


@contextmanager
def serve_hub(
    repository: str,
    revision: str,
    configurations: dict[str, list[dict[str, Any]]],
    token: str | None = None,
    splits: Sequence[str] = ("test",),
) -> Iterator[HubServer]:
    """Serve a repository with a parquet file a configuration and split, named as HAE-RAE Bench names its own."""
    files = {
        f"data/{name}{split}-00000-of-00001-0123456789abcdef.parquet": parquet_file(rows)
        for name, rows in configurations.items()
        for split in splits
    }
    lines = [
        f"- config_name: {name}\n  data_files:\n"
        + "".join(f"  - split: {split}\n    path: data/{name}{split}-*\n" for split in splits)
        for name in configurations
    ]
    files["README.md"] = ("---\nconfigs:\n" + "".join(lines) + "---\n").encode()
    server = HubServer(repository, revision, files, token)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
