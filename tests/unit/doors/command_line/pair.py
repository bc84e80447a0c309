"""The outcomes of an earlier and a later run: 12 lost and 4 gained."""

from __future__ import annotations

THEN = {"a": "c" * 60 + "w" * 40, "b": "c" * 30}
NOW = {"a": "w" * 12 + "c" * 52 + "w" * 36, "b": "c" * 30}
