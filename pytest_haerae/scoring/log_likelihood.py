"""The default scorer of log-likelihoods: the option with the highest one is the prediction."""

from __future__ import annotations

from pytest_haerae.data.texts import is_text_alone
from pytest_haerae.scoring.registry import DEFAULT_SCORER, register_scorer
from pytest_haerae.types import Item, Response, Verdict


def not_applicable(item: Item) -> str | None:
    """Free-text items have no options to compare, and what is asked after an answer needs the answer."""
    if item.turns:
        return "log_likelihood does not apply to conversations: their later questions follow answers"
    return "log_likelihood does not apply to free-text answers" if item.options is None else None


def judge_log_likelihood(item: Item, response: Response) -> Verdict:
    """Compare the options' log-likelihoods: the highest wins, the earlier on an exact tie.

    Args:
        item: A lettered item.
        response: Its response with one log-likelihood an option.
    """
    values, labels = response.loglikelihoods, item.labels
    if values is None or labels is None or len(values) != len(labels):
        return Verdict("error", explanation=f"{item.id}: no log-likelihood for some option")
    if is_text_alone(item):
        # It is neither right nor wrong; what its log-likelihood comes to stands beside the accuracy.
        return Verdict("skipped", explanation=f"{item.id}: a text of log-likelihood {values[0]:.4f}")
    best = values.index(max(values))
    right = labels.index(item.reference)
    margin = values[right] - max(values[:right] + values[right + 1 :])
    correct = best == right
    verb = "correct" if correct else "wrong"
    explanation = f"{item.id} {verb}: predicted ({labels[best]}), reference ({item.reference}), margin {margin:+.4f}"
    return Verdict("correct" if correct else "wrong", labels[best], explanation, None, margin)


# By a call and not as a decorator: mutation testing leaves decorated functions as they are.
register_scorer("log_likelihood", DEFAULT_SCORER, quick=True)(judge_log_likelihood)
