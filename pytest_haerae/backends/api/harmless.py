"""A question that nobody refuses, for telling a refused question from a server that refuses all of them."""

from __future__ import annotations

from dataclasses import replace

from pytest_haerae.types import Message, Request

HARMLESS = "1 + 1 = ?"


def harmless(request: Request) -> Request:
    """The request with its text replaced by a sum: the same kind, the same options, nothing to take offence at."""
    if request.messages is None:
        return replace(request, context=HARMLESS)
    return replace(request, messages=(Message("user", HARMLESS),))
