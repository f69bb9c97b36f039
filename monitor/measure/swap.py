"""Puts one candidate, pair or party in another's place in an act, like for like.

Both change places at once, in every field that the reader looks at: names, numbers, hashtags,
handles, gestures, and whose account was acted upon.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from monitor.measure import shape
from monitor.measure.fields import Edit, NoCounterpart, edited, field_of, fields_of
from monitor.measure.written import (
    NAMES,
    SLOGANS,
    TAGS,
    Names,
    Sort,
    Written,
    key_of,
    like,
    names_of,
    owners,
)
from monitor.model.activity import Activity, Target
from monitor.model.contest import AccountType, Contest, ContestTarget, TargetKind
from monitor.model.finding import Naming
from monitor.model.rule import RuleSet
from monitor.text.fold import fold_word

_HANDLE = re.compile(r"(?<!\w)@(\w[\w.]*)")
_HANDLE_LETTERS = 5
# A name may be written with that many letters too many.
_SLIP = 2
WEAK = "ambiguous"
MOTTO = "slogan"
_NUMBER, _ACCOUNT = "number", "handle"


class Swapper:
    """Exchanges targets of one contest, with the names of one rule set."""

    def __init__(self, ruleset: RuleSet) -> None:
        self._contests = ruleset.contests
        self._names = {t.id: names_of(t) for c in ruleset.contests.values() for t in c.targets}
        self._owners = owners(ruleset.contests.values())
        listed = ruleset.lexicon.get("kata.uppercase_names", ())
        self._capitals = frozenset(key_of(name) for name in listed)
        self._titles = frozenset(ruleset.lexicon.get("kata.honorific", ()))
        self._numerals = shape.pairs(ruleset.lexicon.get("bentuk.numerals", ()))
        self._gestures = shape.pairs(ruleset.lexicon.get("bentuk.gestures", ()))

    def rivals(self, target: str, live: Sequence[str]) -> list[str]:
        """Return whom a target can change places with: the same kind in its first live contest."""
        contest = self._contest(target, live)
        own = contest.target(target) if contest else None
        if contest is None or own is None or own.kind is TargetKind.KOSONG:
            return []
        return [t.id for t in contest.targets if t.kind is own.kind and t.id != target]

    def spelled(self, activity: Activity, live: Sequence[str]) -> list[str]:
        """Return the targets whose names begin a handle in the act's own words."""
        found = [self._spelled_in(handle[1], live) for handle in _HANDLE.finditer(activity.text)]
        return [target for target in found if target]

    def posed(self, activity: Activity, live: Sequence[str]) -> list[str]:
        """Return the pairs whose number a gesture shows, if it is nobody else's."""
        shown = {
            int(self._gestures[pose])
            for name in fields_of(activity)
            for _, _, pose in shape.poses(field_of(activity, name), self._gestures)
        }
        return [t.id for t in self._paslon(live) if t.number in shown and self._alone(t, live)]

    def strengthened(
        self, activity: Activity, namings: Sequence[Naming], live: Sequence[str]
    ) -> Activity:
        """Write a strong name in the place of every ambiguous one."""
        edits = []
        for naming in namings:
            if naming.how == WEAK:
                names = self._names[naming.target]
                form = names.understand(naming.words)
                edits.append(self._renamed(activity, naming, form, names, live))
        return edited(activity, edits, self._titles)

    def exchange(
        self,
        activity: Activity,
        namings: Sequence[Naming],
        pair: tuple[str, str],
        live: Sequence[str],
    ) -> Activity:
        """Return the act with the two targets exchanged; raise ``NoCounterpart``."""
        sides = {pair[0]: pair[1], pair[1]: pair[0]}
        edits = [
            self._swapped(activity, n, sides[n.target], live) for n in namings if n.target in sides
        ]
        taken = [(n.span.field, n.span.start, n.span.end) for n in namings]
        edits += self._handles(activity, sides, live, taken)
        edits += self._poses(activity, sides, taken)
        changed = edited(activity, edits, self._titles)
        return replace(changed, target=self._account(changed.target, sides))

    def _contest(self, target: str, live: Sequence[str]) -> Contest | None:
        contests = (self._contests[c] for c in live if c in self._contests)
        return next((c for c in contests if c.target(target)), None)

    def _target(self, target: str) -> ContestTarget:
        return self._names[target].target

    # ---- names and numbers --------------------------------------------------------------------

    def _swapped(self, activity: Activity, naming: Naming, other: str, live: Sequence[str]) -> Edit:
        if naming.how == _NUMBER:
            return self._renumbered(activity, naming, other, live)
        names = self._names[other]
        if naming.how == _ACCOUNT:
            if not names.target.accounts:
                raise NoCounterpart("handle")
            handle = "@" + names.target.accounts[0].handle.lstrip("@")
            return _edit(naming, (naming.span.start, naming.span.end), handle)
        form = self._names[naming.target].understand(naming.words)
        if naming.how == MOTTO and form.sort not in SLOGANS | TAGS:
            form = replace(form, sort=Sort.TAG if naming.in_tag else Sort.SLOGAN)
        return self._renamed(activity, naming, form, names, live)

    def _renamed(
        self,
        activity: Activity,
        naming: Naming,
        form: Written,
        names: Names,
        live: Sequence[str],
    ) -> Edit:
        text, raw, place = self._raw(activity, naming)
        shouted = shape.shouting(text)
        glued = _in_a_word(text, place) and not naming.in_tag and " " not in raw
        no_capitals = shouted or glued
        usable = [
            w
            for w in like(form, names, self._taken(names, live))
            # A short name that is also a word must stand in capitals, which here tell nothing.
            if (naming.in_tag or not (no_capitals and w.key in self._capitals))
            and not (glued and " " in w.key)
        ]
        if not usable:
            raise NoCounterpart(form.sort.value)
        chosen = usable[0]
        if naming.in_tag or glued:
            return _edit(naming, place, shape.in_tag(chosen.text, raw))
        capitals = chosen.key in self._capitals
        said = shape.in_text(chosen.text, raw, shouted=shouted, capitals=capitals)
        return _edit(naming, place, said)

    def _taken(self, names: Names, live: Sequence[str]) -> frozenset[str]:
        """Return the target's keys that are also somebody else's among the live contests."""
        own = names.target.id
        here = {t.id for c in live if c in self._contests for t in self._contests[c].targets}
        shared = {w.key: self._owners[w.key] & here - {own} for w in names.forms}
        return frozenset(key for key, others in shared.items() if others)

    def _raw(self, activity: Activity, naming: Naming) -> tuple[str, str, tuple[int, int]]:
        """Return the field's text, the mention as written, and its range alone.

        The words of a glued word or hashtag that is not written as it was understood all carry
        its whole range.
        """
        text = field_of(activity, naming.span.field)
        start, end = naming.span.start, naming.span.end
        raw = text[start:end]
        folded, glued = fold_word(raw), naming.words.replace(" ", "")
        if folded.startswith(naming.words) and len(folded) == len(raw):
            # The last word of a name may be glued to the next.
            return text, raw[: len(naming.words)], (start, start + len(naming.words))
        if _runs_on(folded, naming.words):
            raise NoCounterpart("spelling of a name glued to a word")
        if " " in raw.strip() or folded in (glued, "@" + glued):
            return text, raw, (start, end)
        at = folded.find(glued)
        if at >= 0 and len(folded) == len(raw):
            start, end = start + at, start + at + len(glued)
        elif raw.startswith("#"):
            if folded.lstrip("#") not in self._owners:
                raise NoCounterpart("spelling of a hashtag")
            start += 1
        return text, text[start:end], (start, end)

    def _renumbered(
        self, activity: Activity, naming: Naming, other: str, live: Sequence[str]
    ) -> Edit:
        old, new = self._target(naming.target).number, self._target(other).number
        if old is None or new is None:
            raise NoCounterpart("number")
        if self._holders(old, live) != self._holders(new, live):
            raise NoCounterpart("number of another contest too")
        _, raw, place = self._raw(activity, naming)
        return _edit(naming, place, shape.number(raw, new, self._numerals))

    def _holders(self, number: int, live: Sequence[str]) -> int:
        return sum(t.number == number for t in self._paslon(live))

    def _alone(self, target: ContestTarget, live: Sequence[str]) -> bool:
        return target.number is not None and self._holders(target.number, live) == 1

    def _paslon(self, live: Sequence[str]) -> list[ContestTarget]:
        contests = [self._contests[c] for c in live if c in self._contests]
        return [t for c in contests for t in c.targets if t.kind is TargetKind.PASLON]

    # ---- handles, gestures, accounts ----------------------------------------------------------

    def _spelled_in(self, handle: str, live: Sequence[str]) -> str:
        known = [c for c in live if c in self._contests]
        for target in (t for c in known for t in self._contests[c].targets):
            if self._head(handle, self._names[target.id]):
                return target.id
        return ""

    def _head(self, handle: str, names: Names) -> Written | None:
        """Return the longest form that a handle begins with."""
        folded = fold_word(handle)
        plain = [w for w in names.forms if w.sort in NAMES]
        glued = [(w.key.replace(" ", ""), w) for w in plain]
        fits = [(g, w) for g, w in glued if len(g) >= _HANDLE_LETTERS and folded.startswith(g)]
        return max(fits, key=lambda f: len(f[0]))[1] if fits else None

    def _handles(
        self,
        activity: Activity,
        sides: dict[str, str],
        live: Sequence[str],
        taken: Sequence[tuple[str, int, int]],
    ) -> Iterator[Edit]:
        for match in _HANDLE.finditer(activity.text):
            if _covered("text", match.start(), match.end(), taken):
                continue
            for mine, other in sides.items():
                form = self._head(match[1], self._names[mine])
                if form:
                    names = self._names[other]
                    choices = like(form, names, self._taken(names, live))
                    if not choices:
                        raise NoCounterpart("handle")
                    start = match.start(1)
                    end = start + len(form.key.replace(" ", ""))
                    yield Edit("text", start, end, choices[0].key.replace(" ", ""))
                    break

    def _poses(
        self,
        activity: Activity,
        sides: dict[str, str],
        taken: Sequence[tuple[str, int, int]],
    ) -> Iterator[Edit]:
        """Exchange gestures that show the two numbers."""
        pairs = [(self._target(a), self._target(b)) for a, b in sides.items()]
        turned = {
            str(a.number): str(b.number)
            for a, b in pairs
            if a.number and b.number and a.kind is TargetKind.PASLON
        }
        for name in fields_of(activity):
            for start, end, pose in shape.poses(field_of(activity, name), self._gestures):
                value = self._gestures[pose]
                if value in turned and not _covered(name, start, end, taken):
                    other = shape.pose_like(pose, turned[value], self._gestures)
                    if not other:
                        raise NoCounterpart("gesture")
                    yield Edit(name, start, end, other)

    def _account(self, target: Target | None, sides: dict[str, str]) -> Target | None:
        if target is None or target.of not in sides:
            return target
        if target.account_type == AccountType.JABATAN:
            raise NoCounterpart("account of an office")
        # The role is stated beside it: an unknown handle changes nothing of it.
        return replace(target, of=sides[target.of], author_id="", author_handle="")


def _runs_on(folded: str, words: str) -> bool:
    """Say whether a name of several words ends in a longer one: it is glued to the next."""
    written, known = folded.split(), words.split()
    same = len(written) == len(known) > 1
    return same and len(written[-1]) > len(known[-1]) + _SLIP


def _in_a_word(text: str, place: tuple[int, int]) -> bool:
    start, end = place
    return text[max(0, start - 1) : start].isalnum() or text[end : end + 1].isalnum()


def _edit(naming: Naming, place: tuple[int, int], text: str) -> Edit:
    return Edit(naming.span.field, *place, text, naming.target, motto=naming.how == MOTTO)


def _covered(name: str, start: int, end: int, taken: Sequence[tuple[str, int, int]]) -> bool:
    return any(f == name and start < b and a < end for f, a, b in taken)
