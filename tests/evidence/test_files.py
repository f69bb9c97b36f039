"""Snapshot files: durable before they are named, never lost, never left behind."""

from __future__ import annotations

import errno
import os
import resource
import signal
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from monitor.errors import EvidenceError
from monitor.evidence.files import LOCK, STAGING, Files, Sweep
from monitor.model.evidence import Part, commitment

PARTS = (
    Part("record", "application/json", b'{"a":1}'),
    Part("proof", "application/vnd.ipld.car", b""),
)


@pytest.fixture
def files(tmp_path: Path) -> Files:
    return Files(tmp_path / "snapshots")


def names(files: Files) -> set[str]:
    return {path.name for path in files.found()}


def staging(files: Files) -> list[Path]:
    return list((files.folder / STAGING).iterdir())


def test_stage_publish_settle(files: Files) -> None:
    staged = files.stage(PARTS)
    assert names(files) == set()
    files.publish(staged)
    files.settle(staged)
    assert names(files) == {item.commitment for item in staged}
    assert staging(files) == []
    for part, item in zip(PARTS, staged, strict=True):
        path = files.path(item.commitment)
        assert path.read_bytes() == part.data
        assert (item.name, item.media_type, item.size) == (
            part.name,
            part.media_type,
            len(part.data),
        )
        assert commitment(item.salt, part.data) == item.commitment
        assert files.measure(item.commitment, item.salt) == (item.size, item.commitment)


def test_the_same_bytes_never_have_the_same_name(files: Files) -> None:
    with files.staging(PARTS[:1]) as one, files.staging(PARTS[:1]) as two:
        assert one[0].salt != two[0].salt
        assert one[0].commitment != two[0].commitment
        assert len(one[0].salt) == 32


def test_only_the_owner_may_read(files: Files) -> None:
    old = os.umask(0)
    try:
        with files.staging(PARTS) as staged:
            files.publish(staged)
    finally:
        os.umask(old)
    for path in (files.folder, *files.folder.rglob("*")):
        mode = stat.S_IMODE(path.stat().st_mode)
        assert mode == (0o700 if path.is_dir() else 0o600), path


def test_everything_is_synced_before_and_after_the_rename(
    files: Files, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The order on the disk: bytes, their folder, the rename, then the folder renamed into."""
    steps: list[str] = []
    fsync, rename = os.fsync, Path.rename

    def seen_fsync(handle: int) -> None:
        path = Path(f"/proc/self/fd/{handle}").readlink()
        steps.append(f"sync {'folder' if path.is_dir() else 'file'} {path.name}")
        fsync(handle)

    def seen_rename(self: Path, target: Path) -> Path:
        steps.append(f"rename {self.name}")
        return rename(self, target)

    monkeypatch.setattr(os, "fsync", seen_fsync)
    monkeypatch.setattr(Path, "rename", seen_rename)
    staged = files.stage(PARTS[:1])
    files.publish(staged)
    (item,) = staged
    order = [
        f"sync file {item.commitment}",
        "sync file names",
        f"sync folder {item.path.parent.name}",
        f"rename {item.commitment}",
        f"sync folder {item.commitment[:2]}",
    ]
    assert [step for step in steps if step in order][: len(order)] == order
    assert steps.index(order[4]) > steps.index(order[3])
    files.settle(staged)


def test_an_error_in_the_block_discards(files: Files) -> None:
    with pytest.raises(RuntimeError), files.staging(PARTS):
        raise RuntimeError
    assert staging(files) == []
    assert files.sweep(set) == Sweep()


def test_a_failed_commit_leaves_the_choice_to_the_database(files: Files) -> None:
    """A COMMIT that reports an error may have been made: what is published stays until a sweep."""
    published = files.stage(PARTS)
    files.publish(published)
    files.discard(published)
    kept = published[0].commitment
    assert names(files) == {item.commitment for item in published}
    assert files.sweep(lambda: {kept}).removed == 1
    assert names(files) == {kept}


def test_parts_are_named_once(files: Files) -> None:
    with pytest.raises(EvidenceError, match="twice"):
        files.stage([PARTS[0], PARTS[0]])
    assert not files.folder.exists()


def test_nothing_to_stage(files: Files) -> None:
    with files.staging(()) as staged:
        files.publish(staged)
    assert staged == []
    assert not files.folder.exists()


def test_publishing_after_the_end_is_refused(files: Files) -> None:
    staged = files.stage(PARTS)
    files.discard(staged)
    with pytest.raises(EvidenceError, match="already settled"):
        files.publish(staged)


@pytest.mark.parametrize("name", ["", "ab", "../" * 21 + "x", "AB" * 32, "ab" * 32 + "\n"])
def test_no_path_for_what_is_no_commitment(files: Files, name: str) -> None:
    with pytest.raises(EvidenceError, match="64 lower-case hex"):
        files.path(name)


KILLED = """
import os, signal, sys
from pathlib import Path
from monitor.evidence.files import Files
from monitor.model.evidence import Part
files = Files(Path(sys.argv[1]))
staged = files.stage([Part("record", "text/plain", b"abc"), Part("target", "text/plain", b"def")])
if sys.argv[2] == "half":
    count = 0
    rename = Path.rename
    def once(self, target):
        rename(self, target)
        os.kill(os.getpid(), signal.SIGKILL)
    Path.rename = once
if sys.argv[2] != "staged":
    files.publish(staged)
print(*(item.commitment for item in staged), flush=True)
if sys.argv[2] == "wait":
    sys.stdin.read()
os.kill(os.getpid(), signal.SIGKILL)
"""


def killed(files: Files, point: str) -> list[str]:
    done = subprocess.run(
        [sys.executable, "-c", KILLED, str(files.folder), point], capture_output=True, check=False
    )
    assert done.returncode == -signal.SIGKILL, done.stderr
    return done.stdout.decode().split()


@pytest.mark.parametrize(("point", "published"), [("staged", 0), ("half", 1), ("published", 2)])
def test_a_sweep_after_a_kill_before_commit(files: Files, point: str, published: int) -> None:
    killed(files, point)
    assert len(names(files)) == published
    assert files.sweep(set) == Sweep(removed=2)
    assert names(files) == set()
    assert staging(files) == []


def test_a_sweep_after_a_kill_behind_commit_keeps_the_evidence(files: Files) -> None:
    committed = killed(files, "published")
    assert files.sweep(lambda: set(committed)) == Sweep()
    assert names(files) == set(committed)
    assert staging(files) == []


def test_a_sweep_never_touches_files_that_were_not_in_flight(files: Files) -> None:
    """The wrong database, or an empty one, must not cost the evidence of another."""
    with files.staging(PARTS) as staged:
        files.publish(staged)
    killed(files, "published")
    assert files.sweep(set).removed == 2
    assert names(files) == {item.commitment for item in staged}


def test_a_sweep_leaves_a_living_process_alone(files: Files) -> None:
    command = [sys.executable, "-c", KILLED, str(files.folder), "wait"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdin is not None
        flying = process.stdout.readline().decode().split()
        assert files.sweep(never) == Sweep(skipped=True)
        assert names(files) == set(flying)
        process.stdin.close()
    assert files.sweep(set).removed == 2


def never() -> set[str]:
    raise AssertionError("the log was asked although another process is recording")


def test_the_log_is_asked_only_once_the_lock_is_held(files: Files) -> None:
    killed(files, "published")
    seen: list[Sweep] = []

    def referenced() -> set[str]:
        seen.append(Files(files.folder).sweep(set))
        return set()

    files.sweep(referenced)
    assert seen == [Sweep(skipped=True)]


def test_short_writes_are_finished(files: Files, monkeypatch: pytest.MonkeyPatch) -> None:
    write = os.write
    monkeypatch.setattr(os, "write", lambda handle, data: write(handle, bytes(data[:3])))
    data = bytes(range(256)) * 3
    with files.staging([Part("record", "text/plain", data)]) as staged:
        files.publish(staged)
    assert files.path(staged[0].commitment).read_bytes() == data


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
def test_a_full_disk(files: Files, monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    def full(_handle: int, _data: object) -> int:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "write", full)
    with pytest.raises(EvidenceError, match="is full; nothing was recorded or sent: free space"):
        files.stage(PARTS)
    monkeypatch.undo()
    assert staging(files) == []
    with files.staging(PARTS) as staged:
        files.publish(staged)


def test_a_limit_of_the_system_cuts_a_real_write(files: Files) -> None:
    """RLIMIT_FSIZE takes part of the bytes, then refuses, as a filling disk does."""

    def body() -> None:
        with pytest.raises(EvidenceError, match="is full"):
            files.stage([Part("record", "text/plain", b"x" * 10_000)])

    limited(body, 4096)
    assert staging(files) == []


def limited(body: Callable[[], None], size: int) -> None:
    old_limit = resource.getrlimit(resource.RLIMIT_FSIZE)
    old_signal = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, old_limit[1]))
    try:
        body()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, old_limit)
        signal.signal(signal.SIGXFSZ, old_signal)


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "snapshots").write_text("a file stands here")
    with pytest.raises(EvidenceError, match="make the folder writable"):
        Files(tmp_path / "snapshots").stage(PARTS)


def test_measure_reads_plain_files_only(files: Files, tmp_path: Path) -> None:
    with files.staging(PARTS) as staged:
        files.publish(staged)
    path, salt = files.path(staged[0].commitment), staged[0].salt
    path.unlink()
    assert files.measure(path.name, salt) is None
    os.mkfifo(path)
    with pytest.raises(EvidenceError, match="not a plain file"):
        files.measure(path.name, salt)
    path.unlink()
    path.symlink_to(tmp_path)
    with pytest.raises(EvidenceError, match="cannot be read"):
        files.measure(path.name, salt)


def test_the_lock_is_no_snapshot(files: Files) -> None:
    with files.staging(PARTS) as staged:
        files.publish(staged)
    assert (files.folder / LOCK).exists()
    assert {path.name for path in files.found()} == {item.commitment for item in staged}
