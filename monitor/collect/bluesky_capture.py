"""A snapshot of one Bluesky act: the record, its proof, what it acted upon, and how it was got."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus

from monitor.collect import bluesky_parse as parse
from monitor.collect.bluesky_identity import Identity
from monitor.collect.bluesky_proof import Proved
from monitor.model.evidence import Canonical, Capture, Exchange, Part, RawItem, canonical
from monitor.model.exchange import certificate_parts, digested, nameless

PROOF = "atproto-commit-signature"


@dataclass(slots=True)
class Shot:
    """A capture being made: what was fetched so far, and what was not."""

    raw: RawItem
    identity: Identity | None = None
    record: Exchange | None = None
    proof: Exchange | None = None
    proved: Proved | None = None
    note: str = ""

    def missing(self, why: str) -> None:
        self.note = why

    def capture(self) -> Capture:
        """The record is the one judged: fetched alone where it still stands, else as listed."""
        whole = self.proved is not None
        fresh = self.record.body if self.record and not self._changed else self.raw.body
        parts = [Part("record", "application/json", fresh)]
        if self.proof is not None and whole:
            parts.append(Part("proof", "application/vnd.ipld.car", self.proof.body))
        for name, answer in self.raw.context:
            if answer is not None and answer.status == HTTPStatus.OK:
                parts.append(Part(name, "application/json", answer.body))
        parts.append(Part("headers", "application/json", canonical(self._headers())))
        document = self.identity.document if self.identity else None
        parts += certificate_parts(self.raw.page, self.record, self.proof, document)
        notes = (self.note,) if self.note else ()
        return Capture(tuple(parts), bool(notes), notes, PROOF if whole else "")

    @property
    def _changed(self) -> bool:
        return self.record is None or not same(self.record, parse.entry(self.raw.body))

    def _headers(self) -> dict[str, Canonical]:
        found = {"list": self.raw.page, "record": self.record, "proof": self.proof}
        exchanges = {name: digested(answer) for name, answer in found.items() if answer}
        around = {name: nameless(answer) for name, answer in self.raw.context if answer}
        document = self.identity.document if self.identity else None
        return {
            "v": 1,
            "exchanges": exchanges,
            "list_sha256": self.raw.page_digest,
            "context": around,
            "did_document": document.body.decode("utf-8", "replace") if document else None,
            "did_document_exchange": digested(document) if document else None,
            "commit": self.proved.commit if self.proved else None,
            "rev": self.proved.rev if self.proved else None,
            "signing_key": self.proved.signing_key if self.proved else None,
            "notes": [self.note] if self.note else [],
        }


def same(answer: Exchange, judged: parse.Entry) -> bool:
    """Say whether an answer to ``getRecord`` holds exactly the record that was judged."""
    if answer.status != HTTPStatus.OK:
        return False
    try:
        found = parse.entry(answer.body)
    except ValueError:
        return False
    return (found.uri, found.cid, found.value) == (judged.uri, judged.cid, judged.value)
