"""Functions as models: found by ``module:name``, and told apart by their name, their source and a version."""

from __future__ import annotations

import hashlib
import inspect
import re
import sys
import uuid
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from importlib import import_module, invalidate_caches
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

from pytest_haerae.backends.fingerprints import file_fingerprint
from pytest_haerae.errors import HaeraeError, UsageError, raised, unknown

_NAME = re.compile(r"[^\W\d]\w*(?:\.[^\W\d]\w*)*")
"""A Python name, or several joined by dots."""
_MAIN = "__main__"


@dataclass(frozen=True, slots=True)
class Found:
    """A function, and what it is known by.

    Attributes:
        function: What is called with a question.
        label: ``module:name``.
        is_named: Whether that name leads to this very object, so that a later run finds the same one.
        source: Hash of its own source and of its module's file; None where neither can be had.
    """

    function: Callable[..., Any]
    label: str
    is_named: bool
    source: str | None
    _itself: str = field(default_factory=lambda: uuid.uuid4().hex, repr=False)

    def identity(self, version: str | None) -> dict[str, Any]:
        """What tells it from another function, and from what it was before it was changed, as far as can be known.

        Args:
            version: What its author says of it; what has no name that a later run could find is known by that alone.
        """
        known = {"function": self.label, "source": self.source, "version": version}
        return known if self.is_named or version is not None else {**known, "itself": self._itself}


class _Place(NamedTuple):
    """Where a function is: the folder that imports begin in, the module, and its name there."""

    folder: Path
    module: str
    name: str


def at_hand(function: Any) -> Found:  # noqa: ANN401 - what somebody hands over as a function
    """A function that was handed over.

    Raises:
        UsageError: It is a class: calling it makes an object, and no text.
    """
    if isinstance(function, type):
        words = "give a function, or an object of it that can be called; a backend's class is named in backends={…}"
        raise UsageError(f"model: {function.__qualname__} is a class: {words}")
    inner = inspect.unwrap(_inmost(function))
    named = inner if hasattr(inner, "__qualname__") else type(inner)
    module = sys.modules.get(str(named.__module__))
    name = str(named.__qualname__)
    is_named = _has(module, name, function)
    source = _source(inner, module)
    return Found(function, f"{_module_name(module, named)}:{name}", is_named and source is not None, source)


def check_path(path: str) -> None:
    """Refuse a path that names no module, without importing it.

    Raises:
        UsageError: It is malformed, or there is no such module.
    """
    place = _read(path)
    _look_in(place.folder)
    try:
        found = place.module in sys.modules or find_spec(place.module) is not None
    except HaeraeError:
        raise
    except ModuleNotFoundError:
        found = False
    except (Exception, SystemExit) as error:  # a package above it is imported, and may raise anything
        raise UsageError(f"path={path}: a package that it is in cannot be imported: {raised(error)}") from None
    if not found:
        raise UsageError(f"path={path}: there is no module {place.module}, neither in {place.folder} nor installed")


def label_of(path: str) -> str:
    """The label of what a path names; nothing is imported.

    Raises:
        UsageError: The path is malformed.
    """
    place = _read(path)
    return f"{place.module}:{place.name}"


def find(path: str) -> Found:
    """Import the module of ``module:name`` or ``file.py:name`` and look the function up.

    Raises:
        UsageError: The path is malformed, the module cannot be imported, or it has no such function.
    """
    place = _read(path)
    _look_in(place.folder)
    try:
        module = import_module(place.module)
    except HaeraeError:
        raise
    except (Exception, SystemExit) as error:
        raise UsageError(f"path={path}: its module cannot be imported: {raised(error)}") from None
    found: Any = module
    for part in place.name.split("."):
        if not hasattr(found, part):
            names = [name for name in dir(found) if callable(getattr(found, name)) and not name.startswith("_")]
            raise UsageError(f"path={path}: {unknown('function', part, names)}")
        found = getattr(found, part)
    if isinstance(found, type):
        raise UsageError(f"path={path}: it is a class; name a function, or an object of it that can be called")
    if not callable(found):
        raise UsageError(f"path={path}: it is {_a(found)}, which cannot be called")
    return Found(found, f"{place.module}:{place.name}", True, _source(inspect.unwrap(_inmost(found)), module))


def _read(path: str) -> _Place:
    module, colon, name = path.rpartition(":")
    is_file = module.endswith(".py")
    file = Path(module)
    if not colon or not _NAME.fullmatch(name) or not _NAME.fullmatch(file.stem if is_file else module):
        raise UsageError(f"path={path}: write module:name, such as my_app.rag:answer, or file.py:name")
    if not is_file:
        return _Place(Path.cwd(), module, name)
    if not file.is_file():
        raise UsageError(f"path={path}: there is no file {module}")
    file = file.resolve()
    loaded = sys.modules.get(file.stem)
    if loaded is not None and _file(loaded) != file:
        raise UsageError(f"path={path}: another module is called {file.stem} ({_file(loaded)}); rename the file")
    return _Place(file.parent, file.stem, name)


def _look_in(folder: Path) -> None:
    """Let imports find what lies in a folder, as those of a script there do; also later, while the function runs."""
    if str(folder) not in sys.path:
        sys.path.insert(0, str(folder))
        invalidate_caches()


def _inmost(function: Any) -> Any:  # noqa: ANN401 - as above
    """What is called in the end: of a partial function, and of a method."""
    while isinstance(function, partial):
        function = function.func
    return getattr(function, "__func__", function)


def _has(module: ModuleType | None, name: str, function: object) -> bool:
    found: Any = module
    for part in name.split("."):
        found = getattr(found, part, None)
    return found is function


def _module_name(module: ModuleType | None, named: Any) -> str:  # noqa: ANN401 - a function or a class
    """The name of a module; of a script the one that it would be imported by."""
    if named.__module__ != _MAIN or module is None:
        return str(named.__module__)
    spec, file = module.__spec__, _file(module)
    return spec.name if spec is not None else file.stem if file is not None else _MAIN


def _file(module: ModuleType | None) -> Path | None:
    path = getattr(module, "__file__", None)
    return Path(path).resolve() if isinstance(path, str) else None


def _source(inner: object, module: ModuleType | None) -> str | None:
    """Hash of a function's source and of its module's file: what it is given by its module may change, too."""
    parts = []
    with suppress(OSError, TypeError):  # of no file, as of an extension module
        parts.append(inspect.getsource(inner if inspect.isroutine(inner) else type(inner)))
    file = _file(module)
    if file is not None and file.is_file():
        parts.append(file_fingerprint(file))
    return hashlib.sha256("\x00".join(parts).encode()).hexdigest()[:16] if parts else None


def _a(value: object) -> str:
    """A value by its kind, for a message."""
    return "None" if value is None else f"of type {type(value).__name__}"
