from __future__ import annotations

import pytest

from pytest_haerae.plugin.tracebacks import redact_traceback

SECRET = "geheim-7f3a9c1e"  # noqa: S105 - the one that is looked for


@pytest.mark.parametrize("style", ["long", "short", "native", "line"])
def test_a_traceback_with_its_variables_has_no_secret(monkeypatch: pytest.MonkeyPatch, style: str) -> None:
    monkeypatch.setenv("A_KEY", SECRET)

    def inner(api_key: str) -> None:
        parameters = {"extra": "x" * 300, "api_key": api_key, "text": f"\x1b[2J\n::error::{api_key}"}
        raise ValueError(f"refused: api_key={api_key}\x1b[2J {len(parameters)}")

    def outer() -> None:
        try:
            inner(SECRET)
        except ValueError as error:
            raise KeyError(f"Authorization: Bearer {SECRET}") from error

    with pytest.raises(KeyError) as caught:
        outer()
    shown = caught.getrepr(showlocals=True, funcargs=True, style=style)  # type: ignore[arg-type] # one of pytest's
    assert SECRET in str(shown)
    assert redact_traceback(shown) is shown
    text = str(shown)
    assert SECRET not in text
    assert "***" in text
    assert "KeyError" in text
    assert "\x1b[2J" not in text


def test_one_line_is_masked_as_well() -> None:
    assert redact_traceback("api_key=s3cretvalue\n::error::x") == "api_key=***\n\\::error::x"
    assert redact_traceback(("a.py", 3, "api_key=s3cretvalue")) == ("a.py", 3, "api_key=***")
