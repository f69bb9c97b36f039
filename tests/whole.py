"""What the whole program promises, checked on whatever network a stage stands on.

``tests/run`` plays these on emulators, ``tests/network`` on real servers.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

from monitor.evidence.files import Files
from monitor.run.pipeline import PollReport
from tests import needle
from tests.installation import Installation
from tests.scenes import HARVEST, SMALL_TALK, SUPPORTING, Acts, Scene, play
from tests.standin.telegram import StandIn

PARTS = {"record", "proof", "headers", "card"}


@dataclass
class Stage:
    """A played scene, the installation that watches it, and the chat that it tells.

    ``shown`` returns what the program printed and logged so far.
    """

    scene: Scene
    acts: Acts
    place: Installation
    telegram: StandIn
    shown: Callable[[], str]

    @property
    def citizen(self) -> list[str]:
        """The stranger's handle and DID."""
        return list(self.scene.accounts["warga"])

    async def once(self) -> list[PollReport]:
        """Run one cycle; a source that could not be read fails the test."""
        reports = await self.place.once()
        assert [r.error for r in reports if r.error] == []
        return reports


async def every_act_is_told_once(stage: Stage) -> None:
    """Each supporting act: one finding, one entry, one snapshot with proof, one message."""
    await stage.once()
    findings = stage.place.findings()
    told = Counter((f["activity"]["watch_id"], f["activity"]["signal"]) for f in findings)
    assert told == Counter((who, signal) for who, signal, _ in SUPPORTING)
    right = {(who, signal): outcomes for who, signal, outcomes in SUPPORTING}
    for finding in findings:
        activity, entry = finding["activity"], finding["entry"]
        assert finding["outcome"] in right[activity["watch_id"], activity["signal"]]
        assert finding["stance"] == "support"
        assert finding["targets"] == [f"{_contest(stage)}/2"]
        assert set(entry["files"]) >= PARTS
        assert entry["public"]["proof"] == "atproto-commit-signature"
        assert not entry["public"]["partial"]
    assert len({f["entry"]["subject"] for f in findings}) == len(SUPPORTING)
    _one_message_each(stage)
    _files_are_those_of_the_log(stage)
    assert stage.place.verified().fault_count == 0


async def a_second_look_adds_nothing(stage: Stage) -> None:
    """Neither a second look nor a like that was withdrawn and given again is news."""
    await stage.once()
    before = len(stage.place.findings()), len(stage.telegram.messages)
    reports = await stage.once()
    assert [r.items for r in reports] == [0, 0, 0]
    stage.scene.unlike("asn3", stage.acts.like)
    stage.scene.like("asn3", stage.acts.campaign)
    stage.scene.repost("asn2", stage.acts.campaign)
    await stage.once()
    assert (len(stage.place.findings()), len(stage.telegram.messages)) == before


async def an_edit_is_judged_again(stage: Stage) -> None:
    """A neutral post edited into support is a finding; edited again, a revision of the same."""
    await stage.once()
    before = len(stage.place.findings())
    stage.scene.edit("asn1", stage.acts.neutral, "Uji KIR gratis. Ayo coblos Prakasita-Anggrek!")
    await stage.once()
    stage.scene.edit("asn1", stage.acts.neutral, "KIR gratis. Ayo menangkan Prakasita-Anggrek!")
    await stage.once()
    first, second = stage.place.findings()[before:]
    assert first["entry"]["subject"] == second["entry"]["subject"]
    assert [f["entry"]["public"]["revision_no"] for f in (first, second)] == [1, 2]
    _one_message_each(stage)
    assert stage.place.verified().fault_count == 0


async def a_missing_target_is_reviewed(stage: Stage) -> None:
    """A like of a candidate's post that cannot be read may be asked about, never alerted."""
    gone = stage.scene.post("calon2", "Besok kita kumpul lagi.")
    stage.scene.like("asn1", gone)
    stage.scene.server.delete_record(stage.scene.did("calon2"), "app.bsky.feed.post", gone.key)
    await stage.once()
    likes = [
        f
        for f in stage.place.findings()
        if (f["activity"]["watch_id"], f["activity"]["signal"]) == ("asn1", "like")
    ]
    assert [like["outcome"] for like in likes] == ["review"]
    assert likes[0]["activity"]["target"]["state"] in ("missing", "gone")
    assert likes[0]["questions"]


async def one_match_in_a_page_leaves_one_act(stage: Stage) -> None:
    """Of a page of 100 acts with one match, one act reaches the disk."""
    words = [f"Catatan layanan loket ke-{number} hari ini berjalan lancar." for number in range(99)]
    for number, text in enumerate(words):
        if number == 50:
            stage.scene.post("asn3", "Ayo coblos nomor 2, menangkan Prakasita-Anggrek!")
        stage.scene.post("asn3", text)
    await stage.once()
    mine = [f for f in stage.place.findings() if f["activity"]["watch_id"] == "asn3"]
    assert [f["activity"]["signal"] for f in mine].count("post") == 1
    assert needle.found(stage.place.folder / "data", ["Catatan layanan loket"]) == []


async def the_citizen_is_nowhere(stage: Stage) -> None:
    """A stranger's handle, DID and text: in no table, snapshot, log line or metric."""
    await stage.once()
    (stage.place.folder / "captured.log").write_text(stage.shown())
    secret = [*stage.citizen, SMALL_TALK, HARVEST]
    assert needle.found(stage.place.folder, secret, leave_out=_inputs(stage)) == []


async def the_citizen_stays_inside_the_snapshot(stage: Stage) -> None:
    """POLICY 29: a stranger whose post was shared is in that finding's snapshot, nowhere else."""
    stage.scene.quote("asn3", stage.acts.chat, "Sama! Ayo menangkan Prakasita-Anggrek nomor 2!")
    stage.scene.like("asn1", stage.acts.chat)
    await stage.once()
    answers = [f for f in stage.place.findings() if (f["activity"]["target"] or {}).get("stranger")]
    assert {f["activity"]["signal"]: f["outcome"] for f in answers} == {
        "quote": "alert",
        "like": "review",
    }
    own = {file["commitment"] for f in answers for file in f["entry"]["files"].values()}
    for finding in answers:
        assert finding["activity"]["target"] == {"state": "present", "stranger": True}
    excepted = [path for path in stage.place.snapshots() if path.name in own]
    secret = [*stage.citizen, SMALL_TALK, "saya jelas pilih"]
    leave_out = [*_inputs(stage), *excepted]
    assert needle.found(stage.place.folder, secret, leave_out=leave_out) == []
    assert not any(word in text for text in stage.telegram.texts() for word in secret)
    assert sum("akun lain" in text for text in stage.telegram.texts()) == len(answers)


Promise = Callable[[Stage], Awaitable[None]]
PROMISES: tuple[Promise, ...] = (
    every_act_is_told_once,
    a_second_look_adds_nothing,
    an_edit_is_judged_again,
    a_missing_target_is_reviewed,
    one_match_in_a_page_leaves_one_act,
    the_citizen_is_nowhere,
    the_citizen_stays_inside_the_snapshot,
)


def staged(scene: Scene, place: Installation, telegram: StandIn, shown: Callable[[], str]) -> Stage:
    """Play the scene, put its three registered persons on the register, and write it all."""
    acts = play(scene)
    place.candidates = [scene.accounts["calon1"], scene.accounts["calon2"]]
    for name in ("asn1", "asn2", "asn3"):
        place.person(name, scene.accounts[name][0])
    place.write()
    return Stage(scene, acts, place, telegram, shown)


def _one_message_each(stage: Stage) -> None:
    entries = stage.place.entries("finding")
    texts = stage.telegram.texts()
    assert len(texts) == len(entries)
    for entry in entries:
        mine = [text for text in texts if entry["subject"] in text and f"{entry['seq']}:" in text]
        assert len(mine) == 1
    # What was shown is what was recorded, byte for byte.
    kept = Files(stage.place.settings.snapshots)
    cards = [kept.path(e["files"]["card"]["commitment"]).read_bytes() for e in entries]
    assert sorted(m.photo for m in stage.telegram.messages) == sorted(c.hex() for c in cards)


def _files_are_those_of_the_log(stage: Stage) -> None:
    named = {
        file["commitment"]
        for entry in stage.place.entries("finding")
        for file in entry["files"].values()
    }
    assert {path.name for path in stage.place.snapshots()} == named


def _contest(stage: Stage) -> str:
    return next((stage.place.folder / "watchlists" / "contests").glob("*.toml")).stem


def _inputs(stage: Stage) -> list[Path]:
    return [stage.place.folder / "config.toml", stage.place.folder / "register.csv"]
