"""The word lists that reading needs, checked once: a missing list is a fault, not silence."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from monitor.errors import ConfigError, Fault
from monitor.text.fold import fold_word

CUES = (
    "vote",
    "vote_formal",
    "lean",
    "make_win",
    "rally",
    "cheer",
    "wish",
    "wished",
    "own",
    "office",
    "office_bare",
    "praise",
    "win",
    "pick",
    "first",
    "stand",
)
ATTACKS = (
    "hard",
    "soft",
    "reject",
    "reject_near",
    "fights",
    "victim",
    "others",
    "harmless",
    "pretends",
)
WORDS = (
    "negators",
    "prohibitors",
    "light",
    "not_negation",
    "contrast",
    "but",
    "doubt",
    "conditional",
    "question",
    "invite",
    "reporter",
    "formal",
    "third",
    "chat",
    "politics",
    "plain_politics",
    "honorific",
    "number_word",
    "number_cue",
    "number_other",
    "party_word",
    "except",
    "contest_word",
    "list_word",
    "nobody",
    "after_number",
)
ACTS = (
    "reminder",
    "education",
    "courtesy",
    "rebuttal",
    "service",
    "passive",
    "listens",
    "other_vote",
    "added",
    "denial",
    "photo",
    "props",
    "team",
    "fist",
    "sympathy",
    "cheer_emoji",
    "mock_emoji",
    "group",
    "before_years",
    "voted",
)
ROLES = (
    "props_up",
    "self_opening",
    "own_place",
    "campaign_event",
    "active_part",
    "registration",
    "asn_attributes",
    "party_attributes",
    "state_facility",
    "addressed_staff",
    "goods",
    "meeting",
    "appeal",
    "decision",
    "team_role",
    "executor_role",
    "takes_role",
    "former_role",
    "member",
    "member_word",
    "approach",
    "candidacy_plan",
    "party_place",
    "own_candidacy",
    "spouse",
    "id_cards",
    "independent",
    "speaker",
)
_FILES = {"isyarat": CUES, "serangan": ATTACKS, "kata": WORDS, "acara": ACTS, "peran": ROLES}
_PARTS = (
    "isyarat.campaign_part",
    "serangan.hostile_part",
    "kata.uppercase_names",
    "kata.namesakes",
    "kata.protected",
    "kata.common",
    "bentuk.short",
    "bentuk.numerals",
    "bentuk.gestures",
)
# Words of everyday writing: optional, for a set without them only guesses more names.
EVERYDAY = "intake.umum"
# The name under which small numbers are found, said or written.
SMALL_NUMBER = "small number"
# The name under which somebody or something else's names are found.
NAMESAKE = "namesake"
_WORD = re.compile(r"[^\W_]+|[^\w\s]")


class Lexicon:
    """The lists of a rule set by short name, in the form that texts have after folding."""

    def __init__(self, lists: Mapping[str, tuple[str, ...]]) -> None:
        wanted = [f"{file}.{name}" for file, names in _FILES.items() for name in names]
        missing = [name for name in (*wanted, *_PARTS) if name not in lists]
        if missing:
            raise ConfigError([_fault(name) for name in missing])
        self.short = _pairs(lists["bentuk.short"])
        self.numerals = _pairs(lists["bentuk.numerals"])
        digits = {f"{pad}{n}": n for pad in ("", "0") for n in range(1, 10)}
        said = {word: digits[text] for word, text in self.numerals.items() if text in digits}
        self.small_numbers = said | digits
        self.gestures = {self.phrase(a): b for a, b in _pairs(lists["bentuk.gestures"]).items()}
        self.phrases = {
            name: frozenset(self.phrase(entry) for entry in lists[f"{file}.{name}"])
            for file, names in _FILES.items()
            for name in names
        }
        self.campaign_parts = self._words(lists["isyarat.campaign_part"])
        self.hostile_parts = self._words(lists["serangan.hostile_part"])
        self.uppercase = frozenset(self.name(n) for n in lists["kata.uppercase_names"])
        self.namesakes = frozenset(self.name(n) for n in lists["kata.namesakes"])
        self.everyday = frozenset(lists.get(EVERYDAY, ()))
        self.common = self._words(lists["kata.common"]) | self._words(lists["kata.protected"])

    def phrase(self, entry: str) -> str:
        """Return an entry as its words' known forms, joined by one space."""
        words = _WORD.findall(fold_word(entry).replace("'", ""))
        return " ".join(self.short.get(word, word) for word in words)

    @staticmethod
    def name(entry: str) -> str:
        """Return a name as its folded words; a name is never taken for a chat spelling."""
        return " ".join(_WORD.findall(fold_word(entry).replace("'", "")))

    def lists(self) -> Iterator[tuple[str, Iterable[str]]]:
        """Yield each list to be found in texts, by name."""
        yield from self.phrases.items()
        yield "gesture", self.gestures
        yield NAMESAKE, self.namesakes
        yield SMALL_NUMBER, self.small_numbers

    def vocabulary(self) -> frozenset[str]:
        """Return every word that stands for itself."""
        words = {word for entries in self.phrases.values() for e in entries for word in e.split()}
        tags = self.campaign_parts | self.hostile_parts
        return frozenset(words) | tags | self.common | frozenset(self.numerals)

    def _words(self, entries: Sequence[str]) -> frozenset[str]:
        return frozenset(word for entry in entries for word in self.phrase(entry).split())


def _pairs(entries: Sequence[str]) -> dict[str, str]:
    return {fold_word(a): fold_word(b) for a, _, b in (e.partition("\t") for e in entries)}


def _fault(name: str) -> Fault:
    file, _, entry = name.partition(".")
    return Fault(
        f"lexicons/{file}.toml",
        entry,
        "this list",
        "none",
        "reading depends on it; restore it from the shipped watchlists",
    )
