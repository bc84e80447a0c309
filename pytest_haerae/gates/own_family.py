"""Whether a judge grades a model of its own family, which judges were seen to prefer."""

from __future__ import annotations

import re
from collections.abc import Collection

from pytest_haerae.backends.function import FUNCTION

_FAMILY = re.compile(r"[a-z]{3,}")
_OF_NO_FAMILY = frozenset(("model", "chat", "base", "instruct", "local", "the", "default", "judge", "test"))
"""Words that names begin with which are no family's."""


def family_of(name: str | None) -> str | None:
    """The family that a model's name begins with: ``gpt`` of ``openai/gpt-4o-mini``; None where it tells none.

    Args:
        name: The model's name, with or without the folder or the owner that it stands behind.
    """
    found = _FAMILY.match((name or "").rpartition("/")[2].lower())
    return found[0] if found and found[0] not in _OF_NO_FAMILY else None


def warn_of_own_family(model: str | None, judge: str | None, backends: Collection[str | None] = ()) -> list[str]:
    """The line that says that a judge grades its own family; none where nothing tells that it does.

    Source: Panickssery, Bowman and Feng 2024, "LLM Evaluators Recognize and Favor Their Own Generations".

    Args:
        model: What the answering model is called.
        judge: What the judge is called.
        backends: The backends of both. A function is called by its module, in which another one may stand, too.
    """
    family = family_of(judge) if model == judge or FUNCTION not in backends else None
    if family is None or family != family_of(model):
        return []
    return [f"the judge ({judge}) is of the same family as the model ({model}): judges were seen to prefer their own"]
