"""Finding names, and `netralitas match` end to end, beside what one would pick instead.

All engines get the same texts and the same list of written forms, in turns within one run; the
median of the rounds is printed. In each round ours read all texts in file order, with memories
empty at first; the others are slower and see as many as fit in their turn, drawn from all, going
on where they stopped. Texts come from a file (JSON Lines with `text` and perhaps `kind`, `.gz`
too); without one, sentences are invented and names planted, some with a slip of the finger. Rates
of one process count processor time, so that a busy machine does not blur them; two processes are
timed by the clock. Only ratios can be compared between machines.
"""

from __future__ import annotations

import argparse
import functools
import gc
import gzip
import itertools
import json
import random
import re
import statistics
import subprocess
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar
from unittest import mock

import ahocorasick
from rapidfuzz import fuzz, process
from rapidfuzz.distance import OSA

from monitor import watch
from monitor.match.lexicon import Lexicon
from monitor.match.names import aliases
from monitor.model.activity import Activity
from monitor.model.contest import TargetKind
from monitor.model.rule import RuleSet
from monitor.model.wire import statement
from monitor.run.replay import replay
from monitor.run.rules import Reader
from monitor.text import fuzzy
from monitor.text.fold import fold
from monitor.text.fuzzy import MIN_LETTERS, NearNames
from monitor.text.index import PhraseIndex
from monitor.text.tokens import Kind, marks

CUTOFF = 85
BATCH = 500
INVENTED = 20_000
MOST_MEMORY = 250  # MB, of `netralitas match`
# As `netralitas match` sets the garbage collector, and here for every engine alike.
OBJECTS = 50_000
HOSTILE = (125_000, 250_000, 500_000, 1_000_000)

Engine = Callable[[Sequence[str]], object]
Hits = set[tuple[int, str]]
Given = TypeVar("Given")


@dataclass(frozen=True)
class Text:
    text: str
    kind: str = ""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", nargs="?", type=Path)
    parser.add_argument(
        "--limit", type=int, default=0, help="only about so many texts, evenly spaced"
    )
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--turn", type=float, default=0.5, help="seconds for each engine's turn")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--every-name", action="store_true", help="plant every full name, and stretch every letter"
    )
    given = parser.parse_args()
    ruleset = watch.load(watch.shipped())
    lexicon = Lexicon(ruleset.lexicon)
    found = {phrase for phrase, _ in aliases(ruleset.contests.values(), lexicon)}
    patterns = sorted(phrase for phrase in found if not phrase.startswith("@"))
    rng = random.Random(given.seed)
    whole = list(
        _read(given.file) if given.file else _invent(rng, patterns, given.limit or INVENTED)
    )
    texts = whole[:: max(1, len(whole) // (given.limit or len(whole)))]
    size = sum(len(t.text) for t in texts) / len(texts)
    print(f"  {len(texts):,} texts of {size:.0f} characters, {len(patterns):,} written forms,")
    print(f"  {len(ruleset.contests):,} contests, all live; median of {given.rounds} rounds\n")
    reader = Reader(ruleset)
    gc.collect()
    gc.freeze()
    gc.set_threshold(OBJECTS)
    _identical([t.text for t in texts[:300]], patterns)
    _engines(ruleset, texts, patterns, given.rounds, given.turn)
    _end_to_end(texts, given.rounds)
    _one_by_one(reader, texts)
    _slips(reader, rng, texts, every=given.every_name)
    _loading()
    _memory(texts)
    _hostile(reader, patterns)


# ---- texts ------------------------------------------------------------------------------------


def _read(file: Path) -> Iterator[Text]:
    with gzip.open(file) if file.suffix == ".gz" else file.open("rb") as lines:
        for line in lines:
            if line.strip():
                value = json.loads(line)
                yield Text(value.get("text") or "", value.get("kind") or "")


SYLLABLES = [a + b for a in "bcdgjklmnprst" for b in ("a", "i", "u", "e", "o", "an", "ing", "ar")]
FRAMES = (
    "ayo pilih {}", "saya dukung {} sampai akhir", "{} blusukan ke pasar", "debat {} semalam",
    "menurut {} harga pupuk naik", "#{} menang", "terima kasih pak {}", "{} tidak layak",
)  # fmt: skip


def _invent(rng: random.Random, patterns: Sequence[str], count: int) -> Iterator[Text]:
    """Make sentences of invented words; three in ten hold a name, a third of those with a slip."""
    words = ["".join(rng.choices(SYLLABLES, k=rng.randint(1, 4))) for _ in range(6000)]
    for _ in range(count):
        said = rng.choices(words, k=rng.randint(6, 40))
        kind = "gen"
        if rng.random() < 0.3:
            kind = "pol"
            name = rng.choice(patterns)
            name = _slip(rng, name) if rng.random() < 1 / 3 else name
            said.insert(rng.randrange(len(said)), rng.choice(FRAMES).format(name))
        yield Text(" ".join(said), kind)


def _slip(rng: random.Random, name: str) -> str:
    # The first letter stays, as it does in the rule.
    at = rng.randrange(2, max(3, len(name)))
    return rng.choice(
        (
            name[:at] + name[at + 1 :],
            name[:at] + name[at - 1 : at] + name[at:],
            name[:at] + "x" + name[at:],
            name[: at - 1] + name[at : at + 1] + name[at - 1 : at] + name[at + 1 :],
        )
    )


# ---- the same rule by brute force -------------------------------------------------------------


class Quick:
    """The index alone: exact forms, and words one slip away from a name's word."""

    def __init__(self, patterns: Sequence[str]) -> None:
        self.names = {word for phrase in patterns for word in phrase.split()}
        self._near = NearNames(self.names)
        self._index = PhraseIndex({phrase: phrase for phrase in patterns})

    def hits(self, texts: Sequence[str]) -> Hits:
        found: Hits = set()
        for number, text in enumerate(texts):
            words = _words(text)
            meant = [w if w in self.names else self._near.find(w) or w for w in words]
            found |= {(number, word) for word in meant if self._index.alone(word)}
            found |= {(number, phrase) for _, _, phrase in self._index.rows(meant)}
        return found


class Brute:
    """The same rule with RapidFuzz over every word of the list, and every form tried."""

    def __init__(self, patterns: Sequence[str]) -> None:
        self._names = {word for phrase in patterns for word in phrase.split()}
        self._long = sorted(name for name in self._names if len(name) >= MIN_LETTERS)
        self._patterns = [(f" {phrase} ", phrase) for phrase in patterns]

    def hits(self, texts: Sequence[str]) -> Hits:
        found: Hits = set()
        for number, text in enumerate(texts):
            joined = " ".join(("", *map(self._meant, _words(text)), ""))
            found |= {(number, phrase) for padded, phrase in self._patterns if padded in joined}
        return found

    def _meant(self, word: str) -> str:
        if word in self._names or len(word) < MIN_LETTERS:
            return word
        near = process.extract(word, self._long, scorer=OSA.distance, score_cutoff=1, limit=None)
        fits = [name for name, _, _ in near if name[0] == word[0]]
        return fits[0] if len(fits) == 1 else word


_PARTING = (Kind.STOP, Kind.BARRIER)


def _words(text: str) -> list[str]:
    return [mark.form for mark in marks(fold(text)) if mark.kind not in _PARTING]


def _identical(texts: Sequence[str], patterns: Sequence[str]) -> None:
    quick, brute = Quick(patterns).hits(texts), Brute(patterns).hits(texts)
    print(f"  same rule, {len(texts)} texts: index {len(quick)} hits, brute force {len(brute)},")
    print(f"  only in one of them: {len(quick ^ brute)}\n")


# ---- engines in turns -------------------------------------------------------------------------


Rates = dict[tuple[str, str], list[float]]
BRUTE = "RapidFuzz, same rule by brute force"


def _engines(
    ruleset: RuleSet, texts: Sequence[Text], patterns: Sequence[str], rounds: int, turn: float
) -> None:
    slow: dict[str, Engine] = {
        BRUTE: Brute(patterns).hits,
        f"RapidFuzz extract, partial_ratio >= {CUTOFF}": lambda b: [
            process.extract(t, patterns, scorer=fuzz.partial_ratio, score_cutoff=CUTOFF) for t in b
        ],
        "a loop of regular expressions": _regexes(patterns),
        "pyahocorasick, no slips": _automaton(patterns),
    }
    ours: dict[str, Callable[[], dict[str, float]]] = {
        "ours, index alone (fold, slips, forms)": lambda: _whole(Quick(patterns).hits, texts, str),
        "ours, the whole target stage": lambda: _whole(_stage(Reader(ruleset)), texts, _activity),
    }
    kinds = [k for k in ("pol", "gen") if any(t.kind == k for t in texts)]
    groups = {"all": [t.text for t in texts]}
    groups |= {k: [t.text for t in texts if t.kind == k] for k in kinds}
    # What a turn sees of a long file must be like the whole of it.
    mixed = {g: random.Random(1).sample(of, len(of)) for g, of in groups.items()}
    ends = {(n, g): itertools.cycle(_batches(of, 5)) for n in slow for g, of in mixed.items()}
    rates: Rates = {}
    for _ in range(rounds):
        for (name, group), batches in ends.items():
            rates.setdefault((name, group), []).append(_rate(slow[name], batches, turn))
        for name, whole in ours.items():
            for group, rate in whole().items():
                rates.setdefault((name, group), []).append(rate)
    _table((*slow, *ours), list(groups), rates)


def _table(names: Sequence[str], groups: Sequence[str], rates: Rates) -> None:
    median = {key: statistics.median(values) for key, values in rates.items()}
    print(f"  {'texts/s':42}" + "".join(f"{group:>12}{'ratio':>10}" for group in groups))
    for name in names:
        cells = (f"{median[name, g]:12,.0f} {median[name, g] / median[BRUTE, g]:8,.1f}x"
                 for g in groups)  # fmt: skip
        print(f"  {name:42}" + "".join(cells))
    print()


def _stage(reader: Reader) -> Callable[[Sequence[Activity]], object]:
    live = tuple(reader.ruleset.contests)
    return lambda batch: [reader.namings(activity, live) for activity in batch]


def _regexes(patterns: Sequence[str]) -> Engine:
    compiled = [re.compile(rf"\b{re.escape(p)}\b", re.IGNORECASE) for p in patterns]
    return lambda batch: [[p for p in compiled if p.search(text)] for text in batch]


def _automaton(patterns: Sequence[str]) -> Engine:
    machine = ahocorasick.Automaton()
    for pattern in patterns:
        machine.add_word(pattern, pattern)
    machine.make_automaton()
    return lambda batch: [list(machine.iter(text.lower())) for text in batch]


def _batches(texts: Sequence[str], size: int) -> list[Sequence[str]]:
    # The slowest engines need small ones to keep to their turn.
    return [texts[n : n + size] for n in range(0, len(texts), size)]


def _whole(
    engine: Callable[[Sequence[Given]], object],
    texts: Sequence[Text],
    given: Callable[[str], Given],
) -> dict[str, float]:
    """Return texts/s over all texts in their order, and of each kind among them.

    ``given`` makes what an engine is handed, outside its time.
    """
    spent: dict[str, float] = defaultdict(float)
    done: Counter[str] = Counter()
    for kind, run in itertools.groupby(texts, key=lambda text: text.kind):
        for batch in _batches([text.text for text in run], 50):
            items = [given(text) for text in batch]
            began = time.process_time()
            engine(items)
            took = time.process_time() - began
            for group in ("all", kind):
                spent[group] += took
                done[group] += len(batch)
    return {group: done[group] / spent[group] for group in done}


def _rate(engine: Engine, batches: Iterable[Sequence[str]], turn: float) -> float:
    done, began = 0, time.process_time()
    for batch in batches:
        engine(batch)
        done += len(batch)
        if time.process_time() - began >= turn:
            break
    return done / (time.process_time() - began)


# ---- the command ------------------------------------------------------------------------------


def _end_to_end(texts: Sequence[Text], rounds: int) -> None:
    """Time `netralitas match` from JSON to JSON over all texts, in one process and in two."""
    lines = [json.dumps({"id": str(n), "text": t.text}).encode() for n, t in enumerate(texts)]
    runs = [(*_stream(lines, 1), *_stream(lines, 2)) for _ in range(rounds)]
    one, core, two, _ = (statistics.median(values) for values in zip(*runs, strict=True))
    print(f"  netralitas match, one core {core:15,.0f} texts/s of processor time")
    print(f"  netralitas match, one process {one:12,.0f} texts/s by the clock")
    print(f"  netralitas match --jobs 2 {two:16,.0f} texts/s by the clock   {two / one:5.2f}x")


def _stream(lines: Sequence[bytes], jobs: int) -> tuple[float, float]:
    """Return texts/s by the clock and of this process, from the first answer on."""
    answers = replay(lines, watch.shipped(), jobs=jobs)
    next(iter(answers))
    began, worked = time.perf_counter(), time.process_time()
    # The first batches came before the clock started.
    done = sum(1 for _ in answers) - jobs * BATCH
    return done / (time.perf_counter() - began), done / (time.process_time() - worked)


def _one_by_one(reader: Reader, texts: Sequence[Text]) -> None:
    took = []
    for t in texts[:5000]:
        began = time.process_time()
        reader.judge_statements([statement({"id": "x", "text": t.text})])
        took.append((time.process_time() - began) * 1000)
    cut = statistics.quantiles(took, n=100)
    print(f"  one by one: median {cut[49]:.2f} ms, p99 {cut[98]:.2f} ms\n")


# ---- slips of the finger and disguises ---------------------------------------------------------

GENERAL = 60_000
LEET = str.maketrans("aeost", "43057")
CYRILLIC = str.maketrans("aeopcxy", "аеорсху")


DRAWN = 1_200
# Contest, target, sentence, name.
Planted = tuple[str, str, str, str]


def _slips(reader: Reader, rng: random.Random, texts: Sequence[Text], *, every: bool) -> None:
    """Plant changed full names; and count the names that rest on a changed word where none is.

    Each is planted as it is listed first, in the same sentence: what is lost then, is lost by the
    change alone.
    """
    people = [
        (contest.id, target.id, name)
        for contest in reader.ruleset.contests.values()
        for target in contest.targets
        if target.kind is TargetKind.PASLON
        for name in target.names
        if len(name.split()) > 1 and max(map(len, name.split())) >= MIN_LETTERS
    ]
    changes: dict[str, Callable[[str], str]] = {
        "one edit": lambda word: _slip(rng, word),
        "stretched within": lambda word: _stretch(word, 3),
        "leet": lambda word: word[0] + word[1:].lower().translate(LEET),
        "stretched": lambda word: word[:-1] + word[-1] * 4,
        "look-alike letters": lambda word: word.lower().translate(CYRILLIC),
        "spaced": " ".join,
    }
    frames = FRAMES[:5]
    planted = [(c, t, f, n) for c, t, n in people for f in frames] if every else [
        (c, t, rng.choice(frames), n) for c, t, n in rng.choices(people, k=DRAWN)
    ]  # fmt: skip
    known = [one for one in planted if _finds(reader, str, *one)]
    print(f"  {len(known):,} of {len(planted):,} planted full names are found as listed")
    for kind, change in changes.items():
        found = sum(_finds(reader, change, *one) for one in known)
        print(f"  planted names, {kind:20} {found / len(known):6.3f} found")
    if every:
        _each_letter(reader, known)
    gen = [t.text for t in texts if t.kind == "gen"][:GENERAL]
    with_slips, without = _named(reader, gen), _named(_exact(reader.ruleset), gen)
    print(f"  {len(gen):,} texts of kind gen: {len(with_slips)} names with typing slips read,")
    print(f"  {len(without)} without; only with them {len(with_slips - without)}\n")


def _each_letter(reader: Reader, known: Sequence[Planted]) -> None:
    """Stretch every letter of every name's longest word in turn, and name what is lost."""
    done, lost = 0, Counter[str]()
    for one in known:
        for at in range(len(max(one[3].split(), key=len))):
            done += 1
            lost[one[3]] += not _finds(reader, functools.partial(_stretch, at=at), *one)
    print(
        f"  planted names, each letter stretched {1 - lost.total() / done:8.5f} of {done:,} found"
    )
    print(f"  not all of: {', '.join(name for name, count in lost.items() if count) or 'none'}")


def _stretch(word: str, at: int) -> str:
    """Write a word's letter three times; what is no letter stays as it is."""
    return word[:at] + word[at] * 3 + word[at + 1 :] if word[at].isalpha() else word


def _named(reader: Reader, texts: Sequence[str]) -> set[tuple[int, str]]:
    live = tuple(reader.ruleset.contests)
    return {(n, found.target) for n, text in enumerate(texts)
            for found in reader.namings(_activity(text), live)}  # fmt: skip


def _exact(ruleset: RuleSet) -> Reader:
    """Return a reader that knows no word long enough for a slip."""
    with mock.patch.object(fuzzy, "MIN_LETTERS", sys.maxsize):
        return Reader(ruleset)


def _finds(
    reader: Reader, change: Callable[[str], str], contest: str, target: str, frame: str, name: str
) -> bool:
    words = name.split()
    longest = max(range(len(words)), key=lambda n: len(words[n]))
    words[longest] = change(words[longest])
    text = frame.format(" ".join(words))
    return any(n.target == target for n in reader.namings(_activity(text), (contest,)))


def _activity(text: str) -> Activity:
    return statement({"id": "x", "text": text}).activity


FRESH = """
import json, time
began = time.perf_counter()
from monitor import watch
from monitor.run.rules import Reader
imported = time.perf_counter()
reader = Reader(watch.load(watch.shipped()))
loaded = time.perf_counter()
print(json.dumps([imported - began, loaded - imported]))
"""
# Its child begins as small as it is: a child's peak counts what its parent held when it began.
CHILD = """
import resource, subprocess, sys
subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, check=True)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024)
"""


def _loading() -> None:
    """Load in new processes: the time of a warm start."""
    command = [sys.executable, "-c", FRESH]
    runs = [json.loads(subprocess.run(command, capture_output=True, check=True).stdout)
            for _ in range(3)]  # fmt: skip
    imports, load = (statistics.median(values) for values in zip(*runs, strict=True))
    print(f"  imports {imports:.2f} s, all watchlists and indexes {load:.2f} s (warm)")


def _memory(texts: Sequence[Text]) -> None:
    """Print the peak memory of the command itself over all texts, every contest live."""
    lines = b"".join(json.dumps({"id": "x", "text": t.text}).encode() + b"\n" for t in texts)
    command = [sys.executable, "-c", CHILD, sys.executable, "-m", "monitor", "match"]
    peak = float(subprocess.run(command, input=lines, stdout=subprocess.PIPE, check=True).stdout)
    verdict = "within" if peak <= MOST_MEMORY else "OVER"
    print(f"  netralitas match, memory at most, {len(texts):,} texts: {peak:.0f} MB,"
          f" {verdict} the limit of {MOST_MEMORY} MB\n")  # fmt: skip


def _hostile(reader: Reader, patterns: Sequence[str]) -> None:
    """Time texts of up to a million characters; `growth` is 1 where cost is linear in length.

    Once with every contest live, and once with the few that one writer votes in, where more is
    read into a name.
    """
    long = Counter(w for p in patterns for w in p.split() if len(w) >= MIN_LETTERS)
    near = " ".join(w[:-2] + "q" + w[-1] for w in sorted(long)[:5000])
    own = _own_contests(reader)
    targets = [t for c in own for t in reader.ruleset.contests[c].targets]
    names = [n for t in targets for n in (*t.names, *t.aliases)]
    helped = [n for t in targets for n in t.ambiguous]
    kinds = {
        "all one letter": "a",
        "all digits": "7",
        "all combining marks": "\u0301",
        "all near misses": near + " ",
        "near misses, glued": near.replace(" ", ""),
        "all hashtags": "#pilih ",
        "one name": names[0] + " ",
        "all names": " ".join(names) + " ",
        "names, calls and blame": " ".join(f"pilih {n} tolak" for n in names) + " ",
        "names that need help": " ".join(helped or names) + " ",
        "numbers to choose": "pilih nomor 2 ",
        "questions": "kenapa? ",
        "quotation marks": '"a ',
    }
    for label, contests in (("all contests", ()), ("the writer's own", own)):
        print(f"  {f'hostile, ms; {label}':30}" + "".join(f"{n:>12,}" for n in HOSTILE)
              + f"{'growth':>10}")  # fmt: skip
        for name, seed in kinds.items():
            took = [_hostile_ms(reader, seed, size, contests) for size in HOSTILE]
            growth = took[-1] / took[0] / (HOSTILE[-1] / HOSTILE[0])
            print(f"  {name:30}" + "".join(f"{ms:12,.0f}" for ms in took) + f"{growth:10.2f}")
        print()


def _hostile_ms(reader: Reader, seed: str, size: int, contests: tuple[str, ...]) -> float:
    text = (seed * (size // len(seed) + 1))[:size]
    began = time.process_time()
    reader.judge_statements([statement({"id": "x", "text": text})], contests)
    return (time.process_time() - began) * 1000


def _own_contests(reader: Reader) -> tuple[str, ...]:
    """Return what one voter is called to: a regency's, its province's, the nation's contests."""
    contests = reader.ruleset.contests
    regency = next(c for c in contests.values() if c.level == "pilbup")
    covering = [c.id for c in contests.values() if c.area and c.covers(regency.area)]
    return (*covering, *(c.id for c in contests.values() if not c.area))


if __name__ == "__main__":
    main()
