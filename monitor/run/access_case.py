"""One case as the person concerned may see it: every entry, without what belongs to others.

Left out, and named as left out: a stranger's post (it stays in the sealed snapshot only), where
messages went, and whatever tells who gave a tip.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from monitor.config_notify import Route
from monitor.errors import EvidenceError
from monitor.evidence.files import Files
from monitor.model.evidence import LogRow
from monitor.model.tip import TIP
from monitor.store import about, held
from monitor.store.cases import CARD, EXPORT
from monitor.store.db import Connection
from monitor.store.readings import READING

Entry = dict[str, Any]

DELIVERY = "delivery"
# Entries that say who handled the case; they go into the list of processing.
PROCESSING = frozenset({READING, EXPORT, CARD})
# Kinds whose contents are the case's own; of a kind that is not known here only the entry is shown.
OPENED = frozenset(
    {
        *("finding", "malformed", "review", "invitation", "state", "hold", "erasure"),
        *("rectification", "document", "reminder", *PROCESSING),
    }
)
# Keys, at any depth, that speak of somebody else.
OTHERS = frozenset({
    "destination", "message_id", "chat", "chat_id", "submitter", "pelapor", "tip", "tip_by",
})  # fmt: skip
OF_OTHERS = "data pihak lain"
UNKNOWN = "jenis yang belum dikenal"
# A tip's number too: it stands in its sender's own chat with the bot.
OF_TIPS = "laporan orang; pelapornya dilindungi"
ENDINGS = {
    "application/json": ".json",
    "application/xml": ".xml",
    "application/atom+xml": ".xml",
    "application/rss+xml": ".xml",
    "image/png": ".png",
    "image/jpeg": ".jpg",
    "application/pdf": ".pdf",
    "text/html": ".html.txt",  # never to be opened as a page
}


@dataclass(slots=True)
class Case:
    """One case: its entries, messages about it, and the files that go with it, by member."""

    finding: str
    entries: list[Entry] = field(default_factory=list)
    deliveries: list[Entry] = field(default_factory=list)
    processing: list[Entry] = field(default_factory=list)
    files: dict[str, bytes] = field(default_factory=dict)
    withheld: dict[str, str] = field(default_factory=dict)
    keeping: dict[str, Any] = field(default_factory=dict)
    looks: dict[str, Any] = field(default_factory=dict)

    def value(self) -> dict[str, Any]:
        return {
            "finding": self.finding,
            "entries": self.entries,
            "deliveries": self.deliveries,
            "keeping": self.keeping,
            "looks": self.looks,
        }


def case(conn: Connection, finding: str, files: Files, routes: Sequence[Route]) -> Case:
    """Read a case, oldest entry first."""
    made = Case(finding)
    rows = list(about.entries(conn, finding))
    others = _has_stranger(conn, rows)
    for row in rows:
        take(conn, made, row, files, others)
    told = held.owed(conn, finding)
    made.deliveries = [_delivery(one, routes) for one in told]
    return made


def entry(conn: Connection, row: LogRow, withheld: dict[str, str]) -> Entry:
    """Return an entry with the contents that are still there and the person's to see."""
    read = json.loads(row.canonical)
    there = about.opened(conn, row.seq)
    known = read["kind"] in OPENED
    if not known:
        why = OF_TIPS if read["kind"] == TIP else UNKNOWN
        withheld |= {f"{row.seq}/{name}": why for name in there}
    return {
        "seq": row.seq,
        "at": read["at"],
        "kind": read["kind"],
        "subject": read["subject"],
        "public": without_others(read["public"], f"{row.seq}/public", withheld),
        "content": {
            name: without_others(value, f"{row.seq}/{name}", withheld)
            for name, value in there.items()
            if known
        },
        "erased": sorted(set(read["content"]) - set(there)),
        "files": [
            {"name": name, "media_type": file["media_type"], "size": file["size"]}
            for name, file in sorted(read["files"].items())
        ],
        "hash": row.hash.hex(),
    }


def without_others(value: Any, where: str, withheld: dict[str, str]) -> Any:
    """Return a content without the keys that speak of somebody else; name them as left out."""
    if isinstance(value, Mapping):
        withheld |= {f"{where}.{key}": OF_OTHERS for key in value if key in OTHERS}
        return {
            key: without_others(inner, f"{where}.{key}", withheld)
            for key, inner in value.items()
            if key not in OTHERS
        }
    if isinstance(value, list):
        return [without_others(inner, where, withheld) for inner in value]
    return value


def processed(found: Entry) -> Entry:
    """Return one line of the list of processing: when, what, who and why."""
    order = found["content"].get("order", {})
    by = found["content"].get("by", {"who": order.get("by", ""), "why": order.get("why", "")})
    return {
        "at": found["at"],
        "what": found["public"].get("command", found["kind"]),
        "subject": found["subject"],
        "who": by.get("who", ""),
        "why": by.get("why", ""),
        "seq": found["seq"],
    }


def take(conn: Connection, made: Case, row: LogRow, files: Files, others: frozenset[int]) -> None:
    """Add an entry to a case, with its files; ``others`` are those that hold a stranger's post."""
    if _kind(row) == DELIVERY:
        # The outbox says the same, and by whose part it was received.
        made.withheld[f"{row.seq}/{DELIVERY}"] = OF_OTHERS
        return
    found = entry(conn, row, made.withheld)
    if found["kind"] in PROCESSING:
        made.processing.append(processed(found))
        return
    commitments = json.loads(row.canonical)["files"]
    for file in found["files"]:
        member = f"salinan/{made.finding}/{row.seq}-{file['name']}"
        member += ENDINGS.get(file["media_type"], "")
        if row.seq in others and file["name"].startswith(("target", "headers")):
            made.withheld[member] = OF_OTHERS
        else:
            _copy(made, member, files, commitments[file["name"]]["commitment"], file)
    made.entries.append(found)


def _kind(row: LogRow) -> str:
    return str(json.loads(row.canonical)["kind"])


def _copy(made: Case, member: str, files: Files, commitment: str, file: dict[str, Any]) -> None:
    try:
        made.files[member] = files.path(commitment).read_bytes()
        file["member"] = member
    except FileNotFoundError:
        made.withheld[member] = "dihapus"
    except OSError as error:
        raise EvidenceError(f"a snapshot cannot be read: {error.strerror}") from None


def _has_stranger(conn: Connection, rows: Iterable[LogRow]) -> frozenset[int]:
    """Return the entries from the first on that answers, shares or likes a stranger's post."""
    found: set[int] = set()
    stranger = False
    for row in rows:
        content = about.opened(conn, row.seq).get("finding")
        if content is not None:
            target = content["activity"]["target"] or {}
            stranger = stranger or bool(target.get("stranger"))
        if stranger:
            found.add(row.seq)
    return frozenset(found)


def _delivery(row: Mapping[str, Any], routes: Sequence[Route]) -> Entry:
    """Return when a message went to whom, by the recipient's part and not by the address."""
    found = next(
        (r for r in routes if (r.notifier, r.destination) == (row["notifier"], row["destination"])),
        None,
    )
    return {
        "about": row["kind"],
        "entry": row["seq"],
        "role": role(found),
        "through": row["notifier"],
        "state": row["state"],
        "attempts": row["attempts"],
        "owed_at": row["created_at"],
        "accepted_at": row["sent_at"],
    }


def role(route: Route | None) -> str:
    """Return in Indonesian what part a route's recipient has; never where it is."""
    if route is None:
        return "penerima yang tidak lagi terdaftar"
    if not route.instansi:
        return "penerima pemberitahuan untuk semua instansi"
    return "penerima pemberitahuan untuk " + ", ".join(route.instansi)
