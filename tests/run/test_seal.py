"""Sealing the log: signed on schedule, stamped by a real authority, never silently unsealed."""

from __future__ import annotations

import re
import subprocess
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import pytest

from monitor import config
from monitor.clock import utc_now
from monitor.errors import EvidenceError, StoreError
from monitor.evidence import signing, stamp, verify_evidence
from monitor.evidence.files import Files
from monitor.evidence.signing import public_key
from monitor.evidence.verify import verify
from monitor.model.seal import NO_SEAL, Seal, rows_digest, signed
from monitor.net import Http
from monitor.run.health import Health
from monitor.run.seal import Sealer
from monitor.store import alarms, keys, log, migrate, outbox, seals
from monitor.store.audit import Audit
from monitor.store.seals import Stamp
from monitor.store.writer import Writer
from tests.standin.authority import Authority, authority

HOUR = timedelta(hours=1)
# Seconds: a busy machine's authority is slow as well, and only the silent one is waited out.
SHORT, PATIENCE = 1.0, 60.0


@dataclass
class Clock:
    """Begins now, as an authority's does, and moves when told."""

    at: datetime = field(default_factory=utc_now)

    def __call__(self) -> datetime:
        return self.at


@dataclass
class Desk:
    """A log, its keys and what seals it."""

    folder: Path
    clock: Clock
    writer: Writer
    http: Http

    def sealer(self, *authorities: Authority) -> Sealer:
        settings = config.Seal(
            interval=HOUR.total_seconds(),
            authorities=tuple(
                config.Authority(name=a.folder.name, url=a.url, ca_file=a.roots)
                for a in authorities
            ),
        )
        roots = {a.folder.name: a.roots.read_bytes() for a in authorities}
        ring, health = keys.load(self.folder / "keys"), self.health()
        return Sealer(self.writer, ring, self.http, settings, roots, health, self.clock)

    def health(self) -> Health:
        told = [("stdout", "-")]
        return Health(self.writer, config.Health(), self.folder, told, self.clock)

    def act(self) -> None:
        """Something happens that is worth sealing."""
        with self.writer.transaction() as tx:
            log.append(tx, at=self.clock(), kind="register", subject="w-1", public={})

    def messages(self) -> list[str]:
        return [item.body for item in outbox.due(self.writer.reader(), 1e12, 99)]

    def alarms(self) -> list[str]:
        return [alarm.key for alarm in alarms.open_(self.writer.reader())]

    def seals(self) -> list[Seal]:
        return list(seals.between(self.writer.reader(), 1, 10_000))

    def stamps(self, entry: int) -> list[Stamp]:
        return list(seals.stamps(self.writer.reader(), entry))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    migrate.upgrade(tmp_path / "database")
    keys.make(tmp_path / "keys")
    return tmp_path


@pytest.fixture
def writer(folder: Path) -> Iterator[Writer]:
    with closing(Writer(folder / "database")) as made:
        yield made


@asynccontextmanager
async def opened(folder: Path, writer: Writer, *hosts: Authority) -> AsyncIterator[Desk]:
    async with Http(within(hosts, PATIENCE)) as http:
        yield Desk(folder, Clock(), writer, http)


def within(hosts: Iterable[Authority], seconds: float) -> config.Http:
    return config.Http(
        contact="uji@netralitas.example",
        allow_private=tuple(host.host for host in hosts),
        timeout=seconds,
    )


async def test_a_seal_says_what_it_covers(folder: Path, writer: Writer) -> None:
    async with opened(folder, writer) as desk:
        for _ in range(3):
            desk.act()
        made = desk.sealer().sign()
        assert made is not None
        (found,) = desk.seals()
        assert found == made
        point, conn = made.checkpoint, writer.reader()
        assert (point.number, point.first, point.seq, made.entry) == (1, 1, 3, 4)
        hashes = [row.hash for row in log.rows(conn)][:3]
        assert point.hash == hashes[-1].hex()
        assert point.rows == rows_digest(hashes)
        assert point.previous == NO_SEAL.hex()
        assert signing.holds(point.key, signed(point.encode()), made.signature)
        assert not signing.holds(point.key, point.encode(), made.signature)
        assert made.endorsement == b""


async def test_nothing_new_is_not_sealed_again(folder: Path, writer: Writer) -> None:
    async with opened(folder, writer) as desk:
        sealer = desk.sealer()
        assert sealer.sign() is None
        desk.act()
        assert sealer.sign() is not None
        assert sealer.sign() is None
        desk.act()
        second = sealer.sign()
        assert second is not None
        one, two = desk.seals()
        assert (two.checkpoint.first, two.checkpoint.seq) == (2, 3)
        assert two.checkpoint.previous == one.digest.hex()


async def test_a_new_key_is_endorsed_by_the_old_one(folder: Path, writer: Writer) -> None:
    async with opened(folder, writer) as desk:
        desk.act()
        desk.sealer().sign()
        keys.rotate(folder / "keys", "seal")
        for _ in range(2):
            desk.act()
            desk.sealer().sign()
    old, turned, new = desk.seals()
    assert turned.checkpoint.key != old.checkpoint.key
    data = signed(turned.checkpoint.encode())
    assert signing.holds(old.checkpoint.key, data, turned.endorsement)
    assert signing.holds(turned.checkpoint.key, data, turned.signature)
    assert (new.checkpoint.key, new.endorsement) == (turned.checkpoint.key, b"")


async def test_a_lost_key_is_not_replaced_in_silence(folder: Path, writer: Writer) -> None:
    async with opened(folder, writer) as desk:
        desk.act()
        desk.sealer().sign()
        (folder / "keys" / "seal.1.key").unlink()
        assert keys.add_later(folder / "keys")
        desk.act()
        with pytest.raises(StoreError, match="key of the last seal is missing"):
            desk.sealer().sign()
    assert len(desk.seals()) == 1


async def test_openssl_accepts_our_stamps_and_signatures(folder: Path, writer: Writer) -> None:
    async with (
        authority(folder / "satu") as one,
        authority(folder / "dua") as two,
        opened(folder, writer, one, two) as desk,
    ):
        desk.act()
        await desk.sealer(one, two).look()
    (seal,) = desk.seals()
    stamps = desk.stamps(seal.entry)
    assert {s.authority for s in stamps} == {"satu", "dua"}
    (folder / "stamped").write_bytes(seal.stamped)
    for number, item in enumerate(stamps):
        (folder / f"{number}.tsr").write_bytes(item.answer)
        (folder / f"{number}.pem").write_bytes(item.roots)
        command = f"ts -verify -data stamped -in {number}.tsr -CAfile {number}.pem"
        assert "Verification: OK" in openssl(folder, command)
    key = bytes.fromhex("302a300506032b6570032100" + seal.checkpoint.key)
    (folder / "key").write_bytes(key)
    (folder / "sig").write_bytes(seal.signature)
    (folder / "signed").write_bytes(signed(seal.checkpoint.encode()))
    command = "pkeyutl -verify -pubin -keyform DER -inkey key -rawin -in signed -sigfile sig"
    assert "Verified Successfully" in openssl(folder, command)


def openssl(folder: Path, command: str) -> str:
    done = subprocess.run(
        ["openssl", *command.split()], cwd=folder, capture_output=True, text=True, check=True
    )
    return done.stdout


FAULTS = {
    "down": "503",
    "slow": "in time|stalled",
    "nonce": "Nonce mismatch",
    "digest": "Mismatch between messages",
    "unsorted": "no time stamp in DER: .*Ordering",
    "expired": "certificate",
    "garbage": "no time stamp in DER",
    "refused": "status 400",
}


@pytest.mark.parametrize("fault", FAULTS)
async def test_a_failing_authority_is_told_once_and_seals_later(
    folder: Path, writer: Writer, fault: str
) -> None:
    async with (
        authority(folder / "satu") as one,
        opened(folder, writer, one) as desk,
        Http(within([one], SHORT if fault == "slow" else PATIENCE)) as http,
    ):
        sealer = replace(desk, http=http).sealer(one)
        desk.act()
        one.fault = fault
        await sealer.look()
        (seal,) = desk.seals()
        (answer,) = await sealer.stamp()
        assert answer.at is None
        assert re.search(FAULTS[fault], answer.cause)
        assert (desk.stamps(seal.entry), desk.alarms()) == ([], [])
        desk.clock.at += HOUR
        for _ in range(3):
            await sealer.stamp()
        assert desk.alarms() == ["seal:satu"]
        assert len(desk.messages()) == 1
        one.fault = ""
        one.release.set()
        await desk.sealer(one).look()
        assert desk.alarms() == []
        told = desk.messages()
        assert len(told) == 2
        assert told[-1] == "Pulih: seal:satu."
        # What came meanwhile (the alarm) was sealed too, and the stamp vouches for all before it.
        newest = desk.seals()[-1]
        assert seals.unstamped(writer.reader(), "satu") is None
        assert [s.authority for s in desk.stamps(newest.entry)] == ["satu"]


async def test_where_nobody_answers_the_log_is_sealed_and_not_stamped(
    folder: Path, writer: Writer
) -> None:
    async with authority(folder / "satu") as gone:
        pass
    async with opened(folder, writer, gone) as desk:
        desk.act()
        sealer = desk.sealer(gone)
        await sealer.look()
        (answer,) = await sealer.stamp()
        assert answer.at is None
        assert answer.cause
        (seal,) = desk.seals()
        assert desk.stamps(seal.entry) == []
        assert seals.unstamped(writer.reader(), "satu") is not None


async def test_one_authority_down_does_not_stop_the_other(folder: Path, writer: Writer) -> None:
    async with (
        authority(folder / "satu") as one,
        authority(folder / "dua") as two,
        opened(folder, writer, one, two) as desk,
    ):
        desk.act()
        one.fault = "down"
        assert await desk.sealer(one, two).stamp() == []  # nothing is signed yet
        desk.sealer(one, two).sign()
        answers = {a.authority: a.at for a in await desk.sealer(one, two).stamp()}
        assert answers["satu"] is None
        assert answers["dua"] is not None


async def test_sealing_follows_the_interval(folder: Path, writer: Writer) -> None:
    async with authority(folder / "satu") as one, opened(folder, writer, one) as desk:
        sealer = desk.sealer(one)
        for minutes, expected in ((0, 1), (59, 1), (2, 2)):
            desk.act()
            desk.clock.at += timedelta(minutes=minutes)
            await sealer.look()
            assert len(desk.seals()) == expected
        assert one.asked == 2
        desk.act()
        desk.clock.at -= timedelta(days=3)  # a clock set back must not stop the sealing
        await sealer.look()
        assert len(desk.seals()) == 3


async def test_without_an_authority_nothing_is_sealed_by_itself(
    folder: Path, writer: Writer
) -> None:
    async with opened(folder, writer) as desk:
        desk.act()
        await desk.sealer().look()
        assert desk.seals() == []


async def test_a_trials_seals_verify(folder: Path, writer: Writer) -> None:
    """Every entry of a trial bears its mark, those of seals and stamps too."""
    kind, subject = log.STAMPED_BY
    async with authority(folder / "satu") as one, opened(folder, writer, one) as desk:
        with writer.transaction() as tx:
            public = {"mode": "trial", "stamp": "UJI COBA"}
            log.append(tx, at=desk.clock(), kind=kind, subject=subject, public=public)
        await desk.sealer(one).look()
    marked = [b'"stamp":"UJI COBA"' in row.canonical for row in log.rows(writer.reader())]
    assert marked == [True, True, True]
    with Audit(folder / "database") as source:
        report = verify(source, Files(folder / "snapshots"))
    assert report.faults == ()
    assert report.stamped is not None
    verify_evidence.Database(folder / "database", folder / "snapshots").verify({})


def test_a_stamp_is_checked_against_its_data_and_roots(folder: Path) -> None:
    one, two = Authority(folder / "satu"), Authority(folder / "dua")
    asked = stamp.query(b"data")
    answer = one.stamp(asked.body)
    at = stamp.check(answer, sha256(b"data").digest(), one.roots.read_bytes(), asked.nonce)
    assert abs(at - datetime.now(UTC)) < timedelta(minutes=1)
    assert stamp.time_of(answer) == at
    for data, roots in ((b"date", one), (b"data", two)):
        with pytest.raises(EvidenceError, match="does not verify"):
            stamp.check(answer, sha256(data).digest(), roots.roots.read_bytes())
    with pytest.raises(EvidenceError, match="no certificates"):
        stamp.check_roots(b"hello")


def test_public_key_is_that_of_rfc_8032() -> None:
    """RFC 8032 section 7.1, test 1."""
    seed = bytes.fromhex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60")
    public = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"
    assert public_key(seed) == public
    assert signing.sign(seed, b"").hex().startswith("e5564300c360ac729086e2cc806e828a")
