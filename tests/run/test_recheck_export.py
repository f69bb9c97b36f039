"""Later states leave the house with their case, and both verifiers read them."""

from __future__ import annotations

import zipfile
from contextlib import closing
from pathlib import Path

import pytest

from monitor import app, config
from monitor.evidence import export_check, verify_evidence
from monitor.net import Http
from monitor.store.writer import Writer
from tests.run.rechecking import look_again, of
from tests.run.test_export_whole import _export
from tests.run.test_recheck import delete, edit
from tests.standin.authority import authority
from tests.whole import Stage


@pytest.mark.drill
async def test_an_export_holds_every_state_of_its_case(stage: Stage, tmp_path: Path) -> None:
    await stage.once()
    await look_again(stage)
    edit(stage, "Ayo ke pasar, menangkan hadiah jalan santai!")
    await look_again(stage)
    case = delete(stage, "asn1", "post")
    await look_again(stage)
    states = of(stage, case)
    assert [s["public"]["state"] for s in states] == ["masih_ada", "disunting", "dihapus"]
    settings = stage.place.settings
    async with authority(tmp_path / "satu") as one:
        made = config.Authority(name="satu", url=one.url, ca_file=one.roots)
        http = settings.http.model_copy(update={"allow_private": (one.host,)})
        asked = settings.model_copy(update={"seal": config.Seal(authorities=(made,)), "http": http})
        with closing(Writer(settings.database)) as writer:
            async with Http(http) as client:
                await app.sealer(asked, writer, client).look()
            path = _export(settings, writer, case, tmp_path)
    assert isinstance(export_check.check(path), export_check.Sound)
    assert verify_evidence.export(path)
    with zipfile.ZipFile(path) as packed:
        names = set(packed.namelist())
    for state in states:
        assert {f"files/{state['seq']}/{name}" for name in state["files"]} <= names
