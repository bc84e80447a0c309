"""Keeps secrets out of everything that is shown or stored.

What came in as a secret is remembered by this process (`secrets_in`, `remember`), so that every text on its way out is
held against it, whoever words it; the keys of the environment are looked up each time.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from pytest_haerae.errors import in_words
from pytest_haerae.escaping import visible
from pytest_haerae.secret_forms import MASK, mask, mask_cut

_SECRET_NAME = re.compile(
    r"(?:^|[_\-.])(?:key|secrets?|auth|cookie|bearer|token|jwt|pwd|pat|private[_\-]?key|"
    r"(?:api|access|auth|secret)[_\-]?(?:keys|tokens))$"
    r"|(?:api[_\-]?key|passw(?:or)?ds?|passphrase|authorization|credentials?|signature)$",
    re.IGNORECASE,
)
_SECRET_CAMEL = re.compile(r"(?:[a-z](?:Key|Token|Secret|Password|Auth|Cookie))$")
_AMBIGUOUS = frozenset({"key", "auth", "token", "cookie", "secret", "secrets", "pat", "signature", "bearer"})
"""Names that mean other things, too, in a sentence: there they need a value that looks like a secret."""
_HEADERS = re.compile(r"headers$", re.IGNORECASE)
_QUERY = re.compile(r"(?:^|_)query$|^(?:query[_\-]?)?params$", re.IGNORECASE)
_HARMLESS = frozenset(
    {
        *("accept", "accept-charset", "accept-encoding", "accept-language", "cache-control", "connection"),
        *("content-type", "content-encoding", "user-agent", "referer", "http-referer", "origin", "x-title", "date"),
        *("anthropic-version", "anthropic-beta", "openai-beta", "x-request-id", "x-request-source", "traceparent"),
        *("api-version", "api_version", "apiversion", "version", "v", "model", "deployment", "region", "format"),
        *("lang", "language", "stream", "alt", "host", "x-client-name", "x-client-version", "x-stainless-lang"),
    }
)
"""Names of headers and of parameters in a query whose values are shown; all others are masked."""
_PLACEHOLDERS = frozenset(
    {"not-needed", "not_needed", "no-key-required", "sk-no-key-required", "no-key", "none", "null", "empty", "dummy"}
    | {"unused", "ignored", "anything", "ollama", "lm-studio", "local", "test", "placeholder", "your-api-key", MASK}
)
"""What people write where a server takes any key: no secret."""
_WORD = re.compile(r"true|false|enabled|disabled|default|[a-z]+/[a-z0-9.+*\-]+", re.IGNORECASE)

_URL_CREDENTIALS = re.compile(
    r"(?P<scheme>(?<![A-Za-z0-9+.\-])[A-Za-z][A-Za-z0-9+.\-]*://)(?P<credentials>[^/?#\s\"'<>]+)@"
)
_URL_QUERY = re.compile(r"(?P<before>[?&;](?P<name>[\w.\-]+)=)(?P<value>[^&;#\s\"'<>]+)")
_QUERY_NAMES = frozenset({"sig", "code", "session", "sessionid", "sid", "ticket", "x-amz-credential"})
_SCHEME = re.compile(r"(?:Bearer|Basic|Token|Key)\s", re.IGNORECASE)
_BEARER = re.compile(r"(?P<scheme>\b(?:Bearer|Basic)\s+)[A-Za-z0-9._~+/=\-]{6,}", re.IGNORECASE)
_NAMED = re.compile(r"""(?<![\w.\-])[.\-]*(?P<name>[A-Za-z_][\w.\-]*)\\?["']?\s*(?P<sign>[:=])\s*""")
_VALUE = re.compile(r"""(?P<quote>\\?["'])(?P<quoted>.+?)(?:(?P=quote)|$)|(?P<bare>[^\s,;&"'{}\[\]()<>]+)""")
_WELL_KNOWN = re.compile(
    r"(?<![\w\-])(?:sk|pk|rk|hf|gsk|xai|gh[opsu]|github_pat|glpat|nvapi|pplx|r8|xox[abp]|csk|up)[_\-]"
    r"(?=[A-Za-z_\-]*[0-9]|[A-Za-z]{16})[A-Za-z0-9_\-]{16,}"
    r"|(?<!\w)(?:sk|hf|gh[opsu])[_\-](?=[A-Za-z_]{0,40}[0-9])[A-Za-z0-9_]{20,}"  # within a file's name, too
    r"|\bAIza[A-Za-z0-9_\-]{16,}|\b(?:AKIA|ASIA)[0-9A-Z]{16}\b|(?<![\w\-])eyJ[\w\-]{10,}\.[\w\-]{6,}\.[\w\-]+"
)
_RUN = re.compile(r"[\w\-]{13}")
"""As many of such characters stand together in each of the well-known forms, at least: in most lines none do."""
_SHORTEST_SECRET, _SHORTEST_IN_ANSWERS = 6, 8
_REMEMBERED: set[str] = set()


@lru_cache(maxsize=1024)
def is_secret_name(name: str) -> bool:
    """Tell whether a parameter of this name holds a secret (``api_key``, ``hf_token``; not ``max_tokens``)."""
    return bool(_SECRET_NAME.search(name) or _SECRET_CAMEL.search(name))


def redact_text(text: str, secrets: Iterable[str] = ()) -> str:
    """Mask what is secret in a text: in every form what is known, and what looks like it.

    Args:
        text: Words for people.
        secrets: Texts that are masked beside those that this process remembers and its environment's keys.
    """
    known = {*secrets, *_REMEMBERED, *_environment()}
    text = mask(text, (secret for secret in known if _is_long(secret)))
    if "..." in text or "…" in text:
        text = mask_cut(text, known)
    # What an expression cannot do without is looked for first: this is asked for every wrong answer.
    if "://" in text:
        text = _URL_CREDENTIALS.sub(rf"\g<scheme>{MASK}@", text)
    if "=" in text:
        text = _URL_QUERY.sub(_masked_query, text)
    folded = text.casefold()
    if "bearer" in folded or "basic" in folded:
        text = _BEARER.sub(rf"\g<scheme>{MASK}", text)
    if "=" in text or ":" in text:
        text = _mask_named(text)
    return _WELL_KNOWN.sub(MASK, text) if _RUN.search(text) else text


def redact_answer(text: str, secrets: Iterable[str]) -> str:
    """Mask known secrets in what a model answered, and nothing that merely looks like one: it is data.

    Args:
        text: An answer, or its reasoning.
        secrets: Texts that are masked in every form; of fewer than 8 characters they are words as well.
    """
    return mask(text, (secret for secret in secrets if _is_long(secret, _SHORTEST_IN_ANSWERS)))


def error_line(problem: BaseException | str, secrets: Iterable[str] = (), longest: int = 500) -> str:
    """Word an error as one redacted line in which nothing is unseen.

    Args:
        problem: An exception, whose kind is named first, or what went wrong in words.
        secrets: Texts that are masked beside those that look like secrets.
        longest: Characters after which the line is cut; it is cut last, so that no half of a secret is left.
    """
    text = f"{type(problem).__name__}: {in_words(problem)}" if isinstance(problem, BaseException) else problem
    return visible(" ".join(redact_text(text, secrets).split()))[:longest]


def redact(value: Any, secrets: Iterable[str] = ()) -> Any:  # noqa: ANN401 - any JSON value in, the same shape out
    """Mask secrets in a JSON value, at any depth.

    Args:
        value: A JSON value: mappings, lists, strings, numbers, booleans, None.
        secrets: Texts that are masked wherever they occur.

    Returns:
        A copy of the same shape, but that what stands under a secret name is one mask.
    """
    secrets = tuple(secrets)
    if isinstance(value, Mapping):
        return {name: _redact_entry(str(name), item, secrets) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [redact(item, secrets) for item in value]
    return redact_text(value, secrets) if isinstance(value, str) else value


def _redact_entry(name: str, item: Any, secrets: tuple[str, ...]) -> Any:  # noqa: ANN401 - as `redact`
    if item in (None, "", [], {}):
        return item
    if is_secret_name(name):
        return item if _is_placeholder(item) else MASK
    if _HEADERS.search(name) or (_QUERY.search(name) and isinstance(item, Mapping)):
        if not isinstance(item, Mapping):
            return MASK
        return {key: redact(part, secrets) if _is_harmless(key, part) else MASK for key, part in item.items()}
    return redact(item, secrets)


def remember(secrets: Iterable[str]) -> None:
    """Mask these texts from now on in everything that this process shows."""
    _REMEMBERED.update(secret for secret in secrets if _is_long(secret))


def secrets_in(value: Any) -> set[str]:  # noqa: ANN401 - any JSON value
    """Collect every text that must not be shown, and remember it.

    Args:
        value: A JSON value, such as a model's parameters.

    Returns:
        The texts that stand under secret names in it, the values of headers and queries unless they are known to be
        harmless, the credentials in its URLs, and the keys of the environment.
    """
    found = set(_found_in(value))
    # A header's value is a scheme and what follows it: "Bearer …", "Basic …".
    found |= {text.partition(" ")[2].strip() for text in found if _SCHEME.match(text)}
    found |= {text.strip() for text in found}
    found = {text for text in found if _is_long(text)}
    remember(found)
    return found | {text for text in _environment() if _is_long(text)}


def _found_in(value: Any) -> Iterator[str]:  # noqa: ANN401 - any JSON value
    if isinstance(value, Mapping):
        for name, item in value.items():
            if is_secret_name(str(name)):
                yield from _texts(item)
            elif _HEADERS.search(str(name)) or (_QUERY.search(str(name)) and isinstance(item, Mapping)):
                yield from _doubtful(item)
            yield from _found_in(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _found_in(item)
    elif isinstance(value, str):
        yield from _url_secrets(value)


def _texts(value: Any) -> Iterator[str]:  # noqa: ANN401 - any JSON value
    """All strings and numbers in a value."""
    if isinstance(value, Mapping):
        value = list(value.values())
    if isinstance(value, list | tuple):
        for item in value:
            yield from _texts(item)
    elif value is not None and not isinstance(value, bool):
        yield str(value)


def _doubtful(value: Any) -> Iterator[str]:  # noqa: ANN401 - headers or a query as they were given
    """What may be secret in headers or a query: what no name says to be harmless, and no common word."""
    named = value.items() if isinstance(value, Mapping) else [("", value)]
    for name, item in named:
        if not _is_harmless(name, item):
            yield from (text for text in _texts(item) if len(text) >= _SHORTEST_IN_ANSWERS or _SCHEME.match(text))


def _is_harmless(name: object, value: object) -> bool:
    return str(name).lower() in _HARMLESS or (isinstance(value, str) and _WORD.fullmatch(value) is not None)


def _is_placeholder(value: object) -> bool:
    return isinstance(value, str) and value.strip().lower() in _PLACEHOLDERS


def _is_long(secret: str, shortest: int = _SHORTEST_SECRET) -> bool:
    return len(secret) >= shortest and not _is_placeholder(secret)


def _environment() -> Iterator[str]:
    # Values are looked up for the few names alone: each costs a conversion, and this is asked for every wrong answer.
    return (os.environ.get(name, "") for name in os.environ if is_secret_name(name) and name != "PWD")


def _url_secrets(text: str) -> Iterator[str]:
    """User and password of URLs in a text, as they stand and decoded, and what stands in its query."""
    for match in _URL_CREDENTIALS.finditer(text):
        for credentials in (match["credentials"], unquote(match["credentials"])):
            yield credentials
            yield credentials.partition(":")[2]
    if "://" in text and "?" in text:
        try:
            query = urlsplit(text).query
        except ValueError:  # no URL after all
            return
        yield from _doubtful(dict(parse_qsl(query)))


def _masked_query(match: re.Match[str]) -> str:
    name = match["name"]
    secret = is_secret_name(name) or name.lower() in _QUERY_NAMES
    return match["before"] + MASK if secret and not _is_placeholder(match["value"]) else match[0]


def _mask_named(text: str) -> str:
    """Mask what follows a secret's name: ``"api_key": "…"``, ``api_key=…``; in a sentence only what looks like it."""
    shown, done = [], 0
    for named in _NAMED.finditer(text):
        if named.start() < done or not is_secret_name(named["name"]) or not (value := _VALUE.match(text, named.end())):
            continue
        if _is_worth_masking(named, value):
            quote = value["quote"] or ""
            shown.append(f"{text[done : named.end()]}{quote}{MASK}{quote}")
            done = value.end()
    return "".join([*shown, text[done:]])


def _is_worth_masking(named: re.Match[str], value: re.Match[str]) -> bool:
    text = value["quoted"] or value["bare"]
    if _is_placeholder(text) or not any(map(str.isalnum, text)):
        return False
    sure = named["name"].lower() not in _AMBIGUOUS and (named["sign"] == "=" or value["quote"])
    return bool(sure) or (len(text) >= _SHORTEST_IN_ANSWERS and any(map(str.isdigit, text)))
