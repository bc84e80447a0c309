"""Which language an answer is in, as HAE-RAE's evaluation toolkit finds it out: by langdetect."""

from __future__ import annotations

from functools import cache
from importlib.util import find_spec
from typing import Any

from pytest_haerae.errors import UsageError, unknown

_WAY_OUT = "pip install 'pytest-haerae[language]'"


def check_language(language: str) -> None:
    """Refuse a run whose answers' language could not be told.

    Raises:
        UsageError: langdetect is not installed (names the extra), or does not know the language (names the nearest).
    """
    if find_spec("langdetect") is None:
        raise UsageError(
            "--evaluator-params: language_penalize finds out languages with langdetect, which is not installed:"
            f" {_WAY_OUT}"
        )
    if language not in (known := _factory().get_lang_list()):
        raise UsageError(f"--evaluator-params: target_lang: {unknown('language', language, known)}")


def language_problem(language: str) -> str | None:
    """Why it could not be told whether an answer is in a language, with the way out; None where it can."""
    if find_spec("langdetect") is None:
        return f"languages are told by langdetect, which is not installed: {_WAY_OUT}"
    known = _factory().get_lang_list()
    return None if language in known else unknown("language", language, known)


def is_in(language: str, text: str) -> bool:
    """Whether langdetect takes an answer, without reasoning, for one in this language; what it cannot tell is in none.

    The same text has the same language each time: langdetect draws, and its seed is set, of no other's detector.

    Args:
        language: As langdetect writes it: ``ko``.
        text: The model's output.
    """
    from langdetect.lang_detect_exception import LangDetectException

    from pytest_haerae.scoring.reading.marks import split_reasoning

    detector = _factory().create()
    detector.append(split_reasoning(text).answer.text)
    try:
        return bool(detector.detect() == language)
    except LangDetectException:
        return False


@cache
def _factory() -> Any:  # noqa: ANN401 - the library has no types
    from langdetect.detector_factory import PROFILES_DIRECTORY, DetectorFactory

    factory = DetectorFactory()
    factory.load_profile(PROFILES_DIRECTORY)
    factory.set_seed(0)
    return factory
