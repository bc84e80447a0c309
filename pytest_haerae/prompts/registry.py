"""Prompts by name: functions that are registered, template files, and what installed packages add."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from pytest_haerae.entry_points import entry_point_names, register_installed
from pytest_haerae.errors import UsageError, raised, unknown
from pytest_haerae.escaping import first_line
from pytest_haerae.prompts.prompt import LABEL, Prompt
from pytest_haerae.prompts.templates import is_path, read_file, read_named, template_names
from pytest_haerae.types import Item, Method

ENTRY_POINT_GROUP = "pytest_haerae.prompts"
"""The entry points of prompts: a prompt's name, and the function that `register_prompt` decorates."""

PROMPTS: dict[str, Prompt] = {}
"""The prompts that functions make, by name; those of template files are read when they are asked for."""


def register_prompt(
    name: str, stop: tuple[str, ...] = (), label: str = LABEL
) -> Callable[[Callable[[Item], str]], Callable[[Item], str]]:
    """Decorate a function that renders an item; `name` then is a value of ``--prompt``.

    The first line of the function's docstring is what ``pytest-haerae list`` shows.

    Args:
        name: What ``--prompt`` calls it; one of the package's own names is replaced.
        stop: Strings at which a generation ends.
        label: How an option's letter is written where it is scored; ``{}`` stands for it.
    """

    def register(render: Callable[[Item], str]) -> Callable[[Item], str]:
        PROMPTS[name] = Prompt(name, _checked(name, render), stop, label, description=first_line(render.__doc__))
        return render

    return register


def _checked(name: str, render: Callable[[Item], str]) -> Callable[[Item], str]:
    """A function that says which prompt and which item it is where the one it wraps makes no text."""

    @wraps(render)
    def checked(item: Item) -> str:
        place = f"--prompt={name}, item {item.id}"
        try:
            text: object = render(item)
        except Exception as error:
            raise UsageError(f"{place}: {raised(error)}") from error
        if not isinstance(text, str):
            raise UsageError(f"{place}: returned {text!r:.80}, not a string")
        return text

    return checked


def prompt_names() -> tuple[str, ...]:
    """The names of all prompts, sorted: of functions, of the package's templates, and of installed packages."""
    return tuple(sorted({*PROMPTS, *template_names(), *entry_point_names(ENTRY_POINT_GROUP)}))


def find_prompt(name: str) -> Prompt:
    """Look a prompt up: a function's, a template's of the package, an installed package's, or a file of the user's.

    Raises:
        UsageError: There is none of this name, or more than one, the package that has it cannot be imported, or the
            file is missing or malformed.
    """
    if name in PROMPTS:
        return PROMPTS[name]
    if name in template_names():
        return read_named(name)
    if register_installed(ENTRY_POINT_GROUP, name, f"--prompt={name}", "prompt", PROMPTS):
        return PROMPTS[name]
    if is_path(name):
        return read_file(name)
    raise UsageError(f"{unknown('prompt', name, prompt_names())}, or a path to a .toml or .txt file")


def prompt_for(method: Method, name: str) -> Prompt:
    """Look a prompt up that is for a method.

    Raises:
        UsageError: As `find_prompt`; or it is for other methods only.
    """
    prompt = find_prompt(name)
    refuse_method(prompt, method)
    return prompt


def refuse_method(prompt: Prompt, method: Method) -> None:
    """Refuse a method that a prompt is not for.

    Raises:
        UsageError: With the methods that it is for.
    """
    if prompt.methods and method not in prompt.methods:
        raise UsageError(
            f"--prompt={prompt.name} is for --method={' or '.join(prompt.methods)} only, not for {method}:"
            " choose another prompt or method"
        )
