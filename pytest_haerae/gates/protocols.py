"""Whether two measurements follow one protocol: else their numbers are not compared, unless somebody says so."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_haerae.errors import UsageError

if TYPE_CHECKING:
    from pytest_haerae.gates.compatibility import Measured


def protocols_apart(before: Measured, after: Measured) -> str | None:
    """What two protocols are called that differ, so that their numbers are not compared; None where they are one."""
    if before.protocol == after.protocol:
        return None
    return f"{before.protocol or 'none'} and {after.protocol or 'none'}; --across compares them all the same"


def refuse_apart(one: object, other: object, before: Measured, after: Measured, *, across: bool) -> bool:
    """Refuse two reports of different protocols.

    Args:
        one: What the user named the first by.
        other: What the user named the second by.
        before: How the first measured.
        after: How the second did.
        across: Whether they are compared all the same.

    Returns:
        Whether their protocols differ.

    Raises:
        UsageError: They do, and are not to be compared.
    """
    apart = protocols_apart(before, after)
    if apart is not None and not across:
        raise UsageError(f"{one} and {other} are of different protocols: {apart}")
    return apart is not None
