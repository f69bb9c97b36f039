"""A real act, watched, sealed by a real authority, exported: both verifiers and warcio read it."""

from __future__ import annotations

import asyncio
import io
import json
import zipfile
from contextlib import closing
from pathlib import Path

import pytest
from warcio.archiveiterator import ArchiveIterator

from monitor import app, config
from monitor.clock import utc_now
from monitor.evidence import export, export_check, verify_evidence
from monitor.evidence.files import Files
from monitor.net import Http
from monitor.store import cases, keys, seals
from monitor.store.writer import Writer
from tests.run.ruling import until
from tests.standin.authority import authority
from tests.whole import Stage


async def test_a_case_from_the_act_to_the_export(stage: Stage, tmp_path: Path) -> None:
    await stage.once()
    settings = stage.place.settings
    async with authority(tmp_path / "satu") as one:
        made = config.Authority(name="satu", url=one.url, ca_file=one.roots)
        http = settings.http.model_copy(update={"allow_private": (one.host,)})
        asked = settings.model_copy(update={"seal": config.Seal(authorities=(made,)), "http": http})
        with closing(Writer(settings.database)) as writer:
            async with Http(http) as client:
                await app.sealer(asked, writer, client).look()
            for finding in stage.place.findings():
                path = _export(settings, writer, finding["entry"]["subject"], tmp_path)
                _is_sound(path, finding["entry"])
    assert stage.place.verified().fault_count == 0
    verify_evidence.Database(settings.database, settings.snapshots).verify({})


@pytest.mark.drill
async def test_the_running_daemon_seals_by_itself(stage: Stage, tmp_path: Path) -> None:
    settings = stage.place.settings
    async with authority(tmp_path / "satu") as one:
        made = config.Authority(name="satu", url=one.url, ca_file=one.roots)
        hosts = (*settings.http.allow_private, one.host)
        asked = settings.model_copy(
            update={
                "seal": config.Seal(interval=0.5, authorities=(made,)),
                "http": settings.http.model_copy(update={"allow_private": hosts}),
            }
        )
        async with app.opened(asked) as opened:
            task = asyncio.create_task(opened.daemon.run())
            try:
                await until(lambda: seals.last_stamp(opened.writer.reader()) is not None)
            finally:
                opened.daemon.stop()
                await task
    report = stage.place.verified()
    assert report.faults == ()
    assert report.stamped is not None
    assert report.stamped.authority == "satu"


def _export(settings: config.Config, writer: Writer, finding: str, folder: Path) -> Path:
    conn = writer.reader()
    found = cases.entries(conn, finding)
    proof = cases.proof(conn, found)
    items = [export.Item(one.seq, one.canonical, one.contents, one.salts) for one in found]
    case = export.Case(finding, items, proof.seals, proof.hashes, proof.stamps, proof.head)
    seeds = keys.load(settings.path("keys")).versions(keys.SEAL)
    path = folder / f"{finding}.zip"
    export.write(export.members(case, Files(settings.snapshots), "audit", utc_now(), seeds), path)
    return path


def _is_sound(path: Path, entry: dict[str, object]) -> None:
    found = export_check.check(path)
    assert isinstance(found, export_check.Sound), found
    assert [authority for _, _, authority in found.stamped] == ["satu"]
    assert verify_evidence.export(path)
    made = _members(path)
    seq = entry["seq"]
    warc = io.BytesIO(made[f"warc/{seq}.warc"])
    bodies = {}
    for record in ArchiveIterator(warc, check_digests="raise"):
        if record.rec_type == "response":
            bodies[record.content_stream().read()] = record.rec_headers.get_header(
                "WARC-Target-URI"
            )
    assert "getRecord" in bodies[made[f"files/{seq}/record"]]
    assert made[f"files/{seq}/proof"] in bodies
    assert json.loads(made[f"facts/{seq}.json"])["platform"] == "bluesky"
    # The card bears the name of the register line, which a pseudonymous export leaves out.
    withheld = json.loads(made["manifest.json"])["withheld"]
    assert withheld[f"files/{seq}/card"] == "identity"
    assert not any(name.endswith(f"/{seq}/card") for name in made)


def _members(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}
