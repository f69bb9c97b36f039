"""The recap of a day or a week in a few lines, as it is told in a chat. Nobody is named in it.

That nothing was found is never told alone: beside it stands what was looked at, and what was not.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from monitor.measure.figures import Column, Figures
from monitor.measure.gaps import OF_ALL, Gap, Times, hours

Language = Literal["id", "en"]

PLATFORMS = {"bluesky": "Bluesky", "feed": "laman", "mastodon": "Mastodon"}
WORDS: Mapping[Language, Mapping[str, str]] = {
    "id": {
        "new": "Indikasi baru: {indikasi} ({peringatan} jelas, {tinjauan} perlu ditinjau)",
        "none": "Tidak ada indikasi baru dalam yang diamati. Itu bukan berarti tidak ada.",
        "desk": "Diambil {diambil} · klarifikasi diminta {klarifikasi_diminta} · dijawab {dijawab}",
        "ends": "Bukan akunnya {bukan_akunnya} · diperbolehkan {diperbolehkan} · bukti tidak "
        "cukup {bukti_tidak_cukup} · perlu diperiksa {perlu_diperiksa} · "
        "diteruskan {diteruskan}",
        "open": "Terbuka pada akhir masa {terbuka}: menunggu diambil {menunggu}, "
        "lewat tenggat {lewat_tenggat}",
        "seen": "Yang diamati, terbaca sejak awal masa: {what}",
        "nothing": "tidak satu pun sumber",
        "sources": "{read} dari {every} sumber {platform}",
        "unseen": "Tidak teramati: {what}",
        "always": "yang tidak terbuka untuk umum, yang dihapus di antara dua kunjungan, gambar "
        "dan video, platform yang tidak dibaca, dan waktu program tidak dijalankan",
        "gap": "{where} {hours} jam",
        "all": "semua sumber",
        "one": "sumber tertentu",
        "foot": "Indikasi, bukan putusan. Log entri {first} sampai {last}, kepala {head}…",
        "quiet": "Indikasi, bukan putusan. Tidak ada entri log dalam masa ini; "
        "yang terakhir {last}, kepala {head}…",
        "point": ",",
        "bars": "Indikasi baru|Jelas|Perlu ditinjau|Diambil|Dijawab|Diteruskan|Terbuka|"
        "Menunggu diambil|Lewat tenggat",
    },
    "en": {
        "new": "New indications: {indikasi} ({peringatan} clear, {tinjauan} to be reviewed)",
        "none": "No new indication in what was observed. That does not mean there was none.",
        "desk": "Taken {diambil} · answer asked {klarifikasi_diminta} · answered {dijawab}",
        "ends": "Not their account {bukan_akunnya} · permitted {diperbolehkan} · not enough "
        "evidence {bukti_tidak_cukup} · to be examined {perlu_diperiksa} · "
        "forwarded {diteruskan}",
        "open": "Open at the end {terbuka}: waiting to be taken {menunggu}, "
        "overdue {lewat_tenggat}",
        "seen": "Observed, read since the beginning: {what}",
        "nothing": "not one source",
        "sources": "{read} of {every} sources of {platform}",
        "unseen": "Not observed: {what}",
        "always": "what is not public, what was deleted between two looks, pictures and video, "
        "platforms that are not read, and times in which the program did not run",
        "gap": "{where} for {hours} h",
        "all": "all sources",
        "one": "some sources",
        "foot": "An indication, not a verdict. Log entries {first} to {last}, head {head}…",
        "quiet": "An indication, not a verdict. No entry of the log is of this time; "
        "the last is {last}, head {head}…",
        "point": ".",
        "bars": "New indications|Clear|To be reviewed|Taken|Answered|Forwarded|Open|"
        "Waiting to be taken|Overdue",
    },
}
SHORT = 12
DRAWN = (
    Column.INDICATIONS, Column.ALERTS, Column.REVIEWS, Column.TAKEN, Column.ANSWERED,
    Column.FORWARDED, Column.OPEN, Column.WAITING, Column.OVERDUE,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Recap:
    """What a recap tells.

    ``sources`` are, by platform, how many were read since it began, and how many there are.
    """

    heading: str
    figures: Figures
    sources: Mapping[str, tuple[int, int]]
    gaps: Mapping[tuple[str, str], Gap]
    first: int
    last: int
    head: str


def text(recap: Recap, language: Language = "id") -> str:
    """Return the recap as plain lines; the first is its heading."""
    return "\n".join(_lines(recap, WORDS[language]))


def _lines(recap: Recap, said: Mapping[str, str]) -> Iterator[str]:
    counts = {column.value: recap.figures.total[column] for column in Column}
    yield recap.heading
    yield said["new" if counts[Column.INDICATIONS] else "none"].format(**counts)
    for line in ("desk", "ends", "open"):
        yield said[line].format(**counts)
    seen = [
        said["sources"].format(read=read, every=every, platform=PLATFORMS.get(name, name))
        for name, (read, every) in sorted(recap.sources.items())
    ]
    yield said["seen"].format(what=", ".join(seen) or said["nothing"])
    yield said["unseen"].format(what="; ".join([*_blind(recap, said), said["always"]]))
    yield _foot(recap, said)


def bars(recap: Recap, language: Language = "id") -> list[tuple[str, int]]:
    """Return what is drawn of a recap: a name and a count each, as its lines say them."""
    names = WORDS[language]["bars"].split("|")
    counts = [recap.figures.total[column] for column in DRAWN]
    return list(zip(names, counts, strict=True))


def foot(recap: Recap, language: Language = "id") -> str:
    """Return the line that says what a recap was counted from."""
    return _foot(recap, WORDS[language])


def _foot(recap: Recap, said: Mapping[str, str]) -> str:
    text = said["foot" if recap.first <= recap.last else "quiet"]
    return text.format(first=recap.first, last=recap.last, head=recap.head[:SHORT])


def _blind(recap: Recap, said: Mapping[str, str]) -> Iterator[str]:
    """Say for how long what was not seen, whatever the cause."""
    spans: dict[str, list[Times]] = {}
    for (kind, platform), gap in sorted(recap.gaps.items()):
        whole = said["all"] if kind in OF_ALL else said["one"]
        where = PLATFORMS.get(platform, platform) or whole
        spans.setdefault(where, []).extend(gap.spans)
    for where, times in spans.items():
        yield said["gap"].format(where=where, hours=number(hours(times), said["point"]))


def number(value: float, point: str = ",") -> str:
    """Write a number with one decimal; Indonesian offices write ``2,5``."""
    return f"{value:.1f}".replace(".", point)
