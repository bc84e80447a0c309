"""What the page for those who come from HAE-RAE's toolkit promises is run by a test; the rest has its reason."""

from __future__ import annotations

import re

import pytest

from tests.helpers import ROOT

HERE, CATALOGUE = "tests/integration", "tests/unit/catalogue/benchmarks"
RUN_BY: dict[str, tuple[str, ...]] = {
    "`haerae_bench`": (f"{HERE}/test_benchmarks.py::test_the_suites_are_hae_rae_bench_and_download_nothing_else",),
    "`kmmlu`, `click`, `hrm8k`, `kbl`, `kormedmcqa`, `aime2025`": (
        *(f"{CATALOGUE}/test_{name}.py" for name in ("kmmlu", "click", "hrm8k", "kbl", "kormedmcqa", "aime2025")),
        f"{HERE}/test_benchmarks.py::test_a_benchmark_is_asked_by_option_or_by_its_suite",
    ),
    "`k2_eval`, `hrc`": (
        f"{HERE}/test_judged_benchmarks.py::test_k2_eval_has_scores_of_one_to_five_without_references",
        f"{HERE}/test_judged_benchmarks.py::test_hrc_is_graded_against_its_reference",
    ),
    "`evaluation_context`, `track_metrics`, `MetricsTracker`, MLflow, Weights & Biases": (
        f"{HERE}/test_history.py",
        *(f"tests/e2e/test_trackers.py::test_{name}" for name in ("mlflow", "wandb", "trackio")),
    ),
    "`KUDGE`": (
        f"{HERE}/test_judged_benchmarks.py::test_kudge_asks_the_judge_as_the_model_and_its_report_makes_labels",
    ),
    "`generic_file`": (f"{HERE}/test_data_shapes.py",),
    "`benchhub` and its filters, such as `task_types`, `sample_size`": (f"{HERE}/test_benchhub.py",),
    "`huggingface`, `vllm`, `openai`, `litellm`": ("tests/e2e/test_tutorial.py", "tests/e2e/test_huggingface.py"),
    "`openai_judge`, `huggingface_judge`, `litellm_judge`": (
        "tests/e2e/test_judge.py::test_a_kill_in_either_batch_costs_what_was_in_flight",
        f"{HERE}/test_judge.py::test_a_second_model_grades_each_answer_once",
    ),
    "`multi`": (f"{HERE}/test_judge.py::test_a_second_model_grades_each_answer_once",),
    "`huggingface_reward`": ("tests/e2e/test_reward_model.py",),
    "images in a question": (
        *("tests/e2e/test_images.py", "tests/e2e/test_image_text.py"),
        "tests/e2e/test_vllm_images.py::test_each_item_is_answered_about_its_own_image",
    ),
    "`string_match` and its five switches": (f"{HERE}/test_match_switches.py",),
    "`partial_match`": (f"{HERE}/test_doors.py::test_a_file_of_the_toolkit_is_taken_as_it_is",),
    "`log_likelihood`": ("tests/e2e/test_huggingface.py",),
    "`math_match`": (f"{HERE}/test_scorers.py",),
    "`llm_judge`: `k2_eval`, `rubric_and_response`, `rubric_response_and_gold`, `response_comparison`": (
        f"{HERE}/test_judge.py::test_a_scale_has_scores_between",
        f"{HERE}/test_judge.py::test_a_checklist_counts_weights",
        f"{HERE}/test_judge.py::test_both_orders_take_a_bias_out",
    ),
    "`language_penalize`, `target_lang`": (f"{HERE}/test_further_metrics.py",),
    "`self_consistency` (`n_paths`)": (f"{HERE}/test_repeats.py",),
    "`best_of_n` by `sum_log_prob`": (f"{HERE}/test_best_of.py",),
    "`best_of_n` by a reward model": (
        f"{HERE}/test_reward_model.py::test_the_answer_with_the_greatest_reward_counts_in_every_output",
        "tests/e2e/test_reward_model.py::test_a_file_of_the_toolkit_with_a_reward_model_is_taken_as_it_is",
    ),
    "`beam_search`": (
        "tests/unit/backends/local/test_generations.py::test_a_search_ends_in_the_text_of_the_librarys_own",
        "tests/unit/backends/local/vllm/test_beam_search.py",
    ),
    "greedy, `top_p`, `temperature`, `top_k`": ("tests/e2e/test_api_sampling.py",),
    "few-shot examples": (f"{HERE}/test_prompts.py::test_worked_examples_come_from_the_split_that_is_named",),
    "`cot`, `cot_trigger`": (f"{HERE}/test_prompts.py::test_cot_asks_for_reasoning_and_a_last_line",),
    "`cot_parser`": (f"{HERE}/test_scorers.py",),
    "`Evaluator().run(…)`, its command line": (
        f"{HERE}/test_doors.py::test_all_doors_give_the_same_metrics_and_samples",
    ),
    '`run_from_config("….yaml")`': (f"{HERE}/test_doors.py::test_a_file_of_the_toolkit_is_taken_as_it_is",),
    "`@hret.evaluate` over a function": (f"{HERE}/test_functions.py",),
    "`@hret.benchmark` over several": (f"{HERE}/test_docs.py",),
    "`compare_models`, `compare_metric`": (
        *(f"{HERE}/test_command_line.py", "tests/e2e/test_gates.py"),
        f"{HERE}/test_rank.py",
    ),
    "its results (`--output_file`, `save_json`)": (
        f"{HERE}/test_responses.py::test_the_logs_of_other_programs_are_judged",
    ),
    "`save_results`": (f"{HERE}/test_report_html.py::test_the_run_and_the_command_write_the_same_page",),
    "`analysis.py`": ("tests/unit/report/test_analysis.py",),
}
"""The tests that run an entry: files, or single tests in them."""


def rows(page: str) -> list[list[str]]:
    """The rows of the page's tables, without their headings."""
    text = (ROOT / page).read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if line.startswith("| ")]
    return [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in lines
        if not re.match(r"\| (there|저쪽) ", line)
    ]


def test_each_entry_is_run_by_a_test_or_says_why_it_is_left_out() -> None:
    entries = {name: here for name, here, _ in rows("docs/from-hret.md")}
    left_out = {name for name, here in entries.items() if here.startswith("left out: ")}
    assert entries.keys() - left_out == RUN_BY.keys()
    assert all(len(entries[name]) > 40 for name in left_out)


@pytest.mark.parametrize("test", sorted({test for tests in RUN_BY.values() for test in tests}))
def test_these_tests_are_there(test: str) -> None:
    file, _, name = test.partition("::")
    text = (ROOT / file).read_text(encoding="utf-8")
    assert f"def {name or 'test_'}" in text


def test_the_korean_page_has_the_same_entries() -> None:
    english, korean = rows("docs/from-hret.md"), rows("docs/ko/from-hret.md")
    assert len(english) == len(korean)
    for one, other in zip(english, korean, strict=True):
        named = [re.findall(r"`[^`]+`", cell) for cell in (one[1], other[1])]
        assert named[0] == named[1], one[0]
