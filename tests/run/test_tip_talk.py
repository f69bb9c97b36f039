"""``/lapor``: one message in, a number out, and nothing of it lies open."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from monitor import config
from monitor.clock import utc_now
from monitor.model.tip import Tip
from monitor.model.update import Attachment, Said
from monitor.run.tip_talk import LONGEST_NOTE, NAMED, TipTalk, read
from monitor.run.tips import TipDesk
from monitor.store import keys, migrate
from monitor.store.writer import Writer
from tests.needle import found

NOTE = "Mengajak memilih di balai rekaan"
LINK = "https://bsky.app/profile/warga-asing.test/post/3k"
AT = datetime(2024, 10, 12, tzinfo=UTC)
PNG = b"\x89PNG\r\n\x1a\n\0\0\0\0IEND\xae\x42\x60\x82"


@pytest.fixture
def talk(tmp_path: Path) -> Iterator[tuple[TipTalk, Writer]]:
    settings = config.parse({"http": {"contact": "uji@contoh.example"}, "folder": tmp_path}, "uji")
    (tmp_path / "data").mkdir()
    migrate.upgrade(settings.database)
    ring = keys.make(settings.path("keys"))
    with closing(Writer(settings.database)) as writer:
        yield TipTalk(TipDesk(writer, ring, settings, utc_now), 14), writer


def say(talk: tuple[TipTalk, Writer], text: str, *, private: bool = True, **more: object) -> str:
    said = Said(1, 700_111, 700_111, 5, text, private, AT, **more)  # type: ignore[arg-type]
    office, writer = talk
    with writer.transaction() as tx:
        (answer,) = office.react(said, tx).sends
    assert answer.chat == 700_111
    return answer.html


def test_a_tip_in_one_message(talk: tuple[TipTalk, Writer], tmp_path: Path) -> None:
    picture = Attachment("f", "image/png", len(PNG))
    told = say(talk, f"/lapor {LINK} {NOTE}", file=picture, data=PNG)
    assert "TIP-" in told
    assert "belum diverifikasi" in say(talk, "/lapor status")
    assert found(tmp_path, [NOTE, "warga-asing.test", "700111"]) == []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("/lapor", "satu pesan"),
        ("/lapor status", "Tidak ada laporan"),
        ("/lapor https://a@b.example/<b>", "tidak terbaca"),
    ],
)
def test_what_is_no_tip_is_answered(talk: tuple[TipTalk, Writer], text: str, said: str) -> None:
    assert said in say(talk, text)


def test_a_file_that_is_no_picture_is_not_kept(talk: tuple[TipTalk, Writer]) -> None:
    answer = say(talk, "/lapor x", file=Attachment("f", "application/pdf", 9), data=b"%PDF-1.7 ")
    assert "bukan gambar" in answer
    assert "Tidak ada" in say(talk, "/lapor status")


def test_nothing_is_taken_in_a_group(talk: tuple[TipTalk, Writer]) -> None:
    assert "percakapan pribadi" in say(talk, f"/lapor {LINK}", private=False)
    assert "Tidak ada" in say(talk, "/lapor status")


def test_a_message_is_parted_into_link_and_note() -> None:
    assert read(f"lihat {LINK} ini") == Tip(link=LINK, note="lihat   ini")
    assert read("tanpa tautan") == Tip(note="tanpa tautan")


def test_an_act_outside_the_networks_is_told_line_by_line() -> None:
    told = (
        "Waktu: Selasa, pukul 10\n tempat : Balai Rekaan\nUraian: mengajak memilih: nomor 1\n"
        f"SAKSI: dua orang\ncara  diketahui: hadir\nlihat juga {LINK}\nSaksi: lagi"
    )
    assert read(told) == Tip(
        link=LINK,
        note="mengajak memilih: nomor 1\nlihat juga  \nSaksi: lagi",
        seen_at="Selasa, pukul 10",
        place="Balai Rekaan",
        witnesses="dua orang",
        known_from="hadir",
    )


def test_each_field_has_a_bound() -> None:
    told = read("\n".join(f"{name}: {'a' * 9_000}" for name in NAMED))
    assert {len(getattr(told, field)) for field in NAMED.values()} == {LONGEST_NOTE}


@pytest.mark.parametrize("written", [f"({LINK})", f"{LINK}.", f"\u201c{LINK}\u201d,", f"<{LINK}>"])
def test_a_link_is_found_within_a_sentence(written: str) -> None:
    assert read(f"lihat {written} ya").link == LINK
