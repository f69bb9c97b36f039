"""Invented findings as the log gives them back, for looking at what a supervisor gets."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from monitor.model.activity import (
    Activity,
    Actor,
    Media,
    ObjectRef,
    Signal,
    Target,
    TargetState,
    TimeSource,
)
from monitor.model.contest import Contest, ContestTarget, Phase, Round, TargetKind
from monitor.model.delivery import AlertFacts
from monitor.model.evidence import LogHead, canonical
from monitor.model.finding import Exculpation, Finding, Match, Outcome, Result, Span
from monitor.model.rule import Instrument, LegalBasis, Level, Rule, RuleSet, Stance, Status
from monitor.model.wire import finding_content

SEEN = datetime(2024, 10, 12, 2, 41, tzinfo=UTC)
PAIR = "pilgub-99-2024/2"

ROUND = Round(
    id="utama",
    penetapan=date(2024, 9, 22),
    kampanye=(date(2024, 9, 25), date(2024, 11, 23)),
    masa_tenang=(date(2024, 11, 24), date(2024, 11, 26)),
    pemungutan_suara=date(2024, 11, 27),
    selesai=date(2024, 12, 31),
    bakal_calon=date(2024, 8, 27),
)
CONTEST = Contest(
    id="pilgub-99-2024",
    title="Pilgub Nusa Contoh 2024",
    level="pilgub",
    area="99",
    zone="WITA",
    tahapan_mulai=date(2024, 1, 1),
    rounds=(ROUND,),
    targets=(ContestTarget(PAIR, TargetKind.PASLON, "Rahma Teladan dan Widodo Misal", number=2),),
)
BASIS = (
    LegalBasis("skb-2022", "Lampiran II huruf B angka 6", "V2"),
    LegalBasis("pp-94-2021", "Pasal 5 huruf n angka 5", "V1"),
    LegalBasis("uu-20-2023", "Pasal 9 ayat (2)", "M"),
)
INSTRUMENTS = {
    "skb-2022": Instrument("skb-2022", "Keputusan Bersama", "SKB Netralitas 2022", "2022-09-22"),
    "pp-94-2021": Instrument("pp-94-2021", "Peraturan Pemerintah", "PP 94/2021", "2021-08-31"),
    "uu-20-2023": Instrument("uu-20-2023", "Undang-Undang", "UU ASN 20/2023", "2023-10-31"),
}


def rule(rule_id: str, act: str, signal: Signal) -> Rule:
    return Rule(
        id=rule_id,
        revision=1,
        title="contoh",
        status=Status.LIVE,
        level=Level.DISIPLIN,
        act=act,
        signals=frozenset({signal}),
        stances=frozenset({Stance.SUPPORT}),
        phases=frozenset({Phase.CAMPAIGN}),
        unsur=("dukungan",),
        legal_basis=BASIS,
    )


RULES = RuleSet(
    digest="ab" * 32,
    contests={CONTEST.id: CONTEST},
    rules=(
        rule("support-post-candidate", "mengunggah dukungan kepada calon", Signal.POST),
        rule("support-like-candidate", "menyukai unggahan yang mendukung calon", Signal.LIKE),
        rule("support-share-candidate", "membagikan unggahan yang mendukung calon", Signal.SHARE),
    ),
    lexicon={},
    instruments=INSTRUMENTS,
)
WATCH: dict[str, Any] = {
    "watch_id": "w-001",
    "person_ref": "ref-0001",
    "name": "Sari Contohwati",
    "platform": "bluesky",
    "address": "sari.contoh.test",
    "instansi": "Dinas Kebersihan Kota Misalan",
    "unit": "Bidang Taman",
    "ownership": "declared",
    "legal_ground": "surat tugas",
    "notice_date": "2024-08-01",
    "registered_on": "2024-08-01",
    "employer_type": "PNS",
    "position": "staff",
    "area": "99.01",
    "zone": "WIB",
    "native_id": "did:plc:sari",
    "as_of": "2024-08-01",
}
FACTS = AlertFacts(
    finding_id="NTR-ABCD-2345",
    revision_no=1,
    head=LogHead(128, "9f" * 32),
    captured_parts=("record", "proof", "target", "headers"),
    capture_partial=False,
    capture_proof="atproto-commit-signature",
)
TEXT = "Pagi semua 🌞 jangan lupa dukung nomor 2, Bu Rahma paling siap! Info: https://warga.test/42"


def activity(signal: Signal = Signal.POST, **changes: Any) -> Activity:
    made = Activity(
        platform="bluesky",
        signal=signal,
        actor=Actor("did:plc:sari", "sari.contoh.test"),
        object=ObjectRef(
            "at://did:plc:sari/x/1", url="https://bsky.app/profile/sari.contoh.test/post/1"
        ),
        first_seen_at=SEEN,
        watch_id="w-001",
        text=TEXT,
        occurred_at=datetime(2024, 10, 12, 2, 30, tzinfo=UTC),
        occurred_at_source=TimeSource.PLATFORM,
    )
    return replace(made, **changes)


def finding(act: Activity, rule_id: str, spans: tuple[Span, ...], **changes: Any) -> Finding:
    match = Match(rule_id, 1, PAIR, Stance.SUPPORT, Level.DISIPLIN, Outcome.ALERT, spans, BASIS)
    made = Finding(
        activity=act,
        outcome=Outcome.ALERT,
        stance=Stance.SUPPORT,
        targets=(PAIR,),
        score=91,
        level=Level.DISIPLIN,
        phase="kampanye",
        facts="stated",
        ruleset="ab" * 32,
        matches=(match,),
        exculpations=(
            Exculpation("ex-cltn", Result.NOT_MET, "", "2024-08-01"),
            Exculpation("ex-official-duty", Result.CANNOT_BE_CHECKED),
        ),
    )
    return replace(made, **changes)


def stored(found: Finding) -> dict[str, Any]:
    """Return a finding's content as the log gives it back: through canonical JSON."""
    content: dict[str, Any] = json.loads(canonical(finding_content(found)))
    return content


def post(**changes: Any) -> dict[str, Any]:
    start = TEXT.index("dukung")
    spans = (
        Span("text", start, start + 14),
        Span("text", TEXT.index("Bu "), TEXT.index("Bu ") + 8),
    )
    act = activity(media=(Media("image", alt="Foto di halaman kantor"),))
    return stored(finding(act, "support-post-candidate", spans, **changes))


def share_of_missing() -> dict[str, Any]:
    act = activity(Signal.SHARE, text="", target=Target(id="at://x", state=TargetState.MISSING))
    return stored(
        finding(
            act,
            "support-share-candidate",
            (),
            outcome=Outcome.REVIEW,
            questions=("Apa isi unggahan yang dibagikan?",),
        )
    )


def bare_like() -> dict[str, Any]:
    liked = "Ayo coblos nomor 2 tanggal 27 November!"
    target = Target(
        id="at://y",
        author_handle="rahmawidodo.contoh.test",
        text=liked,
        role="candidate",
        of=PAIR,
        account_type="terdaftar_kpu",
    )
    act = activity(
        Signal.LIKE,
        text="",
        target=target,
        occurred_at=None,
        occurred_at_source=TimeSource.NONE,
        not_before=datetime(2024, 10, 12, 2, 26, tzinfo=UTC),
    )
    spans = (Span("target.text", 4, 18),)
    return stored(finding(act, "support-like-candidate", spans))


STRANGER_WORDS = "warga.rahasia"


def like_of_stranger() -> dict[str, Any]:
    target = Target(
        id="at://did:plc:warga/x/9",
        author_id="did:plc:warga",
        author_handle=STRANGER_WORDS + ".test",
        text="Pilih nomor 2, kata warga",
    )
    act = activity(Signal.LIKE, text="", target=target)
    return stored(finding(act, "support-like-candidate", (Span("target.text", 0, 13),)))
