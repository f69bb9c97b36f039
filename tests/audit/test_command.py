"""``netralitas audit`` as a person calls it."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from monitor.auditor import copying
from monitor.store import log
from monitor.store.writer import Writer
from tests.audit.place import CLERK, Place
from tests.cli.conftest import Run, run

__all__ = ["run"]

WORDS = ("--by", CLERK, "--why", "audit berkala")


def entries(place: Place, count: int) -> list[dict[str, Any]]:
    with closing(Writer(place.database)) as writer:
        conn = writer.reader()
        last = list(log.rows(conn))[-count:]
        return [json.loads(r.canonical) | {"by": log.content(conn, r.seq, "by")} for r in last]


def test_a_copy_is_logged_and_told(run: Run, place: Place) -> None:
    done = run("audit", "--no-open", *WORDS, "-c", place.config)
    assert done.status == 0, done.err
    (folder,) = (place.folder / "data" / "audit").iterdir()
    assert str(folder) in done.out
    (noted,) = entries(place, 1)
    assert (noted["kind"], noted["subject"]) == ("reading", "")
    assert noted["public"]["command"] == "audit"
    assert noted["public"]["copy"] == folder.name
    assert noted["by"] == {"who": CLERK, "why": "audit berkala"}
    # The copy shows who got it, and its head is told.
    assert f"{noted['seq']}:" in done.out
    assert copying.check(folder).head.seq == noted["seq"]


def test_without_a_reason_nothing_is_made(run: Run, place: Place) -> None:
    done = run("audit", "--no-open", "-c", place.config)
    assert done.status == 2
    assert "--why" in done.err
    assert not (place.folder / "data" / "audit").exists()


def test_on_trial_nothing_goes_elsewhere(run: Run, place: Place, tmp_path: Path) -> None:
    done = run("audit", "--no-open", *WORDS, "--to", tmp_path / "usb", "-c", place.config)
    assert done.status == 2
    assert "production" in done.err
    assert not (tmp_path / "usb").exists()


def test_the_running_database_is_for_its_owner(
    run: Run, place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 4242)
    done = run("audit", "--live", *WORDS, "-c", place.config)
    assert done.status == 2
    assert "the user who runs the service" in done.err
    assert "shows names" in done.err
    both = run("audit", "--live", "--copy", place.folder, *WORDS, "-c", place.config)
    assert "neither --copy nor --to" in both.err


def test_a_port_that_is_taken_is_told(run: Run, place: Place) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = run("audit", "--port", port, *WORDS, "-c", place.config)
    assert done.status == 2
    assert f"expected a free port, got {port}" in done.err


def test_a_copy_of_another_log_is_refused(run: Run, place: Place, made: copying.Made) -> None:
    with closing(Writer(place.database)) as writer, writer.transaction() as tx:
        tx.execute("DROP TRIGGER log_no_update")
        tx.execute("UPDATE log SET hash = zeroblob(32) WHERE seq = ?", (made.check.head.seq,))
    done = run("audit", "--copy", made.folder, *WORDS, "-c", place.config)
    assert done.status == 3
    assert "is not in this log" in done.err


@contextmanager
def served(place: Place, *more: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Start the command as a person does; yield it and the address that it prints."""
    words = [sys.executable, "-m", "monitor", "audit", *WORDS, "--port", "0", *more]
    with subprocess.Popen(
        [*words, "-c", str(place.config)],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    ) as process:  # fmt: skip
        try:
            lines = iter(process.stdout or ())
            found = (re.search(r"http://\S+", line) for line in lines)
            yield process, next(match[0] for match in found if match)
        finally:
            process.kill()


@pytest.mark.drill
@pytest.mark.parametrize(("stop", "more"), [(signal.SIGINT, ()), (signal.SIGTERM, ("--live",))])
def test_it_serves_until_it_is_stopped_and_notes_the_sum(
    place: Place, stop: signal.Signals, more: tuple[str, ...]
) -> None:
    with served(place, *more) as (process, address):
        opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())
        assert b"Pintu auditor" in opener.open(address, timeout=20).read()
        process.send_signal(stop)
        assert process.wait(20) == 0
    opening, closing_ = entries(place, 2)
    assert opening["public"]["command"] == closing_["public"]["command"] == "audit"
    assert opening["public"]["copy"] == closing_["public"]["copy"]
    assert (closing_["public"]["requests"], closing_["public"]["own_sql"]) == (2, 0)
    folder = place.folder / "data" / "audit" / closing_["public"]["copy"]
    assert len((folder / copying.ACCESS).read_text("utf-8").splitlines()) == 2
