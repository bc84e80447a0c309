"""What an option is: a row of the table that every door's names, parsers, defaults and help texts are made from."""

from __future__ import annotations

from argparse import BooleanOptionalAction
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from pytest_haerae.config.parsing import parse_boolean, parse_text

RawOptions = Mapping[str, Any]
"""Option name to its value as typed: text, a list of texts for repeatable options, a bool for switches, or None."""

Influence = Literal["answers", "scope", "gates", "outputs", "running", "shorthand"]
"""What an option decides: what the model is asked and how it is judged (``answers``: whoever asks an item again needs
these), which items are asked, the verdict, which files are written, how the work is done, or other options."""


@dataclass(frozen=True, slots=True)
class Option:
    """One option of the plugin.

    Attributes:
        name: Its name in Python and, after ``haerae_``, in the ini file.
        flags: The spellings on the command line; the prefixed and underscored ones are added by `spellings`.
        kind: ``value``, ``repeat`` (given any number of times), or ``switch`` (with a ``--no-`` form).
        metavar: What stands for the value in ``--help``; ``%`` is not special.
        text: One sentence for ``--help``.
        influences: What it decides.
        parse: From its flag (for messages) and its value as typed to the configuration's value; raises UsageError.
        default: The configuration's value where it is not given; a relative path lies below the root folder.
        shown_default: The default in words, where the value does not say it.
        in_ini: How pytest reads it from an ini file: as one text, or as a list of lines.
    """

    name: str
    flags: tuple[str, ...]
    kind: Literal["value", "repeat", "switch"]
    metavar: str
    text: str
    influences: Influence
    parse: Callable[[str, Any], Any] = field(default=parse_text)
    default: Any = None
    shown_default: str = ""
    in_ini: Literal["linelist", "string"] = "string"

    @property
    def flag(self) -> str:
        """The spelling that messages use."""
        return self.flags[0]

    @property
    def help(self) -> str:
        """The sentence for ``--help``, with the default."""
        default = self.default
        simple = default if isinstance(default, str) or (type(default) in (int, float)) else ""
        shown = self.shown_default or (f"{default} below the rootdir" if isinstance(default, Path) else f"{simple}")
        return f"{self.text} (default: {shown})" if shown else self.text

    def settings(self, dest: str) -> dict[str, Any]:
        """How a command line takes it, in argparse's words.

        Args:
            dest: The name of its value there.
        """
        if self.kind == "switch":
            return {"dest": dest, "action": BooleanOptionalAction, "default": None}
        action = "append" if self.kind == "repeat" else "store"
        return {"dest": dest, "action": action, "default": None, "metavar": self.metavar}

    def read(self, raw: RawOptions, rootdir: Path | None = None) -> Any:  # noqa: ANN401 - as parsed
        """The configuration's value.

        Args:
            raw: Options as typed; None, a missing name and an empty list mean "not given".
            rootdir: The folder below which a default path lies.

        Raises:
            UsageError: The value is malformed or out of range.
        """
        value = raw.get(self.name)
        if is_given(value):
            return self.parse(self.flag, value)
        return rootdir / self.default if rootdir and isinstance(self.default, Path) else self.default

    def spellings(self) -> tuple[str, ...]:
        """Every accepted spelling: plain, ``--haerae-…``, and with underscores."""
        plain = self.flags + tuple(f"--haerae-{flag.removeprefix('--')}" for flag in self.flags)
        return tuple(dict.fromkeys(plain + tuple("--" + flag.removeprefix("--").replace("-", "_") for flag in plain)))

    def negations(self) -> tuple[str, ...]:
        """The ``--no-…`` spellings of a switch."""
        return tuple(f"--no-{flag.removeprefix('--')}" for flag in self.spellings())


def is_given(value: Any) -> bool:  # noqa: ANN401 - as typed
    """Whether a value was given: the ini file's empty lists and missing values are not."""
    return value is not None and value not in ([], ())


def value(
    name: str,
    metavar: str,
    text: str,
    influences: Influence,
    *,
    parse: Callable[[str, Any], Any] = parse_text,
    default: Any = None,  # noqa: ANN401 - of the option's own kind
    shown: str = "",
    also: tuple[str, ...] = (),
) -> Option:
    """An option with one value; `also` has further spellings."""
    return Option(name, (_flag(name), *also), "value", metavar, text, influences, parse, default, shown)


def repeat(
    name: str,
    metavar: str,
    text: str,
    influences: Influence,
    *,
    parse: Callable[[str, Any], Any],
    default: Any = (),  # noqa: ANN401 - of the option's own kind
    shown: str = "",
    in_ini: Literal["linelist", "string"] = "linelist",
) -> Option:
    """An option that is given any number of times."""
    return Option(name, (_flag(name),), "repeat", metavar, text, influences, parse, default, shown, in_ini)


def switch(name: str, text: str, influences: Influence, *, default: bool | None = None, shown: str = "") -> Option:
    """An option that is on or off."""
    return Option(name, (_flag(name),), "switch", "", text, influences, parse_boolean, default, shown)


def _flag(name: str) -> str:
    return "--" + name.replace("_", "-")
