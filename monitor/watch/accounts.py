"""Who is who among accounts: candidates, parties, teams, press, election bodies, agencies."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from monitor.model.contest import AccountType, ContestTarget, TargetAccount, TargetKind
from monitor.model.rule import AccountRole
from monitor.watch.addresses import BadAddress, normalise
from monitor.watch.toml import Table

Roles = dict[tuple[str, str], AccountRole]


class PublicRole(StrEnum):
    """Roles of accounts that belong to no candidate and no party."""

    PRESS = "press"
    ELECTION_BODY = "election_body"
    AGENCY = "agency"


@dataclass(frozen=True, slots=True)
class PublicAccount:
    platform: str
    handle: str
    native_id: str
    role: str


def address(table: Table) -> tuple[str, str]:
    """Return platform and handle of a table in their one form."""
    platform, handle = table.text("platform").lower(), table.text("handle")
    if not platform or not handle:
        return platform, handle
    try:
        return platform, normalise(platform, handle)
    except BadAddress as error:
        table.fault("handle", str(error), repr(handle))
        return platform, ""


def candidate(table: Table) -> TargetAccount:
    """Return one ``[[target.account]]``."""
    platform, handle = address(table)
    kind = table.one_of("type", AccountType) or AccountType.PRIBADI
    one = TargetAccount(platform, handle, kind, table.text("native_id", ""))
    table.text("source")
    table.close()
    return one


def public(root: Table) -> list[PublicAccount]:
    """Return the accounts of ``accounts.toml``; one listed twice is a fault."""
    found: dict[tuple[str, str], PublicAccount] = {}
    for table in root.tables("account"):
        platform, handle = address(table)
        role = table.one_of("role", PublicRole) or ""
        one = PublicAccount(platform, handle, table.text("native_id", ""), role)
        table.text("source")
        table.close()
        if (platform, handle) in found:
            table.fault("handle", "an account not yet listed", repr(handle))
        found[platform, handle] = one
    root.close()
    return list(found.values())


def roles(targets: Iterable[ContestTarget], others: Iterable[PublicAccount]) -> Roles:
    """Map (platform, handle) and (platform, native id) to what the account is.

    A campaign team's account (``pemenangan``) is role ``team``: SKB 2022 Lampiran II A4 and B6
    name it beside the candidate's own.
    """
    found: Roles = {}
    for one in others:
        _put(found, one.platform, one.handle, one.native_id, AccountRole(one.role, ""))
    for target in targets:
        for account in target.accounts:
            role = AccountRole(role_of(target, account), target.id, account.type)
            _put(found, account.platform, account.handle, account.native_id, role)
    return found


def _put(found: Roles, platform: str, handle: str, native_id: str, role: AccountRole) -> None:
    found[platform, handle] = role
    if native_id:
        found[platform, native_id] = role


def role_of(target: ContestTarget, account: TargetAccount) -> str:
    """Return ``team``, ``party`` or ``candidate``."""
    if account.type is AccountType.PEMENANGAN:
        return "team"
    return "party" if target.kind is TargetKind.PARTAI else "candidate"
