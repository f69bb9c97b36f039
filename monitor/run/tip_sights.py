"""Looks at screenshots that came, so that one sent again is known; what was seen stays sealed.

Two screenshots of one app look alike whatever the post says, so a likeness counts only where the
words are the same too, or, where nothing here reads words, where it is very close.
"""

from __future__ import annotations

import asyncio
import re
from collections import Counter
from collections.abc import Sequence

from monitor.errors import KeepingError
from monitor.intake import ocr, pictures
from monitor.log import logger
from monitor.model.tip import Picture, Sight, TipRow
from monitor.store import tip_sight, tips
from monitor.store.keys import KeyRing
from monitor.store.writer import Writer

AT_ONCE = 20
LOOK_SECONDS, IDLE_SECONDS = 20.0, 3_600.0
# Differing bits of 256: the same picture sent again by other apps had at most 14 in a sample of 90,
# two posts in one app 9 or more (docs/tips.md).
NEAR, VERY_NEAR = 24, 6
SAME_WORDS = 0.7
WORD = re.compile(r"\w{4,}")


class Sights:
    """Sees what no eye has to: hashes and words, for finding the same screenshot again."""

    def __init__(self, writer: Writer, ring: KeyRing) -> None:
        self._writer = writer
        self._ring = ring

    async def run(self) -> None:
        """Look at what came, for ever. A fault waits for the next time; nothing is lost by it."""
        while True:
            wait = LOOK_SECONDS
            try:
                # One at a time, so that a stop waits for no more than one.
                while await asyncio.to_thread(self.look_all, 1):
                    pass
            except KeepingError as error:
                logger.warning("screenshots were not looked at: {}", error)
            except pictures.NoPillow as error:
                logger.warning("screenshots are not compared: {}", error)
                wait = IDLE_SECONDS
            await asyncio.sleep(wait)

    def look_all(self, most: int = AT_ONCE) -> int:
        """Look at screenshots that nothing has looked at; return at how many tips.

        Raises ``pictures.NoPillow`` where there are some, and nothing here can open them.
        """
        waiting = tip_sight.unseen(self._writer.reader(), most)
        for tip_id in waiting:
            self._look(tip_id)
        return len(waiting)

    def like(self, tip_id: str) -> list[TipRow]:
        """Return the tips about other acts whose screenshots are like this one's.

        A link went before them, so that only a person can say whether it is one act.
        """
        conn = self._writer.reader()
        known = list(tip_sight.sights(conn, self._ring))
        mine = next(((act, seen) for tip, act, seen in known if tip == tip_id), None)
        if mine is None:
            return []
        others = (tip for tip, act, seen in known if act != mine[0] and _alike(mine[1], seen))
        return [tips.row(conn, tip) for tip in others]

    def _look(self, tip_id: str) -> None:
        shown = tips.pictures(self._writer.reader(), self._ring, tip_id)
        seen = [_seen(one) for one in shown]
        with self._writer.transaction() as tx:
            act = ""
            if tip_sight.alone(tx, tip_id):
                known = tip_sight.sights(tx, self._ring)
                others = ((a, s) for other, a, s in known if other != tip_id and _alike(seen, s))
                # Two links are two posts, whatever screenshot somebody sends with one of them:
                # else tips about one act could be drawn onto the case of another.
                act = next((a for a, _ in others if not tip_sight.apart(tx, tip_id, a)), "")
            tip_sight.keep(tx, self._ring, tip_id, seen, act)


def _seen(picture: Picture) -> Sight:
    try:
        look = pictures.looked(picture.data).look
    except pictures.NotReadable:
        return Sight()
    try:
        return Sight(look, ocr.read(picture.data).text)
    except (ocr.NoReader, pictures.NotReadable):
        return Sight(look)


def _alike(seen: Sequence[Sight], known: Sequence[Sight]) -> bool:
    return any(alike(one, other) for one in seen for other in known)


def alike(one: Sight, other: Sight) -> bool:
    """Say whether two screenshots are the same one, sent again."""
    if not (one.look and other.look):
        return False
    apart = pictures.apart(one.look, other.look)
    if not (one.text and other.text):
        return apart <= VERY_NEAR
    return apart <= NEAR and _same_words(one.text, other.text)


def _same_words(one: str, other: str) -> bool:
    mine, theirs = (Counter(WORD.findall(text.lower())) for text in (one, other))
    return (mine & theirs).total() >= SAME_WORDS * max(1, (mine | theirs).total())
