"""What pyproject.toml cannot say: the long description, made from README.md, and the suites' place in the package.

The README's links are relative, which suits the repository and would be dead on the index's page. They are made whole
with the project's address, the one value ``Repository`` in ``[project.urls]`` of pyproject.toml. As long as it is not
there, no link is written: its words stay, and paragraphs that are nothing but links or a picture are left out.

The suites stand at the top of the checkout, where `pytest suites/` finds them, and are `pytest_haerae.suites` when they
are installed.
"""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

from setuptools import find_packages, setup

ROOT = Path(__file__).parent
LINK = re.compile(r"(?P<picture>!?)\[(?P<words>[^\]]*)\]\((?!https?://|#)(?P<target>[^)\s]+)\)")
"""A link, or a picture, to a file of the repository."""
SUITES = "pytest_haerae.suites"
NOTE = "The documentation, in English and Korean, is in the folder `docs` of the source distribution."


def long_description(readme: str, address: str | None, version: str) -> str:
    """The README for a page outside the repository.

    Args:
        readme: Markdown with relative links.
        address: The repository's address, None as long as it is not known.
        version: The version that is released: links lead to its tag.

    Returns:
        Markdown without a relative link.
    """
    if address:
        root = address.rstrip("/")

        def absolute(link: re.Match[str]) -> str:
            kind = "raw" if link["picture"] else "blob"
            return f"{link['picture']}[{link['words']}]({root}/{kind}/v{version}/{link['target']})"

        return LINK.sub(absolute, readme)
    paragraphs = [
        text for text in readme.rstrip().split("\n\n") if not LINK.search(text) or re.search(r"\w", LINK.sub("", text))
    ]
    return LINK.sub(lambda link: link["words"], "\n\n".join([*paragraphs, NOTE])) + "\n"


def _below_suites() -> list[str]:
    return [f"{SUITES}.{name}" for name in find_packages(str(ROOT / "suites"))]


if __name__ == "__main__":
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    setup(
        long_description=long_description(
            (ROOT / "README.md").read_text(encoding="utf-8"),
            project.get("urls", {}).get("Repository"),
            project["version"],
        ),
        long_description_content_type="text/markdown",
        packages=[*find_packages(include=["pytest_haerae", "pytest_haerae.*"]), SUITES, *_below_suites()],
        package_dir={SUITES: "suites"},
    )
