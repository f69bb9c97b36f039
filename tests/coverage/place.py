"""An installation with many accounts in every state of observation, written straight to disk."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

from monitor import commands, config
from monitor.clock import to_text

# Agencies with spellings that a page must stand.
ODD = ("Dinas <b>Miring</b> & Rekan", "Badan \u202eTerbalik", "Kantor 'Kutip\" \x07")
STATES = ("seen", "part", "unseen", "never", "empty", "not_read", "gap")


def made(folder: Path, accounts: int, now: datetime, agencies: int = 12) -> config.Config:
    """Scaffold an installation and fill its register; every state of observation comes up."""
    commands.init(folder)
    file = folder / "config.toml"
    text = file.read_text("utf-8")
    file.write_text(text.replace("\ncontests = []", '\ncontests = ["pilgub-35-2024"]'), "utf-8")
    settings = config.load(folder / "config.toml")
    with closing(sqlite3.connect(settings.database)) as conn:
        rows = list(_rows(accounts, agencies, now))
        for table, columns in COLUMNS.items():
            marks = ",".join("?" * len(columns.split(",")))
            values = [row[table] for row in rows if table in row]
            conn.executemany(f"INSERT INTO {table} ({columns}) VALUES ({marks})", values)
        if accounts:
            conn.executemany(TARGET, [_target(state, now) for state in ("seen", "part", "unseen")])
        conn.commit()
    return settings


TARGET = "INSERT INTO target_source VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)"


def _target(state: str, now: datetime) -> tuple[object, ...]:
    """Return a candidate's account whose engagers are read; of one, some acts are withheld."""
    name, good = f"calon-{state}.example", to_text(now)
    failed = 5 if state == "unseen" else 0
    return (
        f"target:bluesky:{name}", "bluesky", name, "", "terdaftar_kpu", 1, "{}",
        now.timestamp() + 60, 300.0, failed, 0, int(state == "part"), good, good, good,
        "the server stalled" if failed else None, 1,
    )  # fmt: skip


COLUMNS = {
    "person": "person_ref,name,employer_type,instansi,unit,superior,position,area,zone,route,"
    "candidate_spouse_of,as_of,source",
    "account": "watch_id,person_ref,platform,address,native_id,ownership,ownership_evidence,"
    "legal_ground,notice_date,notice_exemption,registered_on,sheet,status,ended_on",
    "source": "watch_id,platform,active,native_id,handle,address,cursor,next_check_at,interval,"
    "failures,last_look_at,last_success_at,last_error,complete",
    "source_life": "watch_id,began_at,due_at,held,empty",
    "source_gap": "watch_id,since,until,cause",
}


def _rows(accounts: int, agencies: int, now: datetime) -> Iterator[dict[str, tuple[object, ...]]]:
    for number in range(accounts):
        yield _row(number, number % agencies, STATES[number % len(STATES)], now)


def _row(number: int, of: int, state: str, now: datetime) -> dict[str, tuple[object, ...]]:
    watch, platform = f"w-{number:06}", ("bluesky", "feed", "mastodon")[number % 3]
    agency = ODD[of] if of < len(ODD) else f"Dinas Rekaan {of:04}"
    status = "waiting" if state == "not_read" else "active"
    day = "2026-01-01"
    row: dict[str, tuple[object, ...]] = {
        "person": (f"p-{number}", f"RAHASIA Orang {number}", "PNS", agency, "Bidang RAHASIA", "",
                   "", "99", "WIB", "", "", day, ""),
        "account": (watch, f"p-{number}", platform, f"@rahasia{number}@sosial.example",
                    f"did:rahasia:{number}", "declared", "", "SK 1", day, "", day, "", status, ""),
    }  # fmt: skip
    if state == "not_read":
        return row
    last = now - timedelta(hours=30 if state == "unseen" else 0)
    good = None if state == "never" else to_text(last)
    error = "no complete answer in time" if state in ("unseen", "never") else None
    row["source"] = (watch, platform, 1, f"did:rahasia:{number}", f"rahasia{number}", "", "{}",
                     now.timestamp() + 60, 300.0, 5 if state == "unseen" else 0, good, good, error,
                     int(state != "part"))  # fmt: skip
    if good:
        due = last.timestamp() + 300
        row["source_life"] = (watch, to_text(now - timedelta(days=40)), due, 1,
                              3 if state == "empty" else 0)  # fmt: skip
    if state == "gap":
        row["source_gap"] = (watch, to_text(now - timedelta(hours=50)),
                             to_text(now - timedelta(hours=45)), "the server stalled")  # fmt: skip
    return row
