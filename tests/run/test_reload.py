"""Changed watchlists in the running daemon: taken over whole, or refused as a whole."""

from __future__ import annotations

import pytest

from monitor.log import logger
from tests.run.ruling import open_alarms, rules, running, said, settings, until, write_rule
from tests.whole import Stage

# Each starts the whole program several times: with the drills.
pytestmark = pytest.mark.drill

AGAIN = "Sekali lagi: ayo coblos nomor 2, menangkan Prakasita-Anggrek!"
FAST = "[rules]\nreload = 0.1"


@pytest.fixture(autouse=True)
def _fast(stage: Stage) -> None:
    settings(stage, FAST)


async def test_the_set_at_start_is_an_entry_and_once_only(stage: Stage) -> None:
    await stage.once()
    await stage.once()
    ((entry, by),) = said(stage, "ruleset")
    assert entry["public"]["cause"] == "start"
    assert entry["public"]["old"] == ""
    assert {finding["ruleset"] for finding in stage.place.findings()} == {entry["public"]["new"]}
    assert "rules/support-like-candidate.toml" in entry["public"]["changed"]
    assert by["rules/support-like-candidate.toml"]["author"] == "Netralitas"
    assert stage.place.verified().fault_count == 0


async def test_a_change_between_two_starts_names_what_changed(stage: Stage) -> None:
    await stage.once()
    write_rule(stage)
    (rules(stage) / "harm-candidate.toml").unlink()
    await stage.once()
    (first, _), (second, by) = said(stage, "ruleset")
    assert second["public"]["old"] == first["public"]["new"]
    assert list(second["public"]["changed"]) == ["rules/rekaan.toml"]
    assert second["public"]["removed"] == ["rules/harm-candidate.toml"]
    assert by["rules/rekaan.toml"]["author"] == "Pemilik Rekaan"
    assert by["rules/rekaan.toml"]["owner"]


async def test_a_changed_file_takes_effect_without_a_restart(stage: Stage) -> None:
    async with running(stage) as opened:
        await until(lambda: len(stage.place.findings()) > 0)
        before = len(stage.place.findings())
        write_rule(stage, status="live")
        await until(lambda: len(stage.place.entries("ruleset")) == 2)
        stage.scene.post("asn1", AGAIN)
        await until(lambda: len(stage.place.findings()) > before and _reached(stage, "rekaan"))
        assert opened.dispatcher.ruleset.digest == stage.place.findings()[-1]["ruleset"]
    (_, _), (entry, _) = said(stage, "ruleset")
    assert entry["public"]["cause"] == "reload"
    assert stage.place.verified().fault_count == 0


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        ('surprise = "satu"', "surprise"),
        ('caps = ["no-such-feature"]', "a known word"),
        ("", "ajakan"),
    ],
    ids=["form", "word", "case"],
)
async def test_a_broken_file_is_refused_while_the_old_set_stays(
    stage: Stage, fault: str, told: str
) -> None:
    lines: list[str] = []
    sink = logger.add(lines.append, format="{message}")
    async with running(stage) as opened:
        before = opened.dispatcher.ruleset.digest
        file = write_rule(stage, expect="alert" if fault else "none")
        file.write_text(file.read_text("utf-8").replace("\ntitle", f"\n{fault}\ntitle"), "utf-8")
        await until(lambda: "ruleset" in open_alarms(stage))
        file.write_text(file.read_text("utf-8") + "\n# another try\n", "utf-8")
        stage.scene.post("asn1", AGAIN)
        await until(lambda: any("Sekali" in f["activity"]["text"] for f in stage.place.findings()))
        assert opened.dispatcher.ruleset.digest == before
        assert len(stage.place.entries("ruleset")) == 1
        write_rule(stage)
        await until(lambda: open_alarms(stage) == set())
        assert opened.dispatcher.ruleset.digest != before
    logger.remove(sink)
    assert any("refused" in line and told in line for line in lines)
    alarms = [entry["public"]["state"] for entry in stage.place.entries("alarm")]
    assert alarms == ["raised", "cleared"]


async def test_a_file_put_back_as_it_was_only_ends_the_alarm(stage: Stage) -> None:
    file = rules(stage) / "harm-candidate.toml"
    good = file.read_bytes()
    async with running(stage):
        file.write_bytes(b"id = ")
        await until(lambda: "ruleset" in open_alarms(stage))
        file.write_bytes(good)
        await until(lambda: open_alarms(stage) == set())
    assert len(stage.place.entries("ruleset")) == 1


def _reached(stage: Stage, rule: str) -> bool:
    return any(m["rule"] == rule for f in stage.place.findings() for m in f["matches"])
