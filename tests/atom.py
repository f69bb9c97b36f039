"""A feed of one entry whose words say something, for tests of the whole program."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from monitor.clock import to_text

TEXT = "Ayo coblos nomor 2, menangkan Prakasita-Anggrek! 🔥"


def document(feed: str, entry: str) -> str:
    """Return an Atom feed at one address, with an entry at another, of five minutes ago."""
    at = to_text(datetime.now(UTC) - timedelta(minutes=5))
    return (
        '<?xml version="1.0" encoding="utf-8"?><feed xmlns="http://www.w3.org/2005/Atom">'
        f"<id>{feed}</id><title>Catatan</title><updated>{at}</updated>"
        f'<entry><id>{entry}</id><title>Catatan</title><link href="{entry}"/>'
        f"<published>{at}</published><updated>{at}</updated>"
        f'<content type="text">{TEXT}</content></entry></feed>'
    )
