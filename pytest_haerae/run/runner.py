"""One evaluation, without pytest: items to requests, responses, samples and the report."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter
from typing import Any

from pytest_haerae.backends.protocol import Backend, Model
from pytest_haerae.backends.registry import find_backend, require_method, validate_parameters
from pytest_haerae.catalogue.datasets import open_items, unknown_subset
from pytest_haerae.config.run_config import RunConfig
from pytest_haerae.data.dataset import ItemLoader
from pytest_haerae.errors import UsageError
from pytest_haerae.gates.baseline import check_items, check_settings
from pytest_haerae.gates.judge import Completeness, check_gated_subsets, judge_run
from pytest_haerae.prompts import LazyRequests, choose_shots, find_prompt, make_request, refuse_method
from pytest_haerae.redact import secrets_in
from pytest_haerae.replicas import Replicas, check_replicas
from pytest_haerae.report.build import RunFacts, make_report
from pytest_haerae.report.outputs import check_outputs, write_outputs
from pytest_haerae.report.read import read_report
from pytest_haerae.report.samples import SampleRows
from pytest_haerae.run.engine import Engine, Progress
from pytest_haerae.run.store import Store, identity_digest, response_key
from pytest_haerae.scoring import check_scorer, judge, skip_reason
from pytest_haerae.statistics.scores import make_metrics
from pytest_haerae.types import CAPABILITY, DataKey, Item, Request, Response, Sample, Selected, Usage, Verdict


def _place(selected: Selected) -> tuple[str, int, str]:
    """Where an item stands among all: by subset, and there as in the data set."""
    return selected.item.subset, selected.item.index, selected.nodeid


class Run:
    """A validated configuration with all that it names looked up; nothing is loaded or paid for yet.

    Args:
        config: The configuration.
        backends: Backends beside those of the entry points, by name.

    Raises:
        UsageError: The backend, a parameter, the prompt, the output folder or the baseline is not usable.
    """

    def __init__(self, config: RunConfig, backends: Mapping[str, type[Backend]] | None = None) -> None:
        self.config = config
        self._backend = find_backend(config.model, backends)
        require_method(config.model, self._backend, config.method)
        if config.replicas is not None:
            check_replicas(config.model, self._backend)
        self._parameters = validate_parameters(config.model, self._backend, config.model_params)
        self._prompt = find_prompt(config.prompt)
        refuse_method(self._prompt, config.method)
        check_scorer(config.method, config.scorer)
        check_outputs(config)
        self._baseline = self._read_baseline()
        self._secrets = tuple(secrets_in(config.model_params))
        self._loaders: dict[tuple[DataKey, str], ItemLoader] = {}
        self._started = datetime.now(UTC)
        self._clock = perf_counter()
        self.usage = Usage()
        self._store: Store | None = None
        self._identity: str | None = None
        self.run_number = 0
        self.resumed = False
        self.notes: list[str] = []

    def _read_baseline(self) -> dict[str, Any] | None:
        config = self.config
        if config.baseline is None:
            return None
        place = f"--baseline {config.baseline}"
        report = read_report(config.baseline, place)
        expected = {
            "method": config.method,
            "scorer": config.scorer,
            "prompt": config.prompt,
            "prompt_fingerprint": self._prompt.fingerprint,
            "num_few_shot": config.num_few_shot,
            "split": config.split,
        }
        check_settings(place, report["info"], expected)
        return report

    @property
    def default_data(self) -> DataKey:
        """The data set of suites that name none of their own."""
        return DataKey(self.config.dataset)

    def loader(self, data: DataKey, split: str | None = None) -> ItemLoader:
        """The items of a data set, loaded once."""
        split = split or self.config.split
        if (data, split) not in self._loaders:
            revision = self.config.dataset_revision if data == self.default_data else None
            folder = Path(data.folder) if data.folder else None
            self._loaders[data, split] = open_items(data.name, split, revision, folder, self.config.dataset_columns)
        return self._loaders[data, split]

    def items(self, data: DataKey, subset: str) -> list[Item]:
        """The items of a subset that are in scope: the first `limit` of them."""
        return self.loader(data).items(subset)[: self.config.limit]

    def check_subsets(self) -> None:
        """Refuse a subset that none of the opened data sets has.

        Raises:
            UsageError: With the nearest match and the valid ones.
        """
        known = {subset for loader in self._loaders.values() for subset in loader.dataset.subsets()}
        for name in self.config.subset:
            if name not in known:
                raise UsageError(f"--subset: {unknown_subset(name, known)}")

    def _check_baseline(self, selection: Sequence[Selected]) -> None:
        if self._baseline is not None:
            unanswered = [Sample(entry, None, Verdict("skipped")) for entry in selection]
            rows = SampleRows(unanswered, self._request_of, return_logits=False)
            check_items(f"--baseline {self.config.baseline}", self._baseline, rows, self._fingerprints(selection))

    def request(self, selected: Selected) -> Request | None:
        """The request that asks an item; None where the method does not apply to it."""
        return None if skip_reason(selected.item, self.config.method) else self._render(selected)

    def _request_of(self, sample: Sample) -> Request | None:
        return self.request(sample.selected)

    def _render(self, selected: Selected) -> Request:
        config = self.config
        shots = self._shots(selected) if config.num_few_shot else []
        kind, chat = CAPABILITY[config.method], config.apply_chat_template
        return make_request(
            selected.item,
            self._prompt,
            kind,
            shots,
            chat=self._parameters.takes_chats(kind) if chat is None else chat,
            system_prompt=config.system_prompt,
        )

    def _shots(self, selected: Selected) -> list[Item]:
        """The worked examples before an item: of its own subset, in the split they are to come from."""
        config, item = self.config, selected.item
        try:
            pool = self.loader(selected.data, config.few_shot_split).items(item.subset)
        except UsageError as error:
            raise UsageError(f"--few-shot-split: {error}") from None
        return choose_shots(pool, item, config.num_few_shot, config.few_shot_seed, config.few_shot_split)

    def describe(self) -> str:
        """One line: backend, model, method, data."""
        label = self._parameters.model_label()
        model = f"{self.config.model} {label}" if label else self.config.model
        return f"{model}, {self.config.method}, {self.config.dataset}"

    def ask(self, selection: Sequence[Selected], progress: Progress, *, by_hand: bool = False) -> list[Sample]:
        """Ask all selected items in one pass and judge the answers.

        Args:
            selection: The items to ask.
            progress: Told after each answer.
            by_hand: Whether they are a part of the scope, on which no gate is evaluated.

        Raises:
            UsageError: The model can not be loaded, or a gate can not be judged on these items.
            StoreError: Answers can not be kept.
        """
        # In one order whichever door asks: what shares a batch, and the run that is resumed, are the same then.
        selection = sorted(selection, key=_place)
        asked = [entry for entry in selection if not skip_reason(entry.item, self.config.method)]
        requests = LazyRequests(lambda index: self._render(asked[index]), range(len(asked)))
        if not by_hand:
            check_gated_subsets(self.config, (entry.item.subset for entry in selection))
        self._check_baseline(selection)
        keys = [response_key(self.identity(), request) for request in requests]
        self._begin(keys)
        engine = Engine(
            self._load,
            self.store(),
            self.run_number,
            reuse=self.config.reuse,
            secrets=self._secrets,
        )
        answers = iter(engine.ask(keys, requests, progress))
        self.usage = engine.usage
        return [
            self._sample(entry, None if skip_reason(entry.item, self.config.method) else next(answers))
            for entry in selection
        ]

    def _load(self) -> Model:
        """Load the model: in this process, or as the replicas that are asked for."""
        config = self.config
        if config.replicas is None:
            return self._backend(self._parameters)
        return Replicas(
            self._backend,
            self._parameters,
            count=config.replicas,
            address=config.ray_address,
            gpus=config.gpus_per_replica,
        )

    def read_from(self, store: Path, run_number: int) -> None:
        """Read the answers that another process stores for this run; before the first `stored_sample`."""
        self.config = self.config.model_copy(update={"store": store})
        self.run_number = run_number

    def stored_sample(self, selected: Selected) -> Sample:
        """Judge an item by what the store has for this run; how a worker process learns its verdicts."""
        request = self.request(selected)
        if request is None:
            return self._sample(selected, None)
        key = response_key(self.identity(), request)
        response = self.store().get(self.run_number, key)
        if response is None:
            error = self.store().failure(self.run_number, key) or "no response was stored for this item"
            response = Response(error=error)
        return self._sample(selected, response)

    def _sample(self, selected: Selected, response: Response | None) -> Sample:
        return Sample(selected, response, judge(selected.item, response, self.config.method, self.config.scorer))

    def identity(self) -> str:
        """Hash of what determines a response beside its request."""
        if self._identity is None:
            self._identity = identity_digest({"backend": self.config.model, **self._parameters.identity()})
        return self._identity

    def store(self) -> Store:
        """The response store, opened at first use."""
        if self._store is None:
            self._store = Store(self.config.store)
        return self._store

    def _begin(self, keys: Sequence[str]) -> None:
        """Begin or resume: runs are the same when they ask the same model the same requests."""
        fingerprint = hashlib.sha256("".join(keys).encode()).hexdigest()
        self.run_number, self.resumed = self.store().begin(
            fingerprint, resume=self.config.resume, rerun_errors=self.config.rerun == "errors"
        )

    def report(
        self, selection: Sequence[Selected], samples: Sequence[Sample], completeness: Completeness
    ) -> dict[str, Any]:
        """Make the report, write it and then, where the run could be measured, mark it as finished in the store.

        Args:
            selection: All that was selected.
            samples: The samples whose tests reported, in any order.
            completeness: What is known of the missing ones.

        Raises:
            UsageError: The report can not be written; the same run goes on from its stored answers.
            StoreError: The store can not be written.
        """
        ordered = sorted(samples, key=lambda sample: _place(sample.selected))
        metrics = make_metrics(ordered)
        rows = SampleRows(ordered, self._request_of, return_logits=self.config.return_logits)
        baseline = self._baseline["samples"] if self._baseline else None
        judgement = judge_run(self.config, metrics, rows, baseline, completeness)
        names = list(dict.fromkeys(entry.data for entry in selection)) or [self.default_data]
        facts = RunFacts(
            model=self._parameters.model_label(),
            libraries=self._backend.libraries,
            dataset=",".join(data.name for data in names),
            dataset_revision=self.loader(names[0]).dataset.revision,
            dataset_fingerprint=self._fingerprint(selection),
            subset_fingerprints=self._fingerprints(selection),
            prompt_fingerprint=self._prompt.fingerprint,
            started=self._started,
            elapsed_seconds=perf_counter() - self._clock,
            usage=self.usage,
            completeness=completeness,
        )
        report = make_report(self.config, facts, metrics, ordered, rows=rows, judgement=judgement)
        self.notes = [*self.usage.notes, *write_outputs(report, self.config, self._baseline)]
        if completeness.reason(self.config.max_error_rate) is None:
            self.store().finish(self.run_number)
        return report

    def _fingerprint(self, selection: Sequence[Selected]) -> str:
        """One hash of all rows of the subsets that were used."""
        used = sorted({(entry.data, entry.item.subset) for entry in selection}, key=str)
        text = json.dumps([self.loader(data).fingerprint(subset) for data, subset in used])
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    def _fingerprints(self, selection: Sequence[Selected]) -> dict[str, str]:
        """The hash of each subset's rows; where two data sets have a subset of one name, of both."""
        found: dict[str, list[str]] = {}
        for data, subset in sorted({(entry.data, entry.item.subset) for entry in selection}, key=str):
            found.setdefault(subset, []).append(self.loader(data).fingerprint(subset))
        return {subset: "+".join(hashes) for subset, hashes in found.items()}

    def close(self) -> None:
        """Close the store."""
        if self._store is not None:
            self._store.close()
            self._store = None
