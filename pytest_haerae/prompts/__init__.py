"""Items to requests: prompts, as template files or functions, and few-shot examples."""

from pytest_haerae.prompts.registry import register_prompt

__all__ = ["register_prompt"]
