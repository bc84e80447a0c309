from __future__ import annotations

import base64
import hashlib
from pathlib import Path

import pytest

from pytest_haerae.errors import HaeraeError
from pytest_haerae.images import LARGEST, Image, image_of
from tests.unit.pictures import GIF, JPEG, PNG, WEBP


@pytest.mark.parametrize(
    ("content", "kind"), [(PNG, "image/png"), (JPEG, "image/jpeg"), (GIF, "image/gif"), (WEBP, "image/webp")]
)
def test_an_image_is_told_by_its_first_bytes(content: bytes, kind: str) -> None:
    image = image_of("x.bin", content, content)
    assert (image.kind, image.size, image.digest) == (kind, len(content), hashlib.sha256(content).hexdigest())
    assert image.url() == f"data:{kind};base64,{base64.b64encode(content).decode()}"


@pytest.mark.parametrize("content", [b"", b"%PDF-1.7", b"<svg xmlns=", b"RIFF____WAVE", b"II*\0", b"BM1234", PNG[1:]])
def test_what_no_model_takes_is_refused(content: bytes) -> None:
    with pytest.raises(ValueError, match="is no PNG, JPEG, GIF or WebP image by its first bytes"):
        image_of("x.png", content, content)


def test_what_is_too_large_is_refused() -> None:
    image_of("x.png", PNG.ljust(LARGEST, b"\0"), b"")
    with pytest.raises(ValueError, match=r"has 20.0 MiB, and 20 MiB is the most"):
        image_of("x.png", PNG.ljust(LARGEST + 1, b"\0"), b"")


def test_a_file_that_was_changed_or_is_gone_is_not_sent_as_if_it_were_the_same(tmp_path: Path) -> None:
    path = tmp_path / "x.png"
    path.write_bytes(PNG)
    image = image_of("x.png", PNG, path)
    assert image.content() == PNG
    path.write_bytes(PNG + b"\0")
    with pytest.raises(HaeraeError, match=r"image x.png was changed since its item was read"):
        image.url()
    path.unlink()
    with pytest.raises(HaeraeError, match=r"image x.png cannot be read any more: No such file"):
        image.url()


def test_an_address_is_passed_on() -> None:
    address = "https://example.org/x.png"
    image = Image(address, "0" * 64, "", 0, address)
    assert (image.url(), image.content()) == (address, None)
