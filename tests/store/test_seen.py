"""What matched nothing leaves digests that only this installation and person's key can make."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

from monitor.store import keys
from monitor.store.keys import KeyRing
from monitor.store.seen import Seen, SeenState
from monitor.store.writer import Writer

DAY = date(2024, 10, 12)
NEW, CHANGED, SAME = SeenState.NEW, SeenState.CHANGED, SeenState.SAME


def test_new_changed_and_same(writer: Writer, keyring: KeyRing) -> None:
    seen = Seen(keyring)
    pairs = [("act-1", "a"), ("act-2", "b"), ("act-3", "c")]
    assert _states(writer, seen, pairs) == [NEW, NEW, NEW]
    _mark(writer, seen, pairs[:2])
    assert _states(writer, seen, pairs) == [SAME, SAME, NEW]
    assert _states(writer, seen, [("act-2", "edited"), ("act-1", "a")]) == [CHANGED, SAME]
    _mark(writer, seen, [("act-2", "edited")])
    assert _states(writer, seen, [("act-2", "edited"), ("act-2", "b")]) == [SAME, CHANGED]


def test_asking_writes_nothing(writer: Writer, keyring: KeyRing) -> None:
    assert _states(writer, Seen(keyring), [("act-1", "a")]) == [NEW]
    assert _count(writer, "person_key") == 0


def test_two_persons_share_no_digest(writer: Writer, keyring: KeyRing) -> None:
    seen = Seen(keyring)
    _mark(writer, seen, [("act-1", "a")])
    assert _states(writer, seen, [("act-1", "a")], "p-2") == [NEW]
    _mark(writer, seen, [("act-1", "a")], "p-2")
    rows = writer.reader().execute("SELECT key, revision FROM seen").fetchall()
    assert len({value for row in rows for value in row}) == 4


def test_only_digests_are_stored(writer: Writer, keyring: KeyRing, database: Path) -> None:
    _mark(writer, Seen(keyring), [("at://did:plc:jarum/post/1", "isi-jarum")])
    found = writer.reader().execute("SELECT key, revision, seen_on FROM seen").fetchone()
    assert [len(value) for value in found] == [32, 32, 10]
    stored = b"".join(file.read_bytes() for file in database.parent.iterdir())
    assert b"p-1" in stored, "the search would not find anything"
    assert b"jarum" not in stored


def test_erasing_a_persons_key_makes_the_digests_meaningless(
    writer: Writer, keyring: KeyRing, database: Path
) -> None:
    seen = Seen(keyring)
    _mark(writer, seen, [("act-1", "a")])
    _mark(writer, seen, [("act-1", "a")], "p-2")
    (key,) = (
        writer.reader().execute("SELECT key FROM person_key WHERE person_ref = 'p-1'").fetchone()
    )
    with writer.transaction() as tx:
        assert seen.forget(tx, "p-1")
        assert not seen.forget(tx, "p-1")
    assert _states(writer, seen, [("act-1", "a")]) == [NEW]
    assert _states(writer, seen, [("act-1", "a")], "p-2") == [SAME]
    _mark(writer, seen, [("act-1", "a")])
    assert _count(writer, "seen") == 3, "the old digest is found again by nobody"
    writer.close()
    assert key not in database.read_bytes()


def test_another_installation_cannot_compute_them(
    writer: Writer, keyring: KeyRing, tmp_path: Path
) -> None:
    _mark(writer, Seen(keyring), [("act-1", "a")])
    other = Seen(keys.make(tmp_path / "other"))
    assert _states(writer, other, [("act-1", "a")]) == [NEW]


def test_digests_outlive_a_rotation_and_then_move(writer: Writer, tmp_path: Path) -> None:
    folder = tmp_path / "keys"
    _mark(writer, Seen(keys.make(folder)), [("act-1", "a"), ("act-2", "b")])
    newest = keys.rotate(folder, "seen")
    seen = Seen(newest)
    assert _states(writer, seen, [("act-1", "a"), ("act-2", "x")]) == [SAME, CHANGED]
    _mark(writer, seen, [("act-2", "x")])
    assert _states(writer, seen, [("act-1", "a"), ("act-2", "x")]) == [SAME, SAME]
    assert _count(writer, "seen") == 2
    only_new = Seen(KeyRing({p: newest.versions(p)[:1] for p in keys.PURPOSES}))
    assert _states(writer, only_new, [("act-1", "a"), ("act-2", "x")]) == [NEW, SAME]


def test_marking_again_prolongs_and_purging_ends(writer: Writer, keyring: KeyRing) -> None:
    seen = Seen(keyring)
    _mark(writer, seen, [("act-1", "a"), ("act-2", "b")])
    _mark(writer, seen, [("act-1", "a")], on=DAY + timedelta(days=9))
    with writer.transaction() as tx:
        assert seen.purge(tx, DAY) == 0
        assert seen.purge(tx, DAY + timedelta(days=9)) == 1
    assert _states(writer, seen, [("act-1", "a"), ("act-2", "b")]) == [SAME, NEW]


def _states(
    writer: Writer, seen: Seen, pairs: list[tuple[str, str]], person: str = "p-1"
) -> list[SeenState]:
    return seen.states(writer.reader(), person, pairs)


def _mark(
    writer: Writer,
    seen: Seen,
    pairs: list[tuple[str, str]],
    person: str = "p-1",
    on: date = DAY,
) -> None:
    with writer.transaction() as tx:
        seen.mark(tx, person, pairs, on)


def _count(writer: Writer, table: str) -> int:
    (count,) = writer.reader().execute(f"SELECT count(*) FROM {table}").fetchone()
    return int(count)
