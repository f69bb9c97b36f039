"""Shadow: what a rule that is still tried out would have told, for its owner's eyes."""

from __future__ import annotations

from datetime import datetime

from monitor.model.evidence import Canonical
from monitor.model.finding import Finding
from monitor.model.wire import finding_content
from monitor.store import rates, shadow
from monitor.store.db import Connection

# What the owner needs to judge the rule. Whose act it was is not among it.
OF_ACT = ("signal", "text", "media", "target", "occurred_at")
OF_FINDING = ("outcome", "stance", "targets", "phase", "matches", "exculpations", "derivation")


def keep(tx: Connection, person_ref: str, finding: Finding, now: datetime) -> None:
    """Count the hit of the one rule that the finding holds, and keep what its owner may read."""
    match = finding.matches[0]
    rates.add_shadow(tx, match.rule, now)
    shadow.keep(tx, match.rule, match.revision, person_ref, content(finding), now)


def content(finding: Finding) -> dict[str, Canonical]:
    """Return act and judgement without person, account and address; a stranger is left out."""
    whole = finding_content(finding)
    act = whole["activity"]
    told = act if isinstance(act, dict) else {}
    return {name: told[name] for name in OF_ACT} | {name: whole[name] for name in OF_FINDING}
