"""Who comes in, what may be asked for, and the line that each request leaves."""

from __future__ import annotations

import asyncio
import hashlib
import json
import stat
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from monitor.auditor import copying
from monitor.auditor.case import Cases
from monitor.auditor.gate import AccessLog, Gate
from monitor.auditor.site import NAME, Place, site
from monitor.clock import utc_now
from monitor.store import auditor
from tests.audit.place import HTML, PNG
from tests.audit.place import NAME as PERSON
from tests.notify import examples

KEY = "kunci-rekaan"
HOST = "http://127.0.0.1:8001"


@dataclass
class Door:
    gate: Gate
    log: AccessLog
    conn: Any

    def client(self, *, key: bool = True) -> httpx.AsyncClient:
        cookies = {"netralitas-audit": KEY} if key else {}
        transport = httpx.ASGITransport(app=self.gate)
        return httpx.AsyncClient(transport=transport, base_url=HOST, cookies=cookies)

    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.log.path.read_text("utf-8").splitlines()]

    def one(self, query: str) -> Any:
        return self.conn.execute(query).fetchone()[0]


@pytest.fixture
def opened(made: copying.Made, tmp_path: Path) -> Iterator[Door]:
    file = made.folder / copying.DATABASE
    access = AccessLog(tmp_path / copying.ACCESS, utc_now)
    with closing(auditor.opened(file)) as conn:
        place = Place(file, live=False, about="Salinan rekaan.", counts=auditor.counts(conn))
        cases = Cases(conn, made.folder / copying.SNAPSHOTS, examples.RULES, live=False)
        with site(place, cases) as pages:
            asyncio.run(pages.invoke_startup())
            yield Door(Gate(pages.app(), access, KEY), access, conn)
            pages.databases[NAME].close()
            access.close()


async def test_only_who_has_the_address_comes_in(opened: Door) -> None:
    async with opened.client(key=False) as stranger:
        for path in ("/", f"/{NAME}", "/?kunci=salah", "/-/gaya.css"):
            assert (await stranger.get(path)).status_code == 403
        entered = await stranger.get(
            f"{HOST}//{NAME}/ringkasan", params={"kunci": KEY, "_size": "5"}
        )
        assert entered.status_code == 303
        assert entered.headers["location"] == f"/{NAME}/ringkasan?_size=5"
        cookie = entered.headers["set-cookie"]
        assert "HttpOnly" in cookie
        assert "SameSite=Strict" in cookie
        assert (await stranger.get("/")).status_code == 200


async def test_another_name_for_this_machine_is_refused(opened: Door) -> None:
    async with opened.client() as auditor_:
        for host in ("jahat.example:8001", "127.0.0.1.jahat.example:8001", ""):
            answer = await auditor_.get("/", headers={"host": host})
            assert answer.status_code == 400


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS"])
async def test_only_reading(opened: Door, method: str) -> None:
    async with opened.client() as client:
        assert (await client.request(method, f"/{NAME}/ringkasan")).status_code == 405


@pytest.mark.parametrize(
    "path",
    ["/-/databases", "/-/databases.json", "/-/metadata.json", "/-/threads", "/-/actor", "/-/logout",
     "/-/static/app.css", f"/{NAME}.db", f"/{NAME}/ringkasan.csv", f"/{NAME}/audit_finding.csv",
     f"/{NAME}.csv"],
)  # fmt: skip
async def test_no_other_page(opened: Door, path: str) -> None:
    async with opened.client() as client:
        assert (await client.get(path)).status_code == 404


async def test_every_page_has_its_policy(opened: Door) -> None:
    finding = opened.one("SELECT finding_id FROM audit_finding ORDER BY seq")
    seq = opened.one("SELECT seq FROM audit_finding ORDER BY seq")
    async with opened.client() as client:
        for path in (
            "/", f"/{NAME}", f"/{NAME}/ringkasan", f"/{NAME}/audit_finding", "/-/gaya.css",
            f"/{NAME}/audit_finding/{seq}", f"/-/temuan/{finding}", f"/-/kartu/{seq}.png",
        ):  # fmt: skip
            answer = await client.get(path)
            assert answer.status_code == 200, path
            assert answer.headers["content-security-policy"].startswith("default-src 'none'")
            assert answer.headers["x-content-type-options"] == "nosniff"
            assert "no-store" in answer.headers["cache-control"]
            assert "<script" not in answer.text
            assert " style=" not in answer.text


async def test_a_finding_shows_card_words_and_files_but_no_name(opened: Door) -> None:
    seq, finding = opened.conn.execute(
        "SELECT seq, finding_id FROM audit_finding ORDER BY seq"
    ).fetchone()
    async with opened.client() as client:
        for path in (f"/-/temuan/{finding}", f"/{NAME}/audit_finding/{seq}"):
            text = (await client.get(path)).text
            assert "Kita hadir bersama, jaga persatuan di kantor" in text
            assert text.count("sidik cocok") == 4
            assert f'src="/-/kartu/{seq}.png"' in text
            assert "klarifikasi_diminta" in text
            assert PERSON not in text
        card = await client.get(f"/-/kartu/{seq}.png")
        assert card.content[:4] == b"\x89PNG"
        assert card.headers["content-type"] == "image/png"
        for missing in ("/-/temuan/NTR-ZZZZ-ZZZZ", "/-/temuan/NTR-x", "/-/kartu/99999.png"):
            assert (await client.get(missing)).status_code == 404


async def test_a_file_is_never_run(opened: Door) -> None:
    def named(name: str) -> str:
        return str(opened.one(f"SELECT commitment FROM audit_evidence WHERE name = '{name}'"))

    async with opened.client() as client:
        page = await client.get(f"/-/bukti/{named('target')}")
        assert page.content == HTML
        assert page.headers["content-type"] == "text/plain; charset=utf-8"
        assert page.headers["content-security-policy"] == "default-src 'none'; sandbox"
        assert page.headers["x-content-type-options"] == "nosniff"
        picture = await client.get(f"/-/bukti/{named('screenshot')}")
        assert (picture.content, picture.headers["content-type"]) == (PNG, "image/png")
        # The stored card has the name on it: the log names it, the copy has it not.
        assert (await client.get(f"/-/bukti/{named('card')}")).status_code == 404
        assert (await client.get(f"/-/bukti/{'0' * 64}")).status_code == 404


async def test_a_file_that_was_changed_is_not_shown(opened: Door, made: copying.Made) -> None:
    commitment = str(
        opened.one("SELECT commitment FROM audit_evidence WHERE name = 'record' ORDER BY seq")
    )
    file = made.folder / copying.SNAPSHOTS / commitment[:2] / commitment
    before = file.read_bytes()
    file.chmod(0o600)
    file.write_bytes(before.replace(b"rekaan", b"palsuu"))
    try:
        async with opened.client() as client:
            finding = opened.one("SELECT finding_id FROM audit_finding ORDER BY seq")
            assert "sidiknya tidak cocok" in (await client.get(f"/-/temuan/{finding}")).text
            assert (await client.get(f"/-/bukti/{commitment}")).status_code == 404
    finally:
        file.write_bytes(before)
        file.chmod(0o400)


async def test_every_request_leaves_a_line(opened: Door) -> None:
    async with opened.client() as client:
        await client.get("/", params={"kunci": KEY})
        await client.get(f"/{NAME}", params={"sql": "select 'tanya sendiri'"})
        await client.get(f"/{NAME}", params={"sql": "drop table log"})
        await client.get("/-/databases")
    async with opened.client(key=False) as stranger:
        await stranger.get("/")
    lines = opened.lines()
    assert [(line["path"], line["status"]) for line in lines] == [
        ("/", 303), (f"/{NAME}", 200), (f"/{NAME}", 400), ("/-/databases", 404), ("/", 403),
    ]  # fmt: skip
    assert lines[1]["query"] == {"sql": "select 'tanya sendiri'"}
    assert KEY not in opened.log.path.read_text("utf-8")
    assert stat.S_IMODE(opened.log.path.stat().st_mode) == 0o600
    assert opened.log.close() == {
        "requests": 5,
        "own_sql": 2,
        "refused": 3,
        "access_log": hashlib.sha256(opened.log.path.read_bytes()).hexdigest(),
    }


async def test_search_finds_words_and_no_candidate(opened: Door) -> None:
    async with opened.client() as client:
        for words, count in (("persatuan", 1), ("Kebersihan", 3), ("Rahma", 0)):
            page = await client.get(f"/{NAME}/audit_finding.json", params={"_search": words})
            assert page.json()["filtered_table_rows_count"] == count
