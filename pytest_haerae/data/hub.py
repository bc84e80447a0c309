"""Data sets of the Hugging Face hub, through `datasets` with its cache, tokens and offline mode."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from pytest_haerae.errors import UsageError, unknown
from pytest_haerae.redact import redact_text

HAERAE_BENCH = "HAERAE-HUB/HAE_RAE_BENCH_1.1"
HAERAE_REVISION = "b480e81024913f27783d2b05d2f0b10089db19ad"
HAERAE_SUBSETS = (
    "correct_definition_matching",
    "csat_geo",
    "csat_law",
    "csat_socio",
    "date_understanding",
    "general_knowledge",
    "history",
    "loan_words",
    "lyrics_denoising",
    "proverbs_denoising",
    "rare_words",
    "reading_comprehension",
    "standard_nomenclature",
)
PRIVATE_SUBSETS = ("csat_eng", "csat_kor", "csat_math")
"""Subsets that tutorials name and no public data set has."""


def unknown_subset(name: str, known: Iterable[str]) -> str:
    """Word the error for a subset that a data set does not have."""
    if name in PRIVATE_SUBSETS:
        valid = ", ".join(sorted(known))
        return (
            f"subset '{name}' is in no public data set: put {name}.jsonl (.csv, .tsv, .parquet) into a folder and name"
            f" it with --dataset=FOLDER. Valid here: {valid}"
        )
    return unknown("subset", name, known)


class HubDataset:
    """One repository of the hub; a configuration of it is a subset.

    Attributes:
        name: The name as the user typed it.
        revision: The commit, branch or tag that is read; None for the default branch.
    """

    def __init__(self, name: str, split: str, revision: str | None) -> None:
        is_haerae = name == "haerae_bench"
        self.name = name
        self.split = split
        self.repository = HAERAE_BENCH if is_haerae else name
        self.revision = revision or (HAERAE_REVISION if is_haerae else None)
        self._subsets: tuple[str, ...] | None = HAERAE_SUBSETS if is_haerae else None

    def subsets(self) -> tuple[str, ...]:
        """The configurations' names; known without a download for HAE-RAE Bench."""
        if self._subsets is None:
            from datasets import get_dataset_config_names

            try:
                self._subsets = tuple(sorted(get_dataset_config_names(self.repository, revision=self.revision)))
            except Exception as error:
                raise self._refusal(error) from None
        return self._subsets

    def source(self, subset: str) -> str:
        """The repository and configuration, for messages."""
        return f"{self.repository}/{subset}"

    def rows(self, subset: str) -> Iterator[dict[str, Any]]:
        """The rows of one configuration, in the hub's order.

        Raises:
            UsageError: The data set can not be had (not found, gated, no network) or has no such split.
        """
        from datasets import load_dataset
        from datasets.utils import disable_progress_bars

        disable_progress_bars()
        try:
            rows = load_dataset(self.repository, name=subset, revision=self.revision, split=self.split)
        except Exception as error:
            raise self._refusal(error) from None
        yield from rows

    def _refusal(self, error: Exception) -> UsageError:
        message = redact_text(str(error).strip().split("\n")[0])
        if isinstance(error, ValueError) and "split" in message.lower():
            return UsageError(f"dataset {self.name}: no split '{self.split}' ({message})")
        if isinstance(error, ValueError) and "BuilderConfig" in message:
            return UsageError(f"dataset {self.name}: {message}")
        return UsageError(
            f"dataset {self.name} ({self.repository}) can not be had from the hub: {type(error).__name__}: {message}."
            " Check the name, HF_TOKEN for private or gated data, and the network; or use --dataset=sample"
        )


def known_names() -> tuple[str, ...]:
    """The data sets that have a name of their own."""
    return ("haerae_bench", "sample")


def refuse_unknown(name: str) -> UsageError:
    """Word the error for a name that is no data set, no path and no hub id."""
    return UsageError(f"{unknown('dataset', name, known_names())}, a hub id such as owner/name, or a folder or file")
