from __future__ import annotations

import pytest
import yaml

from pytest_haerae.doors.yaml_files import parse_yaml
from pytest_haerae.errors import UsageError

TEXT = """
defaults: &defaults {limit: 3, split: test}
model: {name: random}
params:
  <<: *defaults
  limit: 4
other:
  model: x
  1: y
  "1": z
again: *defaults
"""


NESTED = """
a: &a {x: 1}
top:
  b: &b
    <<: *a
    x: 2
c:
  <<: *b
d: *b
"""
"""A mapping that takes another over is taken over itself before it is made."""


@pytest.mark.parametrize("text", [TEXT, NESTED])
def test_what_stands_there_once_is_read_as_the_library_reads_it(text: str) -> None:
    assert parse_yaml(text, "f") == yaml.safe_load(text)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a: 1\nb:\n  c: 1\n  'c': 2\n", "^f: line 4: 'c' stands in line 3, too; keep one$"),
        ("- {a: 1, b: {}, a: 1}\n", "^f: line 1: 'a' stands in line 1, too"),
        ("a: [\n", "^f: malformed YAML: "),
        ("[" * 3000, "^f: (the YAML is nested too deeply|malformed YAML)"),
        ("? {a: 1}\n: 2\n", "^f: malformed YAML: .*unhashable key"),
    ],
)
def test_what_is_wrong_is_named_with_its_line(text: str, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        parse_yaml(text, "f")
