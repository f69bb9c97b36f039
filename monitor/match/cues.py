"""Stance words: what each class weighs, and what negation, frames and reports make of it.

The weights order the classes; they are not probabilities. Only two thresholds were set on labels.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from monitor.match.page import Page
from monitor.match.targets import Mention
from monitor.model.rule import Stance
from monitor.text.tokens import WORD


@dataclass(frozen=True, slots=True)
class CueClass:
    """A class of words. ``before`` and ``after`` are how many words may stand between cue and
    target when the cue stands before or after it; ``None``: it does not bind that way.

    ``alone`` classes may make an alert by themselves; ``clear`` ones show a side beyond doubt.
    """

    stance: Stance
    weight: float
    before: int | None
    after: int | None
    clear: bool = False


CLASSES: dict[str, CueClass] = {
    "vote": CueClass(Stance.SUPPORT, 2.8, 5, 2),
    "vote_formal": CueClass(Stance.SUPPORT, 2.2, 5, 2),
    "lean": CueClass(Stance.SUPPORT, 0.9, 1, 0),
    "make_win": CueClass(Stance.SUPPORT, 3.0, 5, 2, clear=True),
    "rally": CueClass(Stance.SUPPORT, 1.9, 1, 0, clear=True),
    "own": CueClass(Stance.SUPPORT, 3.0, 4, 4, clear=True),
    "office": CueClass(Stance.SUPPORT, 2.5, None, 1, clear=True),
    "office_bare": CueClass(Stance.SUPPORT, 1.8, None, 0),
    "praise": CueClass(Stance.SUPPORT, 2.0, 4, 5, clear=True),
    "win": CueClass(Stance.SUPPORT, 2.4, 1, 4, clear=True),
    "pick": CueClass(Stance.SUPPORT, 1.6, 1, 1, clear=True),
    "wish": CueClass(Stance.SUPPORT, 2.5, 8, None, clear=True),
    "first": CueClass(Stance.SUPPORT, 2.5, 6, 3, clear=True),
    "reject": CueClass(Stance.ATTACK, 3.2, 4, None, clear=True),
    "cheer": CueClass(Stance.SUPPORT, 3.0, None, None, clear=True),
    "refuse": CueClass(Stance.ATTACK, 2.4, 5, 2),
    "hard": CueClass(Stance.ATTACK, 3.0, 5, 7, clear=True),
    "soft": CueClass(Stance.ATTACK, 1.7, 4, 5),
    "unpraise": CueClass(Stance.ATTACK, 1.2, 4, 5),
}
_COVERING = (
    "hard",
    "soft",
    "reject",
    "own",
    "office",
    "win",
    "praise",
    "courtesy",
    "denial",
    "education",
    "reminder",
    "harmless",
)
# In a picture's description these only describe; the rest are words shown in it.
# Counted only in answers (stance), where no target stands beside them.
_ANSWERS = frozenset({"cheer"})
_VOTES = frozenset({"vote", "vote_formal", "make_win"})
_REPORTED = _VOTES | {"win", "rally", "praise", "office", "office_bare"}
_SHOWN_WORDS = frozenset(
    {"vote", "vote_formal", "make_win", "own", "office", "win", "wish", "reject", "hard"}
)
_SAID = tuple(name for name in CLASSES if name not in _ANSWERS)
_SHOWN = tuple(name for name in _SAID if name in _SHOWN_WORDS)
_LOOK_BACK = 4
_WISH_REACH = 12
_LONG_REACH = 10
_FRAME_REACH = 14
_FRAME = 3
_STAND = 3
_CALL = 8
# A text of so few words beside the names says nothing else.
_TERSE = 4


@dataclass(frozen=True, slots=True)
class Cue:
    """One stance word in place; ``turned`` names what turned or weakened it."""

    name: str
    first: int
    last: int
    factor: float = 1.0
    turned: str = ""

    @property
    def kind(self) -> CueClass:
        return CLASSES[self.name]


def cues(page: Page, names: Sequence[Mention]) -> list[Cue]:
    """Return the page's cues in order, after negation, frames and reported speech."""
    taken = frozenset(i for m in names for i in range(m.first, m.last + 1))
    longer = _longer(page)
    found = [turn(page, cue) for cue in _raw(page, taken) if not _inside(longer, cue)]
    return sorted((c for c in found if c.factor > 0), key=lambda c: (c.first, -c.last))


def _raw(page: Page, taken: frozenset[int]) -> Iterator[Cue]:
    """Yield the phrases of each class, outside names; in pictures only words shown in them.

    A phrase that reaches into a name is part of it: "untuk Presiden X" wishes no office.
    """
    for name in _SHOWN if page.field.startswith("media") else _SAID:
        for first, last in page.spots.get(name, ()):
            named = any(i in taken for i in range(first, last + 1))
            if named or _in_name_tag(page, first, taken) or not _fits(page, name, taken):
                continue
            end = _end(page, name, first, last)
            if end is not None:
                yield Cue(name, first, end)


def _fits(page: Page, name: str, taken: frozenset[int]) -> bool:
    """Hold a bare "X saja" to texts that say nothing else."""
    return name != "pick" or len(page.words) - len(taken) <= _TERSE


def _end(page: Page, name: str, first: int, last: int) -> int | None:
    """Return where the cue ends; a wish needs a wished state, a first person a declaration."""
    if name == "wish":
        return last if _wishes(page, first) else None
    return _stands(page, first, last) if name == "first" else last


def _wishes(page: Page, first: int) -> bool:
    """Say whether a wished state stands in the clause of a wish."""
    clause = page.words[first].clause
    wished = page.marked("wished")
    reach = range(max(0, first - 1), ahead(page, first, _WISH_REACH))
    said = [i for i in reach if i in wished and page.words[i].clause == clause]
    return not page.marked("courtesy").issuperset(said)


def _stands(page: Page, first: int, last: int) -> int | None:
    """Return where a first person's declaration ends, or ``None`` where none follows."""
    stand, ended = page.marked("stand"), page.negating | page.marked("former_role")
    clause = page.words[first].clause
    for index in range(last + 1, min(len(page.words), last + 1 + _STAND)):
        if page.words[index].clause != clause or index in ended:
            return None
        if index in stand:
            return index
    return None


def _in_name_tag(page: Page, index: int, taken: frozenset[int]) -> bool:
    """Say whether a word stands in a hashtag with a target: that is read as a whole."""
    place = page.words[index].tag
    if place < 0:
        return False
    tag = page.tags[place]
    return any(i in taken for i in range(tag.first, tag.last + 1))


def _longer(page: Page) -> dict[int, tuple[int, int]]:
    """Map each word to the longest phrase over it, so that "tidak layak" covers "layak"."""
    found: dict[int, tuple[int, int]] = {}
    for name in _COVERING:
        for first, last in page.spots.get(name, ()):
            if first == last:
                continue
            for index in range(first, last + 1):
                known = found.get(index, (index, index))
                if last - first > known[1] - known[0]:
                    found[index] = (first, last)
    return found


def _inside(longer: dict[int, tuple[int, int]], cue: Cue) -> bool:
    first, last = longer.get(cue.first, (cue.first, cue.last))
    return first <= cue.first and cue.last <= last and last - first > cue.last - cue.first


def back(page: Page, index: int, reach: int) -> int:
    """Return the first of so many words before a word; a name is one word, however long."""
    named = page.named
    while index > 0 and reach > 0:
        index -= 1
        reach -= index not in named or index - 1 not in named
    return index


def ahead(page: Page, index: int, reach: int) -> int:
    """Return the end of so many words from a word on; a name is one word, however long."""
    named, end = page.named, len(page.words)
    while index < end and reach > 0:
        reach -= index not in named or index + 1 not in named
        index += 1
    return index


def turn(page: Page, cue: Cue) -> Cue:
    """Apply what stands around a cue: negation, double negation, frames, quoting, conditions."""
    turned = _negated(page, cue)
    if turned is not cue:
        return turned
    if cue.name in ("hard", "soft") and _framed(page, cue):
        return Cue(cue.name, cue.first, cue.last, 0.0, "frame")
    if page.words[cue.first].quoted and page.has("reporter"):
        return Cue(cue.name, cue.first, cue.last, 0.0, "reported speech")
    if cue.kind.stance is Stance.SUPPORT and _denied(page, cue):
        return Cue(cue.name, cue.first, cue.last, 0.0, "rebuttal")
    factor = _weakened(page, cue)
    return Cue(cue.name, cue.first, cue.last, factor, cue.turned) if factor < 1 else cue


def _denied(page: Page, cue: Cue) -> bool:
    """Say whether the clause refutes what it reports, or speaks of nobody ("siapa pun")."""
    clause = page.words[cue.first].clause
    before = range(back(page, cue.first, _LONG_REACH), cue.first)
    refuted = page.marked("rebuttal")
    if any(i in refuted and page.words[i].clause == clause for i in before):
        return True
    return any(first == cue.last + 1 for first, _ in page.spots.get("nobody", ()))


def _weakened(page: Page, cue: Cue) -> float:
    word = page.words[cue.first]
    factor = 1.0
    before = range(back(page, cue.first, _FRAME_REACH), cue.first)
    same = [i for i in before if page.words[i].clause == word.clause]
    if page.marked("conditional") & set(same):
        factor *= 0.45
    if cue.name in _REPORTED and _of_others(page, cue, same):
        told = cue.name in _VOTES or _after_vote(page, same)
        factor *= 0.25 if told and not talks(page) else 0.55
    if word.asked and cue.kind.stance is Stance.SUPPORT and cue.name not in ("rally", "own"):
        factor *= 0.5
    return factor


def _after_vote(page: Page, before: Sequence[int]) -> bool:
    """Say whether a cue goes on with a choice told before it ("warga dukung X jadi presiden")."""
    return any(i in page.marked(name) for name in _VOTES for i in before)


def talks(page: Page) -> bool:
    """Say whether the writer shows at all: without that, what others do is only told."""
    if "!" in page.text or any(page.has(name) for name in ("first", "chat", "cheer_emoji")):
        return True
    return bool(page.tags)


def calls(page: Page, cue: Cue) -> bool:
    """Say whether a vote verb calls on others or declares: it begins a clause, or follows "ayo"."""
    if cue.name not in _VOTES or (cue.name != "vote" and not cue.turned):
        return False
    return bool(cue.turned) or begins(page, cue)


def begins(page: Page, cue: Cue) -> bool:
    """Say whether a verb begins its clause, or follows "ayo", "saya" or the like in it."""
    word = page.words[cue.first]
    if cue.first == 0 or word.barrier or page.words[cue.first - 1].clause != word.clause:
        return True
    before = range(back(page, cue.first, _CALL), cue.first)
    near = {i for i in before if page.words[i].clause == word.clause} - page.named
    return any(near & page.marked(name) for name in ("first", "rally", "lean", "win"))


def _of_others(page: Page, cue: Cue, before: Sequence[int]) -> bool:
    """Say whether a third party is the subject: no first person and no call before the cue."""
    speaks, thirds = page.either("first", "rally"), page.either("third", "reporter")
    if cue.first in thirds or any(i in speaks for i in before):
        return False
    return any(i in thirds for i in before) or _named_before(page, cue, before)


def _named_before(page: Page, cue: Cue, before: Sequence[int]) -> bool:
    """Say whether a capitalised word, so mostly a name, stands right before a vote verb."""
    if cue.name not in _VOTES or cue.first == 0 or page.shouting:
        return False
    word = page.words[cue.first - 1]
    own = page.either("lean", "invite")
    if page.marked("lean") & set(before):
        return False
    here = word.clause == page.words[cue.first].clause and not page.words[cue.first].barrier
    return here and word.title and word.kind is WORD and cue.first - 1 not in own


def _negated(page: Page, cue: Cue) -> Cue:
    if cue.name == "reject":
        return _except(page, cue)
    at = _negator_before(page, cue.first)
    if at is None:
        return _taken_back(page, cue)
    if _negator_before(page, at) is not None:
        return Cue(cue.name, cue.first, cue.last, 1.0, "double negation")
    if cue.name in ("vote", "vote_formal", "make_win", "first", "rally"):
        forbids = at in page.marked("prohibitors")
        name = "reject" if forbids and cue.name in _VOTES else "refuse"
        return Cue(name, at, cue.last, 1.0, "negation")
    if cue.name in ("praise", "own", "office", "win", "office_bare"):
        return Cue("unpraise", at, cue.last, 1.0, "negation")
    return Cue(cue.name, cue.first, cue.last, 0.0, "negation")


def _taken_back(page: Page, cue: Cue) -> Cue:
    """Turn "merasa paling bersih" into criticism."""
    before = {cue.first - 1, cue.first - 2}
    if cue.name == "praise" and before & page.marked("pretends"):
        return Cue("unpraise", cue.first, cue.last, 1.0, "claimed, not granted")
    return cue


def _except(page: Page, cue: Cue) -> Cue:
    """Turn "jangan pilih selain X" into support of X."""
    if cue.last + 1 in page.marked("except"):
        return Cue("vote", cue.first, cue.last, 1.0, "exception")
    return cue


def _negator_before(page: Page, index: int) -> int | None:
    """Return the negator that reaches the word at ``index`` over light words, if any."""
    negators = page.negating
    light = page.marked("light")
    clause = page.words[index].clause
    for at in range(index - 1, max(-1, index - 1 - _LOOK_BACK), -1):
        if page.words[at].clause != clause or page.words[at + 1].barrier:
            return None
        if at in negators:
            return at
        if at not in light:
            return None
    return None


def _framed(page: Page, cue: Cue) -> bool:
    """Say whether the bad word is what someone fights, or what was done to the target."""
    clause = page.words[cue.first].clause
    before = {
        i for i in range(max(0, cue.first - _FRAME), cue.first) if page.words[i].clause == clause
    }
    if page.marked("fights") & before:
        return True
    return cue.first in page.marked("victim")
