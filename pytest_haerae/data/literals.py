"""Lists and structures that stand in a text: JSON, Python's literals, and what numpy prints."""

from __future__ import annotations

import ast
import io
import json
import re
import tokenize
from itertools import pairwise
from typing import Any

_ARRAY = re.compile(r"^array\((?P<list>\[.*\])\s*(?:,\s*dtype=[^()]*)?\)$", re.DOTALL)
_STRING = r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\""
_ITEM = rf"(?:{_STRING}|True|False|None|nan|[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?)"
_PRINTED = re.compile(rf"^\[\s*{_ITEM}(?:\s+{_ITEM})+\s*\]$", re.DOTALL)
"""A list as numpy prints it: without commas."""
_PRINTED_ITEM = re.compile(_ITEM, re.DOTALL)
_BETWEEN_STRUCTURES = re.compile(r"\}\s+\{(?=['\"])")
_NUMPY = re.compile(r"^(?:array|str_|bool_?|(?:float|u?int)\d*)$")
_ADJACENT = re.compile(r"['\"]\s*[rbfu]*['\"]")


class _Unwrapped(ast.NodeTransformer):
    """Takes what numpy writes around a list or a value away: ``array([...], dtype=object)``, ``np.str_('가')``."""

    def visit_Call(self, node: ast.Call) -> ast.AST:
        """A call is its first argument where it is numpy's; `ast.literal_eval` refuses all others."""
        self.generic_visit(node)
        name = ast.unparse(node.func).removeprefix("numpy.").removeprefix("np.")
        return node.args[0] if len(node.args) == 1 and _NUMPY.match(name) else node

    def visit_Name(self, node: ast.Name) -> ast.AST:
        """A ``nan`` says that nothing stands there."""
        return ast.Constant(None) if node.id == "nan" else node


class WrittenNumber(float):
    """A number with a point that is shown as it was written: ``1.10`` is not 1.1 where it is an option.

    Attributes:
        text: How it was written.
    """

    text: str

    def __new__(cls, text: str) -> WrittenNumber:
        """Read a number."""
        made = super().__new__(cls, text)
        made.text = text
        return made

    def __str__(self) -> str:
        """How it was written."""
        return self.text


class RepeatedKey(ValueError):  # noqa: N818 - it is worded where it is caught
    """A key stands twice in one object."""


def unique_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Make an object of its pairs; `json` by itself keeps the last value of a key that stands twice.

    Raises:
        RepeatedKey: With the key.
    """
    found = dict(pairs)
    if len(found) != len(pairs):
        keys = [key for key, _ in pairs]
        raise RepeatedKey(f"the key '{next(key for key in keys if keys.count(key) > 1)}' stands twice")
    return found


def load_json(text: str) -> Any:  # noqa: ANN401 - whatever it says
    """Read JSON that says everything once.

    Raises:
        json.JSONDecodeError: It is malformed; the position is known.
        ValueError: It cannot be kept: a key stands twice, it is nested too deep, a number has too many digits.
    """
    try:
        return json.loads(text, object_pairs_hook=unique_keys, parse_float=WrittenNumber)
    except (json.JSONDecodeError, RepeatedKey):
        raise
    except RecursionError:
        raise ValueError("is nested too deep") from None
    except ValueError:  # Python reads no integer of more than 4,300 digits.
        raise ValueError("has a number of too many digits") from None


def parse_literal(text: str) -> Any:  # noqa: ANN401 - whatever it says
    r"""Read a text that begins with a bracket.

    JSON is tried first: it is what joins the two halves of ``\\ud83d\\ude00``.

    Raises:
        ValueError: It is none of the three.
    """
    if text.startswith("['") and text.endswith("']") and "\\" not in text and "\n" not in text:
        # Most lists are plain texts, where quotes stand between them and nowhere else: told in a tenth of the time.
        parts = text[2:-2].split("', '")
        if text.count("'") == 2 * len(parts):
            return parts
    if text[1:2] != "'":
        try:
            return load_json(text)
        except json.JSONDecodeError:
            pass
    try:
        tree = ast.parse(text, mode="eval")
        if "(" in text or "nan" in text:
            tree = ast.fix_missing_locations(_Unwrapped().visit(tree))
        value = ast.literal_eval(tree)
        if not _ADJACENT.search(text) or not _lacks_comma(text):
            _refuse_surprises(tree if "{" in text else None)
            return value
    except (SyntaxError, TypeError, MemoryError, RecursionError):
        pass
    except ValueError as error:
        if isinstance(error, RepeatedKey):
            raise
    array = _ARRAY.match(text)
    text = array["list"] if array else text
    if _PRINTED.match(text):
        return [None if item == "nan" else ast.literal_eval(item) for item in _PRINTED_ITEM.findall(text)]
    if text.startswith("[{") and _BETWEEN_STRUCTURES.search(text):
        return parse_literal(_BETWEEN_STRUCTURES.sub("}, {", text))
    raise ValueError("is not a list")


def _refuse_surprises(tree: ast.Expression | None) -> None:
    """Refuse what Python reads without an error and nobody means: a key that stands twice, and a set."""
    for node in ast.walk(tree) if tree else ():
        if isinstance(node, ast.Dict):
            unique_keys([(str(ast.literal_eval(key)), None) for key in node.keys if key is not None])


def _lacks_comma(text: str) -> bool:
    """Whether two texts stand side by side, which Python joins: ``['a' 'b', 'c']``."""
    kinds = [token.type for token in tokenize.generate_tokens(io.StringIO(text).readline)]
    kinds = [kind for kind in kinds if kind not in (tokenize.NL, tokenize.NEWLINE)]
    return any(one == two == tokenize.STRING for one, two in pairwise(kinds))
