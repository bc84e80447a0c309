"""What a run would ask, in lines: requests, tokens, price and time, as far as they are known."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from pytest_haerae.config.run_config import RunConfig
from pytest_haerae.errors import UsageError
from pytest_haerae.report.outputs import shown
from pytest_haerae.report.read import read_report
from pytest_haerae.report.schema import Info
from pytest_haerae.run.forecast import Forecast

_MINUTE, _HOUR = 60, 3600
_UNKNOWN = "not known"


@dataclass(frozen=True, slots=True)
class EarlierRun:
    """What one answer of the last run took, on average; None where that is not known.

    Attributes:
        prompt_tokens: Tokens of its prompt.
        completion_tokens: Generated tokens.
        cost_usd: Its price in US dollars.
        seconds: Seconds, of a run that asks many at once.
    """

    prompt_tokens: float | None = None
    completion_tokens: float | None = None
    cost_usd: float | None = None
    seconds: float | None = None

    @classmethod
    def of_report(cls, info: Info) -> EarlierRun:
        """Read a report's facts."""
        answers, rate = info["responses"]["computed"] + info["responses"]["reused"], info["items_per_second"]

        def each(total: float | None) -> float | None:
            return None if total is None or not answers else total / answers

        tokens = info["tokens"]
        return cls(
            each(tokens["prompt"]), each(tokens["completion"]), each(info["cost_usd"]), 1 / rate if rate else None
        )


def read_earlier(config: RunConfig, model: str | None, dataset: str) -> EarlierRun | None:
    """The last run of the same model on the same data, by the report that this run would write over; None without one.

    Args:
        config: The configuration.
        model: The model's name.
        dataset: The data sets' names, as a report has them.
    """
    if not config.output_file.exists():
        return None
    try:
        info = read_report(config.output_file, str(config.output_file))["info"]
    except UsageError:
        return None
    # By these an answer is about as long.
    now = {
        "backend": config.model,
        "model": model,
        "method": config.method,
        "prompt": config.prompt,
        "num_few_shot": config.num_few_shot,
        "dataset": dataset,
        "reasoning": config.reasoning,
    }
    return EarlierRun.of_report(info) if all(info.get(name) == value for name, value in now.items()) else None


def forecast_lines(forecast: Forecast, config: RunConfig, earlier: EarlierRun | None) -> Iterator[str]:
    """The lines of a dry run.

    Args:
        forecast: What would be asked.
        config: The configuration.
        earlier: What an answer of the last run took; None where there was none.
    """
    yield _answers(forecast)
    if config.recipe is not None:
        yield f"protocol {config.recipe.name}" + "".join(f"; deviation: {line}" for line in config.deviations)
    if forecast.later_turns:
        yield (
            f"later questions of conversations: at most {forecast.later_turns:,} further requests, in none of the other"
            " numbers: they are asked with answers that are not known yet"
        )
    if forecast.tests:
        yield f"tests that ask the model: {forecast.tests}, not counted here; declared questions: {forecast.declared}"
    if config.judge:
        answers = (forecast.items - forecast.not_applicable) * forecast.answers
        grades = "each grades" if config.panel else "grades"
        yield f"--judge={','.join(config.judge)}: {grades} up to {answers:,} answers afterwards, not counted here"
    if config.reward_model is not None:
        answers = (forecast.items - forecast.not_applicable) * forecast.answers
        yield f"--reward-model={config.reward_model}: ranks up to {answers:,} answers afterwards, not counted here"
    if not forecast.missing:
        return
    seen = earlier or EarlierRun()
    prompt = _known(forecast.prompt_tokens, seen.prompt_tokens, forecast.missing)
    source = "by the model's own tokenizer" if forecast.prompt_tokens is not None else "as in the last run"
    yield f"prompt tokens: {_UNKNOWN if prompt is None else f'{prompt:,.0f}, {source}'}"
    yield f"completion tokens: {_completion_words(forecast, seen)}"
    if forecast.paid or forecast.prices or seen.cost_usd is not None:
        yield f"price: {_price_words(forecast, seen, prompt)}"
    seconds = seen.seconds and forecast.missing * seen.seconds
    yield f"time: {_UNKNOWN if seconds is None else f'about {in_words(seconds)} and loading, as in the last run'}"
    if earlier is None:
        yield f"no earlier run of this model on these items, which would tell more, is in {shown(config.output_file)}"


def _answers(forecast: Forecast) -> str:
    applicable = forecast.items - forecast.not_applicable
    parts = [f"items: {forecast.items:,}"]
    parts += [f"{forecast.not_applicable:,} that the method does not apply to"] if forecast.not_applicable else []
    parts += [f"{forecast.answers} answers to each of {applicable:,}"] if forecast.answers > 1 else []
    parts += [f"{forecast.probes:,} further answers for the probes"] if forecast.probes else []
    parts += [f"{forecast.stored:,} answers are stored"] if forecast.stored else []
    return ", ".join([*parts, f"requests to send: {forecast.missing:,}"])


def _known(counted: float | None, each: float | None, times: int) -> float | None:
    if counted is not None:
        return counted
    return None if each is None else each * times


def _completion(forecast: Forecast, seen: EarlierRun) -> float | None:
    """Tokens that would be generated, by the last run; 0 where options are scored."""
    return _known(0.0 if forecast.longest_answer == 0 else None, seen.completion_tokens, forecast.missing)


def _completion_words(forecast: Forecast, seen: EarlierRun) -> str:
    completion, longest = _completion(forecast, seen), forecast.longest_answer
    if longest == 0:
        return "none, options are scored"
    words = [] if completion is None else [f"about {completion:,.0f}, as in the last run"]
    words += [] if longest is None else [f"at most {longest * forecast.missing:,} (max_tokens={longest})"]
    return ", ".join(words) or _UNKNOWN


def _price_words(forecast: Forecast, seen: EarlierRun, prompt: float | None) -> str:
    prices, completion, longest = forecast.prices, _completion(forecast, seen), forecast.longest_answer
    if prices is None or prompt is None:
        cost = seen.cost_usd
        return _UNKNOWN if cost is None else f"about ${cost * forecast.missing:,.4f}, as in the last run"
    of_prompts = prompt * prices.prompt
    words = [] if completion is None else [f"about ${of_prompts + completion * prices.completion:,.4f}"]
    if longest:
        words.append(f"at most ${of_prompts + longest * forecast.missing * prices.completion:,.4f}")
    return ", ".join(words) or f"${of_prompts:,.4f} and what is generated"


def in_words(seconds: float) -> str:
    """A time as people say it: ``40 s``, ``12 min``, ``3 h 5 min``."""
    if seconds < _MINUTE:
        return f"{max(1, round(seconds))} s"
    if seconds < _HOUR:
        return f"{round(seconds / _MINUTE)} min"
    hours, rest = divmod(round(seconds / _MINUTE), 60)
    return f"{hours:,} h {rest} min" if rest else f"{hours:,} h"
