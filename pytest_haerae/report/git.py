"""What git says of the folder that a run is started in; nothing where there is no git, or no repository."""

from __future__ import annotations

import os
import subprocess
from typing import NamedTuple

from pytest_haerae.errors import UsageError

_BRANCH = "refs/heads/"
_SECONDS = 5
_OF_CI = (
    ("GITHUB_REF_NAME", "GITHUB_SHA", "GITHUB_REF_TYPE", "tag"),
    ("CI_COMMIT_REF_NAME", "CI_COMMIT_SHA", "CI_COMMIT_TAG", ""),
)
"""Variables in which a CI system says what it runs for: the branch, its commit, and what tells a tag from a branch."""


class Head(NamedTuple):
    """The commit that is checked out, and its branch."""

    commit: str | None
    branch: str | None


NO_HEAD = Head(None, None)
"""Where nothing is checked out."""


def read_head() -> Head:
    """What is checked out: of a commit without a branch, as CI systems check it out, the branch that these name."""
    found = _git("rev-parse", "HEAD", "--symbolic-full-name", "HEAD")
    commit, _, name = (found or "").strip().partition("\n")
    if not commit:
        return NO_HEAD
    return Head(commit, name.removeprefix(_BRANCH) if name.startswith(_BRANCH) else _branch_of_ci(commit))


def commits_up_to(ref: str, place: str) -> list[str]:
    """The commit that a ref stands for and all before it, the newest first.

    Args:
        ref: A tag, a branch or a hash, as typed.
        place: What the user named it by, for the message.

    Raises:
        UsageError: There is no such commit here.
    """
    # What begins with a hyphen would be an option.
    found = None if ref.startswith("-") or not ref else _git("rev-list", "--end-of-options", ref, "--")
    if not found:
        raise UsageError(
            f"{place}: git knows no commit '{ref}' here; name a branch, a tag or a hash (a shallow clone has few: fetch"
            " more), or the file of a report"
        )
    return found.split()


def _branch_of_ci(commit: str) -> str | None:
    """The branch that a CI system runs for; of another commit, such as that of a second checkout, it says nothing."""
    for name, its_commit, kind, of_tag in _OF_CI:
        is_tag = os.environ.get(kind) == of_tag if of_tag else bool(os.environ.get(kind))
        if (branch := os.environ.get(name)) and os.environ.get(its_commit) == commit and not is_tag:
            return branch
    return None


def _git(*arguments: str) -> str | None:
    """What git writes; None where it fails."""
    try:
        result = subprocess.run(  # noqa: S603 - a list of arguments: no shell reads them
            ["git", *arguments],  # noqa: S607 - the user's own git
            capture_output=True,
            encoding="utf-8",
            errors="surrogateescape",
            timeout=_SECONDS,
            check=False,
        )
    except (OSError, ValueError, subprocess.TimeoutExpired):  # ValueError: a NUL in an argument
        return None
    return result.stdout if result.returncode == 0 else None
