"""Records one act of each kind as a real server gives it: ``python -m tests.network.record``.

Writes ``tests/recordings/bluesky/<case>/record.json`` (the entry of ``listRecords``, byte for
byte) and ``context.json`` (the answers about what was acted upon). ``expected.json`` is written
by a person who has read them, with the help of the failing test.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec

from monitor.collect.bluesky_parse import listing
from tests.network.servers import Made, Network

POST = "app.bsky.feed.post"
FOLDER = Path(__file__).parents[1] / "recordings" / "bluesky"


def main() -> None:
    with Network() as network:
        asn = network.create_account("sekar.test").did
        calon = network.create_account("calon.test").did
        theirs = network.create_record(calon, POST, {"text": "Ayo pilih nomor dua"})
        other = network.create_record(calon, POST, {"text": "Jalan desa sudah mulus"})
        for case, (collection, record, context) in _cases(theirs, other, calon).items():
            made = network.create_record(asn, collection, record)
            _write(network, case, asn, collection, made, context)


def _cases(
    theirs: Made, other: Made, calon: str
) -> dict[str, tuple[str, dict[str, Any], dict[str, Made]]]:
    parent = {"root": theirs.ref, "parent": theirs.ref}
    quote = {"$type": "app.bsky.embed.record", "record": other.ref}
    card = {"uri": "https://contoh.test/kabar", "title": "Kabar", "description": "Isi kabar"}
    link = {"$type": "app.bsky.richtext.facet#link", "uri": "https://contoh.test/visi"}
    facet = {"index": {"byteStart": 0, "byteEnd": 4}, "features": [link]}
    external = {"$type": "app.bsky.embed.external", "external": card}
    both = {"$type": "app.bsky.embed.recordWithMedia", "record": quote, "media": external}
    target, gone = {"target": theirs}, Made(other.uri[:-1] + "2", other.cid)
    return {
        "post": (POST, {"text": "Selamat pagi 👋", "langs": ["id"], "tags": ["pagi"]}, {}),
        "post-link": (POST, {"text": "Baca ini", "facets": [facet], "embed": external}, {}),
        "reply": (POST, {"text": "Siap!", "reply": parent}, target),
        "reply-quote": (
            POST,
            {"text": "Lihat", "reply": parent, "embed": quote},
            {**target, "quote": other},
        ),
        "quote": (POST, {"text": "Setuju", "embed": quote}, {"target": other}),
        "quote-media": (POST, {"text": "Simak", "embed": both}, {"target": other}),
        "repost": ("app.bsky.feed.repost", {"subject": theirs.ref}, target),
        "like": ("app.bsky.feed.like", {"subject": theirs.ref}, target),
        "like-gone": ("app.bsky.feed.like", {"subject": gone.ref}, {"target": gone}),
        "follow": ("app.bsky.graph.follow", {"subject": calon}, {}),
    }


def _write(
    network: Network, case: str, did: str, collection: str, made: Made, context: dict[str, Made]
) -> None:
    page = listing(network.get("com.atproto.repo.listRecords", repo=did, collection=collection))
    (raw,) = [bytes(r) for r in page.records if msgspec.json.decode(r)["uri"] == made.uri]
    folder = FOLDER / case
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "record.json").write_bytes(raw)
    answers = {}
    for name, subject in context.items():
        repo, kind, key = subject.uri.removeprefix("at://").split("/")
        body = network.get("com.atproto.repo.getRecord", repo=repo, collection=kind, rkey=key)
        answers[name] = {"status": 400 if b'"error"' in body else 200, "body": json.loads(body)}
    shown = json.dumps(answers, ensure_ascii=False, indent=1)
    (folder / "context.json").write_text(shown + "\n", "utf-8")


if __name__ == "__main__":
    main()
