"""Following one candidate or all alike, asked of the whole list when a follow is judged."""

from __future__ import annotations

from typing import Any

import pytest

from monitor.demo.atproto import Atproto
from tests.whole import Stage


def follows_of(stage: Stage, name: str) -> list[dict[str, Any]]:
    return [
        finding
        for finding in stage.place.findings()
        if (finding["activity"]["watch_id"], finding["activity"]["signal"]) == (name, "follow")
    ]


def alike(finding: dict[str, Any]) -> dict[str, str]:
    found: list[dict[str, str]] = finding["exculpations"]
    return next(e for e in found if e["id"] == "ex-all-candidates")


async def test_one_candidate_followed_is_told_with_who_is_not(stage: Stage) -> None:
    await stage.once()
    (told,) = follows_of(stage, "asn3")
    assert told["outcome"] == "alert"
    assert alike(told)["result"] == "not_met"
    assert alike(told)["fact"].endswith("/1")


async def test_all_candidates_followed_leave_nothing(stage: Stage) -> None:
    stage.scene.follow("asn3", "calon1")
    await stage.once()
    assert follows_of(stage, "asn3") == []


@pytest.mark.drill
@pytest.mark.parametrize("where", ["no account on file", "a handle that leads nowhere"])
async def test_a_list_that_cannot_answer_is_a_question(
    stage: Stage, network: Atproto, where: str
) -> None:
    (contest,) = (stage.place.folder / "watchlists" / "contests").iterdir()
    did = stage.scene.did("calon1")
    if where == "no account on file":
        kept = [p for p in contest.read_text("utf-8").split("\n\n") if f'"{did}"' not in p]
        contest.write_text("\n\n".join(kept), "utf-8")
    else:
        named = contest.read_text("utf-8").replace(f'native_id = "{did}"\n', "")
        contest.write_text(named, "utf-8")
        network.rename(did, "calon1.pindah.example")
    await stage.once()
    (told,) = follows_of(stage, "asn3")
    assert told["outcome"] == "review"
    assert alike(told)["result"] == "cannot_be_checked"
    assert any("Akun peserta mana saja" in question for question in told["questions"])
