from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from string import ascii_uppercase

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_haerae.config.options import BY_NAME
from pytest_haerae.data.rows import lettered_query
from pytest_haerae.errors import UsageError
from pytest_haerae.prompts.registry import find_prompt, refuse_method
from pytest_haerae.prompts.requests import make_request
from pytest_haerae.prompts.templates import PLACEHOLDERS, TEMPLATE_FOLDER, question_of, template_names
from pytest_haerae.scoring.reading.choice import read_choice, read_strictly
from pytest_haerae.types import Item
from tests.helpers import lettered

QUERY = "다음 질문을 읽으시오.\n    \n### 질문: \n뜻은?\n\n### 선택지: \n(A) 가\n(B) 나\n\n### 정답:"
LETTERED = Item("probe-0000", "probe", 0, QUERY, ("가", "나"), ("A", "B"), "B")
FREE = Item("probe-0001", "probe", 1, "다음 가사를 복원하시오.\n\n### 가사: \n<unk>이\n\n### 정답:", None, None, "봄이")
BODY = QUERY.removesuffix("\n\n### 정답:")
NAMES = (
    "answer_letter",
    "answer_letter_en",
    "boxed",
    "click",
    "cot",
    "cot_en",
    "csat_qa",
    "hret",
    "kmmlu",
    "kobest",
    "letter",
    "letter_en",
    "logical_puzzles",
    "option_text",
    "raw",
)
BARE = ("click", "csat_qa", "kmmlu", "kobest", "option_text")
"""The templates that ask the bare question, in a form of their own."""


def write(folder: Path, content: str | bytes, name: str = "mine.toml") -> str:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return str(path)


def test_every_named_template_can_be_read() -> None:
    assert template_names() == NAMES
    for name in NAMES:
        prompt = find_prompt(name)
        for item in (replace(LETTERED, options=("가", "나", "다", "라"), labels=tuple("ABCD")), FREE):
            text = prompt.render(item)
            assert ("뜻은?" if name in BARE and item.options else question_of(item).removesuffix(":")) in text
            assert not re.search(r"\{\w+\}", text)
            assert text == text.rstrip()
    assert len({find_prompt(name).fingerprint for name in NAMES}) == len(NAMES)


def test_the_texts_and_fingerprints_that_stored_answers_and_baselines_rest_on() -> None:
    fingerprints = {name: find_prompt(name).fingerprint for name in ("raw", "answer_letter", "letter")}
    assert fingerprints == {
        "raw": "d259f280e9855121",
        "answer_letter": "0a0b9f28497237f7",
        "letter": "c5068c6e80b82082",
    }
    assert find_prompt("raw").render(LETTERED) == QUERY
    assert find_prompt("answer_letter").render(LETTERED) == (
        f"{BODY}\n\n위 문제의 정답을 고르고, 마지막 줄의 '### 정답:' 뒤에 그 기호 하나만 괄호에 넣어 쓰십시오."
        "\n\n### 정답:"
    )
    assert find_prompt("letter").write_label("B") == "B"
    assert find_prompt("letter").write_target(LETTERED) == "B"
    assert find_prompt("raw").write_target(FREE) == "봄이"


def test_the_answer_heading_is_removed_with_its_colon_and_nothing_else() -> None:
    assert find_prompt("hret").render(LETTERED) == BODY
    inside = Item("i", "s", 0, "### 정답: 은 무슨 뜻인가?\n\n### 정답 :\n", None, None, "가")
    assert question_of(inside) == "### 정답: 은 무슨 뜻인가?"


DEMANDING = ("answer_letter", "answer_letter_en", "cot", "cot_en")
"""The templates that demand a letter in a form of their own."""


def demand_of(name: str, item: Item) -> str:
    """What a template says after the question, without the heading that closes it."""
    return find_prompt(name).render(item).removeprefix(question_of(item)).rpartition("\n\n### ")[0].strip()


@pytest.mark.parametrize("name", DEMANDING)
def test_the_format_that_a_template_demands_is_read_also_strictly(name: str) -> None:
    item = lettered()
    demanded = re.findall(r"'((?:### )?\w+: ?(?:\(\w+\))?)'", demand_of(name, item))
    assert len(demanded) == 1
    line = f"{demanded[0].partition('(')[0].rstrip()} (B)"
    for text in (line, f"원두는 커피나무의 열매이다.\n{line}"):
        assert (read_strictly(text, item).label, read_choice(text, item).label) == ("B", "B")


@pytest.mark.parametrize("name", ["answer_letter", "answer_letter_en"])
def test_the_place_that_is_demanded_for_the_answer_is_the_end_of_the_prompt(name: str) -> None:
    """Fault: the last line was demanded in one form, and the prompt's own last line began another."""
    prompt, item = find_prompt(name), lettered()
    demanded = re.findall(r"'(### \w+:)'", demand_of(name, item))
    assert demanded == [prompt.render(item).rpartition("\n")[2]]


@pytest.mark.parametrize("name", DEMANDING)
def test_no_demand_names_a_letter_or_is_read_as_an_answer_when_it_is_copied(name: str) -> None:
    """Fault: the example of the form was ``(A)``, which favours A, and is an answer when a model repeats it."""
    item = lettered()
    demand = demand_of(name, item)
    assert not re.search(r"(?<![A-Za-z])[A-Z](?![A-Za-z])", demand)
    assert read_choice(demand, item).label is None


@pytest.mark.parametrize("name", ["cot", "cot_en"])
def test_reasoning_is_not_for_log_likelihoods(name: str) -> None:
    refuse_method(find_prompt(name), "string_match")
    with pytest.raises(
        UsageError, match=rf"--prompt={name} is for --method=string_match only, not for log_likelihood:"
    ):
        refuse_method(find_prompt(name), "log_likelihood")


BRACED = st.text("{}querysla 가\n", max_size=30)


@given(query=BRACED, options=st.lists(BRACED, min_size=2, max_size=5))
def test_braces_in_data_are_never_interpreted(
    tmp_path_factory: pytest.TempPathFactory, query: str, options: list[str]
) -> None:
    path = write(tmp_path_factory.mktemp("braces"), "Q {query}\n{options}\n[{labels}] {{kept}} {} {", "mine.txt")
    labels = tuple("ABCDE"[: len(options)])
    text = find_prompt(path).render(Item("i", "s", 0, query, tuple(options), labels, "A"))
    lines = "\n".join(f"({label}) {option}" for label, option in zip(labels, options, strict=True))
    assert text == f"Q {query}\n{lines}\n[{', '.join(labels)}] {{kept}} {{}} {{"


def test_a_file_of_ones_own(tmp_path: Path) -> None:
    toml = """
        description = "mine"
        label = "{}번"
        target = "답: {label}"
        stop = ["\\n\\n"]
        methods = ["string_match"]
        template = "{question}\\n{labels}\\n"
        free_text = "{query}"
    """
    path = write(tmp_path, b"\xef\xbb\xbf" + toml.encode())
    prompt = find_prompt(path)
    assert (prompt.name, prompt.stop, prompt.methods) == (path, ("\n\n",), ("string_match",))
    assert prompt.render(LETTERED) == f"{BODY}\nA, B"
    assert prompt.render(FREE) == FREE.query
    assert prompt.write_target(LETTERED) == "답: B번"
    text = write(tmp_path, "{question}\r\n\r\n답:\r\n", "mine.txt")
    assert find_prompt(text).render(LETTERED) == f"{BODY}\n\n답:"


def test_the_fingerprint_follows_what_is_asked_and_not_what_is_described(tmp_path: Path) -> None:
    contents = {
        "same": 'template = "{query}\\n"\ndescription = "x"',
        "other": 'template = "{query}!"',
        "free": 'template = "{query}"\nfree_text = "{query}!"',
        "label": 'template = "{query}"\nlabel = "{}"',
        "target": 'template = "{query}"\ntarget = "답: {label}"',
        "stop": 'template = "{query}"\nstop = ["x"]',
        "option": 'template = "{query}"\noption = "{number}. {text}"',
        "continuation": 'template = "{query}"\ncontinuation = "text"',
        "passage": 'template = "{query}"\nwith_passage = "{query}?"',
        "subsets": 'template = "{query}"\n[subsets]\nprobe = "{query}?"',
    }
    plain = find_prompt(write(tmp_path, 'template = "{query}"')).fingerprint
    found = {name: find_prompt(write(tmp_path, content)).fingerprint for name, content in contents.items()}
    assert found.pop("same") == plain
    assert len({plain, *found.values()}) == len(found) + 1


def test_options_labels_and_continuations_of_another_form(tmp_path: Path) -> None:
    content = 'template = "{passage}|{stem}|{options}"\noption = "{number}) {letter} {text}"\nlabel = "<{number}>"'
    numbered = find_prompt(write(tmp_path, content))
    item = Item("i", "s", 0, lettered_query(" 뜻은? ", ("가", "나"), "지문\n끝"), ("가", "나"), ("A", "B"), "B")
    assert numbered.render(item) == "지문\n끝|뜻은?|1) A 가\n2) B 나"
    assert (numbered.write_continuation(item, "B"), numbered.write_target(item)) == ("<2>", "<2>")
    assert numbered.render(LETTERED) == "|뜻은?|1) A 가\n2) B 나"
    texts = find_prompt(write(tmp_path, 'template = "{stem}"\ncontinuation = "text"\n[subsets]\nother = "{stem}!"'))
    request = make_request(item, texts, "loglikelihood", [LETTERED])
    assert (request.context, request.continuations) == ("뜻은? 나\n\n뜻은?", (" 가", " 나"))
    assert texts.render(replace(item, subset="other")) == "뜻은?!"


def test_an_item_about_a_passage_and_single_options(tmp_path: Path) -> None:
    prompt = find_prompt(write(tmp_path, 'template = "{stem} {B}/{A}"\nwith_passage = "{passage}: {stem}"'))
    assert prompt.render(LETTERED) == "뜻은? 나/가"
    assert prompt.render(replace(LETTERED, query=lettered_query("뜻은?", ("가", "나"), "봄"))) == "봄: 뜻은?"
    with pytest.raises(UsageError, match=r"mine.toml: \{C\}: probe-0000 has no option C"):
        find_prompt(write(tmp_path, 'template = "{stem} {C}"')).render(LETTERED)


MISTAKES = {
    'template = "{qery}"': "template, line 1: unknown placeholder 'qery': did you mean 'query'? Valid: A, B, C,",
    "template = '''\n{query}\n{option}'''": "template, line 2: unknown placeholder 'option': did you mean 'options'?",
    'template = "{query} {answer}"': r"braces that are to stay as they are: {{answer}}",
    'template = "{query}"\nfree_text = "{qestion}"': "free_text, line 1: unknown placeholder 'qestion'",
    'template = "{{query}}"': "line 1: {{query}} stands in two braces; a placeholder has one: {query}",
    'template = "{options}"': "template: holds neither {query} nor {question} nor {stem}: every item would",
    'template = ""': "template: holds neither",
    "template = {query}": "malformed TOML: ",
    'template = "{query}\n"': "malformed TOML: .*at line 1, column 20",
    "description = 'x'": "has no field 'template'",
    'tmplate = "{query}"': "unknown field 'tmplate': did you mean 'template'?",
    "template = 3": "template is a text",
    'template = "{query}"\nstop = "x"': "stop is a list of texts",
    'template = "{query}"\nstop = [""]': "stop is a list of texts, none of them empty",
    'template = "{query}"\nlabel = "()"': "label has to hold {} once, where the letter stands, such as '({})'",
    'template = "{query}"\ntarget = "정답"': "target has to hold {label} once, such as '정답: {label}'",
    'template = "{query}"\noption = "{letter}"': "option has to hold {text}, such as '{letter}. {text}'",
    'template = "{query}"\ncontinuation = "txt"': "continuation: unknown kind 'txt': did you mean 'text'?",
    'template = "{query}"\nsubsets = "history"': "subsets is a table of texts",
    'template = "{query}"\n[subsets]\nhistory = 3': "subsets is a table of texts, none of them empty",
    'template = "{query}"\n[subsets]\nhistory = "{qery}"': "subsets.history, line 1: unknown placeholder 'qery'",
    'template = "{query}"\nmethods = ["loglikelihood"]': "methods: unknown method 'loglikelihood': did you mean",
}


@pytest.mark.parametrize(("content", "message"), MISTAKES.items(), ids=list(MISTAKES))
def test_a_mistake_in_a_file_names_file_and_place(tmp_path: Path, content: str, message: str) -> None:
    path = write(tmp_path, content)
    with pytest.raises(UsageError) as refused:
        find_prompt(path)
    said = str(refused.value)
    assert said.startswith(f"--prompt {path}: ")
    assert message in said or re.search(message, said)
    assert "\n" not in said


def test_an_unknown_name_gets_the_nearest_one_and_all_valid_ones() -> None:
    with pytest.raises(UsageError) as refused:
        find_prompt("answer_leter")
    assert str(refused.value) == (
        f"unknown prompt 'answer_leter': did you mean 'answer_letter'? Valid: {', '.join(NAMES)}, "
        "or a path to a .toml or .txt file"
    )


def test_a_file_that_is_none(tmp_path: Path) -> None:
    for path, message in (
        (str(tmp_path / "none.toml"), "there is no such file"),
        (write(tmp_path, "{query}", "mine.md"), "a template is a file of the kinds .toml, .txt"),
        (write(tmp_path, "질문 {query}".encode("cp949"), "old.txt"), "byte 0 is not UTF-8"),
    ):
        with pytest.raises(UsageError, match=f"^--prompt {re.escape(path)}: {message}"):
            find_prompt(path)
    (tmp_path / "folder.txt").mkdir()
    with pytest.raises(UsageError, match=r"folder\.txt: cannot be read: Is a directory"):
        find_prompt(str(tmp_path / "folder.txt"))


def test_options_that_an_item_has_not_are_an_error_of_the_template(tmp_path: Path) -> None:
    prompt = find_prompt(write(tmp_path, 'template = "{question}\\n{options}"'))
    with pytest.raises(UsageError, match=r"mine\.toml: probe-0001 has no options to fill in; add a field free_text"):
        prompt.render(FREE)


def test_the_templates_are_in_the_package() -> None:
    assert {path.suffix for path in TEMPLATE_FOLDER.iterdir()} == {".toml"}
    assert set(PLACEHOLDERS) == {"query", "question", "stem", "passage", "options", "labels", *ascii_uppercase}


def test_an_unknown_name_lists_all_and_help_says_so() -> None:
    """The names are not in the help itself: that would read the folder at every start of pytest."""
    with pytest.raises(UsageError) as refused:
        find_prompt("no_such_prompt")
    assert all(name in str(refused.value) for name in NAMES)
    assert "an unknown name lists all" in BY_NAME["prompt"].help
