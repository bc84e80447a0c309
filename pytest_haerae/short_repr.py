"""How a value with many fields shows itself where an assertion fails: by those alone that say something."""

from __future__ import annotations

from dataclasses import fields
from typing import Any


class ShortRepr:
    """Base of dataclasses (``repr=False``) whose fields mostly keep their defaults.

    What is shown makes an equal value again: a field that is left out has its default.
    """

    __slots__ = ()

    def __repr__(self) -> str:
        """``Response(text='서울', completion_tokens=2)``."""
        own: Any = self
        said = [(field.name, getattr(own, field.name), field.default) for field in fields(own)]
        shown = (
            f"{name}={value!r}" for name, value, default in said if type(value) is not type(default) or value != default
        )
        return f"{type(self).__qualname__}({', '.join(shown)})"
