"""What ``pytest-haerae list protocols NAME`` says of one protocol: its settings, and the published numbers."""

from __future__ import annotations

from typing import Any

from pytest_haerae.catalogue.protocol import Published
from pytest_haerae.catalogue.protocol_registry import find_protocol
from pytest_haerae.config.options import BY_NAME
from pytest_haerae.config.protocols import settings_of


def protocol_lines(name: str) -> list[str]:
    """Lines for people.

    Args:
        name: A protocol's name, or the path of a file.

    Raises:
        UsageError: There is no such protocol, or it is malformed.
    """
    protocol = find_protocol(name)
    lines = [f"{protocol.name}: {protocol.description}"]
    lines += [f"  {BY_NAME[option].flag} {_shown(value)}" for option, value in settings_of(protocol).items()]
    if protocol.generation:
        lines.append(f"  {BY_NAME['model_params'].flag} {_shown(protocol.generation)}")
    if protocol.free:
        lines.append(f"  set for each model: {', '.join(protocol.free)}")
    lines += [f"  not as in the source: {note}" for note in protocol.notes]
    return lines + [f"  {_published(entry)}" for entry in protocol.published]


def protocol_entry(name: str) -> dict[str, Any]:
    """The same as JSON.

    Raises:
        UsageError: As `protocol_lines`.
    """
    protocol = find_protocol(name)
    return {**protocol.model_dump(mode="json"), "fingerprint": protocol.fingerprint}


def _shown(value: object) -> str:
    if isinstance(value, dict):
        return ",".join(f"{name}={part}" for name, part in value.items())
    if isinstance(value, tuple):
        return ",".join(map(str, value))
    return str(value).lower() if isinstance(value, bool) else str(value)


def _published(entry: Published) -> str:
    total = "by subset alone" if entry.accuracy is None else f"{entry.accuracy:.4f}"
    how = "published" if entry.read else "quoted by others, not read in its source"
    words = "; ".join(filter(None, (entry.note, entry.source)))
    subsets = ", ".join(f"{name} {share:.4f}" for name, share in entry.subsets.items())
    return f"{how}: {entry.model} {total} ({entry.metric}); {words}" + (f": {subsets}" if subsets else "")
