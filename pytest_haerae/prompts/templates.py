"""Template files: how they are found, read, checked and filled in."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from pytest_haerae.errors import UsageError, unknown
from pytest_haerae.prompts.prompt import FREE_TEXT_TARGET, LABEL, TARGET, Prompt, write_option
from pytest_haerae.typed_files import read_own_text, read_own_toml
from pytest_haerae.types import CAPABILITY, LETTERS, Item

TEMPLATE_FOLDER = Path(__file__).parent / "templates"
SUFFIXES = (".toml", ".txt")

_PLACEHOLDER = re.compile(r"\{\{(\w+)\}\}|\{(\w+)\}")
_FIELDS: dict[str, type] = {
    "description": str,
    "template": str,
    "free_text": str,
    "with_passage": str,
    "in_conversation": str,
    "label": str,
    "target": str,
    "free_text_target": str,
    "option": str,
    "continuation": str,
    "stop": list,
    "methods": list,
    "subsets": dict,
}
_KINDS: Mapping[type, str] = {str: "text", list: "list of texts", dict: "table of texts"}
_CONTINUATIONS = ("label", "text")
_OPTION = "({letter}) {text}"


def question_of(item: Item) -> str:
    """An item's query without the heading ``### 정답:`` that closes it, and without spaces at its end."""
    from pytest_haerae.data.passages import without_answer_heading

    return without_answer_heading(item.query)


def _stem(item: Item) -> str:
    # The options' help lists the templates' names at every start of pytest: what reads data is imported on first use.
    from pytest_haerae.data.passages import stem_of

    return stem_of(item.query)


def _passage(item: Item) -> str:
    from pytest_haerae.data.passages import passage_of

    return passage_of(item.query) or ""


def _options(item: Item, pattern: str) -> str:
    pairs = zip(item.labels or (), item.options or (), strict=True)
    return "\n".join(write_option(pattern, label, option) for label, option in pairs)


def _single(index: int) -> Callable[[Item, str], str]:
    def text(item: Item, option: str) -> str:
        if item.options is None or len(item.options) <= index:
            raise UsageError(f"{item.id} has no option {LETTERS[index]}")
        return item.options[index]

    return text


PLACEHOLDERS: Mapping[str, Callable[[Item, str], str]] = {
    "query": lambda item, option: item.query,
    "question": lambda item, option: question_of(item),
    "stem": lambda item, option: _stem(item),
    "passage": lambda item, option: _passage(item),
    "options": _options,
    "labels": lambda item, option: ", ".join(item.labels or ()),
    **{letter: _single(index) for index, letter in enumerate(LETTERS)},
}
"""What a template may hold in braces, and what of an item, and of how an option is written, comes to stand there."""

_OF_OPTIONS = frozenset({"options", "labels", *LETTERS})
_OF_QUESTION = ("query", "question", "stem")


def template_names() -> tuple[str, ...]:
    """The names of the templates that come with the package, sorted."""
    return tuple(sorted(path.stem for path in TEMPLATE_FOLDER.glob("*.toml")))


def is_path(name: str) -> bool:
    """Whether the value of ``--prompt`` names a file rather than a template."""
    return name.endswith(SUFFIXES) or "/" in name or "\\" in name


def read_named(name: str) -> Prompt:
    """Read one of the package's own templates."""
    return _make_prompt(name, read_own_toml(TEMPLATE_FOLDER / f"{name}.toml", f"prompt {name}"))


def read_file(name: str) -> Prompt:
    """Read a user's own template: a .toml file like those of the package, or a .txt file with the template alone.

    Args:
        name: The path as typed, relative to the current folder.

    Raises:
        UsageError: There is no such file, or it is malformed; names the file and the place in it.
    """
    path = Path(name)
    if path.suffix not in SUFFIXES:
        raise UsageError(f"--prompt {name}: a template is a file of the kinds {', '.join(SUFFIXES)}")
    place, is_text = f"--prompt {name}", path.suffix == ".txt"
    fields = {"template": read_own_text(path, place)} if is_text else read_own_toml(path, place)
    return _make_prompt(name, fields, own=True)


def _make_prompt(name: str, fields: Mapping[str, Any], *, own: bool = False) -> Prompt:
    place = f"--prompt {name}"
    _check_fields(place, fields)
    # An editor ends the last line, and so does a TOML string over several lines: that newline is no part of the prompt.
    given = {
        field: fields[field]
        for field in ("template", "free_text", "with_passage", "in_conversation")
        if field in fields
    }
    given |= {f"subsets.{subset}": text for subset, text in fields.get("subsets", {}).items()}
    texts = {field: text.removesuffix("\n") for field, text in given.items()}
    for field, text in texts.items():
        _check_text(f"{place}: {field}", text)
    option = fields.get("option", _OPTION)
    return Prompt(
        name,
        _Renderer(place, texts, option),
        stop=tuple(fields.get("stop", ())),
        label=fields.get("label", LABEL),
        target=fields.get("target", TARGET),
        free_text_target=fields.get("free_text_target", FREE_TEXT_TARGET),
        methods=tuple(fields.get("methods", ())),
        continuation=fields.get("continuation", "label"),
        # What probe items are made into says nothing of single subsets or of passages.
        content=json.dumps(texts | {"option": option} if option != _OPTION else texts, sort_keys=True)
        if own or fields.keys() & {"subsets", "with_passage"}
        else "",
        description=fields.get("description", ""),
    )


def _check_fields(place: str, fields: Mapping[str, Any]) -> None:
    for field, value in fields.items():
        if field not in _FIELDS:
            raise UsageError(f"{place}: {unknown('field', field, _FIELDS)}")
        if not isinstance(value, _FIELDS[field]):
            raise UsageError(f"{place}: {field} is a {_KINDS[_FIELDS[field]]}")
        entries = value if isinstance(value, list) else value.values() if isinstance(value, dict) else ()
        if not all(isinstance(entry, str) and entry for entry in entries):
            raise UsageError(f"{place}: {field} is a {_KINDS[_FIELDS[field]]}, none of them empty")
    if "template" not in fields:
        raise UsageError(f"{place}: has no field 'template'")
    if sum(fields.get("label", LABEL).count(part) for part in ("{}", "{number}")) != 1:
        raise UsageError(f"{place}: label has to hold {{}} once, where the letter stands, such as '({{}})'")
    if "{text}" not in fields.get("option", _OPTION):
        raise UsageError(f"{place}: option has to hold {{text}}, such as '{{letter}}. {{text}}'")
    if fields.get("continuation", "label") not in _CONTINUATIONS:
        raise UsageError(f"{place}: continuation: {unknown('kind', fields['continuation'], _CONTINUATIONS)}")
    if fields.get("target", TARGET).count("{label}") != 1:
        raise UsageError(f"{place}: target has to hold {{label}} once, such as '정답: {{label}}'")
    if fields.get("free_text_target", FREE_TEXT_TARGET).count("{text}") != 1:
        raise UsageError(f"{place}: free_text_target has to hold {{text}} once, such as '정답: {{text}}'")
    for method in fields.get("methods", ()):
        if method not in CAPABILITY:
            raise UsageError(f"{place}: methods: {unknown('method', method, CAPABILITY)}")


def _check_text(place: str, text: str) -> None:
    """Refuse a text with an unknown placeholder, or with none that asks the item's question."""
    found = set()
    for match in _PLACEHOLDER.finditer(text):
        doubled, name = match.groups()
        line = f"{place}, line {text.count(chr(10), 0, match.start()) + 1}"
        if doubled in PLACEHOLDERS:
            raise UsageError(f"{line}: {match[0]} stands in two braces; a placeholder has one: {{{doubled}}}")
        if doubled is None and name not in PLACEHOLDERS:
            hint = unknown("placeholder", name, PLACEHOLDERS)
            raise UsageError(f"{line}: {hint} (braces that are to stay as they are: {{{{{name}}}}})")
        found.add(name)
    if not found.intersection(_OF_QUESTION):
        raise UsageError(
            f"{place}: holds neither {{query}} nor {{question}} nor {{stem}}: every item would be asked the same"
        )


class _Renderer:
    """A checked template, filled in for one item at a time.

    Args:
        place: The file, for errors.
        texts: By field: ``template`` for items with options, and for the others where it has no placeholder for
            options; ``free_text`` for the others; ``with_passage`` for items about a passage in place of both,
            ``in_conversation`` for the questions of a conversation, and ``subsets.NAME`` for those of one subset in
            place of all.
        option: How ``{options}`` writes one of them.
    """

    def __init__(self, place: str, texts: Mapping[str, str], option: str) -> None:
        self._place = place
        self._texts = texts
        self._option = option

    def __call__(self, item: Item) -> str:
        """The prompt's text; what stands in braces in the item's own texts stays as it is.

        Raises:
            UsageError: The item has no options and the template says nothing for such items.
        """
        text = self._text_for(item)
        if item.options is None and any(match[2] in _OF_OPTIONS for match in _PLACEHOLDER.finditer(text)):
            raise UsageError(
                f"{self._place}: {item.id} has no options to fill in; add a field free_text for such items"
            )
        # In one pass: what is filled in is not looked at again.
        return _PLACEHOLDER.sub(lambda match: f"{{{match[1]}}}" if match[1] else self._fill(match[2], item), text)

    def _text_for(self, item: Item) -> str:
        fields = [f"subsets.{item.subset}"]
        if item.turns:
            fields.append("in_conversation")
        if "with_passage" in self._texts and _passage(item):
            fields.append("with_passage")
        if item.options is None:
            fields.append("free_text")
        return next(self._texts[field] for field in (*fields, "template") if field in self._texts)

    def _fill(self, placeholder: str, item: Item) -> str:
        try:
            return PLACEHOLDERS[placeholder](item, self._option)
        except UsageError as error:
            raise UsageError(f"{self._place}: {{{placeholder}}}: {error}") from None
