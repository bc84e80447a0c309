from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from pytest_haerae.errors import UsageError
from pytest_haerae.prompts import registry
from pytest_haerae.prompts.registry import (
    ENTRY_POINT_GROUP,
    find_prompt,
    prompt_names,
    refuse_method,
    register_prompt,
)
from pytest_haerae.prompts.templates import template_names
from pytest_haerae.types import Item
from tests.helpers import lettered
from tests.unit.installed import install

INSTALLED = """
from pytest_haerae import register_prompt

@register_prompt("whisper", stop=("\\n",))
def render(item):
    return "(조용히) " + item.query
"""
POINTS = f"""
[{ENTRY_POINT_GROUP}]
whisper = installed_prompts:render
cot = installed_prompts:render
mute = installed_prompts:register_prompt
broken = installed_prompts_nowhere:render
"""


@pytest.fixture(autouse=True)
def forget(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a test registers is gone afterwards."""
    monkeypatch.setattr(registry, "PROMPTS", dict(registry.PROMPTS))
    monkeypatch.delitem(sys.modules, "installed_prompts", raising=False)


def shout(item: Item) -> str:
    return item.query.upper()


def test_a_function_is_registered_and_stays_a_function() -> None:
    assert register_prompt("shout", ("\n",), "{}")(shout) is shout
    prompt = find_prompt("shout")
    assert (prompt.render(lettered()), prompt.stop, prompt.label) == (shout(lettered()), ("\n",), "{}")


def test_a_name_of_the_package_is_replaced() -> None:
    register_prompt("cot")(shout)
    assert find_prompt("cot").render(lettered()) == shout(lettered())


def test_a_function_that_makes_no_text_is_named_with_the_item_and_the_line() -> None:
    register_prompt("options")(lambda item: "\n".join(item.options or 7))  # type: ignore[arg-type]
    register_prompt("nothing")(lambda item: None)  # type: ignore[arg-type,return-value]
    free = Item("free-0007", "free", 7, "빈칸은?", None, None, "답")
    said = r"--prompt=options, item free-0007: raised TypeError: can only join an iterable \(.*test_registry\.py:\d+\)$"
    with pytest.raises(UsageError, match=said):
        find_prompt("options").render(free)
    with pytest.raises(UsageError, match="--prompt=nothing, item free-0007: returned None, not a string"):
        find_prompt("nothing").render(free)


def test_one_for_items_with_options_alone_has_a_fingerprint() -> None:
    prints = []
    for end in (".", "?"):
        register_prompt("options")(lambda item, end=end: end.join(item.options or 7))  # type: ignore[misc]
        prints.append(find_prompt("options").fingerprint)
    assert prints[0] != prints[1]


def test_templates_and_files_are_found(tmp_path: Path) -> None:
    assert {find_prompt(name).name for name in template_names()} == set(template_names())
    path = tmp_path / "mine.txt"
    path.write_text("{question}", encoding="utf-8")
    assert find_prompt(str(path)).render(lettered()).startswith("질문")


def test_an_unknown_name_is_refused_with_the_nearest() -> None:
    register_prompt("shout")(shout)
    with pytest.raises(UsageError, match=r"unknown prompt 'shot': did you mean 'shout'\?.*, or a path to a \.toml"):
        find_prompt("shot")


def test_an_installed_package_adds_one_and_replaces_none_of_ours(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    install(monkeypatch, tmp_path, "installed_prompts", INSTALLED, POINTS)
    ours = find_prompt("cot").render(lettered())
    assert "installed_prompts" not in sys.modules, "a run with another prompt does not import it"
    assert {"whisper", "mute", "broken", *template_names()} <= set(prompt_names())
    assert find_prompt("whisper").render(lettered()).startswith("(조용히) 질문")
    assert find_prompt("cot").render(lettered()) == ours


def test_an_entry_point_without_a_prompt_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    install(monkeypatch, tmp_path, "installed_prompts", INSTALLED, POINTS)
    with pytest.raises(UsageError, match="--prompt=mute: installed_prompts:register_prompt registers no prompt"):
        find_prompt("mute")
    with pytest.raises(
        UsageError, match="--prompt=broken: installed_prompts_nowhere:render cannot be loaded: No module"
    ):
        find_prompt("broken")


def test_a_prompt_for_one_method_refuses_the_other() -> None:
    refuse_method(find_prompt("cot"), "string_match")
    with pytest.raises(UsageError, match="--prompt=cot is for --method=string_match only, not for log_likelihood"):
        refuse_method(find_prompt("cot"), "log_likelihood")


def test_registering_imports_nothing_heavy() -> None:
    code = "import sys, pytest_haerae.prompts; print([name for name in ('pydantic', 'numpy') if name in sys.modules])"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[]"


def test_a_prompt_says_what_it_asks_for_in_a_line() -> None:
    @register_prompt("kind")
    def kind(item: Item) -> str:
        """Asks kindly.

        And more.
        """
        return item.query

    assert find_prompt("kind").description == "Asks kindly."
    assert find_prompt("hret").description == "The question without its closing heading '### 정답:', and nothing added."
