"""From one item of Mastodon to an activity: what the hints beside the bytes say it is.

A status is an act by itself. Of a follow, a favourite and a boost that a target's list shows, the
bytes are the account's entry in that list; the list has no times, and none is made up.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from enum import StrEnum
from http import HTTPStatus

from monitor.collect import mastodon_parse as parse
from monitor.errors import NormaliseError
from monitor.model.activity import (
    Activity,
    Actor,
    ObjectRef,
    Signal,
    Target,
    TargetState,
    TimeSource,
)
from monitor.model.evidence import Exchange, RawItem
from monitor.model.person import Watch

VERSION = "1"
BASIS = "public Mastodon API of {server}, which is on the operator's list of servers"
# A server's clock may run ahead of ours by this much; a later time is no time of an act.
AHEAD = timedelta(minutes=10)


class Act(StrEnum):
    """What an item is: a status by default, else an account's entry in some list."""

    STATUS = ""
    FOLLOW = "follow"
    LIKE = "like"
    BOOST = "boost"
    UNAVAILABLE = "unavailable"


_LISTED = {Act.LIKE: Signal.LIKE, Act.BOOST: Signal.SHARE}


def read(raw: RawItem, watch: Watch) -> Activity:
    """Read one item; raise ``NormaliseError`` where its form is unknown."""
    hints = dict(raw.hints)
    subject = f"mastodon {watch.watch_id}"
    act = Act(hints.get("act", ""))
    try:
        if act is Act.UNAVAILABLE:
            actor = hints.get("actor", "")
            return _activity(raw, watch, Signal.UNAVAILABLE, ObjectRef(actor, actor))
        if act is Act.STATUS:
            return _status(raw, watch, parse.status(raw.body))
        return _entry(raw, watch, act, parse.account(raw.body))
    except ValueError as error:
        raise NormaliseError(subject, act or "status", str(error)) from None


def _entry(raw: RawItem, watch: Watch, act: Act, found: parse.Account) -> Activity:
    """Read an account's entry: whom our account follows, or our account in a target's list."""
    domain = dict(raw.hints).get("server", "")
    record = ObjectRef(raw.native_key)
    if act is Act.FOLLOW:
        followed = Target(author_id=found.native_id, author_handle=found.handle(domain))
        return _activity(raw, watch, Signal.FOLLOW, record, followed)
    target = _shown(dict(raw.context).get("target"), domain)
    if not target.id:
        raise ValueError("what was favoured or boosted is not there")
    return _activity(raw, watch, _LISTED[act], replace(record, url=target.url), target)


def _status(raw: RawItem, watch: Watch, found: parse.Status) -> Activity:
    domain = dict(raw.hints).get("server", "")
    signal = found.signal
    mine = signal is not Signal.SHARE
    when = _when(found, raw.seen_at)
    claimed = TimeSource.PLATFORM if found.account.is_local else TimeSource.CLIENT_CLAIM
    target = _target(found, signal, raw, domain)
    made = _activity(raw, watch, signal, ObjectRef(found.uri, found.url or ""), target)
    return replace(
        made,
        text=parse.words(found) if mine else "",
        media=parse.media(found) if mine else (),
        occurred_at=when,
        occurred_at_source=claimed if when else TimeSource.NONE,
    )


def _activity(
    raw: RawItem, watch: Watch, signal: Signal, record: ObjectRef, target: Target | None = None
) -> Activity:
    hints = dict(raw.hints)
    return Activity(
        platform="mastodon",
        signal=signal,
        actor=Actor(hints.get("actor", ""), hints.get("handle", "")),
        object=record,
        first_seen_at=raw.seen_at,
        watch_id=watch.watch_id,
        target=target,
        not_before=raw.not_before,
        complete="partial" not in hints,
        basis=BASIS.format(server=hints.get("server", "")),
        collector="mastodon",
        collector_version=VERSION,
    )


def _target(found: parse.Status, signal: Signal, raw: RawItem, domain: str) -> Target | None:
    if signal is Signal.SHARE and found.reblog is not None:
        return parse.target(found.reblog, domain)
    if signal is Signal.QUOTE:
        return parse.quoted(found, domain)
    if signal is not Signal.REPLY:
        return None
    answer = dict(raw.context).get("target")
    shown = _shown(answer, domain, parse.beside(found))
    if shown.state is TargetState.PRESENT:
        return shown
    deleted = not found.in_reply_to_id
    return parse.answered(found, domain, TargetState.GONE if deleted else shown.state)


def _shown(answer: Exchange | None, domain: str, beside: parse.Status | None = None) -> Target:
    """Return a status that was asked for by itself, as what was acted upon."""
    if answer is None:
        return Target(state=TargetState.MISSING)
    if answer.status != HTTPStatus.OK:
        return Target(state=TargetState.GONE)
    try:
        found = parse.status(answer.body)
    except ValueError:
        return Target(state=TargetState.MISSING)
    if found.visibility not in parse.PUBLIC:
        return Target(state=TargetState.MISSING)
    return parse.target(found, domain, beside)


def _when(found: parse.Status, seen_at: datetime) -> datetime | None:
    """Return the server's time of an act, unless it lies after we saw it."""
    return found.at if found.at is not None and found.at <= seen_at + AHEAD else None
