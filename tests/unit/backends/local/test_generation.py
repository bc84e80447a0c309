from __future__ import annotations

from pytest_haerae.backends.local.generation import applied, note_of

BROUGHT = {
    "_from_model_config": True,
    "bos_token_id": 2,
    "do_sample": True,
    "eos_token_id": [1, 106],
    "max_length": 20,
    "no_repeat_ngram_size": 3,
    "num_return_sequences": 2,
    "repetition_penalty": 1.3,
    "temperature": 0.6,
    "top_k": 64,
    "top_p": 0.95,
    "transformers_version": "5.24.0",
    "min_p": None,
}


def test_d3_what_acts_on_a_run_is_shown() -> None:
    """D3: `repetition_penalty` in generation_config.json changed greedy text and nothing said so."""
    greedy = {"eos_token_id": [1, 106], "no_repeat_ngram_size": 3, "repetition_penalty": 1.3}
    assert applied(BROUGHT, sampling=False) == greedy
    assert applied(BROUGHT, sampling=True) == {**greedy, "top_k": 64}
    assert note_of("huggingface", greedy) == (
        "huggingface: the model's own generation parameters change its texts: no_repeat_ngram_size=3,"
        " repetition_penalty=1.3 (info.generation)"
    )


def test_what_changes_no_text_is_not_told() -> None:
    assert note_of("vllm", applied({"eos_token_id": 1, "top_k": 64}, sampling=False)) is None
