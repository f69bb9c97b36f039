"""What invented people do, for tests against the emulator and against the real network alike."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Protocol

from monitor.clock import to_text

POST = "app.bsky.feed.post"
LIKE = "app.bsky.feed.like"
REPOST = "app.bsky.feed.repost"
FOLLOW = "app.bsky.graph.follow"

CAMPAIGN = "Sabtu kita keliling Pasar Senja. Ayo menangkan Prakasita-Anggrek, coblos nomor 2!"
SMALL_TALK = "Saya jelas pilih Prakasita-Anggrek nomor 2, kalau kalian bagaimana?"
HARVEST = "Panen cabai di kebun belakang, lumayan untuk sambal seminggu."
NEUTRAL = "Uji KIR gratis bulan ini, datang ke kantor dinas jam 8 sampai 14."


class Ref(Protocol):
    """A written record: address, content hash, strong reference, record key."""

    @property
    def uri(self) -> str: ...
    @property
    def cid(self) -> str: ...
    @property
    def ref(self) -> dict[str, str]: ...
    @property
    def key(self) -> str: ...


class Server(Protocol):
    """A network that can be written to: the emulator or the real one."""

    def create_account(self, handle: str) -> Any: ...
    def create_record(self, did: str, collection: str, record: Mapping[str, Any]) -> Ref: ...
    def put_record(
        self, did: str, collection: str, rkey: str, record: Mapping[str, Any]
    ) -> Ref: ...
    def delete_record(self, did: str, collection: str, rkey: str) -> None: ...


@dataclass
class Scene:
    """Accounts by name, and the verbs of the network."""

    server: Server
    suffix: str
    accounts: dict[str, tuple[str, str]] = field(default_factory=dict)

    def open(self, name: str) -> tuple[str, str]:
        """Open an account and return (handle, DID)."""
        handle = f"{name}{self.suffix}"
        made = self.server.create_account(handle)
        self.accounts[name] = (handle, made if isinstance(made, str) else made.did)
        return self.accounts[name]

    def did(self, name: str) -> str:
        return self.accounts[name][1]

    def post(self, name: str, text: str, **more: Any) -> Ref:
        return self._write(name, POST, text=text, langs=["id"], **more)

    def reply(self, name: str, parent: Ref, text: str) -> Ref:
        return self.post(name, text, reply={"root": parent.ref, "parent": parent.ref})

    def quote(self, name: str, quoted: Ref, text: str) -> Ref:
        embed = {"$type": "app.bsky.embed.record", "record": quoted.ref}
        return self.post(name, text, embed=embed)

    def like(self, name: str, subject: Ref) -> Ref:
        return self._write(name, LIKE, subject=subject.ref)

    def repost(self, name: str, subject: Ref) -> Ref:
        return self._write(name, REPOST, subject=subject.ref)

    def follow(self, name: str, other: str) -> Ref:
        return self._write(name, FOLLOW, subject=self.did(other))

    def edit(self, name: str, old: Ref, text: str) -> Ref:
        record = {"$type": POST, "text": text, "langs": ["id"], "createdAt": _now()}
        return self.server.put_record(self.did(name), POST, old.key, record)

    def unlike(self, name: str, like: Ref) -> None:
        self.server.delete_record(self.did(name), LIKE, like.key)

    def _write(self, name: str, collection: str, **record: Any) -> Ref:
        value = {"$type": collection, "createdAt": _now(), **record}
        return self.server.create_record(self.did(name), collection, value)


@dataclass
class Acts:
    """What was done on the stage, for the tests to go on from."""

    campaign: Ref
    neutral: Ref
    like: Ref
    chat: Ref
    harvest: Ref


# (who, signal, outcomes that are right) of each act below that must be told.
SUPPORTING = (
    ("asn1", "post", {"alert"}),
    ("asn1", "reply", {"alert"}),
    ("asn2", "quote", {"alert"}),
    ("asn2", "share", {"alert"}),
    ("asn3", "like", {"alert"}),
    ("asn3", "follow", {"alert", "review"}),
)
NAMES = ("calon1", "calon2", "warga", "asn1", "asn2", "asn3")


def play(scene: Scene) -> Acts:
    """Do one act of support of every kind, neutral ones beside them, and a citizen's in between."""
    for name in NAMES:
        scene.open(name)
    campaign = scene.post("calon2", CAMPAIGN)
    chat = scene.post("warga", SMALL_TALK)
    harvest = scene.post("warga", HARVEST)
    scene.like("warga", campaign)
    scene.reply("warga", campaign, "Siap, saya ikut keliling pasar!")
    scene.post("asn1", "Ayo coblos nomor 2, menangkan Prakasita-Anggrek!")
    scene.reply("asn1", campaign, "Gaspol Pak Bagas, kami siap menangkan!")
    scene.quote("asn2", campaign, "Setuju. Ayo dukung Prakasita-Anggrek!")
    scene.repost("asn2", campaign)
    like = scene.like("asn3", campaign)
    scene.follow("asn3", "calon2")
    neutral = scene.post("asn1", NEUTRAL)
    scene.post("asn2", "Ingat ya, ASN dilarang like, share, atau komentar di akun paslon.")
    scene.like("asn1", harvest)
    scene.reply("asn2", harvest, "Wah, boleh minta bibitnya?")
    scene.follow("asn2", "asn1")
    scene.follow("asn2", "warga")
    return Acts(campaign, neutral, like, chat, harvest)


def _now() -> str:
    return to_text(datetime.now(UTC))[:23] + "Z"
