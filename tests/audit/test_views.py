"""What the views say, in the running database and in a copy alike."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest

from monitor.auditor.site import queries
from monitor.store import views
from monitor.store.audit import Audit
from monitor.store.views import VIEWS
from monitor.store.writer import Writer
from tests.audit.place import CLERK, KEYED, OFFICER, Place

# Taken before the contents went; compared in the test of the copy.
WHOLE = sorted(VIEWS)


@pytest.fixture
def conn(base: Place) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(f"{base.database.as_uri()}?mode=ro", uri=True)) as opened:
        yield opened


def rows(conn: sqlite3.Connection, query: str, *values: Any) -> list[tuple[Any, ...]]:
    return conn.execute(query, values).fetchall()


@pytest.mark.parametrize("name", WHOLE)
def test_a_copy_says_what_the_database_says(
    conn: sqlite3.Connection, copy: sqlite3.Connection, name: str
) -> None:
    key = [tuple(map(str, row)) for row in rows(conn, f"SELECT * FROM {name}")]
    assert sorted(key) == sorted(
        tuple(map(str, row)) for row in rows(copy, f"SELECT * FROM {name}")
    )


@pytest.mark.parametrize("name", sorted(set(VIEWS) - {"audit_target_count", "audit_untold"}))
def test_every_view_has_something_to_say_here(conn: sqlite3.Connection, name: str) -> None:
    assert rows(conn, f"SELECT * FROM {name}"), f"the installation has no row for {name}"


def test_a_finding(conn: sqlite3.Connection) -> None:
    query = "SELECT outcome, rules, platform, instansi, level, phase, partial, kept"
    found = rows(conn, f"{query} FROM audit_finding ORDER BY seq")
    assert [row[0] for row in found] == ["alert", "review", "alert"]
    assert found[1][1:] == (
        "support-post-candidate", "bluesky", "Dinas Kebersihan Kota Misalan", "disiplin",
        "kampanye", 1, 1,
    )  # fmt: skip


def test_delays_are_counted_from_recording(conn: sqlite3.Connection) -> None:
    ((delay,),) = rows(conn, "SELECT delay_seconds FROM audit_delivery")
    # Three findings and the delivery are a minute apart; it was accepted two seconds later.
    assert delay == 182.0
    assert rows(conn, "SELECT outcome FROM audit_untold ORDER BY seq") == [("review",), ("alert",)]


def test_a_gap_tells_no_register_line(conn: sqlite3.Connection) -> None:
    found = rows(conn, "SELECT kind, platform, seconds FROM audit_coverage_gap ORDER BY seq")
    assert found == [("stale", "bluesky", 120.0), ("proof", "", None)]


def test_a_persons_reference_is_no_case(conn: sqlite3.Connection) -> None:
    query = "SELECT action, finding_id, ground, pieces, held FROM audit_erasure ORDER BY seq"
    found = rows(conn, query)
    assert found[0] == ("erasure", "", "pdp", 2, None)
    assert (found[1][0], found[1][4]) == ("hold", 1)
    assert found[1][1].startswith("NTR-")
    assert rows(conn, "SELECT count(*) FROM audit_entry WHERE finding_id = ?", KEYED) == [(0,)]


def test_who_changed_what(conn: sqlite3.Connection) -> None:
    assert rows(conn, "SELECT change, who FROM audit_register_change") == [("notice", CLERK)]
    said = rows(conn, "SELECT action, who, reason FROM audit_rule_change WHERE kind = 'rule'")
    assert said == [("off", OFFICER, "terlalu sering")]
    assert rows(conn, "SELECT document, version FROM audit_attestation") == [("dpia", "1.2")]
    assert rows(conn, "SELECT mode FROM audit_config_change") == [("production",)]
    opened = rows(conn, "SELECT platform, action, server, document, who FROM audit_platform_right")
    assert opened == [
        ("mastodon", "recorded", "satu.example", "Surat 4", OFFICER),
        ("mastodon", "ended", None, None, OFFICER),
        ("x", "off", None, None, OFFICER),
    ]
    assert rows(conn, "SELECT role, action FROM audit_role_change") == [("pemeriksa", "given")]
    assert rows(conn, "SELECT mute, scope, officer FROM audit_mute") == [("mute/1", "person", "p1")]
    assert rows(conn, "SELECT command, who FROM audit_reading") == [("card", CLERK)]


def test_what_no_seal_covers_is_told(conn: sqlite3.Connection) -> None:
    found = rows(conn, "SELECT number, first_entry, last_entry, state FROM audit_seal_span")
    ((last,),) = rows(conn, "SELECT max(seq) FROM log")
    ((seal,),) = rows(conn, "SELECT seq FROM seal")
    assert found == [(1, 1, seal - 1, "signed"), (None, seal, last, "open")]


@pytest.mark.parametrize(("persons", "shown"), [(9, None), (10, 10), (19, 10), (20, 20)])
def test_targets_are_counted_from_ten_persons_by_tens(
    place: Place, persons: int, shown: int | None
) -> None:
    before = 1  # the three findings of the installation are one person's
    with closing(Writer(place.database)) as writer:
        for number in range(persons - before):
            place.finding(writer, person=f"p-{number}")
        for _ in range(3):
            place.finding(writer)
        found = writer.reader().execute("SELECT * FROM audit_target_count").fetchall()
    total = 3 + (persons - before) + 3
    assert [row[1] for row in found] == ([] if shown is None else [total // 10 * 10])
    assert (total // 10 * 10 if shown else 0) >= (shown or 0)


def test_a_view_that_was_altered_is_a_missing_guard(place: Place) -> None:
    with Audit(place.database) as source:
        assert source.missing_guards() == ()
    altered = VIEWS["audit_untold"] + " AND 0"
    with closing(sqlite3.connect(place.database)) as conn:
        conn.execute("DROP VIEW audit_untold")
        conn.execute(altered)
    with Audit(place.database) as source:
        assert source.missing_guards() == ("audit_untold",)
    with closing(sqlite3.connect(place.database)) as conn:
        views.renew(conn.execute)
    with Audit(place.database) as source:
        assert source.missing_guards() == ()


@pytest.mark.parametrize("name", sorted(queries()))
def test_each_question_is_answered_the_same_in_both(
    conn: sqlite3.Connection, copy: sqlite3.Connection, name: str
) -> None:
    sql = queries()[name]["sql"]
    values = dict.fromkeys(PARAMETERS.get(name, ()), "")
    assert conn.execute(sql, values).fetchall() == copy.execute(sql, values).fetchall()


PARAMETERS = {
    "temuan_per_aturan": ("sejak_bulan", "sampai_bulan"),
    "temuan_per_instansi": ("sejak_bulan", "sampai_bulan"),
    "temuan_satu_aturan": ("aturan",),
    "perjalanan_temuan": ("temuan",),
    "keterlambatan_pengiriman": ("paling_sedikit_detik",),
    "keputusan": ("langkah",),
    "keadaan_kemudian": ("keadaan",),
    "sampel_auditor": ("benih", "jumlah"),
}


def test_a_seed_draws_the_same_sample_and_the_documented_one(copy: sqlite3.Connection) -> None:
    sql = queries()["sampel_auditor"]["sql"]

    def drawn(seed: int) -> list[str]:
        return [row[0] for row in copy.execute(sql, {"benih": str(seed), "jumlah": "2"})]

    total = copy.execute("SELECT max(number) FROM audit_finding_number").fetchone()[0]
    numbered = dict(
        copy.execute(
            "SELECT number, finding_id FROM audit_finding_number JOIN audit_finding USING (seq)"
        )
    )
    for seed in (0, 7, 20241127):
        x, expected = 1 + seed * 69069 % 2147483646, list[str]()
        for _ in range(6):
            x = x * 48271 % 2147483647
            if (found := numbered[1 + x % total]) not in expected:
                expected.append(found)
        assert drawn(seed) == expected[:2]
    assert len({tuple(drawn(seed)) for seed in range(20)}) > 1
