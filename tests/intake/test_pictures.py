"""Pictures from outside: only what is a PNG or JPEG is kept, and opening it harms nothing."""

from __future__ import annotations

import resource
import subprocess
import sys
import time
from pathlib import Path

import pytest

from monitor.intake import ocr, pictures, screen_text
from monitor.intake.pictures import NotReadable
from monitor.intake.stripped import NotAPicture, stripped
from monitor.model.tip import Sight
from monitor.run.tip_sights import alike
from tests.intake import hostile


@pytest.mark.parametrize("kind", hostile.KINDS)
def test_only_the_form_of_a_picture_is_kept(kind: str) -> None:
    data, is_picture = hostile.KINDS[kind]
    if not is_picture:
        with pytest.raises(NotAPicture):
            stripped(data)
        return
    kept = stripped(data)
    assert stripped(kept.data).data == kept.data
    assert not any(word in kept.data for word in (b"<script", b"PK\x03\x04", b"zTXt", b"iCCP"))


def test_a_picture_is_cropped_and_strangers_are_painted_over() -> None:
    whole = hostile.png(20, 20)  # black
    made = pictures.cropped(whole, (5, 5, 10, 10), [(0, 0, 8, 8)])
    look = pictures.looked(made)
    assert (look.width, look.height) == (10, 10)
    shown = subprocess.run(
        [sys.executable, "-c", PIXELS], input=made, capture_output=True, check=True
    )
    assert shown.stdout.decode().split() == ["128", "0"]


PIXELS = """
import io, sys
from PIL import Image
picture = Image.open(io.BytesIO(sys.stdin.buffer.read())).convert("L")
print(picture.getpixel((0, 0)), picture.getpixel((9, 9)))
"""


@pytest.mark.parametrize("box", [(15, 15, 10, 10), (0, 0, 21, 1)])
def test_a_box_outside_the_picture_is_refused(box: pictures.Box) -> None:
    with pytest.raises(NotReadable, match="outside the picture"):
        pictures.cropped(hostile.png(20, 20), box)


def test_without_pillow_the_child_says_so() -> None:
    words = [sys.executable, "-I", "-S", str(pictures.CHILD), "look"]
    assert subprocess.run(words, input=b"", check=False).returncode == 4


def test_without_tesseract_the_reader_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ocr.NoReader, match="apt-get install tesseract-ocr"):
        ocr.read(hostile.png(3, 3))


def test_the_app_around_a_post_is_left_out() -> None:
    assert screen_text.post(hostile.SCREEN) == 'Ayo pilih Pak "Rekaan"'


@pytest.mark.parametrize(
    "table", ["", "level\ttext\n5\tx", "\0", hostile.SCREEN.replace("5\t", "x\t")]
)
def test_what_is_no_table_says_nothing(table: str) -> None:
    try:
        assert screen_text.post(table) == ""
    except screen_text.NotATable:
        assert table.startswith("level\ttext")


LOOKS = {"same": "0" * 64, "near": "f" * 4 + "0" * 60, "far": "f" * 64}
WORDS = "mari memilih calon rekaan nomor satu bersama tetangga"


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (Sight(LOOKS["same"], WORDS), Sight(LOOKS["near"], f"{WORDS} semuanya"), True),
        (Sight(LOOKS["same"], WORDS), Sight(LOOKS["near"], "loket buka sampai pukul empat"), False),
        (Sight(LOOKS["same"], WORDS), Sight(LOOKS["far"], WORDS), False),
        (Sight(LOOKS["same"]), Sight(LOOKS["same"]), True),
        (Sight(LOOKS["same"]), Sight(LOOKS["near"]), False),
        (Sight(), Sight(), False),
    ],
)
def test_a_screenshot_sent_again_is_known(one: Sight, other: Sight, *, same: bool) -> None:
    assert alike(one, other) is same


@pytest.mark.drill
@pytest.mark.parametrize("kind", hostile.KINDS)
def test_opening_it_ends_soon_and_leaves_nothing(kind: str, tmp_path: Path) -> None:
    data, _ = hostile.KINDS[kind]
    began = time.process_time() + _children()
    for work in (pictures.looked, pictures.prepared):
        try:
            assert work(data)
        except NotReadable:
            continue
    assert time.process_time() + _children() - began < pictures.SECONDS
    assert list(tmp_path.iterdir()) == []


def _children() -> float:
    spent = resource.getrusage(resource.RUSAGE_CHILDREN)
    return spent.ru_utime + spent.ru_stime
