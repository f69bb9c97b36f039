"""Rights to read, for tests that make a gated collector."""

from __future__ import annotations

from datetime import date

from monitor.collect.gate import Attestation

WHO, DOCUMENT, UNTIL = "Ratna Dewanti, Inspektur", "Perjanjian 12/2024", date(2099, 12, 31)


def papers(name: str, *servers: str) -> list[Attestation]:
    """Return what opens a collector, whichever right it asks for."""
    each = [Attestation(WHO, DOCUMENT, name, UNTIL, server) for server in servers or ("s.example",)]
    return [Attestation(WHO, DOCUMENT, name, UNTIL), *each]
