"""Erasing by order: what may go, the tombstone, and every byte that must follow it.

The tombstone and the deletions are one transaction, which also seals the log, so that what was
ordered cannot be denied later. Files, WAL and free pages come after, from a list that the same
transaction wrote: a process killed anywhere leaves nothing done, or a list that the next start or
command works off.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from monitor.clock import Clock
from monitor.errors import ConfigError, Fault
from monitor.evidence import signing
from monitor.evidence.files import Files
from monitor.log import logger
from monitor.model.erasure import FOR_CASE_FILES, HOLD, NO_HOLD, Ground, Lost, Order
from monitor.model.evidence import LogHead
from monitor.model.review import CaseState
from monitor.run import seal
from monitor.store import erasure, erasure_person, expiring, log, migrate, seals
from monitor.store.backup import commitments
from monitor.store.db import Connection
from monitor.store.erasure import DATABASE, Standing
from monitor.store.erasure_person import Held, Identifiers
from monitor.store.keys import KeyRing
from monitor.store.writer import Writer

REMEMBERED = frozenset({Ground.RETENTION, Ground.DISPOSAL})
FILES_GONE, REBUILT = "erased-files", "rebuilt"


@dataclass(frozen=True, slots=True)
class Erased:
    """What an erasure did: its last tombstone, and how much went."""

    head: LogHead
    contents: int
    files: int


class Eraser:
    """Erases from one installation's log."""

    def __init__(self, writer: Writer, files: Files, keyring: KeyRing, clock: Clock) -> None:
        self._writer = writer
        self._files = files
        self._keyring = keyring
        self._clock = clock

    def case(self, finding: str, order: Order) -> Erased:
        """Destroy the content of one case. ``ConfigError`` says why it may not be."""
        with self._writer.transaction() as tx:
            standing = erasure.standing(tx, finding)
            check_case(standing, order)
            if not erasure.case(tx, finding).places:
                raise _refused(finding, "a case with content", "nothing: it was erased already")
            _check_words(order, _identifiers(tx, finding))
            erased = self._bury_case(tx, standing, order)
        self.finish()
        return erased

    def person(self, person_ref: str, order: Order) -> Erased:
        """Destroy everything held about one person.

        The whole log is searched before the write lock is taken: recording goes on meanwhile.
        """
        searched = erasure_person.search(self._writer.reader(), person_ref)
        with self._writer.transaction() as tx:
            found = erasure_person.held(tx, person_ref, searched)
            check_person(tx, found, order)
            graves = {**found.cases, person_ref: found.rest}
            erased = self._bury(tx, graves, order)
            erasure_person.remove(tx, found)
            self._reseal(tx)
        self.finish()
        return erased

    def dismissed(self, findings: Iterable[str], order: Order) -> int:
        """Erase dismissed cases whose time is over, each in a transaction; return how many."""
        gone = 0
        for finding in findings:
            with self._writer.transaction() as tx:
                found = erasure.standing(tx, finding)
                if found.state is not CaseState.DISMISSED or found.held or found.erased:
                    continue
                self._bury_case(tx, found, order)
            gone += 1
        if gone:
            self.finish()
        return gone

    def expired(self, findings: Iterable[str], order: Order) -> int:
        """Destroy what a platform said of some cases, each in a transaction; return how many.

        The case goes on with what people made of it, and with the ids of act and place.
        """
        gone = 0
        for finding in findings:
            with self._writer.transaction() as tx:
                lost = expiring.said(tx, finding)
                if lost.places:
                    expiring.refer(tx, finding, self._clock())
                    self._bury(tx, {finding: lost}, order, whole=False)
                    self._reseal(tx)
                    gone += 1
        return gone

    def unread(self, platform: str, before: datetime, order: Order) -> int:
        """Destroy what a platform sent in an unknown form before an instant; count the entries."""
        with self._writer.transaction() as tx:
            lost, count = expiring.unread(tx, platform, before)
            if count:
                self._bury(tx, {platform: lost}, order)
                self._reseal(tx)
        return count

    def finish(self) -> bool:
        """Do what tombstones left to do: files, then the database. True where nothing is left.

        Another process that is recording may hold a part of it; then it is done the next time.
        """
        left = erasure.pending(self._writer.reader())
        if not left:
            return True
        self._files.destroy(name for name in left if name)
        if erasure.ordered(self._writer.reader()):
            for copy in migrate.drop(self._writer.database):
                logger.info("a copy from before a migration went with the erasure: {}", copy.name)
        swept = self._files.sweep(lambda: set(commitments(self._writer.reader())))
        self._reach(FILES_GONE)
        if not self._writer.rebuild() or swept.skipped:
            logger.warning("an erasure is not finished: another process holds the database")
            return False
        self._reach(REBUILT)
        with self._writer.transaction() as tx:
            erasure.done(tx, left)
        self._writer.fold()
        logger.info("erasure finished: {} files removed", sum(name != DATABASE for name in left))
        return True

    def _bury_case(self, tx: Connection, standing: Standing, order: Order) -> Erased:
        finding, acts = standing.finding, erasure.acts(tx, standing.finding)
        erased = self._bury(tx, {finding: erasure.case(tx, finding)}, order)
        # Where the law or the person asked, nothing of them is kept, not even a digest.
        if standing.state is CaseState.DISMISSED and order.ground in REMEMBERED:
            erasure.remember(tx, self._keyring, finding, acts, erased.head.seq)
        self._reseal(tx)
        return erased

    def _bury(
        self, tx: Connection, graves: dict[str, Lost], order: Order, *, whole: bool = True
    ) -> Erased:
        at, head, contents, files = self._clock(), log.head(tx), 0, 0
        newest = seals.last(tx)
        # A tombstone counts by the key of the seal before it, so there must be one.
        if newest is None:
            newest = seal.add(tx, self._keyring, at)
        seed = seal.seed_of(self._keyring, newest)
        for subject, lost in graves.items():
            if lost.places:
                head = erasure.bury(
                    tx,
                    at,
                    subject,
                    order,
                    lost,
                    newest.checkpoint.key,
                    lambda data: signing.sign(seed, data),
                )
                contents += sum(text.startswith("content/") for text in lost.places)
                files += len(lost.commitments)
            if subject.startswith("NTR-"):
                (erasure.silence if whole else erasure.hush)(tx, subject, at)
        return Erased(head, contents, files)

    def _reseal(self, tx: Connection) -> None:
        # So that an export's first seal over a tombstone has the tombstone's own key.
        newest = seals.last(tx)
        seed = seal.seed_of(self._keyring, newest) if newest else None
        seal.add(tx, self._keyring, self._clock(), seed)

    def _reach(self, point: str) -> None:
        if self._writer.hook is not None:
            self._writer.hook(point)


def hold(tx: Connection, finding: str, *, held: bool, who: str, why: str, at: datetime) -> LogHead:
    """Log that a case may not be erased, or that it may again."""
    standing = erasure.standing(tx, finding)
    if standing.held == held:
        now = "held already" if held else "not held"
        raise _refused(finding, "a case that is not" if held else "a case that is held", now)
    if standing.erased:
        raise _refused(finding, "a case with content", "nothing: it was erased")
    if held and (rule := NO_HOLD.get(standing.platform)):
        raise _refused(finding, "a platform that allows a hold", rule)
    return log.append(
        tx,
        at=at,
        kind=HOLD,
        subject=finding,
        public={"held": held},
        content={"by": {"who": who, "why": why}},
    )


def check_case(standing: Standing, order: Order) -> None:
    """Raise ``ConfigError`` where a case may not be erased on this ground."""
    _check_order(order)
    finding, rule = standing.finding, NO_HOLD.get(standing.platform)
    if standing.held and not (order.ground is Ground.PLATFORM and rule):
        hint = f"whoever set it lifts it: netralitas hold {finding} --lift --by --why"
        raise _refused(finding, "a case without a legal hold", "a hold that stands", hint)
    if standing.case_file and order.ground not in FOR_CASE_FILES:
        hint = "an approved destruction list (pemusnahan) or an order under UU 27/2022 (pdp)"
        raise _refused(finding, "a ground on which case files may go", order.ground.value, hint)
    if order.ground is Ground.RETENTION and standing.state is not CaseState.DISMISSED:
        hint = "only dismissed cases go when their time is over"
        raise _refused(finding, "a dismissed case", standing.state.value, hint)


def check_person(conn: Connection, found: Held, order: Order) -> None:
    """Raise ``ConfigError`` where a person may not be erased on this ground."""
    if not found:
        hint = "see netralitas register list"
        raise _refused(found.person_ref, "a person on file", "nothing held", hint)
    if order.ground in (Ground.RETENTION, Ground.PLATFORM):
        hint = "retention and platforms concern cases: netralitas erase case"
        raise _refused(found.person_ref, "pdp, keberatan or pemusnahan", order.ground.value, hint)
    for finding in found.cases:
        check_case(erasure.standing(conn, finding), order)
    _check_order(order)
    _check_words(order, found.known)


def _check_order(order: Order) -> None:
    given = {"--ordered-by": order.office, "--reference": order.reference,
             "--by": order.by, "--why": order.why}  # fmt: skip
    empty = [Fault("erase", key, "a text", "nothing") for key, text in given.items()
             if not text.strip()]  # fmt: skip
    if empty:
        raise ConfigError(empty)


def _check_words(order: Order, known: Identifiers) -> None:
    # A tombstone stays for ever, so it must not say again what it takes away.
    texts = {"--ordered-by": order.office, "--reference": order.reference,
             "--official": order.official, "--by": order.by, "--why": order.why}  # fmt: skip
    faults = [
        Fault("erase", key, "words without the person's name or account", "words that name them")
        for key, text in texts.items()
        if known.found_in(text)
    ]
    if faults:
        raise ConfigError(faults)


def _identifiers(conn: Connection, finding: str) -> Identifiers:
    query = "SELECT max(seq) FROM finding WHERE finding_id = ?"
    (seq,) = conn.execute(query, (finding,)).fetchone()
    watch = log.content(conn, seq, "watch") or {}
    ref = watch.get("person_ref")
    return erasure_person.identifiers(conn, ref) if ref else Identifiers()


def _refused(where: str, expected: str, got: str, hint: str = "") -> ConfigError:
    return ConfigError([Fault(where, "", expected, got, hint)])
