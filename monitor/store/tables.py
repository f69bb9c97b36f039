"""The schema's one home. Migrations build it step by step, and a test holds the two equal.

Only migrations and that test import this file: what runs uses plain ``sqlite3``. Tables are
STRICT, so SQLite itself refuses a wrong type.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    BLOB,
    INTEGER,
    REAL,
    TEXT,
    CheckConstraint,
    Column,
    Computed,
    Connection,
    ForeignKey,
    Index,
    MetaData,
    UniqueConstraint,
    event,
    text,
)
from sqlmodel import Field, SQLModel

from monitor.store.about import PERSON
from monitor.store.tables_erasure import ERASURE_TRIGGERS
from monitor.store.tables_form import KEYED, STRICT
from monitor.store.tables_form import column as _col
from monitor.store.tables_more import ELSEWHERE
from monitor.store.tables_seal import SEAL_TRIGGERS
from monitor.store.views import VIEWS


def _from_entry(name: str) -> Any:
    path = f"json_extract(CAST(canonical AS TEXT), '$.{name}')"
    return Field(sa_column=Column(TEXT, Computed(path, persisted=False)))


class Log(SQLModel, table=True):
    """One entry of the evidence log; the last three columns are read out of ``canonical``."""

    __table_args__ = (
        CheckConstraint("length(hash) = 32", name="log_hash_length"),
        Index("log_by_subject", "subject"),
        STRICT,
    )
    seq: int = _col(INTEGER, key=True)
    canonical: bytes = _col(BLOB)
    hash: bytes = _col(BLOB)
    at: str = _from_entry("at")
    kind: str = _from_entry("kind")
    subject: str = _from_entry("subject")


class Content(SQLModel, table=True):
    """A content of an entry: canonical JSON, and the salt of its commitment."""

    __table_args__ = (
        Index("content_by_person", text(PERSON), sqlite_where=text(f"{PERSON} IS NOT NULL")),
        STRICT,
    )
    seq: int = _col(INTEGER, ForeignKey("log.seq"), key=True)
    name: str = _col(TEXT, key=True)
    salt: bytes = _col(BLOB)
    body: bytes = _col(BLOB)


class Snapshot(SQLModel, table=True):
    """The salt of a file of an entry; the file is named by its commitment."""

    __table_args__ = KEYED
    seq: int = _col(INTEGER, ForeignKey("log.seq"), key=True)
    name: str = _col(TEXT, key=True)
    salt: bytes = _col(BLOB)


class Finding(SQLModel, table=True):
    """Which entries are the revisions of one finding."""

    __table_args__ = KEYED
    finding_id: str = _col(TEXT, key=True)
    revision_no: int = _col(INTEGER, key=True)
    seq: int = _col(INTEGER, ForeignKey("log.seq"))
    outcome: str = _col(TEXT)


class Seen(SQLModel, table=True):
    """Keyed digests of an act and its content, and the day it was last marked."""

    __table_args__ = (Index("seen_by_day", "seen_on"), KEYED)
    key: bytes = _col(BLOB, key=True)
    revision: bytes = _col(BLOB)
    seen_on: str = _col(TEXT)


class PersonKey(SQLModel, table=True):
    """The key whose erasure makes a person's digests meaningless."""

    __tablename__ = "person_key"
    __table_args__ = KEYED
    person_ref: str = _col(TEXT, key=True)
    key: bytes = _col(BLOB)


class Source(SQLModel, table=True):
    """How far reading of a register line's account came, and when it is read next."""

    __table_args__ = (
        Index("source_by_time", "active", "next_check_at"),
        Index("source_by_account", "platform", "native_id"),
        STRICT,
    )
    watch_id: str = _col(TEXT, key=True)
    platform: str = _col(TEXT)
    active: int = _col(INTEGER)
    native_id: str = _col(TEXT)
    handle: str = _col(TEXT)
    address: str = _col(TEXT)
    cursor: str = _col(TEXT)
    next_check_at: float = _col(REAL)
    interval: float = _col(REAL)
    failures: int = _col(INTEGER)
    last_look_at: str | None = _col(TEXT, null=True)
    last_success_at: str | None = _col(TEXT, null=True)
    last_error: str | None = _col(TEXT, null=True)
    complete: int = _col(INTEGER)


class Person(SQLModel, table=True):
    """A person or an agency, by a reference that tells nothing (an HMAC, never NIP or NIK).

    An empty text means "not on file". ``as_of`` and ``source`` date this set of facts.
    """

    __table_args__ = KEYED
    person_ref: str = _col(TEXT, key=True)
    name: str = _col(TEXT)
    employer_type: str = _col(TEXT)
    instansi: str = _col(TEXT)
    unit: str = _col(TEXT)
    superior: str = _col(TEXT)
    position: str = _col(TEXT)
    area: str = _col(TEXT)
    zone: str = _col(TEXT)
    route: str = _col(TEXT)
    candidate_spouse_of: str = _col(TEXT)
    as_of: str = _col(TEXT)
    source: str = _col(TEXT)


class Account(SQLModel, table=True):
    """One account of a person: by what right it is looked at, and whether it may be now.

    ``sheet`` names the list that the line is kept in; ``ended_on`` starts its retention.
    """

    __table_args__ = (
        CheckConstraint(
            "status IN ('active', 'waiting', 'unresolved', 'left', 'removed')",
            name="account_status",
        ),
        Index("account_by_person", "person_ref"),
        Index("account_by_address", "platform", "address"),
        KEYED,
    )
    watch_id: str = _col(TEXT, key=True)
    person_ref: str = _col(TEXT, ForeignKey("person.person_ref"))
    platform: str = _col(TEXT)
    address: str = _col(TEXT)
    native_id: str = _col(TEXT)
    ownership: str = _col(TEXT)
    ownership_evidence: str = _col(TEXT)
    legal_ground: str = _col(TEXT)
    notice_date: str = _col(TEXT)
    notice_exemption: str = _col(TEXT)
    registered_on: str = _col(TEXT)
    sheet: str = _col(TEXT)
    status: str = _col(TEXT)
    ended_on: str = _col(TEXT)


class PersonInterval(SQLModel, table=True):
    """A dated state of a person; a transfer has its placements (JSON)."""

    __tablename__ = "person_interval"
    __table_args__ = (Index("person_interval_by_person", "person_ref"), STRICT)
    id: int | None = _col(INTEGER, key=True)
    person_ref: str = _col(TEXT, ForeignKey("person.person_ref"))
    kind: str = _col(TEXT)
    first_day: str = _col(TEXT)
    last_day: str = _col(TEXT)
    reference: str = _col(TEXT)
    moved_from: str = _col(TEXT)
    moved_to: str = _col(TEXT)


class RegisterState(SQLModel, table=True):
    """How often the register was changed: a running daemon sees that it must look again."""

    __tablename__ = "register_state"
    __table_args__ = (CheckConstraint("id = 1", name="register_state_one"), STRICT)
    id: int = _col(INTEGER, key=True)
    version: int = _col(INTEGER)


class Outbox(SQLModel, table=True):
    """One message owed to one destination."""

    __table_args__ = (
        UniqueConstraint("kind", "subject", "seq", "notifier", "destination", name="outbox_once"),
        CheckConstraint("state IN ('pending', 'sent', 'dead')", name="outbox_state"),
        Index("outbox_by_time", "state", "next_try_at"),
        Index("outbox_lately", "notifier", "destination", "state", "sent_at"),
        STRICT,
    )
    id: int | None = _col(INTEGER, key=True)
    kind: str = _col(TEXT)
    subject: str = _col(TEXT)
    seq: int = _col(INTEGER)
    notifier: str = _col(TEXT)
    destination: str = _col(TEXT)
    state: str = _col(TEXT)
    attempts: int = _col(INTEGER)
    next_try_at: float = _col(REAL)
    created_at: str = _col(TEXT)
    sent_at: str | None = _col(TEXT, null=True)
    message_id: str | None = _col(TEXT, null=True)
    last_error: str | None = _col(TEXT, null=True)
    body: str = _col(TEXT)


class Alarm(SQLModel, table=True):
    """A health alarm that is open."""

    __table_args__ = KEYED
    key: str = _col(TEXT, key=True)
    raised_at: str = _col(TEXT)
    text: str = _col(TEXT)
    told: int = _col(INTEGER)


class RuleSet(SQLModel, table=True):
    """The one set in force, as the newest ``ruleset`` entry names it."""

    __tablename__ = "ruleset"
    __table_args__ = (CheckConstraint("id = 1", name="ruleset_one"), STRICT)
    id: int = _col(INTEGER, key=True)
    digest: str = _col(TEXT)
    since: str = _col(TEXT)


class RuleSetFile(SQLModel, table=True):
    """A file of the set in force, with the SHA-256 (hex) of its bytes."""

    __tablename__ = "ruleset_file"
    __table_args__ = KEYED
    name: str = _col(TEXT, key=True)
    digest: str = _col(TEXT)


class RuleSwitch(SQLModel, table=True):
    """What a command said of a rule; it stands above the rule's file."""

    __tablename__ = "rule_switch"
    __table_args__ = (
        CheckConstraint("value IN ('off', 'live', 'retired')", name="rule_switch_value"),
        KEYED,
    )
    rule: str = _col(TEXT, key=True)
    kind: str = _col(TEXT, key=True)
    value: str = _col(TEXT)
    revision: int = _col(INTEGER)
    who: str = _col(TEXT)
    reason: str = _col(TEXT)
    at: str = _col(TEXT)


class RuleHour(SQLModel, table=True):
    """How often a rule was hit in one hour (hours since 1970); ``forgiven`` by ``rules on``."""

    __tablename__ = "rule_hour"
    __table_args__ = KEYED
    rule: str = _col(TEXT, key=True)
    hour: int = _col(INTEGER, key=True)
    hits: int = _col(INTEGER)
    shadow: int = _col(INTEGER)
    forgiven: int = _col(INTEGER)


class RuleQuarantine(SQLModel, table=True):
    """A rule whose alerts are reviews for now, since when, and when it was last over its limit."""

    __tablename__ = "rule_quarantine"
    __table_args__ = KEYED
    rule: str = _col(TEXT, key=True)
    since: str = _col(TEXT)
    over_at: str = _col(TEXT)


class ShadowHit(SQLModel, table=True):
    """What a rule in shadow would have told: kept some days for its owner, then deleted."""

    __tablename__ = "shadow_hit"
    __table_args__ = (Index("shadow_hit_by_time", "at"), STRICT)
    id: int | None = _col(INTEGER, key=True)
    rule: str = _col(TEXT)
    revision: int = _col(INTEGER)
    at: str = _col(TEXT)
    person_ref: str = _col(TEXT)
    body: str = _col(TEXT)


# REPLACE deletes a row without its DELETE trigger, so INSERT is guarded as well.
TRIGGERS = (
    """CREATE TRIGGER log_contiguous BEFORE INSERT ON log
    WHEN NEW.seq IS NOT (SELECT coalesce(max(seq), 0) + 1 FROM log)
    BEGIN SELECT RAISE(ABORT, 'the log only takes the next number'); END""",
    """CREATE TRIGGER log_no_update BEFORE UPDATE ON log
    BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END""",
    """CREATE TRIGGER log_no_delete BEFORE DELETE ON log
    BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END""",
    """CREATE TRIGGER content_with_entry BEFORE INSERT ON content
    WHEN NEW.seq IS NOT (SELECT max(seq) FROM log)
      OR EXISTS (SELECT 1 FROM content WHERE seq = NEW.seq AND name = NEW.name)
    BEGIN SELECT RAISE(ABORT, 'content is written once, with its entry'); END""",
    """CREATE TRIGGER content_no_update BEFORE UPDATE ON content
    BEGIN SELECT RAISE(ABORT, 'content never changes'); END""",
    """CREATE TRIGGER snapshot_with_entry BEFORE INSERT ON snapshot
    WHEN NEW.seq IS NOT (SELECT max(seq) FROM log)
      OR EXISTS (SELECT 1 FROM snapshot WHERE seq = NEW.seq AND name = NEW.name)
    BEGIN SELECT RAISE(ABORT, 'a snapshot is written once, with its entry'); END""",
    """CREATE TRIGGER snapshot_no_update BEFORE UPDATE ON snapshot
    BEGIN SELECT RAISE(ABORT, 'a snapshot never changes'); END""",
    *SEAL_TRIGGERS,
    *ERASURE_TRIGGERS,
)

OTHERS = ELSEWHERE


@event.listens_for(SQLModel.metadata, "after_create")
def _add_triggers(_: MetaData, connection: Connection, **__: Any) -> None:
    for statement in (*TRIGGERS, *VIEWS.values()):
        connection.exec_driver_sql(statement)
