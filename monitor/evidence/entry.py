"""One entry of the log read strictly: a value has one byte form, and no other form passes."""

from __future__ import annotations

import json
from typing import Any, NoReturn

import msgspec

from monitor.model.evidence import canonical

VERSION = 1


class FileEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True, gc=False):
    """What an entry says of one file: its commitment (64 hex), media type and size in bytes."""

    commitment: str
    media_type: str
    size: int


class Entry(msgspec.Struct, frozen=True, forbid_unknown_fields=True, gc=False):
    """An entry's canonical JSON; docs/evidence.md names every field."""

    at: str
    content: dict[str, str]
    files: dict[str, FileEntry]
    kind: str
    public: dict[str, Any]
    seq: int
    subject: str
    v: int


def read(data: bytes) -> Entry:
    """Decode canonical bytes; ``ValueError`` says what is wrong."""
    try:
        entry = decode(data)
        again = encode(entry)
    except (msgspec.DecodeError, RecursionError) as error:
        raise ValueError(f"not an entry: {error}") from None
    if again != data and canonical(json.loads(data)) != data:
        raise ValueError("not in canonical form")
    return entry


def _refuse(_text: str) -> NoReturn:
    raise ValueError("a float has no single text form")


# The parts of ``read``; bytes that come out as they went in are in canonical form.
decode = msgspec.json.Decoder(Entry, float_hook=_refuse).decode
encode = msgspec.json.Encoder(order="sorted").encode
