"""Plays the script: does its acts on the invented network, one cycle after the other."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from datetime import date, timedelta
from importlib.resources import files
from typing import Any

from monitor.clock import Clock, to_text
from monitor.demo.atproto import Atproto, Made
from monitor.demo.feeds import Feeds

POST, LIKE, SHARE = "app.bsky.feed.post", "app.bsky.feed.like", "app.bsky.feed.repost"
CYCLES = 3

_PROVINCE = files("monitor.demo") / "province"
_HOLE = re.compile(r"\{([a-z]+[0-9]*)(?:\.([a-z]+)|([+-]\d+))?\}")

Act = Mapping[str, Any]


def template(name: str, today: date, accounts: Mapping[str, tuple[str, str]]) -> str:
    """Fill a file of the province: ``{year}``, ``{day-30}``, ``{calon1.did}``, ``{network}``.

    ``accounts`` maps a name to its handle and DID; a plain name maps to its first value.
    """

    def fill(hole: re.Match[str]) -> str:
        name, part, days = hole[1], hole[2], hole[3]
        if name == "year":
            return str(today.year)
        if name == "day":
            return (today + timedelta(days=int(days or 0))).isoformat()
        handle, did = accounts[name]
        return did if part == "did" else handle

    return _HOLE.sub(fill, (_PROVINCE / name).read_text("utf-8"))


class Story:
    """The invented people and what they do."""

    def __init__(self, network: Atproto, feeds: Feeds, clock: Clock) -> None:
        self._network = network
        self._feeds = feeds
        self._clock = clock
        self._script = tomllib.loads((_PROVINCE / "script.toml").read_text("utf-8"))
        self._made: dict[str, tuple[str, Made]] = {}
        self._text: dict[str, str] = {}
        self.accounts: dict[str, tuple[str, str]] = {
            account["name"]: (account["handle"], network.create_account(account["handle"]))
            for account in self._script["account"]
        }
        self._addresses = {
            person["feed"]: feeds.open(person["feed"])
            for person in self._script["person"]
            if "feed" in person
        }

    @property
    def stranger(self) -> tuple[str, str]:
        """Handle and DID of the citizen who is on no register."""
        return self.accounts["warga"]

    def register(self, today: date) -> str:
        """Return the invented register as CSV, with everybody told ten days ago."""
        columns = (
            "watch_id,person_ref,name,platform,address,instansi,unit,employer_type,area,zone,"
            "ownership,legal_ground,notice_date,registered_on,as_of"
        )
        told = (today - timedelta(days=10)).isoformat()
        return "\n".join([columns, *(self._line(p, told) for p in self._script["person"])]) + "\n"

    def play(self, cycle: int) -> list[str]:
        """Do a cycle's acts and return what a viewer is told about them."""
        acts = [act for act in self._script["act"] if act["cycle"] == cycle]
        for act in acts:
            self._do(act)
        return [act["say"] for act in acts if "say" in act]

    def _line(self, person: Mapping[str, str], told: str) -> str:
        feed = person.get("feed")
        platform = "feed" if feed else "bluesky"
        address = self._addresses[feed] if feed else self.accounts[person["account"]][0]
        return ",".join(
            (
                person["watch_id"],
                person["person_ref"],
                person["name"],
                platform,
                address,
                person["instansi"],
                person["unit"],
                person["employer_type"],
                "99",
                "WIB",
                person["ownership"],
                "Keputusan rekaan 1/2026",
                told,
                told,
                told,
            )
        )

    def _do(self, act: Act) -> None:
        who, kind = act["who"], act["kind"]
        if kind == "feed":
            self._feeds.publish(who, act["text"])
        elif kind == "feed-fails":
            self._feeds.fail(who)
        elif kind == "like-again":
            self._again(act["of"])
        elif kind == "edit":
            self._edit(act)
        else:
            self._create(act)

    def _create(self, act: Act) -> None:
        did = self.accounts[act["who"]][1]
        collection = {"like": LIKE, "share": SHARE}.get(act["kind"], POST)
        made = self._network.create_record(did, collection, self._record(act))
        if "id" in act:
            self._made[act["id"]] = (did, made)

    def _record(self, act: Act) -> dict[str, Any]:
        record: dict[str, Any] = {"createdAt": to_text(self._clock())}
        if act["kind"] in ("like", "share"):
            kind = LIKE if act["kind"] == "like" else SHARE
            return record | {"$type": kind, "subject": self._made[act["of"]][1].ref}
        record |= {"$type": POST, "text": act["text"], "langs": ["id"]}
        if act["kind"] == "reply":
            parent = self._made[act["of"]][1].ref
            record["reply"] = {"root": parent, "parent": parent}
        return record

    def _again(self, name: str) -> None:
        did, made = self._made[name]
        subject = next(r for r in self._script["act"] if r.get("id") == name)
        self._network.delete_record(did, LIKE, made.key)
        self._made[name] = (did, self._network.create_record(did, LIKE, self._record(subject)))

    def _edit(self, act: Act) -> None:
        did, made = self._made[act["of"]]
        self._network.put_record(did, POST, made.key, self._record(act))
