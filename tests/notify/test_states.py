"""The short message about a changed act: every state, both languages, nothing beyond."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.model.activity import Signal
from monitor.model.evidence import LogHead
from monitor.model.state import ActState, Reason
from monitor.notify import states
from monitor.notify.quote import Piece, excerpt, utf16
from monitor.notify.render import render_change
from monitor.notify.sheet import change_sheet
from monitor.notify.states import Change, words_differ
from monitor.notify.words import Language
from monitor.run.changes import diff as compared
from tests.notify.test_render import FORBIDDEN, judge

LANGUAGES: tuple[Language, ...] = get_args(Language)
DIFF = [
    {"op": "same", "text": "Ayo "},
    {"op": "removed", "text": "coblos nomor 2"},
    {"op": "added", "text": "ke pasar bersama @orang.lain WA 081234567890"},
    {"op": "same", "text": " besok"},
]


PARTS = ["@warga.lain", "https://rahasia.test/a", "warga@rahasia.test", "ayo", " ", ",", ".", "!"]


def change(state: ActState, reason: Reason = Reason.SEEN, **more: Any) -> Change:
    given: dict[str, Any] = {
        "proof": "",
        "signal": "post",
        "masked": False,
        "content": {},
        "public": {},
    } | more
    public = {"state": state.value, "reason": reason.value, "proof": given["proof"]}
    content = {
        "looked_at": "2024-10-13T02:30:00.000000Z",
        "last_seen_at": "2024-10-12T02:30:00.000000Z",
    }
    return Change(
        finding_id="NTR-ABCD-2345",
        head=LogHead(40, "ab" * 32),
        public=public | given["public"],
        content=content | given["content"],
        signal=given["signal"],
        zone="WITA",
        masked=given["masked"],
    )


SAID = [
    (ActState.DELETED, Reason.RECORD_GONE, "atproto-commit-absence", "dihapus oleh pemilik akun"),
    (ActState.DELETED, Reason.PAGE_GONE, "", "Siapa yang menghapusnya tidak diketahui"),
    (ActState.WITHDRAWN, Reason.RECORD_GONE, "atproto-commit-absence", "sudah ditarik"),
    (ActState.EDITED, Reason.SEEN, "", "sudah disunting"),
    (ActState.HIDDEN, Reason.ACCOUNT_CLOSED, "", "Oleh siapa tidak diketahui"),
    (ActState.HIDDEN, Reason.OPTED_OUT, "", "tidak lagi kami baca"),
    (ActState.HIDDEN, Reason.WITHHELD, "", "platform menahannya dari pandangan umum"),
    (ActState.HIDDEN, Reason.FEED_GONE, "", "alamat feed penerbitnya sudah tidak ada"),
    (ActState.THERE, Reason.SEEN, "", "terlihat kembali"),
]


@pytest.mark.parametrize(("state", "reason", "proof", "said"), SAID)
def test_each_state_says_what_is_known_and_no_more(
    state: ActState, reason: Reason, proof: str, said: str
) -> None:
    message = render_change(change(state, reason, proof=proof), "id")
    text = judge(message)
    assert said in text
    assert "NTR-ABCD-2345" in text.splitlines()[0]
    assert f"Log: 40:{'ab' * 32}" in text
    assert text.splitlines()[-1] == "Kabar ini tidak memperberat perkara dan bukan pengakuan."
    assert "Minggu, 13 Oktober 2024 pukul 10.30 WITA" in text


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("signal", [s.value for s in Signal if s is not Signal.UNAVAILABLE])
@pytest.mark.parametrize(("state", "reason", "proof", "said"), SAID)
def test_every_kind_of_act_has_its_words(
    language: Language, signal: str, state: ActState, reason: Reason, proof: str, said: str
) -> None:
    del said
    message = render_change(change(state, reason, proof=proof, signal=signal), language)
    assert not FORBIDDEN.search(judge(message))
    assert "  " not in message.plain
    assert "\n\n\n" not in message.plain


def test_an_edit_shows_both_wordings_and_masks_what_is_not_the_persons() -> None:
    message = render_change(change(ActState.EDITED, content={"diff": DIFF}), "id")
    assert "“Ayo «coblos nomor 2» besok”" in message.plain
    shown = "“Ayo «ke pasar bersama» [akun lain] «WA »[nomor disamarkan] besok”"
    assert shown in message.plain
    assert "orang.lain" not in message.html
    assert "0812" not in message.html


def test_what_changed_is_only_somebody_elses_name() -> None:
    diff = [{"op": "same", "text": "Halo "}, {"op": "added", "text": "@orang.lain"}]
    message = render_change(change(ActState.EDITED, content={"diff": diff}), "id")
    assert "“Halo [akun lain]”" in message.plain
    assert "Sebelumnya" not in message.plain


@given(st.lists(st.sampled_from(PARTS), max_size=12), st.lists(st.sampled_from(PARTS), max_size=12))
def test_a_comparison_masks_what_the_words_alone_would(old: list[str], new: list[str]) -> None:
    """Whatever of a name or a link changed: a sign at its end, its neighbours, nothing."""
    one, two = "".join(old), "".join(new)
    content = {"changed": "text", "diff": compared(one, two)}
    said = states.build(change(ActState.EDITED, content=content), "id", 1000)
    for text, side in ((one, said["removed"]), (two, said["added"])):
        assert not side or shown(side) == shown(excerpt(text, (), 1000))


def shown(pieces: Sequence[Piece]) -> str:
    return "".join(piece.text or f"[{piece.kind}]" for piece in pieces)


def test_a_masked_destination_gets_no_words() -> None:
    message = render_change(change(ActState.EDITED, content={"diff": DIFF}, masked=True), "id")
    assert "sudah disunting" in message.plain
    assert "pasar" not in message.plain
    assert "coblos" not in message.plain


def test_a_change_of_pictures_alone_is_named() -> None:
    content = {"changed": "media", "diff": [{"op": "same", "text": "Ayo"}]}
    message = render_change(change(ActState.EDITED, content=content), "id")
    assert "Yang berubah ialah gambar, tautan, atau keterangannya." in message.plain
    assert "Sebelumnya" not in message.plain


def test_words_that_only_a_space_parts_are_marked_as_one() -> None:
    diff = [
        {"op": "removed", "text": "Pak"},
        {"op": "added", "text": "Bu"},
        {"op": "same", "text": " "},
        {"op": "removed", "text": "Widodo"},
        {"op": "added", "text": "Rahma"},
    ]
    message = render_change(change(ActState.EDITED, content={"diff": diff}), "id")
    assert "“«Pak Widodo»”" in message.plain
    assert "“«Bu Rahma»”" in message.plain


@pytest.mark.parametrize(
    ("diff", "said"),
    [
        (None, "Teksnya terlalu panjang untuk dibandingkan di sini"),
        (
            [{"op": "same", "text": "Ayo"}, {"op": "added", "text": "\n"}],
            "Yang berubah hanya jarak antarkata.",
        ),
    ],
)
def test_words_that_cannot_be_shown_are_told_of(diff: Any, said: str) -> None:
    content = {"changed": "text", "diff": diff}
    message = render_change(change(ActState.EDITED, content=content), "id")
    assert said in message.plain
    assert not words_differ(content)


@pytest.mark.parametrize("language", LANGUAGES)
def test_under_a_card_a_long_comparison_is_shorter(language: Language) -> None:
    old, new = "lama benar kata itu " * 60, "baru sekali kata ini " * 60
    diff = [{"op": "removed", "text": old}, {"op": "added", "text": new}]
    told = change(ActState.EDITED, content={"changed": "text", "diff": diff})
    whole, caption = (render_change(told, language, limit) for limit in (4096, 1024))
    assert utf16(caption.plain) <= 1024
    assert len(whole.plain) >= len(caption.plain)
    assert "«baru" in caption.plain


def test_the_card_of_an_edit_compares_and_names_nobody() -> None:
    content = {"changed": "text", "diff": DIFF}
    edited = replace(change(ActState.EDITED, content=content), head=None)
    page = change_sheet(edited, "3f" * 32)
    runs = [run for block in page["blocks"] for line in block["lines"] for run in line]
    assert [run["text"] for run in runs if run["kind"] == "removed"] == ["coblos nomor 2"]
    assert [run["text"] for run in runs if run["kind"] == "added"] == ["ke pasar bersama", "WA "]
    text = "".join(run["text"] for run in runs)
    assert "3f" * 32 in text
    assert "Log" not in text
    assert "orang.lain" not in text
    assert "Kabar ini tidak memperberat perkara dan bukan pengakuan." in text
    assert "Minggu, 13 Oktober 2024 pukul 10.30 WITA" in page["limits"][0]
    assert not FORBIDDEN.search(text)


def test_the_deadline_and_the_trial_are_said() -> None:
    public = {"decide_by": "2024-10-16T02:30:00.000000Z", "stamp": "UJI COBA"}
    message = render_change(change(ActState.DELETED, Reason.RECORD_GONE, public=public), "id")
    assert message.plain.splitlines()[0] == "UJI COBA"
    assert "paling lambat Rabu, 16 Oktober 2024 pukul 10.30 WITA" in message.plain
