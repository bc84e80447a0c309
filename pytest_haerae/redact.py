"""Keys, tokens and passwords never reach an output: ``***`` stands in their place."""

from __future__ import annotations

import base64
import os
import re
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import unquote

MASK = "***"

_SECRET_NAME = re.compile(
    r"(?:^|[_\-.])(?:api[_\-]?key|apikey|key|secret|password|passwd|passphrase|authorization|auth|credentials?|cookie|"
    r"bearer|token)$",
    re.IGNORECASE,
)
_SECRET_CAMEL = re.compile(r"(?:[a-z](?:Key|Token|Secret|Password))$")
_URL_CREDENTIALS = re.compile(r"(?P<scheme>[A-Za-z][A-Za-z0-9+.\-]*://)(?P<credentials>[^/\s@]+)@")
_URL_QUERY = re.compile(
    r"(?P<name>[?&](?:api[_\-]?key|key|token|access_token|secret|password|sig|signature)=)[^&\s\"']+", re.IGNORECASE
)
_SCHEME = re.compile(r"(?:Bearer|Basic|Token|Key)\s", re.IGNORECASE)
_BEARER = re.compile(r"(?P<scheme>\b(?:Bearer|Basic)\s+)[A-Za-z0-9._~+/=\-]{6,}", re.IGNORECASE)
_WELL_KNOWN = re.compile(r"\b(?:sk|pk|rk|hf|gsk|xai|ghp|gho|glpat|AIza)[_\-]?[A-Za-z0-9_\-]{16,}\b")
_SHORTEST_SECRET = 6


def is_secret_name(name: str) -> bool:
    """Tell whether a parameter of this name holds a secret (``api_key``, ``hf_token``; not ``max_tokens``)."""
    return bool(_SECRET_NAME.search(name) or _SECRET_CAMEL.search(name))


def redact_text(text: str, secrets: Iterable[str] = ()) -> str:
    """Mask known secrets, credentials in URLs, bearer tokens and keys of well-known shape in a text."""
    # The longest first: one may be a part of another.
    for secret in sorted(secrets, key=len, reverse=True):
        if len(secret) >= _SHORTEST_SECRET:
            text = text.replace(secret, MASK)
    text = _URL_CREDENTIALS.sub(rf"\g<scheme>{MASK}@", text)
    text = _URL_QUERY.sub(rf"\g<name>{MASK}", text)
    text = _BEARER.sub(rf"\g<scheme>{MASK}", text)
    return _WELL_KNOWN.sub(MASK, text)


def error_line(problem: BaseException | str, secrets: Iterable[str] = (), longest: int = 500) -> str:
    """Word an error as one redacted line.

    Args:
        problem: An exception, whose kind is named first, or what went wrong in words.
        secrets: Texts that are masked beside those that look like secrets.
        longest: Characters after which the line is cut; it is cut last, so that no half of a secret is left.
    """
    text = f"{type(problem).__name__}: {problem}" if isinstance(problem, BaseException) else problem
    return " ".join(redact_text(text, secrets).split())[:longest]


def redact(value: Any, secrets: Iterable[str] = ()) -> Any:  # noqa: ANN401 - any JSON value in, the same shape out
    """Mask secrets in a JSON value, at any depth.

    Args:
        value: A JSON value: mappings, lists, strings, numbers, booleans, None.
        secrets: Texts that are masked wherever they occur.

    Returns:
        A copy of the same shape.
    """
    secrets = tuple(secrets)
    if isinstance(value, Mapping):
        return {
            name: MASK if is_secret_name(str(name)) and item not in (None, "") else redact(item, secrets)
            for name, item in value.items()
        }
    if isinstance(value, list | tuple):
        return [redact(item, secrets) for item in value]
    return redact_text(value, secrets) if isinstance(value, str) else value


def secrets_in(value: Any) -> set[str]:  # noqa: ANN401 - any JSON value
    """Collect every text that must not be shown, in each form that a server may repeat it in.

    Args:
        value: A JSON value, such as a model's parameters.

    Returns:
        The texts that stand under secret names in it, the credentials in its URLs, and the keys of the environment.
    """
    found = {text for name, text in os.environ.items() if is_secret_name(name)}
    stack = [value]
    while stack:
        current = stack.pop()
        if isinstance(current, Mapping):
            found.update(str(item) for name, item in current.items() if is_secret_name(str(name)) and item)
            stack.extend(current.values())
        elif isinstance(current, list | tuple):
            stack.extend(current)
        elif isinstance(current, str):
            found.update(_url_secrets(current))
    # A header's value is a scheme and what follows it: "Bearer …", "Basic …".
    found.update(text.partition(" ")[2].strip() for text in tuple(found) if _SCHEME.match(text))
    return {text for text in found if len(text) >= _SHORTEST_SECRET}


def _url_secrets(text: str) -> set[str]:
    """User and password of URLs in a text, as they stand, decoded, and as the header that clients make of them."""
    secrets: set[str] = set()
    for match in _URL_CREDENTIALS.finditer(text):
        credentials = match["credentials"]
        plain = unquote(credentials)
        password = credentials.partition(":")[2]
        secrets |= {credentials, plain, password, unquote(password), base64.b64encode(plain.encode()).decode()}
    return secrets
