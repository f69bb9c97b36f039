"""Whose act a row of a file is: asked of the register, and of nothing else.

A permanent id decides where both sides have one; a handle counts while nothing permanent speaks
against it. Members of TNI and POLRI, lines without a notice and persons who left are strangers.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from monitor.clock import Clock
from monitor.errors import ConfigError, Fault
from monitor.intake.act_reading import OwnName
from monitor.intake.act_rows import Told, Who, account
from monitor.model.day import local_day
from monitor.model.person import NEVER_POLLED, Watch
from monitor.run.filed import Filed
from monitor.run.governance import Admission
from monitor.run.import_job import Wanted
from monitor.run.pipeline import Item
from monitor.store import imports, register
from monitor.store.accounts import Accounts
from monitor.store.db import Connection
from monitor.store.keys import KeyRing
from monitor.store.seen import Seen, SeenState
from monitor.store.writer import Writer

Match = tuple[Watch | None, str]
STRANGER: Match = (None, "")
RENAMED: Match = (None, "a handle that belongs to another account")
SHARED: Match = (None, "an account that two persons' lines name")
UNFIT: Match = (None, "a person who may not be watched in this mode")
EARLY = "before the person's monitoring began"
UNDATED = "undated, perhaps from before monitoring began"
OTHERS = "an id that another person's act bears"
LEFT = "of a day outside the person's service"


class Lines:
    """The register as an import asks it."""

    def __init__(
        self, writer: Writer, seen: Seen, ring: KeyRing, admission: Admission, clock: Clock
    ) -> None:
        self._writer = writer
        self._seen = seen
        self._ring = ring
        self._admission = admission
        self._clock = clock
        self._known: tuple[int, Accounts] | None = None

    def known(self, asked: Iterable[Who]) -> Mapping[Who, Match]:
        """Return whose acts these are; who is left out is nobody's on the register."""
        by_platform: dict[str, set[Who]] = defaultdict(set)
        for who in asked:
            by_platform[who.platform].add(who)
        found: dict[Who, Match] = {}
        for platform, everyone in by_platform.items():
            names = {name for w in everyone for name in (w.native_id, w.handle) if name}
            hits = self._accounts().registered(platform, names)
            if hits:
                found |= self._lines(platform, hits, everyone)
        return found

    def still(self, acts: Sequence[Filed]) -> list[Filed]:
        """Return the acts of persons who are still on the register."""
        ids = sorted({act.watch.watch_id for act in acts})
        there = {w.watch_id for w in register.watches(self._writer.reader(), ids)}
        return [act for act in acts if act.watch.watch_id in there]

    def early(self, watch: Watch, told: Told) -> str:
        """Return why an act does not count, if it does not (POLICY 12, 21)."""
        at = told.occurred_at or told.not_before
        if at is None:
            return UNDATED
        day = local_day(at, watch.zone)
        if day < watch.monitored_from:
            return EARLY if told.occurred_at else UNDATED
        if told.occurred_at and not watch.serves_on(day):
            return LEFT
        return ""

    def unknown(
        self, watch: Watch, items: Sequence[Item], taken: dict[str, str]
    ) -> tuple[list[Item], int]:
        """Return acts that were never seen, and how many bear the id of another person's act.

        What a platform showed with other words stands: a file does not change it, nor does it
        write one person's act into another person's case. ``taken`` is whose each id is that was
        let in with these rows.
        """
        pairs = [(item.activity.id, item.activity.revision) for item in items]
        conn, fresh, others = self._writer.reader(), list[Item](), 0
        states = self._seen.states(conn, watch.person_ref, pairs)
        new = (i for i, state in zip(items, states, strict=True) if state is SeenState.NEW)
        for item in new:
            act_id, person = item.activity.id, watch.person_ref
            held = taken.get(act_id) or imports.holder(conn, self._ring, act_id)
            if held not in ("", person):
                others += 1
            elif taken.setdefault(act_id, "") != person:
                taken[act_id] = person
                fresh.append(item)
        return fresh, others

    def owner(self, wanted: Wanted, said: OwnName) -> Watch:
        """Return the line whose own archive a file is.

        Raises ``ConfigError`` where nobody says whose it is, or where the archive names another
        account than the line. The other account is not repeated: it may be anybody's.
        """
        platform, conn = wanted.profile.platform, self._writer.reader()
        who = Who(platform, said.native_id, account(platform, said.handle))
        if wanted.account:
            watch = register.watch(conn, wanted.account)
            if watch is None or watch.platform != platform:
                expected = f"an active register line of {platform}"
                hint = "netralitas register list"
                raise ConfigError([Fault("--account", "", expected, wanted.account, hint)])
            found = self._match(conn, who, [watch]) if who.native_id or who.handle else (watch, "")
        else:
            found = self.known([who]).get(who, STRANGER)
        if found[0] is None:
            expected = "the archive of an account on the register"
            hint = "whose is it? --account WATCH_ID, where the archive does not say it"
            if wanted.account:
                expected = f"the archive of {wanted.account}"
                hint = "the archive itself names another account; was the account renamed?"
            raise ConfigError([Fault("--account", "", expected, found[1] or "another", hint)])
        return found[0]

    def _accounts(self) -> Accounts:
        conn = self._writer.reader()
        version = register.version(conn)
        if self._known is None or self._known[0] != version:
            self._known = version, Accounts(conn)
        return self._known[1]

    def _lines(self, platform: str, hits: set[str], everyone: Iterable[Who]) -> dict[Who, Match]:
        conn = self._writer.reader()
        named = imports.named(conn, platform, hits)
        ids = sorted({watch_id for listed in named.values() for watch_id in listed})
        lines = {w.watch_id: w for w in register.watches(conn, ids)}
        found = {}
        for who in everyone:
            own = {w for name in (who.native_id, who.handle) for w in named.get(name, ())}
            match = self._match(conn, who, [lines[w] for w in sorted(own) if w in lines])
            if match != STRANGER:
                found[who] = match
        return found

    def _match(self, conn: Connection, who: Who, lines: Sequence[Watch]) -> Match:
        sure, likely, renamed = list[Watch](), list[Watch](), False
        for line in lines:
            native_id = imports.resolved(conn, line.watch_id) or line.native_id
            known = replace(line, native_id=native_id or who.native_id)
            if who.native_id and who.native_id in (native_id, line.address):
                sure.append(known)
            elif who.handle and who.handle == line.address:
                if native_id and who.native_id:
                    renamed = True
                else:
                    likely.append(known)
        found = sure or likely
        if not found:
            return RENAMED if renamed else STRANGER
        if len({line.person_ref for line in found}) > 1:
            return SHARED
        if found[0].employer_type in NEVER_POLLED:
            return STRANGER
        if self._admission.fault(found[0], self._clock()):
            return UNFIT
        return found[0], "native id" if sure else "handle"
