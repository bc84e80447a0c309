"""Causes that show in the items: other words, other tokens, options that moved alike."""

from __future__ import annotations

from pytest_haerae.report.copies.side_by_side import FEWEST, Copies, items


def chat(copies: Copies) -> str | None:
    """One of the two was asked in chats."""
    for name, other, one in (("A", "B", 0), ("B", "A", 1)):
        if count := sum(pair[one].chat and not pair[1 - one].chat for pair in copies.pairs):
            template = f"the chat template is in {name} alone"
            return f"{name} was asked in chats, {other} in plain text ({items(count)}): {template}"
    return None


def texts(copies: Copies) -> str | None:
    """Other words were sent."""
    changed = [
        (before, after) for before, after in copies.pairs if before.input != after.input and before.chat == after.chat
    ]
    if not changed:
        return None
    spaces = all(before.squeezed == after.squeezed for before, after in changed)
    what = "differ in white space alone" if spaces else "are in other words"
    return f"the prompts {what} ({items(len(changed))})"


def bos(copies: Copies) -> str | None:
    """One token more before each question."""
    apart = copies.tokens_apart
    if apart not in ({1}, {-1}):
        return None
    less, more = ("A", "B") if apart == {1} else ("B", "A")
    why = f"{less} leaves the BOS out, or {more} has it twice"
    return f"every prompt is just one token shorter in {less} ({items(len(copies.counted))}): {why}"


def template(copies: Copies) -> str | None:
    """So many tokens more around each question."""
    apart = copies.tokens_apart
    if len(apart) != 1 or apart <= {-1, 0, 1}:
        return None
    (tokens,) = apart
    more = "B" if tokens > 0 else "A"
    around = (
        "another chat template or system text" if copies.pairs[0][0].chat else "a chat template, or a text around it"
    )
    return f"every prompt is just {abs(tokens):g} tokens longer in {more} ({items(len(copies.counted))}): {around}"


def cut(copies: Copies) -> str | None:
    """Contexts that are cut in one of the two."""
    for name, one in (("A", 0), ("B", 1)):
        if count := sum(pair[one].truncated and not pair[1 - one].truncated for pair in copies.pairs):
            return f"the context was cut in {name} alone ({items(count)})"
    if copies.cut_at is None:
        return None
    name, tokens, count = copies.cut_at
    longer = f"in the other one the prompts of {items(count)} are"
    return f"no prompt is longer than {tokens:g} tokens in {name}, and {longer}: {name} cuts the context"


def tokenizer(copies: Copies) -> str | None:
    """Other tokens for the same words."""
    apart = copies.tokens_apart
    if len(apart) <= 1:
        return None
    return (
        f"prompts in the same words are {min(apart):+g} to {max(apart):+g} tokens longer in B: another tokenizer, or "
        "words that are changed before it"
    )


def unlisted(copies: Copies) -> str | None:
    """Labels that an API did not list."""
    for name, one in (("A", 0), ("B", 1)):
        if count := sum(pair[one].unlisted and pair[1 - one].answered for pair in copies.pairs):
            return f"{name} lists the likeliest tokens alone, and a label was not among them ({items(count)})"
    return None


def before_label(copies: Copies) -> str | None:
    """All options of an item moved alike: a token before them counts in one of the two."""
    moved = sum(shift.together for shift in copies.shifts if len(shift.differences) > 1)
    if moved < FEWEST or moved < sum(shift.largest > 0 for shift in copies.shifts) / 2:
        return None
    return (
        f"all options of an item moved by the same number ({items(moved)}), which changes none of their shares: a "
        "token before the options is counted in one alone"
    )
