"""Who sees what of a tip's pictures: an intake officer the whole one, once; all others the crop.

After the crop was made the original opens with two persons only (``tip_doors``).
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from monitor.clock import Clock
from monitor.config import Config
from monitor.errors import RefusedError, UnknownError
from monitor.intake.pictures import Box, cropped
from monitor.model.evidence import Canonical
from monitor.model.review import Officer
from monitor.model.tip import Picture, Sender, TipStep
from monitor.run.tip_doors import Asked, Door, knock
from monitor.store import about, tip_accounts, tip_sight, tips
from monitor.store.db import Connection
from monitor.store.keys import KeyRing
from monitor.store.writer import Writer


@dataclass(frozen=True, slots=True)
class Originals:
    """A tip's pictures as they came, and what had been cut out of their files, by number."""

    pictures: Sequence[Picture]
    aside: dict[int, bytes]


class TipPictures:
    """Each look and each crop is an entry of the log."""

    def __init__(self, writer: Writer, ring: KeyRing, settings: Config, clock: Clock) -> None:
        self._writer = writer
        self._ring = ring
        self._minutes = settings.tips.second_minutes
        self._clock = clock

    def intake(self, tip_id: str, officer: Officer, why: str) -> list[Picture]:
        """Show an intake officer the whole pictures, so that they can be cropped.

        Raises ``RefusedError`` once there are crops of all of them, or the tip stands on a case.
        """
        with self._writer.transaction() as tx:
            row = tips.row(tx, tip_id)
            tip_accounts.refuse_own(tx, row, officer)
            if row.finding_id or row.pictures <= row.cropped:
                raise RefusedError(f"{tip_id}: the crops are made; netralitas tips original")
            self._note(tx, tip_id, TipStep.PICTURE, officer, why)
            return tips.pictures(tx, self._ring, tip_id)

    def crop(
        self, tip_id: str, number: int, box: Box, hide: Sequence[Box], officer: Officer, why: str
    ) -> None:
        """Make the part of a picture that others see; ``NotReadable`` where it cannot be made.

        ``number`` counts from 1. Boxes are pixels of the original: x, y, width, height. A new crop
        shows no more than the one before it, whose hidden boxes stay hidden, unless two persons
        opened the original since: else one alone could make a crop of the whole picture.
        """
        conn = self._writer.reader()
        row = tips.row(conn, tip_id)
        tips.refuse_linked(row)
        tip_accounts.refuse_own(conn, row, officer)
        shown = tips.pictures(conn, self._ring, tip_id)
        if not 1 <= number <= len(shown):
            raise UnknownError(f"{tip_id}: no picture {number}; it has {len(shown)}")
        before = _crop_before(conn, tip_id, number)
        if before and not _within(box, before[0]):
            hint = "netralitas tips original, by two officers, allows a wider one"
            raise RefusedError(f"{tip_id}: the crop of picture {number} shows less: {hint}")
        hide = [*hide, *(one for one in (before[1] if before else ()) if one not in hide)]
        made = cropped(shown[number - 1].data, box, hide)
        with self._writer.transaction() as tx:
            tips.refuse_linked(tips.row(tx, tip_id))
            more: dict[str, Canonical] = {
                "picture": number, "box": list(box), "hidden": [list(one) for one in hide],
            }  # fmt: skip
            self._note(tx, tip_id, TipStep.CROPPED, officer, why, more)
            tip_sight.put_part(tx, self._ring, tip_id, number - 1, tip_sight.CROP, made)

    def original(self, tip_id: str, officer: Officer, why: str) -> Originals | Asked:
        """Open the originals for the second of two persons; say that the first's wish stands."""
        with self._writer.transaction() as tx:
            row = tips.row(tx, tip_id)
            tip_accounts.refuse_own(tx, row, officer)
            if not row.pictures:
                raise UnknownError(f"{tip_id}: it has no picture")
            asked = self._knock(tx, tip_id, Door.ORIGINAL, officer, why, "")
            if asked:
                return asked
            aside = tip_sight.parts(tx, self._ring, tip_id, tip_sight.ASIDE)
            return Originals(tips.pictures(tx, self._ring, tip_id), aside)

    def sender(self, tip_id: str, officer: Officer, ground: str, why: str) -> Sender | Asked:
        """Open who gave a tip for the second of two persons, each with a ground of the law."""
        with self._writer.transaction() as tx:
            tip_accounts.refuse_own(tx, tips.row(tx, tip_id), officer)
            asked = self._knock(tx, tip_id, Door.SENDER, officer, why, ground)
            return asked or tips.sender(tx, self._ring, tip_id)

    def _knock(
        self, tx: Connection, tip_id: str, door: Door, officer: Officer, why: str, ground: str
    ) -> Asked | None:
        return knock(tx, tip_id, door, officer, why, ground, self._clock(), self._minutes)

    def _note(
        self,
        tx: Connection,
        tip_id: str,
        step: TipStep,
        officer: Officer,
        why: str,
        more: dict[str, Canonical] | None = None,
    ) -> None:
        public: dict[str, Canonical] = {"officer": officer.id, **(more or {})}
        tips.note(tx, self._clock(), tip_id, step, officer.name, why, more=public)


def _crop_before(conn: Connection, tip_id: str, number: int) -> tuple[Box, list[Box]] | None:
    """Return box and hidden boxes of the crop that bounds the next one of the same picture."""
    found = None
    for row in about.entries(conn, tip_id):
        public = json.loads(row.canonical)["public"]
        if public.get("step") == TipStep.CROPPED and public["picture"] == number:
            found = _box(public["box"]), [_box(one) for one in public["hidden"]]
        elif public.get("step") == TipStep.ORIGINAL_OPENED:
            found = None
    return found


def _box(said: Sequence[int]) -> Box:
    x, y, width, height = said
    return x, y, width, height


def _within(inner: Box, outer: Box) -> bool:
    return all(
        outer[at] <= inner[at] and inner[at] + inner[at + 2] <= outer[at] + outer[at + 2]
        for at in (0, 1)
    )
