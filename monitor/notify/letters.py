"""The papers of a case, drafted from what the log holds of it, in Indonesian.

A draft says what was recorded, what speaks for the person, and what is not known. It names no
outcome and proposes none. Letterhead, number, signature, stamp, NIP and tembusan stay blank: a
hand or the agency's e-office fills them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from monitor.model.delivery import AlertFacts
from monitor.model.letter import Issued, Kind
from monitor.model.review import DISMISSING, Step
from monitor.model.rule import RuleSet
from monitor.notify import card, pages, words
from monitor.notify.card import Size
from monitor.notify.cover import FIELD, Event
from monitor.notify.quote import clean, excerpt
from monitor.notify.render import render_parts
from monitor.notify.sheet import blocks

TEMPLATE, PARTS = "surat.typ", "surat.id.j2"
SIZE = Size(quote=20_000, items=100, field=1000)
CANNOT = "cannot_be_checked"
FOOT = "Rancangan dari perkara {finding}, kepala log {head}. Dugaan untuk dinilai, bukan putusan."

TITLES: Mapping[Kind, tuple[str, ...]] = {
    Kind.MEMO: ("NOTA DINAS",),
    Kind.TEAM: ("KEPUTUSAN ………", "NOMOR ………", "TENTANG", "PEMBENTUKAN TIM PEMERIKSA"),
    Kind.SUMMONS: ("SURAT PANGGILAN I", "Nomor ………"),
    Kind.SECOND_SUMMONS: ("SURAT PANGGILAN II", "Nomor ………"),
    Kind.QUESTIONS: ("DAFTAR PERTANYAAN",),
    Kind.MINUTES: ("BERITA ACARA PEMERIKSAAN", "Nomor ………"),
    Kind.REPORT: ("LAPORAN HASIL PEMERIKSAAN", "Nomor ………"),
    Kind.CLOSING: ("PEMBERITAHUAN PENUTUPAN PERKARA",),
    Kind.FORWARDING: ("PENERUSAN DUGAAN",),
}
NAMES: Mapping[Kind, str] = {
    Kind.MEMO: "Nota dinas",
    Kind.TEAM: "Keputusan pembentukan tim pemeriksa",
    Kind.SUMMONS: "Surat Panggilan I",
    Kind.SECOND_SUMMONS: "Surat Panggilan II",
    Kind.QUESTIONS: "Daftar pertanyaan",
    Kind.MINUTES: "Berita acara pemeriksaan",
    Kind.REPORT: "Laporan hasil pemeriksaan",
    Kind.CLOSING: "Pemberitahuan penutupan perkara",
    Kind.FORWARDING: "Surat penerusan",
    Kind.REPLY: "Tanggapan penerima",
}
SUBJECTS: Mapping[Kind, str] = {
    Kind.CLOSING: "Penutupan perkara {finding}",
    Kind.FORWARDING: "Penerusan dugaan ketidaknetralan pegawai ASN, perkara {finding}",
}
SUBJECT = "Dugaan ketidaknetralan pegawai ASN, perkara {finding}"
CLOSED = {
    Step.NOT_THEIRS.value: "akun itu bukan akun Saudara",
    Step.PERMITTED.value: "yang dicatat itu diperbolehkan",
    Step.NOT_ENOUGH.value: "bukti tidak cukup",
}

# What a paper is made of, in order: a block of the template, or one of these.
KOP, TITLE, SIGN, COPIES = "=kop", "=judul", "=tanda", "=tembusan"
TEAM, ASKED, ROOM, RECEIVED = "=tim", "=tanya", "=ruang", "=terima"
_FACTS = ("dugaan", "akun", "kutipan", "aturan", "diperiksa", "jawaban")
LAYOUT: Mapping[Kind, tuple[str, ...]] = {
    Kind.MEMO: (
        *(KOP, TITLE, "nota_kepala", "nota_pembuka", "yang_bersangkutan", *_FACTS),
        *("perjalanan", "belum", "nota_penutup", ROOM, SIGN),
    ),
    Kind.TEAM: (KOP, TITLE, "tim_menimbang", "=putus", "tim_isi", TEAM, SIGN, COPIES),
    Kind.SUMMONS: (
        *(KOP, TITLE, "panggilan_1_buka", "panggilan_kepada", "singkat", "panggilan_tutup"),
        *(SIGN, RECEIVED, COPIES, "catatan_panggilan_1"),
    ),
    Kind.SECOND_SUMMONS: (
        *(KOP, TITLE, "panggilan_2_buka", "panggilan_kepada", "singkat", "panggilan_tutup"),
        *(SIGN, RECEIVED, COPIES, "catatan_panggilan_2"),
    ),
    Kind.QUESTIONS: (TITLE, "pertanyaan_buka", ASKED),
    Kind.MINUTES: (KOP, TITLE, "bap_buka", *_FACTS, ASKED, "bap_tutup", "=tanda_bap"),
    Kind.REPORT: (
        *(KOP, TITLE, "lhp_dasar", "yang_bersangkutan", *_FACTS, "perjalanan", "belum"),
        *("lhp_hasil", ROOM, "lhp_timbang", ROOM, "lhp_simpulan", ROOM, "lhp_saran", ROOM),
        "=tanda_bap",
    ),
    Kind.CLOSING: (KOP, TITLE, "perihal", "penutupan", SIGN, COPIES),
    Kind.FORWARDING: (
        *(KOP, TITLE, "perihal", "penerusan", "yang_bersangkutan", *_FACTS, "perjalanan"),
        *("belum", "penerusan_tutup", SIGN, COPIES),
    ),
}
_OFFICER = ("Jabatan ………", "", "Nama ………", "NIP ………")
_EXAMINER = ("Pemeriksa", "", "Nama ………", "NIP ………")
_EXAMINED = ("Yang diperiksa", "", "Nama ………")
_MEMBERS = (
    "Ketua, atasan langsung",
    "Anggota, unsur pengawasan",
    "Anggota, unsur kepegawaian",
    "Anggota",
)


@dataclass(frozen=True, slots=True)
class Paper:
    """A case as a paper tells it; ``keep_days`` is how long a closed case is kept."""

    kind: Kind
    content: Mapping[str, Any]
    watch: Mapping[str, Any]
    facts: AlertFacts
    events: Sequence[Event]
    issued: Sequence[Issued]
    head: str
    keep_days: int


def data(paper: Paper, ruleset: RuleSet) -> dict[str, Any]:
    """Return a paper as data, for ODT and PDF alike: parts of text, tables and blanks."""
    made = render_parts(PARTS, _variables(paper, ruleset))
    finding = paper.facts.finding_id
    return {
        "kind": paper.kind.value,
        "title": NAMES[paper.kind],
        "finding": finding,
        "foot": FOOT.format(finding=finding, head=paper.head[:24]),
        "note": pages.note(),
        "parts": [*_stamp(paper), *(_part(name, paper, made) for name in LAYOUT[paper.kind])],
    }


def pdf(letter: Mapping[str, Any]) -> bytes:
    """Return a paper as PDF; raises a permanent ``NotifyError`` where it cannot be set."""
    return pages.typeset(TEMPLATE, letter)


def _stamp(paper: Paper) -> list[dict[str, Any]]:
    """Say on the paper itself that it is a trial's."""
    return [{"kind": "title", "lines": [paper.facts.stamp]}] if paper.facts.stamp else []


def _part(name: str, paper: Paper, made: Mapping[str, str]) -> dict[str, Any]:
    if name in made:
        return {"kind": "blocks", "blocks": blocks(made[name])}
    if name == TITLE:
        return {"kind": "title", "lines": list(TITLES[paper.kind])}
    if name == "=putus":
        return {"kind": "title", "lines": ["MEMUTUSKAN", "Menetapkan"]}
    if name in (SIGN, "=tanda_bap"):
        whole = [_EXAMINED, _EXAMINER, _EXAMINER] if paper.kind is Kind.MINUTES else [_EXAMINER] * 2
        return {"kind": "sign", "who": [list(w) for w in ([_OFFICER] if name == SIGN else whole)]}
    return dict(_BLANKS[name]) if name in _BLANKS else _table(name, made)


_BLANKS: Mapping[str, Mapping[str, Any]] = {
    KOP: {"kind": "kop", "lines": ["(kop naskah dinas instansi)"]},
    COPIES: {"kind": "room", "title": "Tembusan:", "lines": 2},
    ROOM: {"kind": "room", "title": "", "lines": 4},
    RECEIVED: {
        "kind": "fields",
        "rows": ["Diterima tanggal", "Nama penerima", "Tanda tangan penerima"],
    },
}


def _table(name: str, made: Mapping[str, str]) -> dict[str, Any]:
    if name == TEAM:
        rows = [[str(n), "", "", role] for n, role in enumerate(_MEMBERS, start=1)]
        head = ["No.", "Nama dan NIP", "Jabatan", "Kedudukan"]
        return {"kind": "table", "head": head, "widths": [1, 5, 4, 4], "rows": rows}
    rows = [[str(n), text, ""] for n, text in enumerate(_asked(made), start=1)]
    head = ["No.", "Pertanyaan", "Jawaban"]
    return {"kind": "table", "head": head, "widths": [1, 6, 7], "rows": rows}


def _asked(made: Mapping[str, str]) -> Iterator[str]:
    for block in blocks(made["pertanyaan"]):
        for line in block["lines"]:
            yield "".join(run["text"] for run in line).removeprefix("• ")


def _variables(paper: Paper, ruleset: RuleSet) -> dict[str, Any]:
    activity, zone = paper.content["activity"], paper.watch["zone"]
    built = card.build(paper.content, paper.watch, paper.facts, ruleset, "id", SIZE)
    steps = [_step(event, zone) for event in paper.events if event.kind != "delivery"]
    closing = [step for step in steps if step["step"] in {s.value for s in DISMISSING}]
    forwarded = [step for step in steps if step["step"] == Step.FORWARDED]
    subject = SUBJECTS.get(paper.kind, SUBJECT).format(finding=paper.facts.finding_id)
    answers = [e.answer.strip() for e in paper.events if e.answer.strip()]
    return {
        **built,
        "subject": subject,
        "platform": clean(paper.watch["platform"], FIELD),
        "handle": clean(activity["actor"]["handle"], FIELD),
        "steps": [step for step in steps if step["step"] or step["kind"] == "finding"],
        "decided": closing[-1] if closing else None,
        "outcome_said": CLOSED,
        "forwarded": forwarded[-1] if forwarded else _NOT_FORWARDED,
        "answered": any(step["step"] == Step.ANSWERED for step in steps),
        "answers": [excerpt(text, (), SIZE.quote) for text in answers],
        "unchecked": _unchecked(built),
        "instruments": _instruments(built),
        "letters": [_letter(one) for one in paper.issued],
        "summons": _newest(paper.issued, Kind.SUMMONS),
        "team": _newest(paper.issued, Kind.TEAM),
        "keep_days": paper.keep_days,
    }


_NOT_FORWARDED = {"receiver": "", "path": "", "unanswered": ""}


def _step(event: Event, zone: str) -> dict[str, Any]:
    return {
        "seq": event.seq,
        "at": words.moment(event.at, zone, "id"),
        "kind": clean(event.kind, 40),
        "step": event.public.get("step") or "",
        "who": clean(event.who, FIELD),
        "role": clean(event.role, FIELD),
        "path": event.public.get("path") or "",
        "receiver": clean(event.receiver, FIELD),
        "unanswered": clean(event.unanswered, SIZE.field),
    }


def _unchecked(built: Mapping[str, Any]) -> list[str]:
    groups = (g for g in built["checked"]["shown"] if g["result"] == CANNOT)
    return [excuse for group in groups for excuse, _ in group["excuses"]]


def _instruments(built: Mapping[str, Any]) -> list[str]:
    cited = (basis[0] for rule in built["rules"]["shown"] for basis in rule["basis"])
    return list(dict.fromkeys(cited))


def _newest(issued: Sequence[Issued], kind: Kind) -> dict[str, str]:
    found = [one for one in issued if one.kind is kind]
    return _letter(found[-1]) if found else {"number": "", "day": "", "hearing": ""}


def _letter(one: Issued) -> dict[str, str]:
    return {
        "name": NAMES[one.kind],
        "number": clean(one.number, FIELD),
        "day": words.day(one.day, "id"),
        "hearing": _weekday(one.hearing) if one.hearing else "",
    }


def _weekday(day: date) -> str:
    return f"{words.DAYS['id'][day.weekday()]}, {words.day(day, 'id')}"
