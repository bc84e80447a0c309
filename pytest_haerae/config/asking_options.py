"""The rows of the table of options that decide what is asked, of which model, and what judges the answers."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from pytest_haerae.config.dataset_names import parse_datasets
from pytest_haerae.config.model_names import parse_models
from pytest_haerae.config.option import Option, repeat, switch, value
from pytest_haerae.config.parsing import (
    parse_choice,
    parse_integer,
    parse_mapping,
    parse_method,
    parse_names,
    parse_text,
    parse_typed_path,
)
from pytest_haerae.config.reasoning import parse_reasoning

ASKING: Sequence[Option] = (
    repeat(
        "model",
        "NAME",
        "backend that runs the model, such as llamacpp or random, or a profile of pyproject.toml; several, comma"
        " separated or repeated, are evaluated one after another",
        "answers",
        parse=parse_models,
        # One text, as it was when one run asked one model.
        in_ini="string",
    ),
    value(
        "model_params",
        "JSON",
        "the backend's parameters: JSON, @file.json, or key=value,key=value",
        "answers",
        parse=parse_mapping,
        default={},
    ),
    value(
        "method",
        "NAME",
        "log_likelihood or string_match",
        "answers",
        parse=parse_method,
        default="string_match",
        also=("--evaluation-method",),
    ),
    value(
        "evaluator_params",
        "JSON",
        "the scorer's parameters, as --model-params; also constrain=letters, and rank=… of --repeats",
        "answers",
        parse=parse_mapping,
        default={},
    ),
    repeat(
        "dataset",
        "NAMES",
        "haerae_bench, another benchmark such as kmmlu, sample, a hub id, a local folder or file; several, comma"
        " separated or repeated, are one run, and all is every benchmark",
        "answers",
        parse=parse_datasets,
        default=("haerae_bench",),
        shown="haerae_bench",
        # One text, as it was when one run asked one data set.
        in_ini="string",
    ),
    value("dataset_revision", "REV", "hub revision", "answers", shown="pinned"),
    value(
        "dataset_columns",
        "MAP",
        "columns of a layout of your own: question=…,options=a|b|c,answer=…,answer_start=0",
        "answers",
        parse=parse_mapping,
        default={},
    ),
    value(
        "dataset_params",
        "JSON",
        "revision and columns of the data set, as the two options above; and which items are asked: where, sample, by,"
        " seed",
        "shorthand",
        parse=parse_mapping,
        default={},
    ),
    value("split", "NAME", "split of the data set", "answers", parse=parse_text, default="test"),
    repeat(
        "subset",
        "NAMES",
        "subsets to run, comma separated, repeatable",
        "scope",
        parse=parse_names,
        shown="all that the suites name",
    ),
    value("limit", "N", "at most the first N items of each subset", "scope", parse=partial(parse_integer, minimum=1)),
    value(
        "repeats",
        "K",
        "answers to each item, each drawn by itself; a greater K goes on from the last run's",
        "answers",
        parse=partial(parse_integer, minimum=1),
        default=1,
    ),
    value(
        "pass_if",
        "RULE",
        "when an item with repeats is right: majority (more than half of its answers are), any, or all; the accuracy is"
        " of all answers",
        "answers",
        parse=partial(parse_choice, choices=("majority", "any", "all")),
        default="majority",
    ),
    repeat(
        "by",
        "COLUMN",
        "accuracy by the values of a metadata column, one that has no other meaning; repeatable",
        "outputs",
        parse=partial(parse_names, separator="\n"),
    ),
    value(
        "num_few_shot",
        "K",
        "few-shot examples before each item, never the item itself",
        "answers",
        parse=partial(parse_integer, minimum=0),
        default=0,
    ),
    value("few_shot_split", "NAME", "split the few-shot examples come from", "answers", shown="the split itself"),
    value(
        "few_shot_seed",
        "SEED",
        "seed that chooses the few-shot examples",
        "answers",
        parse=partial(parse_integer, minimum=0),
        default=0,
    ),
    value(
        "prompt",
        "NAME",
        "prompt template by its name, or a path to a .toml or .txt file of your own; an unknown name lists all",
        "answers",
        shown="raw for log_likelihood, answer_letter for string_match, or the benchmark's own",
    ),
    repeat(
        "prompts",
        "NAMES",
        "probe: the same items by several prompts, comma separated or repeated; the run's own is --prompt or the first",
        "outputs",
        parse=parse_names,
        shown="none",
        in_ini="string",
    ),
    value(
        "shuffle_options",
        "K",
        "probe: each item with K orders of its options, the data's own among them; the run's numbers are that one's",
        "outputs",
        parse=partial(parse_integer, minimum=2),
        shown="none",
    ),
    value(
        "probe_order",
        "K",
        "probe: neighbouring rows as one text, in the data's order and in K others: whether the model knows theirs",
        "outputs",
        parse=partial(parse_integer, minimum=1),
        shown="none",
    ),
    switch("apply_chat_template", "format prompts with the model's chat template", "answers"),
    value("system_prompt", "TEXT", "system message of a chat prompt", "answers"),
    value(
        "reasoning",
        "LEVEL",
        "how much the model thinks before it answers: off, minimal, low, medium, high, or a number of tokens",
        "answers",
        parse=parse_reasoning,
        shown="the model's own",
    ),
    repeat(
        "judge",
        "NAME",
        "backend, or profile, of the model that grades answers, for the scorer judge; several, comma separated or"
        " repeated, are a panel",
        "answers",
        parse=parse_models,
        in_ini="string",
    ),
    value(
        "judge_params",
        "JSON",
        "the parameters of one judge, in the forms of --model-params",
        "answers",
        parse=parse_mapping,
        default={},
    ),
    value(
        "reward_model",
        "NAME",
        "backend, or profile, of the model that ranks the answers of --repeats, for --evaluator-params rank=reward",
        "answers",
    ),
    value(
        "reward_params",
        "JSON",
        "the parameters of the reward model, in the forms of --model-params",
        "answers",
        parse=parse_mapping,
        default={},
    ),
    value(
        "responses",
        "FILE",
        "answers made elsewhere, in the model's place: a report, .jsonl, .csv, .parquet of id and response, samples of"
        " lm-evaluation-harness, a log of inspect, HRET's results, or a batch's output",
        "answers",
        parse=parse_typed_path,
    ),
    value(
        "protocol",
        "NAME",
        "a published setting by its name and version, such as haerae/lm-eval-0shot@1, or a .toml file of one's own: it"
        " stands behind what is typed, and what contradicts it is named",
        "answers",
    ),
    value(
        "judge_labels",
        "FILE",
        "what people say of some graded answers: the score is corrected for the judge's error",
        "outputs",
        parse=parse_typed_path,
    ),
)
