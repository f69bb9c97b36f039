"""Rights to read, for tests that make a gated collector."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from monitor.collect.gate import Attestation
from monitor.collect.registry import SECRETS

WHO, DOCUMENT, UNTIL = "Ratna Dewanti, Inspektur", "Perjanjian 12/2024", date(2099, 12, 31)


def papers(name: str, *servers: str) -> list[Attestation]:
    """Return what opens a collector, whichever right it asks for."""
    each = [Attestation(WHO, DOCUMENT, name, UNTIL, server) for server in servers or ("s.example",)]
    return [Attestation(WHO, DOCUMENT, name, UNTIL), *each]


def credentials(folder: Path) -> Path:
    """Write an invented credentials file for each collector that needs one; return the folder."""
    for name in SECRETS.values():
        (folder / name).write_text("kunci-rekaan\n", "utf-8")
    return folder
