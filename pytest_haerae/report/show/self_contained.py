"""What every page is made with: one file that needs nothing else, and in which no string from outside is obeyed.

Nothing of a data set or a model becomes markup or script: the template escapes what it writes; what the script shows
travels as JSON without ``<``, ``>`` and ``&`` and is shown through ``textContent`` only; and the page's own
Content-Security-Policy allows this script and this style, by their hashes, and nothing else.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from pytest_haerae import escaping

if TYPE_CHECKING:
    import jinja2

_UNSAFE = re.compile("[<>&\u2028\u2029\ud800-\udfff]")


def embed(value: Any) -> str:  # noqa: ANN401 - any JSON value
    r"""JSON that can stand inside a script element: ``<>&``, U+2028, U+2029 and half pairs as ``\uXXXX``."""
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return _UNSAFE.sub(lambda match: f"\\u{ord(match[0]):04x}", text)


def environment(labels: Mapping[str, Mapping[str, str]]) -> jinja2.Environment:
    """Where templates of pages are: all that they write is escaped.

    Args:
        labels: What the page says, by language and key; the filter `label` writes the English.
    """
    import jinja2

    found = jinja2.Environment(
        loader=jinja2.PackageLoader("pytest_haerae.report.show", "page"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    found.filters.update(
        label=lambda key, n=None: labels["en"][key].replace("{n}", f"{n:,}" if n is not None else "{n}"),
        seen=escaping.page,
    )
    return found


def as_it_is(text: str) -> str:
    """Mark what the template need not escape: this package's own files, and what `embed` or base64 made safe."""
    from markupsafe import Markup

    return Markup(text)  # noqa: S704 - see the docstring; the tests try to break out of it


def asset(name: str) -> str:
    """A file of a page."""
    return (files("pytest_haerae.report.show") / "page" / name).read_text(encoding="utf-8")


def script_and_style(scripts: Iterable[str], styles: Iterable[str]) -> dict[str, str]:
    """What the template is given of a page's own files: the script, the style, and the policy that allows these alone.

    Args:
        scripts: The script's files, in the order in which they are joined.
        styles: Those of the style.
    """
    script = '"use strict";\n' + "\n".join(map(asset, scripts))
    style = "\n".join(map(asset, styles))
    return {"script": as_it_is(script), "style": as_it_is(style), "policy": _policy(script, style)}


def _policy(script: str, style: str) -> str:
    """The Content-Security-Policy: this script, this style, the icon's data URL; no network, no markup from strings."""
    script_hash, style_hash = (
        base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() for text in (script, style)
    )
    return (
        f"default-src 'none'; script-src 'sha256-{script_hash}'; style-src 'sha256-{style_hash}'; img-src data:;"
        " base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
    )
