"""Switching rules while the program is in use: at once, across restarts, with who and why."""

from __future__ import annotations

import pytest

from monitor import rulebook, upkeep
from monitor.errors import ConfigError
from tests import needle
from tests.run.ruling import only, rules, said, settings, table, write_rule
from tests.whole import Stage

# Each starts the whole program several times: with the drills.
pytestmark = pytest.mark.drill

TEXT = "Besok pagi ayo coblos nomor 2, menangkan Prakasita-Anggrek!"


async def test_a_rule_that_is_off_tells_nothing_until_it_is_on(stage: Stage) -> None:
    only(stage)
    write_rule(stage, status="live")
    config = stage.place.folder / "config.toml"
    rulebook.off(config, "rekaan", "salah baca lagu", "Bu Rekaan")
    await stage.once()
    assert stage.place.findings() == []
    rulebook.on(config, "rekaan", "sudah diperiksa", "Bu Rekaan")
    stage.scene.post("asn1", TEXT)
    await stage.once()
    assert [f["activity"]["text"] for f in stage.place.findings()] == [TEXT]
    told = [(entry["public"]["action"], by) for entry, by in said(stage, "rule")]
    assert told == [
        ("off", {"who": "Bu Rekaan", "reason": "salah baca lagu"}),
        ("on", {"who": "Bu Rekaan", "reason": "sudah diperiksa"}),
    ]
    assert all(entry["subject"] == "rekaan" for entry, _ in said(stage, "rule"))
    assert not any("Bu Rekaan" in str(entry) for entry in stage.place.entries("rule"))
    assert stage.place.verified().fault_count == 0


async def test_a_rule_can_be_stopped_while_the_files_are_broken(stage: Stage) -> None:
    config = stage.place.folder / "config.toml"
    (rules(stage) / "harm-candidate.toml").write_text("id = ", "utf-8")
    assert rulebook.off(config, "support-like-candidate", "salah", "") == 0
    with pytest.raises(ConfigError, match="did you mean 'support-like-candidate'"):
        rulebook.off(config, "support-like-candidat", "salah", "")


async def test_on_refuses_a_rule_that_is_neither_off_nor_held(stage: Stage) -> None:
    with pytest.raises(ConfigError, match="off or in quarantine"):
        rulebook.on(stage.place.folder / "config.toml", "harm-candidate", "iseng", "")
    assert stage.place.entries("rule") == []


async def test_shadow_is_counted_shown_and_nowhere_else(
    stage: Stage, capfd: pytest.CaptureFixture[str]
) -> None:
    only(stage)
    write_rule(stage)
    await stage.once()
    assert stage.place.findings() == []
    assert stage.place.entries("finding") == []
    assert stage.place.count("outbox") == stage.place.count("snapshot") == 0
    assert table(stage, "SELECT rule, hits, shadow FROM rule_hour") == [("rekaan", 0, 1)]
    body = table(stage, "SELECT body FROM shadow_hit")[0][0]
    assert "menangkan Prakasita-Anggrek" in body
    assert not any(word in body for word in (*stage.scene.accounts["asn1"], "Orang asn1", "asn1"))
    config = stage.place.folder / "config.toml"
    rulebook.hits(config, "rekaan", "menilai aturan", "Pemilik Rekaan")
    assert "menangkan Prakasita-Anggrek" in capfd.readouterr().out
    ((entry, by),) = said(stage, "rule")
    assert (entry["public"]["action"], entry["public"]["count"]) == ("hits_read", 1)
    assert by["who"] == "Pemilik Rekaan"
    rulebook.listing(config)
    assert "rekaan" in capfd.readouterr().out


async def test_a_shadow_rule_leaves_no_word_in_the_findings_of_others(stage: Stage) -> None:
    await stage.once()
    plain = [f["matches"] for f in stage.place.findings()]
    assert plain
    write_rule(stage)
    stage.scene.post("asn1", TEXT)
    await stage.once()
    # The invented contest's title has the word too.
    told = [{k: v for k, v in f.items() if k != "contests"} for f in stage.place.findings()]
    assert "rekaan" not in str(told)
    assert table(stage, "SELECT count(*) FROM shadow_hit") == [(1,)]


async def test_shadow_hits_of_a_stranger_hold_no_stranger(stage: Stage) -> None:
    only(stage)
    file = write_rule(stage)
    signals = 'signals = ["post", "quote", "like"]'
    text = file.read_text("utf-8").replace('signals = ["post"]', signals)
    file.write_text(text, "utf-8")
    stage.scene.quote("asn3", stage.acts.chat, "Sama! Ayo menangkan Prakasita-Anggrek nomor 2!")
    stage.scene.like("asn1", stage.acts.chat)
    await stage.once()
    kept = table(stage, "SELECT count(*) FROM shadow_hit")[0][0]
    assert kept >= 3
    data = stage.place.folder / "data"
    assert needle.found(data, [*stage.citizen, "kalau kalian bagaimana"]) == []


async def test_a_promoted_rule_is_live_for_this_revision(stage: Stage) -> None:
    only(stage)
    write_rule(stage)
    config = stage.place.folder / "config.toml"
    rulebook.promote(config, "rekaan", "kenaannya benar", "Bu Rekaan")
    with pytest.raises(ConfigError, match="a rule in shadow"):
        rulebook.promote(config, "rekaan", "lagi", "Bu Rekaan")
    await stage.once()
    assert len(stage.place.findings()) == 1
    write_rule(stage, revision=2)
    stage.scene.post("asn1", TEXT)
    await stage.once()
    assert len(stage.place.findings()) == 1
    assert table(stage, "SELECT rule, revision FROM shadow_hit") == [("rekaan", 2)]


@pytest.mark.parametrize(
    ("more", "told"),
    [({"expect": "none"}, "expected none, got alert"), ({"confidence": "M"}, "not M")],
)
async def test_an_unready_rule_is_not_promoted(
    stage: Stage, more: dict[str, str], told: str
) -> None:
    write_rule(stage, **more)
    with pytest.raises(ConfigError, match=told):
        rulebook.promote(stage.place.folder / "config.toml", "rekaan", "coba", "")
    assert stage.place.entries("rule") == []


async def test_a_retired_rule_does_not_run(stage: Stage) -> None:
    only(stage)
    write_rule(stage, status="live")
    write_rule(stage, id="rekaan-lama", status="retired")
    config = stage.place.folder / "config.toml"
    rulebook.retire(config, "rekaan", "tidak dipakai", "")
    with pytest.raises(ConfigError, match="in service"):
        rulebook.retire(config, "rekaan-lama", "tidak dipakai", "")
    await stage.once()
    assert stage.place.findings() == []
    assert stage.place.count("shadow_hit") == 0


async def test_a_backup_has_no_shadow_hits(stage: Stage) -> None:
    only(stage)
    write_rule(stage)
    settings(stage, "[retention]\nshadow_days = 3")
    await stage.once()
    config = stage.place.folder / "config.toml"
    upkeep.backup(config, stage.place.folder / "backup", with_keys=False)
    assert needle.found(stage.place.folder / "data", ["menangkan Prakasita"])
    assert needle.found(stage.place.folder / "backup", ["menangkan Prakasita"]) == []
