"""Clean-up of a text, with a map back to the author's own code points.

Removed or unified, because they are used to slip past a reader: letter case, compatibility forms
(full width, mathematical, enclosed letters), combining marks, zero-width and direction characters,
look-alike letters of other scripts, emoji digits and skin tones. Nothing is guessed about words
here; that is ``forms``.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

# Letters that look Latin and are not (Unicode confusables, the ones seen in Latin words).
_LOOK_ALIKES = str.maketrans(
    "авеёзікмнорстухцԁеһїјԛѕүԝɑαβεηικνορτυχωɡıłøđħŧʀɴʟɪʏʙɢʜꜱᴀᴄᴅᴇᴊᴋᴍᴏᴘᴛᴜᴠᴡᴢ",
    "abee3ikmhopctyxudehijqsuwaabenikvoptuxwgilodhtrnliybghsacdejkmoptuvwz",
)
_DROPPED_CATEGORIES = frozenset({"Mn", "Me", "Cf", "Cc", "Cs", "Co", "Cn"})
_KEEP_CONTROL = {"\n": "\n", "\r": "\n", "\t": " ", "\v": "\n", "\f": "\n"}
# A keycap ends an emoji digit: the space keeps three keycaps from becoming one number.
_KEYCAP = "\u20e3"
_SKIN_TONES = range(0x1F3FB, 0x1F400)
_ENCLOSED = ((0x1F130, 26), (0x1F150, 26), (0x1F170, 26), (0x1F1E6, 26))
_QUOTES = dict.fromkeys("“”„‟«»″＂", '"') | dict.fromkeys("‘’‚‛′`´ʼ", "'")
_DASHES = dict.fromkeys("‐‑‒–—―−", "-")
# ASCII that is dropped or unified like its kin outside ASCII.
_UNPLAIN = re.compile(r"[\x00-\x09\x0b-\x1f\x7f`]")
_MEMO_LIMIT = 50_000


@dataclass(frozen=True, slots=True)
class Folded:
    """A folded text. ``origin`` maps its indices to the source; ``None`` where they are equal.

    ``size`` is the number of code points of the source.
    """

    text: str
    origin: tuple[int, ...] | None
    size: int

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Map a half-open range of the folded text to the source; it lies inside the source."""
        if self.origin is None:
            return start, end
        if start >= end:
            at = self.origin[start] if start < len(self.origin) else self.size
            return at, at
        return self.origin[start], self.origin[end - 1] + 1


def fold(text: str) -> Folded:
    """Fold a text in time linear in its length."""
    if text.isascii() and not _UNPLAIN.search(text):
        return Folded(text.lower(), None, len(text))
    pieces: list[str] = []
    origin: list[int] = []
    for index, char in enumerate(text):
        piece = _MEMO.get(char)
        if piece is None:
            piece = _remember(char)
        pieces.append(piece)
        if len(piece) == 1:
            origin.append(index)
        else:
            origin.extend([index] * len(piece))
    return Folded("".join(pieces), tuple(origin), len(text))


def fold_word(word: str) -> str:
    """Fold a word of a lexicon or a name, without a map."""
    return fold(word).text


def _remember(char: str) -> str:
    if len(_MEMO) >= _MEMO_LIMIT:
        _MEMO.clear()
    _MEMO[char] = piece = _fold_char(char)
    return piece


def _fold_char(char: str) -> str:
    known = _KEEP_CONTROL.get(char) or _QUOTES.get(char) or _DASHES.get(char)
    if known:
        return known
    code = ord(char)
    if char == _KEYCAP:
        return " "
    if code in _SKIN_TONES:
        return ""
    for first, count in _ENCLOSED:
        if first <= code < first + count:
            return chr(ord("a") + code - first)
    if unicodedata.category(char) in _DROPPED_CATEGORIES:
        return ""
    plain = unicodedata.normalize("NFKD", char).casefold()
    kept = "".join(c for c in plain if unicodedata.category(c) not in _DROPPED_CATEGORIES)
    return kept.translate(_LOOK_ALIKES)


_MEMO: dict[str, str] = {}
