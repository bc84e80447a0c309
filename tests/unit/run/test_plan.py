from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar

import pytest

from pytest_haerae.backends import Backend, BackendParameters
from pytest_haerae.backends.reasoning import ReasoningParameters
from pytest_haerae.config.run_config import build_config
from pytest_haerae.errors import UsageError
from pytest_haerae.replicas.driver import Replicas
from pytest_haerae.run.plan import Part, Plan, make_plan
from pytest_haerae.testing import ScriptedBackend
from pytest_haerae.types import DataKey, Request, Response
from tests.unit.fakes import KeyedParameters, Ledger, item, scripted


def answer(request: Request) -> Response:
    return Response(text="정답: (B)")


def plan(backends: dict[str, type[Backend]] | None = None, **options: Any) -> Plan:  # noqa: ANN401 - an option's value
    return make_plan(build_config({"model": "random", "dataset": "sample", **options}, Path()), backends)


def part(made: Plan) -> Part:
    (only,) = made.parts.values()
    return only


def test_it_is_described_in_one_line() -> None:
    assert plan(method="log_likelihood").describe() == "random random(seed=0), log_likelihood, sample"
    nameless = plan({"mine": scripted(answer, Ledger())}, model="mine")
    assert nameless.describe() == "mine, string_match, sample"
    assert list(nameless.parts) == [DataKey("sample")]


def test_b9_it_names_the_data_that_suites_bring_along() -> None:
    own = ["a/quiz.jsonl", "b.csv", "b.csv"]
    assert plan(dataset="haerae_bench").describe(own).endswith(", string_match, a/quiz.jsonl, b.csv")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"model": "randm"}, "--model: unknown backend 'randm': did you mean 'random'"),
        ({"model_params": "sed=1"}, "--model-params of random: unknown parameter 'sed': did you mean 'seed'"),
        ({"prompt": "leter"}, "unknown prompt 'leter': did you mean 'letter'"),
        ({"evaluator_params": "scorer=strikt"}, "unknown scorer 'strikt': did you mean 'strict'"),
        ({"method": "log_likelihood", "prompt": "boxed"}, "--prompt=boxed is for"),
    ],
)
def test_what_is_named_wrongly_is_refused_before_anything_is_loaded(options: dict[str, Any], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        plan(**options)


def test_each_data_set_is_asked_in_its_own_way() -> None:
    made = plan(dataset="kmmlu,hrm8k,sample")
    assert made.several
    ways = {data.name: (each.prompt.name, each.scorer.scorer.name) for data, each in made.parts.items()}
    assert ways == {
        "kmmlu": ("answer_letter", "default"),
        "hrm8k": ("boxed", "math"),
        "sample": ("answer_letter", "default"),
    }
    assert made.describe() == "random random(seed=0), string_match, kmmlu, hrm8k, sample"
    assert made.part_of(DataKey("hrm8k")) is made.parts[DataKey("hrm8k")]
    assert made.part_of(DataKey("mine.jsonl", "/suites")) is made.first is made.parts[DataKey("kmmlu")]
    assert not plan().several


def test_one_data_set_is_not_named_twice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.jsonl").touch()
    with pytest.raises(UsageError, match=r"--dataset: a\.jsonl and \./a\.jsonl are the same data set; name it once"):
        plan(dataset="a.jsonl,./a.jsonl")


@pytest.mark.parametrize("names", ["kmmlu,HAERAE-HUB/KMMLU", "haerae-hub/kmmlu,kmmlu"])
def test_a_benchmark_and_its_repository_are_one_data_set(names: str) -> None:
    first, second = names.split(",")
    with pytest.raises(UsageError, match=f"^--dataset: {first} and {second} are the same data set; name it once$"):
        plan(dataset=names)
    plan(dataset="kmmlu,HAERAE-HUB/KMMLU-HARD")


def test_a_suite_that_names_the_repository_of_a_benchmark_is_asked_as_the_benchmark() -> None:
    made = plan(dataset="sample,hrm8k")
    assert made.part_of(DataKey("HAERAE-HUB/HRM8K", "/suites")) is made.parts[DataKey("hrm8k")]


def test_what_does_not_fit_one_of_several_data_sets_names_it() -> None:
    with pytest.raises(UsageError, match=r"^dataset kmmlu: --prompt=boxed is for --method=string_match only"):
        plan(dataset="kmmlu,kobest", prompt="boxed", method="log_likelihood")


def test_a_prompt_for_one_method_is_taken_for_it() -> None:
    assert part(plan(method="string_match", prompt="boxed")).prompt.methods == ("string_match",)


def test_a_method_that_the_backend_cannot_serve_is_refused() -> None:
    only_text = scripted(answer, Ledger())
    only_text.methods = frozenset({"generate"})
    with pytest.raises(UsageError, match="--method=log_likelihood: backend 'mine' cannot serve it"):
        plan({"mine": only_text}, model="mine", method="log_likelihood")


def test_a_backend_that_cannot_be_replicated_is_refused_only_where_replicas_are_asked_for() -> None:
    remote: Any = scripted(answer, Ledger())
    remote.remote = True
    plan({"mine": remote}, model="mine")
    with pytest.raises(UsageError, match="--replicas: backend 'mine' holds no model to copy"):
        plan({"mine": remote}, model="mine", replicas=2)


SERVER = {"model": "openai", "model_params": {"model_name": "m", "api_key": "not-needed"}, "batch_api": True}


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"batch_api": True}, "--batch-api: --model=random: it has no batch endpoint"),
        (SERVER | {"method": "log_likelihood"}, "--batch-api: --method=log_likelihood finds out from each answer"),
        (
            {
                "model": "litellm",
                "model_params": {"model_name": "anthropic/claude-3-opus-20240229"},
                "batch_api": True,
            },
            "--batch-api: --model=litellm: no batches of anthropic; there are those of azure, ",
        ),
    ],
)
def test_what_cannot_be_sent_in_a_batch_is_refused(options: dict[str, Any], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        plan(**options)


def test_a_batch_has_no_limit_of_costs() -> None:
    params = {"model_name": "openai/gpt-4o-mini", "api_key": "not-needed"}
    assert plan(model="litellm", model_params=params, batch_api=True).config.batch_api
    with pytest.raises(UsageError, match=r"^--batch-api: what a batch costs .*; leave one of them out"):
        plan(model="litellm", model_params=params, batch_api=True, max_cost=1)


def test_a_batch_is_kept_to_no_letters() -> None:
    params = {"model_name": "gpt-4o-mini", "api_key": "not-needed"}
    with pytest.raises(UsageError, match=r"^--batch-api: .* constrain=letters: .*; leave one of them out"):
        plan(model="openai", model_params=params, batch_api=True, evaluator_params="constrain=letters")


def test_the_identity_tells_backends_and_parameters_apart() -> None:
    ledger = Ledger()
    one, other = scripted(answer, ledger), scripted(answer, ledger)
    identities = [
        plan().identity,
        plan(model_params="seed=1").identity,
        plan({"one": one, "other": other}, model="one").identity,
        plan({"one": one, "other": other}, model="other").identity,
    ]
    assert len(set(identities)) == 4
    assert plan(method="log_likelihood", num_few_shot=2).identity == plan().identity


def test_secrets_are_collected_and_not_shown() -> None:
    made = plan({"mine": scripted(answer, Ledger())}, model="mine", model_params='{"api_key": "abcdef123456"}')
    assert "abcdef123456" in made.secrets
    assert "secrets=" not in repr(made)


def test_a_model_is_loaded_here_and_only_when_asked() -> None:
    ledger = Ledger()
    made = plan({"mine": scripted(answer, ledger)}, model="mine")
    assert ledger.loads == 0
    made.load().close()
    assert (ledger.loads, ledger.closed) == (1, 1)


def test_replicas_are_made_as_the_configuration_says(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[tuple[tuple[object, ...], dict[str, Any]]] = []
    monkeypatch.setattr(Replicas, "__init__", lambda self, *model, **settings: made.append((model, settings)))
    single = plan()
    config = single.config.model_copy(update={"replicas": 3, "ray_address": "auto", "gpus_per_replica": 0.5})
    assert isinstance(replace(single, config=config).load(), Replicas)
    assert made == [((single.backend, single.parameters), {"count": 3, "address": "auto", "gpus": 0.5})]


def test_an_item_is_judged_by_the_configured_scorer() -> None:
    question = item(1)
    loose, strict = part(plan()), part(plan(evaluator_params="strict=true"))
    response = Response(text="제 생각에는 (B)가 맞습니다.")
    assert loose.judge(question, response).outcome == "correct"
    assert strict.judge(question, response).outcome == "invalid"
    assert loose.judge(question, None).outcome == "skipped"
    assert loose.judge(question, Response(error="HTTP 500")).outcome == "error"


class Checked(ScriptedBackend):
    """Refuses as it is told to."""

    parameters = KeyedParameters

    @classmethod
    def check(cls, parameters: KeyedParameters) -> None:
        raise UsageError(f"no library for {parameters.api_key}")


def test_e6_a_backend_refuses_before_any_data_are_read() -> None:
    """E6: its name, its extra and its parameters are checked first."""
    with pytest.raises(UsageError, match="no library for mine"):
        plan({"checked": Checked}, model="checked", model_params="api_key=mine", dataset="none.jsonl")


def test_what_may_stand_on_other_machines_is_not_looked_for_here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("RAY_ADDRESS", raising=False)
    plan({"checked": Checked}, model="checked", replicas=2, ray_address="10.0.0.1:6379")
    with pytest.raises(UsageError, match="no library for"):
        plan({"checked": Checked}, model="checked", replicas=2)


def broken(name: str, gives: Any) -> type[Backend]:  # noqa: ANN401 - whatever a backend's own code may give
    """A backend one of whose parameters' methods raises or gives something else than its type says."""

    def method(self: object, *arguments: object) -> Any:  # noqa: ANN401 - as above
        if isinstance(gives, BaseException):
            raise gives
        return gives

    return type("Broken", (ScriptedBackend,), {"parameters": type("P", (KeyedParameters,), {name: method})})


@pytest.mark.parametrize(
    ("name", "gives", "words"),
    [
        ("model_label", KeyError("x"), "--model=broken: raised KeyError: 'x'"),
        ("model_label", 5, r"--model=broken: model_label\(\) gave 5, which is no string"),
        ("takes_chats", RuntimeError("x"), "--model=broken: raised RuntimeError: x"),
        ("identity", RuntimeError("x"), r"--model=broken: its parameters' identity\(\): raised RuntimeError: x"),
        ("identity", SystemExit(0), r"--model=broken: its parameters' identity\(\): raised SystemExit: 0"),
        ("identity", {"x": b"1"}, r"identity\(\): raised TypeError: Object of type bytes is not JSON serializable"),
        ("identity", 5, r"--model=broken: its parameters' identity\(\): raised TypeError"),
        ("model_post_init", RuntimeError("x"), "--model-params of broken: raised RuntimeError: x"),
    ],
)
def test_d5_what_a_backends_own_code_raises_is_one_line_that_names_it(name: str, gives: Any, words: str) -> None:  # noqa: ANN401
    with pytest.raises(UsageError, match=words):
        _ = plan({"broken": broken(name, gives)}, model="broken").identity


def test_a_suites_own_name_of_one_of_the_runs_data_sets_is_asked_as_that_one(tmp_path: Path) -> None:
    (tmp_path / "q.jsonl").write_text(
        '{"question": "1번?", "options": ["가", "나"], "answer": "A"}\n', encoding="utf-8"
    )
    raw = {"model": "random", "dataset": f"kmmlu,{tmp_path / 'q.jsonl'}"}
    plan = make_plan(build_config(raw, tmp_path))
    own = plan.part_of(DataKey("q.jsonl", str(tmp_path)))
    assert own is plan.parts[DataKey(str(tmp_path / "q.jsonl"))]
    assert plan.part_of(DataKey("another.jsonl", str(tmp_path))) is plan.first


class Constraining(ScriptedBackend):
    constrains: ClassVar[bool] = True


class Thinking(Constraining):
    parameters: ClassVar[type[BackendParameters]] = ReasoningParameters


def test_answers_are_kept_to_letters_where_the_backend_can_do_that() -> None:
    made = plan({"mine": Constraining}, model="mine", evaluator_params="constrain=letters")
    assert part(made).config.constrained
    assert not part(plan()).config.constrained
    can = "huggingface, litellm, llamacpp, openai, vllm can"
    with pytest.raises(
        UsageError, match=f"constrain=letters: backend 'random' cannot keep its texts to choices; {can}"
    ):
        plan(evaluator_params="constrain=letters")


@pytest.mark.parametrize("options", [{"reasoning": "high"}, {"model_params": "reasoning=high"}])
def test_what_is_kept_to_letters_has_no_room_for_reasoning(options: dict[str, Any]) -> None:
    own = {"model": "mine", "apply_chat_template": True, "evaluator_params": "constrain=letters"}
    words = "constrain=letters: a text that is kept to choices has no room for reasoning=high; leave that out, or say"
    with pytest.raises(UsageError, match=words):
        plan({"mine": Thinking}, **own, **options)
    plan({"mine": Thinking}, **own, reasoning="off")


RANKED: dict[str, Any] = {"evaluator_params": "rank=log_probability", "repeats": 2}


def test_answers_are_ranked_where_there_are_several_and_the_backend_tells_what_by() -> None:
    ranking = part(plan(**RANKED)).config.ranking
    assert ranking is not None
    assert ranking.needs_log_probability
    assert part(plan(repeats=2)).config.ranking is None
    words = "rank=log_probability: it finds the best of several answers to an item; add --repeats=K, or leave it out"
    with pytest.raises(UsageError, match=words):
        plan(evaluator_params="rank=log_probability")
    can = "huggingface, litellm, llamacpp, openai, random, vllm do"
    with pytest.raises(UsageError, match=f"rank=log_probability: backend 'mine' tells no log-probability of .*; {can}"):
        plan({"mine": ScriptedBackend}, model="mine", **RANKED)


def test_a_batch_tells_no_ranks() -> None:
    params = {"model_name": "gpt-4o-mini", "api_key": "not-needed"}
    with pytest.raises(UsageError, match=r"^--batch-api: --evaluator-params rank: .*; leave one of them out"):
        plan(model="openai", model_params=params, batch_api=True, **RANKED)


def test_where_a_search_ends_in_one_text_there_are_no_more(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text("{}", encoding="utf-8")
    params = {"model_name_or_path": str(tmp_path), "num_beams": 4}
    options = {"model": "huggingface", "model_params": params, "dataset": "sample"}
    words = "--repeats=2: --model=huggingface: num_beams=4 ends in the same text each time; leave one of them out"
    with pytest.raises(UsageError, match=words):
        make_plan(build_config({**options, "repeats": 2}, Path("/nowhere")))
    make_plan(build_config(options, Path("/nowhere")))
