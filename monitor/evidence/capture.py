"""Capture: one act's own record, or what collecting already held; it never loses a finding."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from typing import Protocol

from monitor.errors import (
    AuthError,
    BlockedError,
    CollectError,
    NotFoundError,
    ProofError,
    RateLimited,
)
from monitor.model.activity import Activity
from monitor.model.evidence import Capture, Exchange, Part, RawItem
from monitor.model.exchange import certificate_parts, headers_part
from monitor.model.person import Watch

# An error's own text may quote what a platform said about a stranger; these words cannot.
_CAUSES: tuple[tuple[type[CollectError], str], ...] = (
    (RateLimited, "the platform asked us to wait"),
    (AuthError, "the platform refused access"),
    (BlockedError, "the platform answered with a challenge or refusal"),
    (NotFoundError, "the record was gone"),
)

# The entry shows it in clear (RFC 9110 section 8.3.1), so it is no place for free text.
_MEDIA_TYPE = re.compile(r"[a-z0-9.+-]{1,64}/[a-z0-9.+-]{1,64}")
_UNKNOWN = "application/octet-stream"


class Capturer(Protocol):
    """The part of a collector that captures."""

    async def capture(self, activity: Activity, raw: RawItem, watch: Watch) -> Capture: ...


async def capture(
    collector: Capturer, activity: Activity, raw: RawItem, watch: Watch, seconds: float
) -> Capture:
    """Ask the collector for its snapshot for at most ``seconds``, else keep what came already.

    Raises ``ProofError``: a false proof is never evidence. Cancelling is passed on.
    """
    try:
        async with asyncio.timeout(seconds):
            return await collector.capture(activity, raw, watch)
    except ProofError:
        raise
    except TimeoutError:
        return fallback(raw, f"no answer within {seconds:g} s")
    except CollectError as error:
        return fallback(raw, _cause(error))


def fallback(raw: RawItem, cause: str) -> Capture:
    """Make a partial capture from an item as collected: its bytes, its context, its headers."""
    notes = [f"not fetched again alone: {cause}"]
    missing = sum(exchange is None for _, exchange in raw.context)
    if missing:
        notes.append(f"{missing} of {len(raw.context)} target files could not be read")
    parts = (
        Part("record", _media_type(raw.page), raw.body),
        *_targets(raw),
        headers_part(raw),
        *certificate_parts(raw.page),
    )
    return Capture(parts=parts, partial=True, notes=tuple(notes))


def _targets(raw: RawItem) -> Iterator[Part]:
    read = [exchange for _, exchange in raw.context if exchange is not None]
    for number, exchange in enumerate(read, start=1):
        name = "target" if number == 1 else f"target-{number}"
        yield Part(name, _media_type(exchange), exchange.body)


def _cause(error: CollectError) -> str:
    for kind, text in _CAUSES:
        if isinstance(error, kind):
            return text
    return "the platform did not answer"


def _media_type(exchange: Exchange) -> str:
    for name, value in exchange.response_headers:
        if name.lower() == "content-type":
            kind = value.partition(";")[0].strip().lower()
            return kind if _MEDIA_TYPE.fullmatch(kind) else _UNKNOWN
    return _UNKNOWN
