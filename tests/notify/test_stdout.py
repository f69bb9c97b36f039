"""Printing alerts: to a terminal that is not UTF-8, and to a reader that has gone."""

from __future__ import annotations

import io
import os
from datetime import datetime

import pytest

from monitor.config import parse
from monitor.errors import NotifyError
from monitor.model.delivery import Message
from monitor.notify.stdout import RULE, Stdout

MESSAGE = Message("NTR-AAAA-BBBB", "<b>dugaan</b> ✋", "dugaan ✋")


@pytest.fixture
def out(now: datetime) -> Stdout:
    settings = parse({"http": {"contact": "uji@contoh.test"}}, "uji")
    return Stdout(settings, clock=lambda: now)


async def test_the_plain_form_is_printed_between_rules(
    out: Stdout, now: datetime, capsys: pytest.CaptureFixture[str]
) -> None:
    await out.open()
    receipts = [await out.send(MESSAGE, "-") for _ in range(2)]
    await out.close()
    assert capsys.readouterr().out == f"{RULE}\ndugaan ✋\n{RULE}\n" * 2
    assert [(r.message_id, r.accepted_at) for r in receipts] == [("1", now), ("2", now)]


async def test_a_terminal_without_utf8_shows_escapes(
    out: Stdout, monkeypatch: pytest.MonkeyPatch
) -> None:
    raw = io.BytesIO()
    monkeypatch.setattr("sys.stdout", io.TextIOWrapper(raw, encoding="ascii"))
    await out.send(MESSAGE, "-")
    assert b"dugaan \\u270b\n" in raw.getvalue()


async def test_a_reader_that_has_gone_is_told_and_tried_again(
    out: Stdout, monkeypatch: pytest.MonkeyPatch
) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    pipe = os.fdopen(writing, "wb", buffering=0)
    monkeypatch.setattr("sys.stdout", io.TextIOWrapper(pipe, encoding="utf-8", write_through=True))
    with pytest.raises(NotifyError, match="standard output: Broken pipe") as caught:
        await out.send(MESSAGE, "-")
    assert not caught.value.permanent
    pipe.close()
