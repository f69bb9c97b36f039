"""The copy: who gets it is logged, nothing in it names anybody, and it proves what it has."""

from __future__ import annotations

import json
import shutil
import sqlite3
import stat
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from monitor.auditor import copying
from monitor.auditor.searchable import searchable
from monitor.errors import EvidenceError
from monitor.store import auditor, log
from monitor.store.writer import Writer
from tests import needle
from tests.audit.place import NAME, NEEDLES, PNG, Place
from tests.notify import examples


def test_it_holds_no_name_reference_or_chat(base: Place, made: copying.Made) -> None:
    inside = [*NEEDLES, examples.WATCH["name"]]
    before = needle.found(base.folder / "data", inside)
    assert {hit.rpartition(": ")[2] for hit in before} >= {NAME, *NEEDLES}
    assert needle.found(made.folder, inside) == []


def test_it_is_private_and_not_for_writing(made: copying.Made) -> None:
    modes = {p.name: stat.S_IMODE(p.stat().st_mode) for p in made.folder.rglob("*")}
    assert modes.pop(copying.SNAPSHOTS) == 0o700
    assert modes[copying.DATABASE] == modes[copying.MANIFEST] == 0o400
    assert set(modes.values()) == {0o400, 0o700}


def test_the_log_is_whole_and_checked(base: Place, made: copying.Made) -> None:
    with closing(Writer(base.database)) as writer:
        head = log.head(writer.reader())
        entries = [tuple(row) for row in writer.reader().execute("SELECT seq, hash FROM log")]
    assert made.check.fault_count == 0
    assert made.check.head == head == copying.head_of(made.folder)
    with closing(auditor.opened(made.folder / copying.DATABASE)) as conn:
        assert [tuple(row) for row in conn.execute("SELECT seq, hash FROM log")] == entries
    # Three findings; of each the record, target, headers and screenshot, but not the card.
    assert made.check.files == 12
    assert made.check.withheld == 13


def test_what_is_open_is_what_the_list_says(copy: sqlite3.Connection) -> None:
    there = copy.execute("SELECT DISTINCT kind, name FROM content JOIN log USING (seq)").fetchall()
    promised = {(kind, name) for kind, names in auditor.OPEN.items() for name in names}
    assert set(there) == promised - {("ruleset", "by")}
    tables = copy.execute("SELECT name FROM sqlite_schema WHERE type = 'table'").fetchall()
    kept = {name for (name,) in tables}
    assert not {"person", "account", "seen", "person_key", "outbox", "source"} & kept


Change = Callable[[Path], None]


def _sql(statement: str) -> Change:
    def change(folder: Path) -> None:
        file = folder / copying.DATABASE
        file.chmod(0o600)
        with closing(sqlite3.connect(file)) as conn:
            for (name,) in conn.execute("SELECT name FROM sqlite_schema WHERE type = 'trigger'"):
                conn.execute(f"DROP TRIGGER {name}")
            conn.execute(statement)
            conn.commit()

    return change


def _files(work: Callable[[Path], object]) -> Change:
    def change(folder: Path) -> None:
        file = next(p for p in (folder / copying.SNAPSHOTS).rglob("*") if p.is_file())
        file.chmod(0o600)
        work(file)

    return change


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (_sql("UPDATE content SET body = CAST('{}' AS BLOB) WHERE name = 'finding' AND seq = 1"),
         "entry 1: content finding is not what the chain says"),
        (_sql("INSERT INTO content VALUES (2, 'tambahan', zeroblob(32), zeroblob(2))"),
         "entry 2: content tambahan is not in the entry"),
        (_sql("INSERT INTO content VALUES (999, 'x', zeroblob(32), zeroblob(2))"),
         "entry 999: a content of no entry"),
        (_sql("UPDATE log SET hash = zeroblob(32) WHERE seq = 3"), "entry 3: its hash"),
        (_sql("DELETE FROM log WHERE seq = 3"), "entry 4: stands at the place of 3"),
        (_sql("UPDATE log SET canonical = CAST('{}' AS BLOB) WHERE seq = 3"), "entry 3: its hash"),
        (_files(lambda file: file.write_bytes(b"lain")), "is missing or not what the chain says"),
        (_files(lambda file: file.unlink()), "is missing or not what the chain says"),
    ],
)  # fmt: skip
def test_a_changed_copy_is_told(
    made: copying.Made, tmp_path: Path, change: Change, told: str
) -> None:
    folder = shutil.copytree(made.folder, tmp_path / "audit-1")
    assert copying.check(folder).fault_count == 0
    change(folder)
    assert any(told in fault for fault in copying.check(folder).faults)


def test_what_was_erased_is_counted(made: copying.Made, tmp_path: Path) -> None:
    folder = shutil.copytree(made.folder, tmp_path / "audit-1")
    _sql("DELETE FROM content WHERE seq = 1")(folder)
    found = copying.check(folder)
    assert (found.fault_count, found.erased, found.withheld) == (0, 1, made.check.withheld + 1)


def test_another_file_is_not_opened_again(made: copying.Made, tmp_path: Path) -> None:
    folder = shutil.copytree(made.folder, tmp_path / "audit-1")
    _sql("UPDATE audit_finding SET outcome = 'review'")(folder)
    with pytest.raises(EvidenceError, match="not the one that was made"):
        copying.head_of(folder)
    (folder / copying.MANIFEST).unlink()
    with pytest.raises(EvidenceError, match="no copy that netralitas audit made"):
        copying.head_of(folder)


def test_a_copy_that_fails_leaves_nothing(place: Place, tmp_path: Path) -> None:
    query = "SELECT commitment FROM audit_evidence WHERE name = 'record'"
    with closing(sqlite3.connect(place.database)) as conn:
        (name,) = conn.execute(query).fetchone()
    file = place.snapshots / name[:2] / name
    file.unlink()
    file.mkdir()
    with pytest.raises(EvidenceError, match="a snapshot cannot be read"):
        copying.make(place.database, place.snapshots, tmp_path / "a" / "x", place.at, str)
    assert list((tmp_path / "a").iterdir()) == []


# ---- search ----------------------------------------------------------------------------------


def test_words_are_found_and_names_of_candidates_are_not(copy: sqlite3.Connection) -> None:
    def found(words: str) -> int:
        query = "SELECT count(*) FROM audit_search WHERE audit_search MATCH ?"
        return int(copy.execute(query, (f'"{words}"',)).fetchone()[0])

    assert found("persatuan") == 1
    assert found("Dinas Kebersihan") == 3
    assert found("support-post-candidate") == 3
    # The other two findings say: "... dukung nomor 2, Bu Rahma paling siap!"
    assert found("dukung") == 2
    assert [found(word) for word in ("Rahma", "nomor 2", "2", "Teladan")] == [0, 0, 0, 0]


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("Dukung RAHMA!", "dukung"),
        ("𝗥𝗮𝗵𝗺𝗮 dukung", "dukung"),
        ("#RahmaMenang @rahma ayo", "ayo"),
        ("rahmateladanmenang ayo", "ayo"),
        ("nomor dua, 02, 2 ayo", "nomor ayo"),
        (None, ""),
    ],
)
def test_what_of_a_text_may_be_searched(text: str | None, kept: str) -> None:
    assert searchable(examples.RULES)(text) == kept


def test_the_manifest_says_what_is_in_it(made: copying.Made) -> None:
    said = json.loads((made.folder / copying.MANIFEST).read_bytes())
    assert said["head"] == f"{made.check.head.seq}:{made.check.head.hash}"
    assert said["open"] == {kind: list(names) for kind, names in auditor.OPEN.items()}
    pictures = [p for p in (made.folder / copying.SNAPSHOTS).rglob("*") if p.is_file()]
    assert sum(p.read_bytes() == PNG for p in pictures) == 3
