"""What pictures show, by their descriptions alone: no face is ever read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from monitor.match.lexicon import Lexicon
from monitor.match.page import Page
from monitor.match.stance import Side
from monitor.match.targets import Mention
from monitor.model.contest import Contest, TargetKind
from monitor.model.finding import Span
from monitor.model.rule import Stance

_PICTURE_SCORE = 40
_GESTURE_SCORE = 32


class Pictures:
    """Reads a photo with a named target, campaign material, or a number shown by hand."""

    def __init__(self, contests: Mapping[str, Contest], lexicon: Lexicon) -> None:
        self._gestures = lexicon.gestures
        self._ballots = {
            contest.id: {
                str(t.number): t.id
                for t in contest.targets
                if t.number is not None and t.kind is TargetKind.PASLON
            }
            for contest in contests.values()
        }

    def read(
        self, pages: Sequence[Page], mentions: Sequence[Mention], live: Mapping[str, Contest]
    ) -> tuple[list[Side], frozenset[str]]:
        """Return sides short of clear: a picture alone is a question for a person (POLICY 16)."""
        shown = _shown_with(pages, mentions)
        if shown:
            return shown, frozenset({"picture-only"})
        return self._gesture(pages, live)

    def _gesture(
        self, pages: Sequence[Page], live: Mapping[str, Contest]
    ) -> tuple[list[Side], frozenset[str]]:
        found: list[Side] = []
        for page in pages:
            if not page.field.startswith("media"):
                continue
            for first, last in page.spots.get("gesture", ())[:1]:
                pose = " ".join(w.form for w in page.words[first : last + 1])
                number = self._gestures.get(pose, "")
                span = Span(page.field, page.words[first].start, page.words[last].end)
                found += self._numbered(number, span, live)
        return found, frozenset({"ballot-gesture", "picture-only"}) if found else frozenset()

    def _numbered(self, number: str, span: Span, live: Mapping[str, Contest]) -> list[Side]:
        ids = [self._ballots[c][number] for c in live if number in self._ballots.get(c, {})]
        reason = f"a pose shows {number}, the ballot number of"
        return [_picture_side(i, _GESTURE_SCORE, span, f"{reason} {i}") for i in ids]


def _shown_with(pages: Sequence[Page], mentions: Sequence[Mention]) -> list[Side]:
    """Return a side toward each target that a picture's description names beside a person."""
    found = []
    for page in pages:
        about = page.field.startswith("media") and (page.has("photo") or page.has("props"))
        if about and page.names:
            shown = {alias.target for _, _, meaning in page.names for alias in meaning.names}
            names = shown.intersection(m.target for m in mentions)
            last, first, _ = page.names[0]
            span = Span(page.field, page.words[first].start, page.words[last].end)
            found += [
                _picture_side(t, _PICTURE_SCORE, span, "shown in a picture") for t in sorted(names)
            ]
    return found


def _picture_side(target: str, score: int, span: Span, reason: str) -> Side:
    return Side(target, Stance.SUPPORT, score, clear=False, spans=(span,), reasons=(reason,))
