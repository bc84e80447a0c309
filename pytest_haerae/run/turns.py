"""One run at a time of the same configuration on one store: the second waits and takes the first one's answers."""

from __future__ import annotations

import contextlib
import os
import time
import weakref
from collections.abc import Callable, Iterator
from pathlib import Path

try:
    import fcntl
except ImportError:  # pragma: no cover - a system without file locks of this kind: nobody waits there
    fcntl = None  # type: ignore[assignment] # looked at before it is used

_POLL_SECONDS = 0.2


class Turn:
    """An exclusive lock on a file that exists while it is held.

    The kernel frees it when its process ends, however it ends. It belongs to the open file, so that two threads of one
    process exclude each other, too.
    """

    def __init__(self, path: Path, descriptor: int) -> None:
        self._path = path
        self._descriptor: int | None = descriptor
        _held.add(self)

    def end(self) -> None:
        """Let the next one begin. The file goes first: whoever waits on it sees that it is gone, and makes another."""
        if self._descriptor is not None:
            self._path.unlink(missing_ok=True)
            self.forget()

    def forget(self) -> None:
        """Close the file; in a forked child, this leaves the lock to the parent alone."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None


_held: weakref.WeakSet[Turn] = weakref.WeakSet()


def _forget_all() -> None:
    """An engine's forked process that outlives a killed run must not hold its lock on."""
    for turn in list(_held):
        turn.forget()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget_all)


def _take(path: Path) -> Turn | None:
    """The turn, or None where somebody else has it."""
    while True:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            return None
        except BaseException:
            os.close(descriptor)
            raise
        try:
            same = os.path.samestat(path.stat(), os.fstat(descriptor))
        except FileNotFoundError:
            same = False
        if same:
            os.ftruncate(descriptor, 0)
            os.write(descriptor, str(os.getpid()).encode())
            return Turn(path, descriptor)
        # Its last holder took the file away after it was opened here.
        os.close(descriptor)


def _holder(path: Path) -> str:
    try:
        number = path.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError):
        number = ""
    return f" ({number})" if number.isdecimal() else ""


@contextlib.contextmanager
def turn(store: Path, fingerprint: str, tell: Callable[[str], None], *, does: str = "asks the same") -> Iterator[bool]:
    """Wait until no other process asks the same of the same store.

    Args:
        store: The store's file.
        fingerprint: What makes two runs the same.
        tell: Told in a line that somebody is waited for.
        does: What the other one does, in words.

    Yields:
        Whether there was somebody: what it asked meanwhile stands in the store.
    """
    path = store.with_name(f"{store.name}.{fingerprint[:16]}.lock")
    waited = False
    held: Turn | None = None
    while fcntl is not None:
        try:
            held = _take(path)
        except OSError:
            break  # a file system without locks: as before there were any
        if held is not None:
            break
        if not waited:
            waited = True
            tell(f"haerae: another process{_holder(path)} {does} with the store {store}; waiting for its end")
        time.sleep(_POLL_SECONDS)
    try:
        yield waited
    finally:
        if held is not None:
            held.end()
