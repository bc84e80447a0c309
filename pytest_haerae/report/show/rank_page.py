"""The page of a ranking: the models' table, their paired differences, and items that split them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pytest_haerae.collector import without_collector
from pytest_haerae.report.files import write_text
from pytest_haerae.report.item_tokens import tokens_an_item
from pytest_haerae.report.ranking import ComparedPair, RankedModel, Ranking, Standing
from pytest_haerae.report.read import read_samples
from pytest_haerae.report.schema import SampleRow
from pytest_haerae.report.show.rank_lines import cut_share
from pytest_haerae.report.show.self_contained import as_it_is, asset, embed, environment, script_and_style
from pytest_haerae.statistics.answer_row import AnswerRow
from pytest_haerae.statistics.pairing import outline_of
from pytest_haerae.statistics.rank_pairs import splitting_items

SCRIPTS = ("text.js", "choices.js", "rank_tables.js", "rank_items.js", "rank.js")
"""The script's files, in the order in which they are joined."""
MOST_ITEMS, LONGEST_QUESTION, LONGEST_ANSWER = 200, 4000, 1200
"""What a page holds at most: items, and characters of each one's question and of each model's answer."""
_DIGITS = 5


def write_rank_page(path: Path, ranking: Ranking) -> None:
    """Make the page and write it; readers see the old file or the whole new one.

    Raises:
        UsageError: A report cannot be read any more, or the page cannot be written.
    """
    write_text(make_rank_page(ranking) + "\n", path)


@without_collector()
def make_rank_page(ranking: Ranking) -> str:
    """Make the page; the texts of the items that it shows are looked up in the reports.

    Raises:
        UsageError: A report cannot be read any more.
    """
    labels = rank_labels()
    tables = [ranking.total, *ranking.parts] if len(ranking.parts) > 1 else [ranking.total]
    core = {
        "labels": labels,
        "models": [_model(*each) for each in zip(ranking.models, ranking.total.standings, strict=True)],
        "parts": [[table.part.kind, table.part.name] for table in tables],
        "standings": [[_standing(each) for each in table.standings] for table in tables],
        "pairs": [[[*key, *_pair(pair)] for key, pair in table.pairs.items()] for table in tables],
        "items": _items(ranking),
    }
    return (
        environment(labels)
        .get_template("rank.html.j2")
        .render(
            **script_and_style(SCRIPTS, ("page.css", "rank.css")),
            core=as_it_is(embed(core)),
            models=len(ranking.models),
            items=ranking.total.standings[0].score["n"] if ranking.total.standings[0] else 0,
            significance=f"{ranking.significance:g}",
            test="exact" if ranking.is_exact else "score",
            pairs=len(ranking.total.pairs),
            notes=ranking.notes,
        )
    )


def rank_labels() -> dict[str, dict[str, str]]:
    """What the page says, by language: its own labels, and those that it shares with the page of a report."""
    own, shared = json.loads(asset("rank_labels.json")), json.loads(asset("labels.json"))
    return {language: {**{key: shared[language][key] for key in _SHARED}, **own[language]} for language in own}


_SHARED = (
    *("language", "theme", "accuracy", "interval", "model", "subset", "cost_usd", "all", "reference", "empty_output"),
    *("no_output", "clear", "correct", "wrong", "invalid", "cut", "unjudged", "error", "skipped"),
)


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, _DIGITS)


def _model(model: RankedModel, standing: Standing | None) -> dict[str, object]:
    return {
        "name": model.name,
        "report": str(model.path),
        "backend": model.info["backend"],
        "tokens": _rounded(tokens_an_item(model.info, standing.score["n"])) if standing else None,
        "cost": model.info["cost_usd"],
    }


def _standing(standing: Standing | None) -> list[object] | None:
    """Accuracy, both ends of its interval, n, the share cut, both ends of the rank, and the group."""
    if standing is None:
        return None
    score = standing.score
    low, high = score["ci95"] or (0.0, 1.0)
    numbers = [_rounded(value) for value in (score["accuracy"], low, high)]
    return [*numbers, score["n"], _rounded(cut_share(standing)), *standing.rank, standing.group]


def _pair(pair: ComparedPair) -> list[object]:
    """n, the difference, both ends of its interval, p, p in its family, whether told apart, and who alone was right."""
    paired = pair.paired
    p_values = [float(f"{value:.4g}") for value in (paired.p_value, pair.p_value)]
    numbers = [_rounded(value) for value in (paired.difference, *paired.interval)]
    return [paired.n, *numbers, *p_values, int(pair.different), paired.first_only, paired.second_only]


def _items(ranking: Ranking) -> list[dict[str, object]]:
    """Items that split the models, each with what every model answered."""
    columns = ranking.columns
    chosen = splitting_items(columns, MOST_ITEMS)
    rows: list[Mapping[int, SampleRow]] = []
    for model, places in zip(ranking.models, columns.places, strict=True):
        numbers = {places[number]: number for number in chosen if places[number] >= 0}
        found = read_samples(model.path, str(model.path), [*numbers], model.starts)
        rows.append({numbers[place]: row for place, row in found.items()})
    of_number = {number: name for name, numbers in _subsets(ranking).items() for number in numbers}
    shown = []
    for number in chosen:
        answers = [each.get(number) for each in rows]
        asked = next((row for row in answers if row is not None), None)
        if asked is not None:
            right = columns.right(number)
            shown.append(
                {
                    "subset": of_number[number],
                    **_question(asked),
                    "answers": [_answer(row, known) for row, known in zip(answers, right, strict=True)],
                }
            )
    return shown


def _subsets(ranking: Ranking) -> dict[str, Sequence[int]]:
    return {part.name: numbers for part, numbers in ranking.columns.parts().items() if part.kind == "subset"}


def _question(row: SampleRow) -> dict[str, Any]:
    messages = row.get("messages")
    text = messages[-1]["content"] if messages else row["input"]
    # What a prompt begins with are examples; the question stands at its end.
    text = text if len(text) <= LONGEST_QUESTION else f"…{text[-LONGEST_QUESTION:]}"
    return {"id": row["id"], "input": text, "options": row["options"], "reference": row["reference"]}


def _answer(row: SampleRow | None, right: bool | None) -> dict[str, Any] | None:
    """What a model answered; of several answers the first that came to the item's outcome, and how many are right."""
    if row is None:
        return None
    answers: Sequence[AnswerRow] = row.get("answers", ())
    share = outline_of(row).right
    output = row["raw_output"]
    found = {
        "outcome": row["outcome"],
        "right": right,
        "prediction": row["prediction"],
        "output": None if output is None else _beginning_and_end(output),
        "error": row["error"],
        "of": None if share is None else f"{round(share * len(answers))}/{len(answers)}",
    }
    return {name: value for name, value in found.items() if value is not None}


def _beginning_and_end(text: str) -> str:
    """A text of at most `LONGEST_ANSWER` characters: an answer stands at the begin or at the end."""
    if len(text) <= LONGEST_ANSWER:
        return text
    half = LONGEST_ANSWER // 2
    return f"{text[:half]}\n…\n{text[-half:]}"
