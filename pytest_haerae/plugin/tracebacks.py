"""Tracebacks: their lines, and with --showlocals the variables in them, may hold what must not be shown."""

from __future__ import annotations

from typing import Any

from pytest_haerae.escaping import block
from pytest_haerae.redact import redact_text


def redact_traceback(representation: Any) -> Any:  # noqa: ANN401 - pytest's own classes, most of them private
    """Mask secrets in a traceback as pytest has worded it, in place.

    Args:
        representation: What pytest shows, or a part of it: an object with attributes, a list, a tuple, a string.

    Returns:
        The same object, or the masked string, list or tuple that stands for it.
    """
    if isinstance(representation, str):
        return block(redact_text(representation))
    if isinstance(representation, list | tuple):
        return type(representation)(redact_traceback(part) for part in representation)
    if type(representation).__module__.startswith("_pytest."):
        for name, part in vars(representation).items():
            setattr(representation, name, redact_traceback(part))
    return representation
