"""P1: nothing is asked about anybody but the registered, and what their own acts point at."""

from __future__ import annotations

from monitor.demo.atproto import Atproto
from tests.whole import Stage

LISTED = ("com.atproto.repo.listRecords", "com.atproto.sync.getLatestCommit")
WRITTEN = "com.atproto.repo.getRecord"


async def test_only_registered_repositories_are_listed(stage: Stage, network: Atproto) -> None:
    await stage.once()
    registered = {stage.scene.did(name) for name in ("asn1", "asn2", "asn3")}
    listed = {
        values.get("repo") or values["did"] for method, values in network.asked if method in LISTED
    }
    assert listed == registered


async def test_of_others_only_the_record_that_was_answered_is_read(
    stage: Stage, network: Atproto
) -> None:
    await stage.once()
    registered = {stage.scene.did(name) for name in ("asn1", "asn2", "asn3")}
    acts = stage.acts
    pointed_at = {acts.campaign.uri, acts.harvest.uri}
    read = {
        f"at://{values['repo']}/{values['collection']}/{values['rkey']}"
        for method, values in network.asked
        if method == WRITTEN and values["repo"] not in registered
    }
    assert read == pointed_at
