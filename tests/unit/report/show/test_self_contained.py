from __future__ import annotations

import base64
import hashlib
import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_haerae.report.show.html import SCRIPTS
from pytest_haerae.report.show.self_contained import as_it_is, asset, embed, environment, script_and_style

JSON = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False, allow_infinity=False) | st.text(st.characters(codec=None)),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(JSON)
def test_embedded_json_means_the_same_and_can_not_end_its_element(value: object) -> None:
    text = embed(value)
    assert json.loads(text) == value
    assert not re.search("[<>&\u2028\u2029]", text)
    text.encode("utf-8")


def test_what_a_template_writes_is_escaped_unless_it_is_this_packages_own() -> None:
    template = environment({"en": {}}).from_string("{{ text }}{{ own }}{{ control | seen }}")
    assert template.render(text="<b>", own=as_it_is("<i>"), control="a\x1b<") == "&lt;b&gt;<i>a\\x1b&lt;"


def test_a_label_is_the_english_one_with_its_number() -> None:
    template = environment({"en": {"k": "{n} items"}}).from_string("{{ 'k' | label(1200) }}, {{ 'k' | label }}")
    assert template.render() == "1,200 items, {n} items"


@pytest.mark.parametrize("scripts", [SCRIPTS, ("text.js",)])
def test_the_policy_allows_this_script_and_this_style_alone(scripts: tuple[str, ...]) -> None:
    made = script_and_style(scripts, ("page.css", "rank.css"))
    assert made["script"] == '"use strict";\n' + "\n".join(map(asset, scripts))
    for name in ("script", "style"):
        digest = base64.b64encode(hashlib.sha256(made[name].encode()).digest()).decode()
        assert f"{name}-src 'sha256-{digest}';" in made["policy"]
    assert made["policy"].startswith("default-src 'none';")
