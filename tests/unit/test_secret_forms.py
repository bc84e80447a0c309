from __future__ import annotations

import base64
import html
import json
import time
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_haerae.secret_forms import mask, mask_cut

SECRET = 'geheim/7f+3 a"9<c>1é😀\\x'  # noqa: S105 - the one that is looked for
PRINTABLE = st.text(
    alphabet=st.characters(min_codepoint=33, max_codepoint=0x10FFFF, exclude_categories=("Cs", "Z", "C"))
)


def hidden(text: str, secret: str = SECRET) -> None:
    shown = mask(f"you sent {text} to us", [secret])
    assert shown.startswith("you sent "), shown
    assert "***" in shown, shown
    assert shown.endswith(" to us"), shown
    assert text not in shown


@pytest.mark.parametrize(
    "text",
    [
        SECRET,
        json.dumps(SECRET)[1:-1],
        json.dumps(json.dumps(SECRET))[1:-1],
        json.dumps(SECRET, ensure_ascii=False)[1:-1],
        json.dumps(SECRET).replace("/", "\\/")[1:-1],
        repr(SECRET)[1:-1],
        ascii(SECRET)[1:-1],
        quote(SECRET),
        quote(SECRET, safe=""),
        quote(quote(SECRET, safe=""), safe=""),
        quote_plus(SECRET),
        quote(SECRET, safe="").replace("%2F", "%2f"),
        "".join(f"%{octet:02X}" for octet in SECRET.encode()),
        html.escape(SECRET),
        "".join(f"&#{ord(character)};" for character in SECRET),
        "".join(f"&#x{ord(character):X};" for character in SECRET),
        SECRET.encode().hex(),
        SECRET.encode().hex().upper(),
    ],
)
def test_a_secret_is_found_however_it_is_written(text: str) -> None:
    hidden(text)


@given(
    st.text(min_size=6, max_size=40, alphabet=st.characters(exclude_categories=("Cs", "C", "Z"))), PRINTABLE, PRINTABLE
)
def test_a_secret_is_found_in_base64_wherever_it_stands(secret: str, before: str, after: str) -> None:
    octets = f"{before}{secret}{after}".encode()
    for encode in (base64.b64encode, base64.urlsafe_b64encode):
        text = encode(octets).decode()
        for written in (text, text.rstrip("="), quote(text, safe="")):
            shown = mask(f"<{written}>", [secret])
            assert "***" in shown
            assert shown.endswith(">")


@given(st.text(min_size=6, max_size=40, alphabet=st.characters(exclude_categories=("Cs", "C"))))
def test_a_secret_is_found_in_json_and_in_urls(secret: str) -> None:
    for written in (json.dumps(secret)[1:-1], quote(secret, safe=""), quote_plus(secret), html.escape(secret)):
        assert mask(f"<{written}>", [secret]) == "<***>"


def test_a_long_secret_of_several_lines_is_found() -> None:
    secret = "-----BEGIN KEY-----\n" + "\n".join("aB3/" * 16 for _ in range(20)) + "\n-----END KEY-----\n"
    for written in (secret, json.dumps(secret)[1:-1], quote(secret), " ".join(secret.split())):
        shown = mask(f"({written})", [secret])
        assert "***" in shown
        assert "aB3/aB3/" not in shown


def test_what_is_no_secret_stays() -> None:
    text = "100% of \\n &amp; Z2VoZWlt geheim/7f 67656865"
    assert mask(text, [SECRET]) == text


def test_a_hundred_kilobytes_take_no_time() -> None:
    text = "정답은 100%이다\\n " * 8000
    secrets = [f"secret-number-{number:04d}" for number in range(10)]
    mask("%", secrets)
    started = time.perf_counter()
    assert mask(text, secrets) == text
    assert time.perf_counter() - started < 1


def test_what_a_shortened_text_leaves_of_a_secret_is_masked() -> None:
    secret = "geheim-7f3a9c1e-and-more"  # noqa: S105 - the one that is looked for
    assert mask_cut("'geheim-7f3a...d-more'", [secret]) == "'***...***'"
    assert mask_cut("key gehei… wrong", [secret]) == "key ***… wrong"
    assert mask_cut("and so on... more", [secret]) == "and so on... more"
