from __future__ import annotations

from pathlib import Path

import pytest

from pytest_haerae.backends.protocol import Prices
from pytest_haerae.config.model_names import NamedModel
from pytest_haerae.config.run_config import RunConfig
from pytest_haerae.report.show.forecast import EarlierRun, forecast_lines, in_words, read_earlier
from pytest_haerae.run.forecast import Forecast
from tests.unit.fakes import everything, prepared, question

ROWS = [question(number) for number in range(4)]
PLAIN = Forecast(1538, 2, 8, 100, 12_188, None, 512, None, paid=True)


@pytest.fixture
def config(tmp_path: Path) -> RunConfig:
    return prepared(tmp_path, ROWS).plan.config


def told(forecast: Forecast, config: RunConfig, earlier: EarlierRun | None = None) -> dict[str, str]:
    lines = [line.partition(": ") for line in forecast_lines(forecast, config, earlier)]
    return {name: words for name, _, words in lines}


def test_what_is_not_known_is_said_to_be(config: RunConfig) -> None:
    assert told(PLAIN, config) == {
        "items": "1,538, 2 that the method does not apply to, 8 answers to each of 1,536, 100 answers are stored,"
        " requests to send: 12,188",
        "prompt tokens": "not known",
        "completion tokens": f"at most {12_188 * 512:,} (max_tokens=512)",
        "price": "not known",
        "time": "not known",
        f"no earlier run of this model on these items, which would tell more, is in {config.output_file}": "",
    }


def test_the_judges_part_is_told_and_not_counted(config: RunConfig) -> None:
    judged = config.model_copy(update={"judge": ("openai",)})
    assert told(PLAIN, judged)["--judge=openai"] == f"grades up to {1536 * 8:,} answers afterwards, not counted here"
    panel = tuple(NamedModel(name=name, backend="openai", params={}) for name in ("a", "b"))
    judged = config.model_copy(update={"judge": ("a", "b"), "panel": panel})
    assert told(PLAIN, judged)["--judge=a,b"].startswith("each grades up to")


def test_what_a_reward_model_is_asked_is_told_and_not_counted(config: RunConfig) -> None:
    lines = told(PLAIN, config.model_copy(update={"reward_model": "huggingface"}))
    words = f"ranks up to {1536 * 8:,} answers afterwards, not counted here"
    assert lines["--reward-model=huggingface"] == words


def test_an_earlier_run_tells_of_the_rest(config: RunConfig) -> None:
    lines = told(PLAIN, config, EarlierRun(100.0, 50.0, 0.001, 0.5))
    assert lines["prompt tokens"] == "1,218,800, as in the last run"
    assert lines["completion tokens"].startswith("about 609,400, as in the last run, at most ")
    assert lines["price"] == "about $12.1880, as in the last run"
    assert lines["time"] == "about 1 h 42 min and loading, as in the last run"


def test_prices_of_tokens_are_better_than_the_last_run(config: RunConfig) -> None:
    priced = Forecast(10, 0, 1, 0, 10, 1000, 20, Prices(0.001, 0.01), paid=True)
    assert told(priced, config)["price"] == "at most $3.0000"
    lines = told(priced, config, EarlierRun(1.0, 5.0, 7.0, None))
    assert lines["price"] == "about $1.5000, at most $3.0000"
    assert lines["prompt tokens"] == "1,000, by the model's own tokenizer"
    scored = Forecast(10, 0, 1, 0, 10, 1000, 0, Prices(0.001, 0.01), paid=True)
    assert told(scored, config)["price"] == "about $1.0000"
    endless = Forecast(10, 0, 1, 0, 10, 1000, None, Prices(0.001, 0.01), paid=True)
    assert told(endless, config)["price"] == "$1.0000 and what is generated"


def test_a_model_of_ones_own_has_no_price_and_nothing_to_ask_no_tokens(config: RunConfig) -> None:
    assert "price" not in told(Forecast(1, 0, 1, 0, 1, None, None, None, paid=False), config)
    assert list(told(Forecast(1, 0, 1, 1, 0, None, None, None, paid=True), config)) == ["items"]


def test_only_a_run_of_the_same_kind_is_an_earlier_one(tmp_path: Path) -> None:
    made = prepared(tmp_path, ROWS, model_params="seed=1")
    assert read_earlier(made.plan.config, "random(seed=1)", "questions") is None
    answers = made.ask(everything(made), lambda done, total: None)
    made.conclude(everything(made), answers.samples, answers)
    answers.close()
    label = made.plan.parameters.model_label()
    earlier = read_earlier(made.plan.config, label, made.source.name_of(next(iter(made.plan.parts))))
    assert earlier is not None
    assert earlier.seconds is not None
    assert read_earlier(made.plan.config, label, "other") is None
    made.plan.config.output_file.write_text("{", encoding="utf-8")
    assert read_earlier(made.plan.config, label, "questions") is None


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0.01, "1 s"), (59, "59 s"), (61, "1 min"), (3599, "60 min"), (3600, "1 h"), (11_100, "3 h 5 min")],
)
def test_a_time_is_told_as_people_say_it(seconds: float, words: str) -> None:
    assert in_words(seconds) == words
