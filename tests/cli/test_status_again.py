"""``netralitas status`` names the retractions that wait for a decision."""

from __future__ import annotations

from contextlib import closing
from datetime import timedelta
from pathlib import Path

from monitor import config
from monitor.clock import utc_now
from monitor.store import log, rechecks
from monitor.store.writer import Writer
from tests.cli.conftest import Run


def test_status_names_what_must_be_decided_and_when(run: Run, tmp_path: Path) -> None:
    assert run("init", tmp_path / "pasang").status == 0
    place = tmp_path / "pasang" / "config.toml"
    plain = run("status", "-c", place)
    assert "Acts looked at again: 0" in plain.out
    assert "waiting for a decision" not in plain.out
    now = utc_now()
    with closing(Writer(config.load(place).database)) as writer, writer.transaction() as tx:
        for number in range(12):
            case = f"NTR-AAAA-{number:04}"
            rechecks.begin(tx, case, now, now.timestamp())
            head = log.append(tx, at=now, kind="state", subject=case, public={})
            by = now + timedelta(hours=number * 24 - 1)
            rechecks.wait(
                tx, case, seq=head.seq, platform="bluesky", since=now, decide_by=by
            )  # fmt: skip
    shown = run("status", "-c", place).out
    assert "Acts looked at again: 12" in shown
    assert "waiting for a decision to hold or to erase: 12" in shown
    assert (
        f"NTR-AAAA-0000: decide by {now - timedelta(hours=1):%Y-%m-%d %H:%M} UTC (overdue)" in shown
    )
    assert f"NTR-AAAA-0001: decide by {now + timedelta(hours=23):%Y-%m-%d %H:%M} UTC\n" in shown
    assert "and 2 more" in shown
