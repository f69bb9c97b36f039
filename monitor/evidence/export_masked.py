"""What people decided and answered, for readers who may not know who they are.

A name becomes the role that stands beside it. Keys that can hold nothing but a person's data are
left out, and in free text the names of the case are replaced, and numbers shaped like a NIP, NIK
or telephone. A text may still describe somebody: that is why the whole content stays closed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from monitor.model.evidence import Canonical

ROLE = "role"
OFFICER, CONCERNED, COUNSEL = "petugas", "[terlapor]", "[pendamping]"
# Whose value is the name of somebody in office.
OFFICIALS = frozenset({"who", "official", "by"})
# Contents in which people in office say what they decided; the others may hold a person's own
# words or data, and are only named.
DECISIONS = frozenset({"review", "order", "by"})
ANSWER = "klarifikasi"
CLOSED = "tidak dibuka"
# Keys whose value is a person, or a way to one.
_PERSONAL = frozenset(
    {
        "account", "address", "author_handle", "author_id", "counsel", "destination", "did",
        "email", "file", "handle", "message_id", "name", "native_id", "nik", "nip", "person",
        "phone", "signature", "submitter", "superior", "url", "watch", "watch_id",
    }
)  # fmt: skip
# NIK has 16 digits and NIP 18, often written in groups; then telephones.
_NUMBER = re.compile(r"(?<!\d)(?:\d[ .]?){15,}\d|(?<!\d)(?:\+?62|0)[ .-]?8(?:[ .-]?\d){8,11}(?!\d)")
_ACCOUNT = re.compile(r"(?<![\w@])@\w[\w.-]*|\bdid:[a-z]+:\S+|https?://\S+", re.IGNORECASE)
_LEAST_NAME = 3


def people(contents: Iterable[Mapping[str, Any]]) -> Iterator[tuple[str, str]]:
    """Yield (name, what stands in its place) out of the contents of a case's entries."""
    for content in contents:
        watch = content.get("watch")
        if isinstance(watch, Mapping):
            for key in ("name", "address", "native_id"):
                yield str(watch.get(key) or ""), CONCERNED
            yield str(watch.get("superior") or ""), OFFICER
        answer = content.get(ANSWER)
        if isinstance(answer, Mapping):
            yield str(answer.get("counsel") or ""), COUNSEL
        yield from _officers(content)


def said(
    contents: Mapping[str, Any], names: Sequence[tuple[str, str]], also: str = ""
) -> dict[str, Canonical]:
    """Return the contents of an entry for such a reader; ``also`` is one more that is shown."""
    return {
        name: masked(value, names) if name in DECISIONS or name == also else CLOSED
        for name, value in contents.items()
    }


def masked(value: Any, names: Sequence[tuple[str, str]]) -> Canonical:
    """Return a content with roles for names; ``names`` are those of ``people``."""
    if isinstance(value, Mapping):
        return {
            str(key): _role(value) if _names_officer(key, one) else masked(one, names)
            for key, one in value.items()
            if key not in _PERSONAL
        }
    if isinstance(value, (list, tuple)):
        return [masked(one, names) for one in value]
    if isinstance(value, str):
        return _text(value, names)
    return value if isinstance(value, int) or value is None else str(value)


def _officers(value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping):
        for key, one in value.items():
            if _names_officer(key, one):
                yield one, _role(value)
            else:
                yield from _officers(one)
    elif isinstance(value, (list, tuple)):
        for one in value:
            yield from _officers(one)


def _names_officer(key: str, value: Any) -> bool:
    return key in OFFICIALS and isinstance(value, str)


def _role(value: Mapping[str, Any]) -> str:
    role = value.get(ROLE)
    return role if isinstance(role, str) and role else OFFICER


def _text(text: str, names: Sequence[tuple[str, str]]) -> str:
    # The longest first: a name may begin with another.
    for name, instead in sorted(names, key=lambda pair: -len(pair[0])):
        if len(name) >= _LEAST_NAME:
            shown = re.compile(rf"(?<!\w){re.escape(name)}(?!\w)", re.IGNORECASE)
            text = shown.sub(instead.replace("\\", r"\\"), text)
    return _NUMBER.sub("[nomor]", _ACCOUNT.sub("[akun]", text))
