"""Who of a list's people is on the register: asked of a page at once, before anything else."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time

from monitor.collect import mastodon_parse as parse
from monitor.collect.base import Members
from monitor.model.contest import ZONES
from monitor.model.evidence import Exchange
from monitor.model.person import Watch


@dataclass(frozen=True, slots=True)
class Ours:
    """The register, asked in the words of one server (``domain``)."""

    members: Members
    domain: str

    def among(
        self, bodies: Sequence[bytes], reads: Callable[[bytes], parse.Account | None]
    ) -> Iterator[tuple[Watch, parse.Account, bytes]]:
        """Yield the registered people's entries with their lines; strangers are dropped here."""
        found = [(account, body) for body in bodies if (account := reads(body)) is not None]
        names = {name for account, _ in found for name in self._names(account)}
        ours = self.members.watching("mastodon", names) if names else {}
        for account, body in found:
            watch = next((ours[name] for name in self._names(account) if name in ours), None)
            # A name may have passed to somebody else; an id on file is authoritative.
            if watch and watch.native_id in ("", account.native_id):
                yield watch, account, body

    def _names(self, account: parse.Account) -> tuple[str, ...]:
        handle = account.handle(self.domain)
        return (account.native_id, handle) if account.native_id else (handle,)


def page_of(answer: Exchange) -> Exchange:
    """Return the exchange that showed a list, without its body and the places in it.

    A place may be the id of a stranger's status, and stands in the address and in ``Link``.
    """
    kept = tuple(pair for pair in answer.response_headers if pair[0].lower() != "link")
    url = answer.url.partition("?")[0]
    return replace(answer, body=b"", url=url, response_headers=kept)


def since(watch: Watch) -> datetime:
    """Return when the right to look at an account began."""
    return datetime.combine(watch.monitored_from, time(), ZONES[watch.zone])


def as_account(body: bytes) -> parse.Account | None:
    """Read an entry of a list of accounts; ``None`` where whose it is cannot be known."""
    try:
        return parse.account(body)
    except ValueError:
        return None


def as_author(body: bytes) -> parse.Account | None:
    """Read whose a status is; ``None`` where that cannot be known."""
    try:
        return parse.status(body).account
    except ValueError:
        return None
