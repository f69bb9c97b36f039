"""Recorded acts, as a real server gave them, read into activities."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor import config
from monitor.collect import bluesky_parse as parse
from monitor.collect.bluesky import Bluesky
from monitor.errors import NormaliseError
from monitor.model.activity import Activity
from monitor.model.evidence import Exchange, RawItem
from monitor.net import Http
from tests.collect.bluesky_world import watch

RECORDINGS = Path(__file__).parents[1] / "recordings" / "bluesky"
SEEN = datetime(2026, 12, 1, tzinfo=UTC)
BLUESKY = Bluesky(Http(config.Http(contact="uji@contoh.test")), config.Bluesky())


def exchange(status: int, body: bytes) -> Exchange:
    return Exchange("GET", "https://pds.test/", status, "", "1.1", (), (), body, SEEN, SEEN)


def raw_item(body: bytes, context: dict[str, Any] | None = None, uri: str = "") -> RawItem:
    answers = tuple(
        (name, exchange(a["status"], json.dumps(a["body"]).encode()) if a else None)
        for name, a in (context or {}).items()
    )
    hints = (("handle", "sekar.test"), ("target_handle", "calon.test"))
    return RawItem(uri, body, exchange(200, b""), "", SEEN, context=answers, hints=hints)


def shown(act: Activity) -> dict[str, Any]:
    """Return what reading found; ids of invented accounts are as the server gave them."""
    target = act.target
    return {
        "signal": act.signal.value,
        "actor": act.actor.native_id,
        "url": act.object.url,
        "digest": act.object.digest,
        "text": act.text,
        "media": [[m.kind, m.url, m.alt, m.digest, list(m.tags)] for m in act.media],
        "occurred_at": act.occurred_at.isoformat() if act.occurred_at else None,
        "target": None
        if target is None
        else {
            "id": target.id,
            "url": target.url,
            "author": [target.author_id, target.author_handle],
            "text": target.text,
            "media": [[m.kind, m.url, m.alt] for m in target.media],
            "state": target.state.value,
        },
    }


@pytest.mark.parametrize("case", sorted(p.name for p in RECORDINGS.iterdir()))
def test_recording(case: str) -> None:
    folder = RECORDINGS / case
    context = json.loads((folder / "context.json").read_text("utf-8"))
    found = shown(
        BLUESKY.normalise(raw_item((folder / "record.json").read_bytes(), context), watch("x.test"))
    )
    expected = folder / "expected.json"
    if not expected.is_file():
        text = json.dumps(found, ensure_ascii=False, indent=1)
        expected.write_text(text + "\n", "utf-8")
        pytest.fail(f"wrote {expected}: read it, then commit it")
    assert found == json.loads(expected.read_text("utf-8"))


def entry(**value: Any) -> bytes:
    uri = f"at://did:plc:{'a' * 24}/{parse.POST}/3kabcdefgh222"
    return json.dumps({"uri": uri, "cid": "bafy", "value": value}).encode()


def test_pictures_videos_and_galleries_give_their_alt_texts() -> None:
    image = {"alt": "Baliho", "image": {"ref": {"$link": "bafk"}}}
    for embed, kind in (
        ({"$type": "app.bsky.embed.images", "images": [image]}, "image"),
        ({"$type": "app.bsky.embed.gallery", "items": [image]}, "image"),
        ({"alt": "Baliho", "video": {"ref": {"$link": "bafk"}}}, "video"),
        ({"record": {"record": {"uri": "x"}}, "media": {"images": [image]}}, "image"),
    ):
        (found,) = BLUESKY.normalise(raw_item(entry(text="", embed=embed)), watch("x.test")).media
        assert (found.kind, found.alt, found.digest) == (kind, "Baliho", "bafk")


def test_a_claim_from_the_future_is_no_time() -> None:
    raw = raw_item(entry(text="x", createdAt="2027-01-01T00:00:00Z"))
    assert BLUESKY.normalise(raw, watch("x.test")).occurred_at is None


def test_unknown_forms_say_where() -> None:
    for body, field in (
        (b"[]", "record"),
        (b'{"uri":"at://x","cid":"","value":{}}', "uri"),
        (entry().replace(parse.POST.encode(), b"app.bsky.graph.block"), "uri"),
        (entry().replace(parse.POST.encode(), parse.FOLLOW.encode()), "value.subject"),
        (entry(reply={"parent": 1}), "value"),
        (b"[" * 100_000, "record"),
    ):
        with pytest.raises(NormaliseError) as caught:
            BLUESKY.normalise(raw_item(body), watch("x.test"))
        assert caught.value.field == field


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4)
    | st.dictionaries(
        st.sampled_from(["text", "embed", "reply", "parent", "uri", "record", "media", "images",
                         "facets", "features", "tags", "external", "createdAt", "$type"]),
        inner,
        max_size=6,
    ),
    max_leaves=20,
)  # fmt: skip


@given(st.dictionaries(st.sampled_from(["text", "embed", "reply", "facets", "tags"]), JSON))
def test_any_value_gives_an_activity_or_a_named_fault(value: dict[str, Any]) -> None:
    raw, reply = raw_item(entry(**value)), value.get("reply")
    if isinstance(reply, dict) and not _is_reference(reply.get("parent")):
        with pytest.raises(NormaliseError, match="value"):
            BLUESKY.normalise(raw, watch("x.test"))
        return
    if "reply" in value and not isinstance(reply, dict):
        value.pop("reply")
        raw = raw_item(entry(**value))
    assert len(BLUESKY.normalise(raw, watch("x.test")).revision) == 64


def _is_reference(value: object) -> bool:
    return isinstance(value, dict) and isinstance(value.get("uri"), str)
