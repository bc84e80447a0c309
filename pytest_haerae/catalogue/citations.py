"""What to cite where numbers are published: BibTeX of collections and of the benchmarks that they are made of."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

_NO_NAME = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True)
class Work:
    """A publication.

    Attributes:
        key: What a text cites it by.
        title: Its title; braces keep capitals.
        authors: Its authors, as BibTeX separates them.
        year: When it appeared.
        url: Where it is.
    """

    key: str
    title: str
    authors: str
    year: int
    url: str

    def bibtex(self) -> str:
        """Its entry."""
        fields = {"title": self.title, "author": self.authors, "year": str(self.year), "url": self.url}
        return f"@misc{{{self.key},\n" + "".join(f"  {name} = {{{text}}},\n" for name, text in fields.items()) + "}"


def arxiv(key: str, number: str, title: str, authors: str) -> Work:
    """A work by its number at arXiv, which begins with its year."""
    return Work(key, title, authors, 2000 + int(number[:2]), f"https://arxiv.org/abs/{number}")


def folded(name: str) -> str:
    """A name without case and punctuation: ``HAE-RAE Bench`` and ``hae_rae_bench`` are one."""
    return _NO_NAME.sub("", name).casefold()


@dataclass(frozen=True, slots=True)
class Source:
    """A benchmark that a collection has rows of.

    Attributes:
        names: What the collection may call it: its name, and the repository that it is from.
        work: What to cite for it.
    """

    names: tuple[str, ...]
    work: Work


def works_of(sources: Iterable[Source], names: Iterable[str]) -> Sequence[Work]:
    """The works of the sources that are named, in the order of the sources; a name that none has is passed over."""
    wanted = set(map(folded, names))
    return [source.work for source in sources if wanted.intersection(map(folded, source.names))]
