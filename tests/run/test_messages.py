"""Messages that were given up: seen, ordered again by a named person, and then delivered."""

from __future__ import annotations

from contextlib import closing

import pytest

from monitor import resending
from monitor.errors import ConfigError, StoreError
from monitor.store import dead
from monitor.store.writer import Writer
from tests.run.ruling import open_alarms
from tests.scenes import SUPPORTING
from tests.whole import Stage


async def given_up(stage: Stage) -> list[dead.DeadLetter]:
    """Let the chat refuse every message for good, and then take them again."""
    stage.telegram.fault("blocked", times=1_000)
    await stage.once()
    stage.telegram.faults.clear()
    with closing(Writer(stage.place.settings.database)) as writer:
        return dead.letters(writer.reader())


async def test_a_dead_letter_is_delivered_once_it_is_ordered_again(stage: Stage) -> None:
    letters = await given_up(stage)
    assert len(letters) == len(SUPPORTING)
    letter, file = letters[0], stage.place.folder / "config.toml"
    stage.shown()
    assert resending.show(file) == 0
    shown = stage.shown()
    assert letter.subject in shown
    assert "telegram" in shown
    assert "dead-letter:telegram:-1001" in open_alarms(stage)
    assert resending.retry(file, [letter.id], "Sari", "bot masuk lagi", everything=False) == 0
    await stage.once()
    assert stage.place.outbox() == {"sent": 1, "dead": len(SUPPORTING) - 1}
    assert [letter.subject in text for text in stage.telegram.texts()] == [True]
    assert "dead-letter:telegram:-1001" not in open_alarms(stage)
    results = [
        entry["public"]["result"]
        for entry in stage.place.entries("delivery")
        if entry["subject"] == letter.subject
    ]
    assert results == ["given_up", "asked_again", "accepted"]
    assert stage.place.verified().fault_count == 0


@pytest.mark.drill
async def test_all_are_ordered_again_at_once(stage: Stage) -> None:
    await given_up(stage)
    file = stage.place.folder / "config.toml"
    assert resending.retry(file, [], "Sari", "bot masuk lagi", everything=True) == 0
    assert stage.place.outbox() == {"pending": len(SUPPORTING)}
    await stage.once()
    assert stage.place.outbox() == {"sent": len(SUPPORTING)}
    stage.shown()
    assert resending.show(file) == 0
    assert "No message was given up" in stage.shown()


async def test_what_is_no_dead_letter_is_refused_and_nothing_changes(stage: Stage) -> None:
    letter = (await given_up(stage))[0]
    file, before = stage.place.folder / "config.toml", stage.place.count("log")
    with pytest.raises(StoreError, match="message 9999: no dead letter"):
        resending.retry(file, [letter.id, 9999], "Sari", "coba", everything=False)
    for numbers, everything in (([], False), ([letter.id], True)):
        with pytest.raises(ConfigError, match="numbers of messages, or --all"):
            resending.retry(file, numbers, "Sari", "coba", everything=everything)
    assert stage.place.outbox() == {"dead": len(SUPPORTING)}
    assert stage.place.count("log") == before
