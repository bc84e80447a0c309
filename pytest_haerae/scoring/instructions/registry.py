"""Instructions by name, and what a row says of them: which are asked for, with which arguments."""

from __future__ import annotations

import inspect
import json
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import import_module
from pkgutil import iter_modules
from typing import Annotated, Any, Literal, NamedTuple, TypeVar, get_args, get_origin, get_type_hints

from pytest_haerae.errors import unknown
from pytest_haerae.escaping import shown
from pytest_haerae.scoring.instructions import checkers

_ID = "id"
"""The key of an instruction's name in a reference; no argument is called so."""


class Check(NamedTuple):
    """Whether a text does what an instruction asks.

    Attributes:
        followed: Whether it does.
        counted: What was found and what is asked, in a few words: ``87 words, fewer than 80 asked``.
    """

    followed: bool
    counted: str


Checker = Callable[..., Check]
_Checker = TypeVar("_Checker", bound=Checker)


class Malformed(ValueError):  # noqa: N818 - it is worded where a row is read
    """What a row says of its instructions cannot be meant.

    Attributes:
        of_arguments: Whether the arguments are what is wrong, not the names.
    """

    def __init__(self, problem: str, *, of_arguments: bool) -> None:
        super().__init__(problem)
        self.of_arguments = of_arguments


@dataclass(frozen=True, slots=True)
class Instruction:
    """Something that an answer may be asked to do.

    Attributes:
        name: Its name, as data sets spell it: ``length_constraints:number_words``.
        check: From an answer (in NFC, its lines ending in a newline alone) and the arguments to what was found.
        arguments: What each argument may be, by its name.
    """

    name: str
    check: Checker
    arguments: Mapping[str, Any]


class Asked(NamedTuple):
    """An instruction with its arguments, as a row asks for it."""

    instruction: Instruction
    arguments: Mapping[str, Any]

    def check(self, text: str) -> Check:
        """Check an answer; one without a word follows nothing."""
        if not text.strip():
            return Check(followed=False, counted="the answer is empty")
        return self.instruction.check(text, **self.arguments)


_INSTRUCTIONS: dict[str, Instruction] = {}


def instruction(name: str) -> Callable[[_Checker], _Checker]:
    """Decorate the function that checks an instruction.

    Its first parameter is the answer; the others are the instruction's arguments, of which their types say what a row
    may give: `int` is a whole number from 0, `str` a text that is not blank, ``tuple[str, ...]`` at least one of them,
    `Literal` one of its values. ``Annotated[..., check]`` adds a function that raises `ValueError` with the problem.

    Args:
        name: The instruction's name.
    """

    def register(check: _Checker) -> _Checker:
        hints = get_type_hints(check, include_extras=True)
        own = list(inspect.signature(check).parameters)[1:]
        _INSTRUCTIONS[name] = Instruction(name, check, {each: hints[each] for each in own})
        return check

    return register


@cache
def _load() -> None:
    for module in iter_modules(checkers.__path__):
        import_module(f"{checkers.__name__}.{module.name}")


def instruction_names() -> tuple[str, ...]:
    """The names of all instructions, sorted."""
    _load()
    return tuple(sorted(_INSTRUCTIONS))


def read_asked(names: Any, arguments: Any) -> tuple[Asked, ...]:  # noqa: ANN401 - what a row has
    """Read which instructions a row asks for.

    Args:
        names: A list of names.
        arguments: An object for each of them; arguments without a value (null) are as if they were not there.

    Raises:
        Malformed: A name is not known, or an argument is missing, not known or of the wrong kind.
    """
    if not isinstance(names, list | tuple) or not names:
        raise Malformed(f"is a list of instructions, not {shown(names)}", of_arguments=False)
    if not isinstance(arguments, list | tuple) or len(arguments) != len(names):
        counted = f"{len(arguments)} objects" if isinstance(arguments, list | tuple) else shown(arguments)
        raise Malformed(f"is a list of {len(names)} objects, one an instruction, not {counted}", of_arguments=True)
    return tuple(_read_one(name, given) for name, given in zip(names, arguments, strict=True))


def _read_one(name: Any, given: Any) -> Asked:  # noqa: ANN401 - what a row has
    _load()
    if not isinstance(name, str) or name not in _INSTRUCTIONS:
        raise Malformed(unknown("instruction", str(name), sorted(_INSTRUCTIONS)), of_arguments=False)
    if given is None:
        given = {}
    if not isinstance(given, Mapping):
        raise Malformed(f"{name}: the arguments are an object, not {shown(given)}", of_arguments=True)
    known = _INSTRUCTIONS[name]
    told = {argument: value for argument, value in given.items() if value is not None}
    for argument in told:
        if argument not in known.arguments:
            there = known.arguments or {"none": None}
            raise Malformed(f"{name}: {unknown('argument', str(argument), there)}", of_arguments=True)
    read = {}
    for argument, kind in known.arguments.items():
        if argument not in told:
            raise Malformed(f"{name}: the argument '{argument}' is missing", of_arguments=True)
        try:
            read[argument] = _read_value(told[argument], kind)
        except ValueError as problem:
            raise Malformed(f"{name}: the argument '{argument}' {problem}", of_arguments=True) from None
    return Asked(known, read)


def _read_value(value: Any, kind: Any) -> Any:  # noqa: ANN401 - what a row has, and a type
    if get_origin(kind) is Annotated:
        kind, *checks = get_args(kind)
        value = _read_value(value, kind)
        for check in checks:
            check(value)
        return value
    if get_origin(kind) is Literal:
        if value not in get_args(kind):
            raise ValueError(f"is one of {', '.join(get_args(kind))}, not {shown(value)}")
        return value
    if kind is int:
        # Where other rows have no such argument, a table makes floats of whole numbers.
        whole = isinstance(value, float) and value.is_integer()
        if isinstance(value, bool) or not (whole or isinstance(value, int)) or value < 0:
            raise ValueError(f"is a whole number from 0, not {shown(value)}")
        return int(value)
    if get_origin(kind) is tuple:
        if not isinstance(value, list | tuple) or not value:
            raise ValueError(f"is a list of texts, not {shown(value)}")
        return tuple(_read_value(each, str) for each in value)
    if not isinstance(value, str) or not value.strip():
        raise ValueError(f"is a text, not {shown(value)}")
    return unicodedata.normalize("NFC", value).strip()


def write_reference(asked: tuple[Asked, ...]) -> str:
    """What an item has as its reference: the instructions and their arguments, as JSON."""
    listed = [{_ID: each.instruction.name, **each.arguments} for each in asked]
    return json.dumps(listed, ensure_ascii=False)


@lru_cache(maxsize=4096)
def read_reference(reference: str) -> tuple[Asked, ...]:
    """Read what `write_reference` wrote.

    Raises:
        ValueError: It is something else.
    """
    listed = json.loads(reference)
    if not isinstance(listed, list) or not all(isinstance(each, dict) for each in listed):
        raise ValueError("a reference is a list of instructions")
    arguments = [{key: value for key, value in each.items() if key != _ID} for each in listed]
    return read_asked([each.get(_ID) for each in listed], arguments)
