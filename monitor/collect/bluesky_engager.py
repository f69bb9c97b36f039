"""One registered person's act, found in the person's own repository, as forward mode reads it.

The query server says who liked or shared a post, but neither where the record is nor what it says;
it may also be wrong. What counts is the record on the person's own server, with its proof.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime, time
from http import HTTPStatus

from monitor.collect import bluesky_parse as parse
from monitor.collect.bluesky_appview import Engager, Kind
from monitor.collect.bluesky_context import Surroundings
from monitor.collect.bluesky_identity import Directory, Unavailable
from monitor.collect.bluesky_server import Server
from monitor.errors import BlockedError, NotFoundError, TransientError
from monitor.model.contest import ZONES
from monitor.model.evidence import Exchange, RawItem
from monitor.model.person import Watch
from monitor.net import Http

PAGES = 100  # of 100 records each; an act that is still listed is nearly always on the first
REMEMBERED = 1_000

COLLECTIONS = {
    Kind.LIKES: parse.LIKE,
    Kind.REPOSTS: parse.REPOST,
    Kind.QUOTES: parse.POST,
    Kind.REPLIES: parse.POST,
    Kind.FOLLOWERS: parse.FOLLOW,
}


@dataclass(frozen=True, slots=True)
class Person:
    """A registered account's own server; ``hidden`` accounts ask not to be shown to us."""

    server: Server
    handle: str
    hidden: bool


@dataclass(frozen=True, slots=True)
class Found:
    """A record with the answer that brought it; ``body`` is this record's bytes alone."""

    entry: parse.Entry
    body: bytes
    answer: Exchange


class Repositories:
    """One look's bounded memory of registered people's servers; ask it for each act in turn."""

    def __init__(
        self, http: Http, directory: Directory, around: Surroundings, not_before: datetime | None
    ) -> None:
        self._http = http
        self._directory = directory
        self._around = around
        self._not_before = not_before
        self._people: OrderedDict[str, Person] = OrderedDict()

    async def act(self, kind: Kind, of: str, engager: Engager, watch: Watch) -> RawItem | None:
        """Return an act upon ``of`` (a post's address, or an account's DID) as its record says.

        ``None`` where there is no such record any more, where the account is closed or asks not
        to be shown, and for what happened before monitoring began. Raises ``CollectError`` where
        the person's server could not be asked.
        """
        try:
            person = await self._person(engager.did, watch)
            found = None if person.hidden else await self._record(person, kind, of, engager.uri)
        except Unavailable:
            return None  # the look at the person's own account tells of it
        since = datetime.combine(watch.monitored_from, time(), ZONES[watch.zone])
        if found is None or parse.is_older(found.entry, since):
            return None
        return await self._item(person, COLLECTIONS[kind], found)

    async def _item(self, person: Person, collection: str, found: Found) -> RawItem:
        context, hints = await self._around.of(collection, found.entry.value)
        return RawItem(
            native_key=found.entry.uri,
            body=found.body,
            page=found.answer.bare,
            page_digest=found.answer.body_digest,
            seen_at=found.answer.finished_at,
            not_before=self._not_before,
            context=context,
            hints=(("handle", person.handle), *hints),
        )

    async def _person(self, did: str, watch: Watch) -> Person:
        if did not in self._people:
            subject = f"bluesky {watch.watch_id}"
            identity = await self._directory.read(did, subject)
            handle = await self._directory.confirmed(identity, subject)
            server = Server(self._http, identity.pds, did, subject)
            await server.revision()  # raises where the whole account is closed
            self._people[did] = Person(server, handle, await server.opted_out())
        self._people.move_to_end(did)
        while len(self._people) > REMEMBERED:
            self._people.popitem(last=False)
        return self._people[did]

    async def _record(self, person: Person, kind: Kind, of: str, uri: str) -> Found | None:
        if uri:
            return await self._named(person.server, COLLECTIONS[kind], of, uri)
        return await self._search(person.server, COLLECTIONS[kind], of)

    async def _named(self, server: Server, collection: str, of: str, uri: str) -> Found | None:
        parts = parse.Ref(uri).parts
        if parts is None or parts[:2] != (server.did, collection):
            raise NotFoundError(server.subject, "the act that is listed is no record of theirs")
        answer = await server.record(collection, parts[2])
        if answer.status != HTTPStatus.OK:
            return None
        entry = _entry(answer.body, server)
        if entry.uri != uri:
            raise BlockedError(server.subject, "the server sent another record")
        return Found(entry, answer.body, answer) if _acts_upon(collection, entry, of) else None

    async def _search(self, server: Server, collection: str, of: str) -> Found | None:
        cursor, asked = "", set[str]()
        for _ in range(PAGES):
            answer, listing = await server.listing(collection, cursor)
            for body in map(bytes, listing.records):
                if of.encode() not in body:
                    continue
                entry = _entry(body, server)
                if _acts_upon(collection, entry, of):
                    return Found(entry, body, answer)
            asked.add(cursor)
            cursor = listing.cursor or ""
            if not cursor or not listing.records:
                return None
            if cursor in asked:
                raise TransientError(server.subject, f"{collection}: a repeated cursor")
        raise TransientError(server.subject, f"{collection}: more than {PAGES} pages")


def _entry(body: bytes, server: Server) -> parse.Entry:
    try:
        entry = parse.entry(body)
    except ValueError as error:
        raise TransientError(server.subject, str(error)) from None
    if not entry.uri.startswith(f"at://{server.did}/"):
        raise BlockedError(server.subject, "the server sent another account's records")
    return entry


def _acts_upon(collection: str, entry: parse.Entry, of: str) -> bool:
    """Say whether a record is about a post or an account; an answer may also quote it."""
    if collection == parse.FOLLOW:
        return entry.value.get("subject") == of
    named = parse.subjects(collection, entry.value)
    return any(ref is not None and ref.uri == of for ref in (named.target, named.quote))
