"""YAML files whose keys stand there once: the library takes the last of several and says nothing."""

from __future__ import annotations

from typing import Any

import yaml

from pytest_haerae.errors import UsageError


def parse_yaml(text: str, place: str) -> Any:  # noqa: ANN401 - any YAML value
    """Read a text of YAML.

    Args:
        text: The text.
        place: What messages begin with.

    Raises:
        UsageError: It is malformed, nested too deeply, or a mapping in it has a key twice; the line is named.
    """
    try:
        return yaml.load(text, _OnceEach)  # noqa: S506 - a safe loader
    except _TwiceError as error:
        raise UsageError(f"{place}: {error}") from None
    except RecursionError:
        raise UsageError(f"{place}: the YAML is nested too deeply") from None
    except yaml.YAMLError as error:
        raise UsageError(f"{place}: malformed YAML: {' '.join(str(error).split())}") from None


class _TwiceError(Exception):
    """A mapping has a key twice."""


class _OnceEach(yaml.SafeLoader):
    """Reads what the safe loader reads, and refuses a key that stands in a mapping twice."""

    def __init__(self, stream: str) -> None:
        super().__init__(stream)
        self._looked_at: dict[int, yaml.MappingNode] = {}

    def flatten_mapping(self, node: yaml.MappingNode) -> None:
        """Take over what a mapping names by ``<<``; before that it has the keys alone that are written in it."""
        if id(node) not in self._looked_at:
            self._looked_at[id(node)] = node
            self._refuse_twice(node)
        super().flatten_mapping(node)

    def _refuse_twice(self, node: yaml.MappingNode) -> None:
        lines: dict[tuple[str, str], int] = {}
        for key, _ in node.value:
            if not isinstance(key, yaml.ScalarNode):
                continue
            line, name = key.start_mark.line + 1, (key.tag, key.value)
            if name in lines:
                raise _TwiceError(f"line {line}: '{key.value}' stands in line {lines[name]}, too; keep one")
            lines[name] = line
