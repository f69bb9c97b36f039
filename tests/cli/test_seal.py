"""``netralitas seal``, what ``status`` and ``verify`` say of seals, and the key that signs."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from monitor.store import log
from monitor.store.writer import Writer
from tests.cli.conftest import Run
from tests.standin.authority import Authority


@pytest.fixture
def place(run: Run, tmp_path: Path, now: datetime) -> Path:
    """An installation with one entry; returns its configuration file."""
    assert run("init", tmp_path / "pasang").status == 0
    with (
        closing(Writer(tmp_path / "pasang" / "data" / "netralitas.sqlite3")) as writer,
        writer.transaction() as tx,
    ):
        log.append(tx, at=now, kind="note", subject="n", public={})
    return tmp_path / "pasang" / "config.toml"


@pytest.fixture
def authority(tmp_path: Path) -> Iterator[Authority]:
    """A real authority that a program with a loop of its own may ask."""
    made = Authority(tmp_path / "otoritas")

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            answer = made.stamp(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(503 if made.fault == "down" else 200)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        made.url = f"http://127.0.0.1:{server.server_port}/"
        yield made
        server.shutdown()
        thread.join()


def configure(place: Path, authority: Authority) -> None:
    text = place.read_text("utf-8")
    text = text.replace(
        "authorities = []",
        f'authorities = [{{ name = "otoritas", url = "{authority.url}", '
        f'ca_file = "{authority.roots}" }}]',
    )
    text = text.replace("allow_private = []", f'allow_private = ["{authority.host}"]')
    place.write_text(text, "utf-8")


def test_without_an_authority_the_log_is_unsealed_and_says_so(run: Run, place: Path) -> None:
    assert "belum disegel: no time-stamp authority is configured" in run("status", "-c", place).out
    signed = run("seal", "-c", place)
    assert signed.status == 0
    assert re.search(r"Signed: up to entry 1 of 2 at \S+, key [0-9a-f]{16}", signed.out)
    verified = run("verify", "-c", place)
    assert verified.status == 0
    assert "Signed up to entry 1" in verified.out
    assert "belum disegel" in verified.out


def test_a_log_is_signed_and_stamped(run: Run, place: Path, authority: Authority) -> None:
    configure(place, authority)
    assert "belum disegel: no authority has given" in run("status", "-c", place).out
    sealed = run("seal", "-c", place)
    assert sealed.status == 0
    assert "Stamped: up to entry 1 by otoritas at" in sealed.out
    assert "belum" not in run("status", "-c", place).out
    assert "Stamped up to entry 1" in run("verify", "-c", place).out
    key = re.search(r"key ([0-9a-f]{16})", sealed.out)
    assert key
    assert key[1] in run("keys", "list", "-c", place).out


def test_an_authority_that_is_down_is_said(run: Run, place: Path, authority: Authority) -> None:
    configure(place, authority)
    authority.fault = "down"
    sealed = run("seal", "-c", place)
    assert sealed.status == 1
    assert "not stamped: authority otoritas: " in sealed.err
    assert "belum disegel: no authority has given" in sealed.out


def test_certificates_that_are_none_are_a_fault_of_the_configuration(
    run: Run, place: Path, authority: Authority
) -> None:
    configure(place, authority)
    authority.roots.write_text("bukan sertifikat")
    for command in ("check", "seal"):
        refused = run(command, "-c", place)
        assert refused.status == 2
        assert "expected a file of CA certificates (PEM)" in refused.err


def test_an_older_installation_gets_its_key_from_migrate(run: Run, place: Path) -> None:
    (place.parent / "keys" / "seal.1.key").unlink()
    refused = run("seal", "-c", place)
    assert refused.status == 3
    assert "run netralitas migrate" in refused.err
    assert "A key was made, seal" in run("migrate", "-c", place).out
    assert run("seal", "-c", place).status == 0
