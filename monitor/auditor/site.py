"""The pages: Datasette over a copy that nobody can write, in Indonesian. The only Datasette.

Datasette brings tables, search, the query form and JSON. What it may touch is decided elsewhere:
``store.door`` for every statement, ``gate`` for every request.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
import signal
import socket
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import uvicorn
from datasette import hookimpl
from datasette.app import Datasette
from datasette.plugins import pm
from datasette.utils.asgi import NotFound, Response
from markupsafe import Markup

from monitor.auditor.case import Cases
from monitor.auditor.gate import AccessLog, Gate
from monitor.errors import ConfigError, Fault
from monitor.log import logger
from monitor.store import door
from monitor.store.views import VIEWS

HERE = Path(__file__).parent
NAME = "bukti"  # of the database, in addresses
TITLE = "Netralitas: pintu auditor"
SETTINGS = {
    "sql_time_limit_ms": 2_000,
    "facet_time_limit_ms": 200,
    "facet_suggest_time_limit_ms": 20,
    "max_returned_rows": 1_000,
    "default_page_size": 50,
    "allow_download": False,
    "allow_csv_stream": False,
    "suggest_facets": False,
    "default_cache_ttl": 0,
    "truncate_cells_html": 300,
    "num_sql_threads": 3,
}
LIVE_TIME_LIMIT_MS = 20_000  # nothing is prepared in the running database
SERVER_FAULT = 500
FAULT = "Kesalahan program; keterangannya ada di log."
ERRORS = {
    "prohibited": "Tabel ini tidak dibuka bagi auditor: yang dapat dibaca adalah tabel audit_…",
    "not authorized": "Tidak dibolehkan: di sini hanya SELECT atas tabel audit_… yang dijawab.",
    "authorization denied": "Tidak dibolehkan: di sini hanya SELECT yang dijawab.",
    "must be a select": "Tidak dibolehkan: di sini hanya SELECT yang dijawab.",
    "pragma": "Tidak dibolehkan: di sini hanya SELECT yang dijawab.",
    "interrupted": "Terlalu lama: batasi pertanyaannya, misalnya dengan LIMIT.",
    "permission to view": "Tabel ini tidak dibuka bagi auditor.",
    "not found": "Tidak ada di sini.",
    "404": "Tidak ada di sini.",
    "no such table": "Tidak ada tabel dengan nama itu.",
    "too big": "Nilainya terlalu besar.",
}
LISTS = frozenset({"rules", "aturan", "contents", "files", "changed", "berkas"})
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")
_FIRST_WORDS = re.compile(r"[:;,(]")
_FINDING = re.compile(r"NTR-[A-Z2-7]{4}-[A-Z2-7]{4}")
_BUKTI_POLICY = "default-src 'none'; sandbox"


Hook = TypeVar("Hook", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Place:
    """What is opened: the database, whether it is the running one, and what a page says of it."""

    database: Path
    live: bool
    about: str
    digest: str = ""
    counts: Mapping[str, int] = field(default_factory=dict)

    @property
    def known(self) -> dict[str, Any]:
        """What need not be counted again of a file that does not change, for Datasette."""
        tables = {name: {"count": count} for name, count in self.counts.items()}
        size = self.database.stat().st_size
        return {NAME: {"hash": self.digest, "size": size, "file": "", "tables": tables}}


def queries() -> dict[str, dict[str, Any]]:
    """Return the ready questions by name."""
    return tomllib.loads((HERE / "queries.toml").read_text("utf-8"))


def dictionary() -> dict[str, dict[str, Any]]:
    """Return title, description and columns of each view, as the pages show them."""
    return tomllib.loads((HERE / "dictionary.toml").read_text("utf-8"))


def metadata(place: Place) -> dict[str, Any]:
    """Return what Datasette shows of the database."""
    tables = dictionary()
    if not place.live:
        for name in ("audit_entry", "audit_finding"):
            tables[name] |= {"fts_table": "audit_search", "fts_pk": "seq"}
        tables["audit_finding"] |= {"facets": ["outcome"], "sort_desc": "seq"}
        tables["audit_entry"] |= {"sort_desc": "seq"}
    return {
        "title": TITLE,
        "databases": {
            NAME: {
                "title": "Bukti",
                "description": place.about,
                "allow_sql": not place.live,
                "tables": tables,
                "queries": {name: {**said, "hide_sql": True} for name, said in queries().items()},
            }
        },
    }


def _hook(function: Hook) -> Hook:
    """Mark a hook of Datasette, which has no types."""
    marked: Hook = hookimpl(function)
    return marked


class Pages:
    """Our part of Datasette, as its hooks."""

    def __init__(self, place: Place, cases: Cases) -> None:
        self.__name__ = __name__  # Datasette asks every plug-in for one
        self._place = place
        self._cases = cases

    @_hook
    def prepare_connection(self, conn: Any, database: str) -> None:
        if database == NAME:
            door.close_in(conn, views=self._place.live)

    @_hook
    def permission_allowed(self, action: str, resource: Any) -> bool | None:
        if action == "view-table" and resource[1] not in VIEWS:
            return False
        if action == "view-database" and resource != NAME:
            return False
        return None

    @_hook
    def prepare_jinja2_environment(self, env: Any) -> None:
        said = dictionary()
        none: dict[str, Any] = {"title": "", "description": "", "columns": {}}
        env.globals["dictionary"] = lambda name: said.get(name, none)
        env.globals["label"] = lambda name, column: _label(said.get(name, none), column)
        env.filters["waktu"] = _instant
        env.filters["dalam_kata"] = _in_words
        env.globals["angka"] = lambda number: f"{number:,}".replace(",", ".")

    @_hook
    def render_cell(self, value: Any, column: str) -> Any:
        if not isinstance(value, str):
            return None
        if _FINDING.fullmatch(value):
            return Markup('<a href="/-/temuan/{0}">{0}</a>').format(value)
        if _INSTANT.fullmatch(value):
            return _instant(value)
        return value.replace(",", ", ") if column in LISTS else None

    @_hook
    def extra_template_vars(self, table: str | None, view_name: str, request: Any) -> Any:
        shown: dict[str, Any] = {"live": self._place.live, "about": self._place.about}
        if view_name != "row" or table != "audit_finding":
            return shown
        seq = request.url_vars["pks"]

        async def with_case() -> dict[str, Any]:
            page = await asyncio.to_thread(self._cases.page, int(seq)) if seq.isdigit() else {}
            return {**shown, "case": page}

        return with_case

    @_hook
    def handle_exception(self, datasette: Any, request: Any, exception: Exception) -> Any:
        async def page() -> Any:
            status = int(getattr(exception, "status", 500))
            said = _in_words(str(getattr(exception, "title", "") or exception))
            if status >= SERVER_FAULT:
                logger.error("the auditor's door: {}", type(exception).__name__)
            values = {"status": status, "error": said if status < SERVER_FAULT else FAULT}
            if request.path.endswith(".json"):
                return Response.json({"ok": False, **values}, status=status)
            template = datasette.jinja_env.get_template("error.html")
            return Response.html(await template.render_async(values), status=status)

        return page

    @_hook
    def register_routes(self) -> list[tuple[str, Callable[..., Any]]]:
        return [
            (r"^/-/temuan/(?P<finding>[A-Z0-9-]+)$", self._finding),
            (r"^/-/kartu/(?P<seq>[0-9]{1,18})\.png$", self._card),
            (r"^/-/bukti/(?P<commitment>[0-9a-f]{64})$", self._file),
            (r"^/-/gaya\.css$", _style),
        ]

    async def _finding(self, datasette: Any, request: Any) -> Any:
        finding = request.url_vars["finding"]
        seq = await asyncio.to_thread(self._cases.entry_of, finding)
        case = await asyncio.to_thread(self._cases.page, seq) if seq else {}
        if not case:
            raise NotFound("Tidak ada temuan dengan nomor ini.")
        values = {"case": case, "live": self._place.live}
        return Response.html(
            await datasette.render_template("temuan.html", values, request=request)
        )

    async def _card(self, request: Any) -> Any:
        made = await asyncio.to_thread(self._cases.card, int(request.url_vars["seq"]))
        if made is None:
            raise NotFound("Kartu ini tidak dapat digambar: isinya sudah dihapus.")
        return Response(made, content_type="image/png", headers={**_sandboxed()})

    async def _file(self, request: Any) -> Any:
        shown = await asyncio.to_thread(self._cases.file, request.url_vars["commitment"])
        if shown is None:
            raise NotFound("Berkas ini tidak ada, atau bukan yang dijanjikan log.")
        headers = {**_sandboxed()}
        if not shown.inline:
            headers["content-disposition"] = "attachment; filename=bukti.bin"
        return Response(shown.data, content_type=shown.media_type, headers=headers)


@contextlib.contextmanager
def site(place: Place, cases: Cases) -> Iterator[Any]:
    """Make the pages; there is one site at a time, and no plug-in but ours."""
    for plugin in pm.get_plugins():
        # Datasette's own page for a fault prints every variable on the way to it.
        name = str(getattr(plugin, "__name__", ""))
        if not name.startswith("datasette.") or name == "datasette.handle_exception":
            pm.unregister(plugin)
    ours = Pages(place, cases)
    pm.register(ours)
    try:
        yield _datasette(place)
    finally:
        pm.unregister(ours)


def _datasette(place: Place) -> Any:
    files = [str(place.database)]
    limit = LIVE_TIME_LIMIT_MS if place.live else SETTINGS["sql_time_limit_ms"]
    made = Datasette(
        files=files if place.live else [],
        immutables=[] if place.live else files,
        metadata=metadata(place),
        settings={**SETTINGS, "sql_time_limit_ms": limit},
        template_dir=str(HERE / "templates"),
        inspect_data=None if place.live else place.known,
    )
    # The address of a page does not depend on where the file lies.
    if (opened := made.databases.get(place.database.stem)) and place.database.stem != NAME:
        made.remove_database(place.database.stem)
        opened.name = None
        made.add_database(opened, name=NAME)
    return made


async def serve(
    made: Any, log: AccessLog, key: str, port: int, ready: Callable[[str], None]
) -> None:
    """Answer on loopback until the process is told to stop; ``ready`` gets the whole address."""
    with socket.socket() as listening:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listening.bind(("127.0.0.1", port))
        except OSError as error:
            fault = Fault(
                "audit", "--port", "a free port", f"{port}: {error.strerror}", "0 takes one"
            )
            raise ConfigError([fault]) from None
        listening.listen()  # who opens the address at once is not refused
        await made.invoke_startup()
        settings = uvicorn.Config(
            Gate(made.app(), log, key), log_config=None, access_log=False, server_header=False
        )
        server = _Server(settings)
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, server.stop)
        ready(f"http://127.0.0.1:{listening.getsockname()[1]}/?kunci={key}")
        await server.serve(sockets=[listening])


class _Server(uvicorn.Server):
    """Leaves signals alone: after the last answer there is still a line to write."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    def stop(self) -> None:
        self.should_exit = True


def _instant(value: str) -> str:
    return f"{value[:10]} {value[11:19]}Z"


def _label(said: Mapping[str, Any], column: str) -> str:
    """Return a column's name in the reader's words: the first of what is said of it."""
    return _FIRST_WORDS.split(said["columns"].get(column, column))[0].strip()


def _in_words(error: str) -> str:
    """Return what SQLite or Datasette said, in Indonesian where it is of a known kind."""
    known = (told for start, told in ERRORS.items() if start in error.lower())
    return next(known, error)


async def _style() -> Any:
    return Response((HERE / "templates" / "gaya.css").read_text("utf-8"), content_type="text/css")


def _sandboxed() -> dict[str, str]:
    return {"content-security-policy": _BUKTI_POLICY, "x-content-type-options": "nosniff"}
