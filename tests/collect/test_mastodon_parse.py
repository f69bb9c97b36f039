"""Recorded items in Mastodon's form, read into activities; and hostile ones."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.collect import mastodon_parse as parse
from monitor.collect.mastodon_read import read
from monitor.errors import NormaliseError
from monitor.model.evidence import Exchange, RawItem, canonical
from monitor.model.wire import activity_content
from tests.collect.mastodon_world import HOME, watch
from tests.collect.test_bluesky_parse import exchange, shown

RECORDINGS = Path(__file__).parents[1] / "recordings" / "mastodon"
SEEN = datetime(2026, 12, 1, tzinfo=UTC)
HINTS = {"actor": f"https://{HOME}/users/sekar", "handle": f"sekar@{HOME}", "server": HOME}


def raw_item(
    body: bytes, context: dict[str, Any] | None = None, hints: dict[str, str] | None = None
) -> RawItem:
    answers: tuple[tuple[str, Exchange | None], ...] = tuple(
        (name, exchange(a["status"], json.dumps(a["body"]).encode()) if a else None)
        for name, a in (context or {}).items()
    )
    told = tuple((hints or HINTS).items())
    return RawItem("kunci", body, exchange(200, b""), "", SEEN, context=answers, hints=told)


@pytest.mark.parametrize("case", sorted(p.name for p in RECORDINGS.iterdir()))
def test_recording(case: str) -> None:
    folder = RECORDINGS / case
    given = json.loads((folder / "context.json").read_text("utf-8"))
    raw = raw_item((folder / "item.json").read_bytes(), given["context"], given["hints"])
    found = shown(read(raw, watch()))
    expected = folder / "expected.json"
    if not expected.is_file():
        text = json.dumps(found, ensure_ascii=False, indent=1)
        expected.write_text(text + "\n", "utf-8")
        pytest.fail(f"wrote {expected}: read it, then commit it")
    assert found == json.loads(expected.read_text("utf-8"))


def status(**changes: Any) -> bytes:
    value = json.loads((RECORDINGS / "post" / "item.json").read_bytes())
    return json.dumps({**value, **changes}).encode()


DEEP = b'{"reblog":' * 5_000 + b"null" + b"}" * 5_000


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b"{}",
        b"\x00\xff\xfe",
        b'{"id":"1"',
        DEEP,
        b"[" * 100_000,
        status(id=1),
        status(id=None),
        status(uri=None),
        status(account=None),
        status(account="sekar"),
        status(account={"id": "1"}),
        status(content=None),
        status(content=["a"]),
        status(media_attachments={"a": 1}),
        status(media_attachments=[None]),
        status(mentions=[{"acct": 7}]),
        status(reblog=[]),
        status(reblog={"id": "1"}),
        status(quote="x"),
        status(quote={"quoted_status": 7}),
        status(poll={"options": "dua"}),
        status(favourites_count="banyak"),
        status(created_at=None),
    ],
)
def test_a_form_that_is_not_known_is_refused_by_name(body: bytes) -> None:
    with pytest.raises(NormaliseError, match="status"):
        read(raw_item(body), watch())
    kept = json.loads(parse.bare(body))
    assert set(kept) <= {*parse._BARE, "sha256"}


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"content": "<p>a<p>b"}, "a\nb"),
        ({"content": "<" * 50_000}, "<" * 50_000),
        ({"content": "<a href='x" * 5_000}, None),
        ({"content": "<p>" * 30_000 + "x"}, "x"),
        ({"content": "<!-- <p>x"}, ""),
        ({"content": "<script>x</script>y<style>z"}, "y"),
        ({"content": "&lt;b&gt;&amp;amp;"}, "<b>&amp;"),
        ({"content": "a\u202eb\u0000c"}, None),
        ({"content": "", "spoiler_text": "Kabar"}, "Kabar"),
        ({"created_at": "kemarin"}, None),
        ({"created_at": "9999-99-99T99:99:99Z"}, None),
        ({"created_at": "2024-10-12T00:00:00"}, None),
        ({"created_at": "2099-01-01T00:00:00.000Z"}, None),
        ({"url": None}, None),
        ({"visibility": "baru"}, None),
        ({"in_reply_to_id": "../../x"}, None),
        ({"edited_at": "x"}, None),
        ({"media_attachments": [{"type": "hologram"}]}, None),
        ({"mentions": [{"id": "1", "acct": "a" * 100_000}]}, None),
        ({"unknown": {"a": [1]}}, None),
    ],
)
def test_odd_statuses_are_read_as_far_as_they_go(changes: dict[str, Any], text: str | None) -> None:
    act = read(
        raw_item(status(**{"spoiler_text": "", "media_attachments": [], **changes})), watch()
    )
    assert canonical(activity_content(act))
    if text is not None:
        assert act.text == text
    if "created_at" in changes:
        assert act.occurred_at is None


@given(st.binary(max_size=200))
def test_any_bytes_are_an_item_or_refused(body: bytes) -> None:
    for hints in (HINTS, {**HINTS, "act": "follow"}, {**HINTS, "act": "like"}):
        with pytest.raises(NormaliseError):
            read(raw_item(body, None, hints), watch())


@pytest.mark.parametrize(
    ("less", "more"),
    [
        ("9", "10"),
        ("116043772365067560", "116043772365067561"),
        ("9jR1aaaaaaaaaaaaaa", "9jR2aaaaaaaaaaaaaa"),
    ],
)
def test_ids_are_sorted_as_their_servers_count(less: str, more: str) -> None:
    assert parse.order(less) < parse.order(more)


def test_counts_change_nothing_that_the_account_said() -> None:
    assert parse.own(status()) == parse.own(status(favourites_count=99, replies_count=7))
    assert parse.own(status()) != parse.own(status(content="<p>Lain</p>"))
