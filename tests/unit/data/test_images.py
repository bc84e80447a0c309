from __future__ import annotations

import base64
import hashlib
import json
from pathlib import Path
from typing import Any

import pyarrow as arrow
import pytest
from pyarrow import parquet

from pytest_haerae.catalogue.datasets import open_items
from pytest_haerae.data.images import image_columns
from pytest_haerae.errors import UsageError
from pytest_haerae.images import LARGEST
from pytest_haerae.types import Item
from tests.unit.fakes import question, write_rows
from tests.unit.pictures import GIF, JPEG, PNG, png

DATA_URL = f"data:image/png;base64,{base64.b64encode(PNG).decode()}"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder of data with images, beside something that is none of its business."""
    made = tmp_path / "data"
    (made / "images").mkdir(parents=True)
    (made / "images/one.png").write_bytes(PNG)
    (made / "two.jpg").write_bytes(JPEG)
    (made / "note.png").write_text("무엇", encoding="utf-8")
    (tmp_path / "secret.png").write_bytes(PNG)
    return made


def items(folder: Path, *rows: dict[str, Any], columns: dict[str, Any] | None = None) -> list[Item]:
    data = write_rows(folder / "questions.jsonl", rows)
    return open_items(str(data), columns=columns).items("questions")


def contents(item: Item) -> list[bytes | None]:
    return [image.content() for image in item.images]


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ({"image": "images/one.png"}, [PNG]),
        ({"image": "./images/../two.jpg"}, [JPEG]),
        ({"images": ["images/one.png", "two.jpg"]}, [PNG, JPEG]),
        ({"images": '["two.jpg", "images/one.png"]'}, [JPEG, PNG]),
        ({"image_1": "two.jpg", "image_2": "images/one.png", "image_3": None}, [JPEG, PNG]),
        ({"그림": "two.jpg", "이미지": "images/one.png"}, [JPEG, PNG]),
        ({"image": DATA_URL}, [PNG]),
        ({"image": {"path": "two.jpg"}}, [JPEG]),
        ({"image": {"bytes": None, "path": "two.jpg"}}, [JPEG]),
        ({"image": ""}, []),
        ({"image": None}, []),
        ({"images": []}, []),
        ({"image": "nan"}, []),
        ({}, []),
    ],
)
def test_the_images_of_a_row_in_its_order(folder: Path, cells: dict[str, Any], expected: list[bytes]) -> None:
    (item,) = items(folder, question(0, **cells))
    assert contents(item) == expected
    assert not item.metadata


def test_an_address_is_kept_as_it_is(folder: Path) -> None:
    (item,) = items(folder, question(0, image="https://example.org/a.png"))
    (image,) = item.images
    assert (image.url(), image.kind, image.size) == ("https://example.org/a.png", "", 0)


def test_the_bytes_of_a_parquet_file_as_datasets_writes_it(tmp_path: Path) -> None:
    rows = [
        question(0, image={"bytes": PNG, "path": "/home/somebody/one.png"}),
        question(1, image={"bytes": GIF, "path": None}),
        question(2, image=None),
    ]
    parquet.write_table(arrow.Table.from_pylist(rows), tmp_path / "questions.parquet")
    found = open_items(str(tmp_path / "questions.parquet")).items("questions")
    assert [contents(item) for item in found] == [[PNG], [GIF], []]
    assert [image.name for item in found for image in item.images] == ["one.png", "image"]


@pytest.mark.parametrize(
    ("cell", "words"),
    [
        ("images/none.png", "there is no file 'images/none.png' in "),
        ("note.png", "'note.png' is no PNG, JPEG, GIF or WebP image by its first bytes"),
        ("images", "there is no file 'images' in "),
        ("../secret.png", "'../secret.png' lies outside of the data file's folder "),
        ("images/../../secret.png", "lies outside of the data file's folder "),
        ("link.png", "'link.png' lies outside of the data file's folder "),
        ("/etc/passwd", "'/etc/passwd' lies outside of the data file's folder "),
        ("file:///etc/passwd", "there is no file 'file:///etc/passwd' in "),
        ("https://", "'https://' is an address without a host"),
        ("https://[::/a.png", "'https://[::/a.png' is an address without a host"),
        ("x" * 5000, "there is no file 'xxx"),
        ("large.png", "large.png has 20.0 MiB, and 20 MiB is the most"),
        ("data:text/html;base64,PGI+", "is no data: URL of an image"),
        ("data:image/png,abc", "is no data: URL of an image"),
        ("data:image/png;base64,!!!", "is no base64 behind its comma"),
        ("data:image/png;base64,PGI+", "is no PNG, JPEG, GIF or WebP image by its first bytes"),
        (5, "is of type int; give a path, an http(s) address, a data: URL, or the bytes as datasets stores them"),
        ({"a": 1}, "is of type dict; give a path"),
        ([["two.jpg"]], "is of type list; give a path"),
        ("[two.jpg", "'[two.jpg' is no list of images"),
    ],
)
def test_what_is_no_image_is_one_line_with_its_row_and_column(folder: Path, cell: Any, words: str) -> None:  # noqa: ANN401
    (folder / "link.png").symlink_to(folder.parent / "secret.png")
    with (folder / "large.png").open("wb") as file:
        file.truncate(LARGEST + 1)
    with pytest.raises(UsageError) as error:
        items(folder, question(0, image="two.jpg"), question(1, image=cell))
    line = str(error.value)
    assert line.startswith(f"{folder / 'questions.jsonl'}, row 2, field 'image': ")
    assert words in line
    assert "\n" not in line
    assert len(line) < 500


def test_the_same_question_about_another_image_is_another_item(folder: Path) -> None:
    """By content: a copy under another name is the same."""
    for number, colour in enumerate([(1, 1, 1), (2, 2, 2), (1, 1, 1)]):
        (folder / f"{number}.png").write_bytes(png(colour))
    asked = [question(0, image=f"{number}.png") for number in range(3)]
    first, second, copy = items(folder, *asked)
    assert first.key != second.key
    assert copy.key == f"{first.key}#2"
    before = open_items(str(folder / "questions.jsonl")).fingerprint("questions")
    (folder / "0.png").write_bytes(png((9, 9, 9)))
    assert open_items(str(folder / "questions.jsonl")).fingerprint("questions") != before


def test_without_images_keys_and_fingerprints_are_what_they_were(folder: Path) -> None:
    (item,) = items(folder, question(0))
    loader = open_items(str(folder / "questions.jsonl"))
    asked = json.dumps([item.id, item.query, item.options, item.reference]).encode()
    assert loader.fingerprint("questions") == hashlib.sha256(asked).hexdigest()[:16]
    assert "#" not in item.key


def test_the_user_may_name_the_columns_or_say_that_there_are_none(folder: Path) -> None:
    mapped = {"question": "question", "options": "options", "answer": "answer"}
    row = question(0, photo="two.jpg", scan="images/one.png", image="no file")
    (item,) = items(folder, row, columns={**mapped, "image": "photo|scan"})
    assert contents(item) == [JPEG, PNG]
    assert dict(item.metadata) == {"image": "no file"}
    (item,) = items(folder, row, columns={**mapped, "image": ""})
    assert item.images == ()
    with pytest.raises(UsageError, match="has no such column: unknown column 'phto': did you mean 'photo'"):
        items(folder, row, columns={**mapped, "image": "phto"})


def test_columns_that_only_sound_alike_are_none() -> None:
    names = ["image", "Images", "image_2", "image 3", "이미지", "그림1", "image_url", "imagery", "image_path", "그림자"]
    assert image_columns(names) == ("image", "Images", "image_2", "image 3", "이미지", "그림1")
