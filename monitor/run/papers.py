"""Gathers what a paper of a case tells, from the log and the settings."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from monitor.clock import from_text
from monitor.config import Config
from monitor.errors import ConfigError, Fault
from monitor.model.answer import ANSWER
from monitor.model.deadline import OBJECTION
from monitor.model.finding import Outcome
from monitor.model.letter import Kind
from monitor.model.review import REVIEW, Case
from monitor.notify.cover import Event
from monitor.notify.letters import Paper
from monitor.run.compose import alert_facts
from monitor.store import cases, findings, log
from monitor.store.cases import Found
from monitor.store.db import Connection

COMMAND = "dokumen"


def paper(conn: Connection, settings: Config, case: Case, kind: Kind) -> Paper:
    """Return a case as a paper tells it.

    Raises ``ConfigError`` where its content was erased, or where a correction left nothing of it:
    then only its closing is told.
    """
    seq = findings.last_entry(conn, case.finding)
    content, watch = log.content(conn, seq, "finding"), log.content(conn, seq, "watch")
    if content is None or watch is None:
        raise _refused(case.finding, kind, "a case with content", "nothing: it was erased")
    if content["outcome"] == Outcome.NONE and kind is not Kind.CLOSING:
        got = "a correction that left nothing of it"
        raise _refused(case.finding, kind, "a case in which something was found", got)
    head = log.head(conn)
    return Paper(
        kind=kind,
        content=content,
        watch=watch,
        facts=alert_facts(conn, seq),
        events=[_event(one) for one in cases.entries(conn, case.finding)],
        issued=case.issued,
        head=f"{head.seq}:{head.hash}",
        keep_days=settings.retention.dismissed_days,
    )


def _event(one: Found) -> Event:
    entry = json.loads(one.canonical)
    said = {content.name: json.loads(content.body) for content in one.contents}
    desk = said.get(REVIEW, {}) if entry["kind"] == REVIEW else {}
    return Event(
        seq=one.seq,
        at=from_text(entry["at"]),
        kind=entry["kind"],
        public=entry["public"],
        who=str(desk.get("who") or ""),
        role=str(desk.get("role") or ""),
        answer="\n\n".join(filter(None, (_text(said, name) for name in (ANSWER, OBJECTION)))),
        receiver=str(desk.get("receiver") or ""),
        unanswered=str(desk.get("unanswered") or ""),
    )


def _text(said: Mapping[str, Any], name: str) -> str:
    text = said.get(name, {}).get("text")
    return text if isinstance(text, str) else ""


def _refused(finding: str, kind: Kind, expected: str, got: str) -> ConfigError:
    return ConfigError([Fault(f"{COMMAND} {finding}", kind.value, expected, got)])
