"""Random texts through the whole reader: fold, read, judge. No exception, no hang, no span astray.

    python -m tests.long.reading --percent 1 --seed 7

A case reads 10,000 texts against the shipped watchlists with every contest live: a fifth made by
hypothesis from names, cues, disguises and any characters, the rest grown by atheris (libFuzzer)
towards branches of the reader not yet taken. What atheris found stays beside the drill's state, so
that a later case, or an interrupted run, goes on from it; a text that fails is printed.
"""

from __future__ import annotations

import itertools
import random
import signal
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from importlib.util import find_spec
from types import FrameType
from typing import Any

from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st

from tests.long import drill

CASES = 100
GENERATED, GROWN = 2_000, 8_000
# A text that keeps the reader longer is a hang; the slowest here take some milliseconds.
PATIENCE = 20
CORPUS = drill.STATE / "reading"
PIECES = (
    "a", "ab", "0", "7", "02", "3.14", " ", "  ", "\n", "\t", "\u00a0", "\u200b", "\u200d",
    "\u202e", "\u0301", "\u20e3", "\ufe0f", "\ud800", "\U0001f600", "\u270c", "\U0001f1ee",
    "#", "@", ".", ",", "?", "!", "...", '"', "'", "*", "|", "-", "_", "/", "://", "www.a",
    "https://t.co/a", "(", ")", "[", ":", ";", "\u2026", "\u201c", "\u2019", "\ufdfa", "\u00df",
    "\u0130", "\uff21", "\U0001d400", "\u0430", "\u03bf", "\u0660", "\u00b2", "\u1160",
    "\ufffd", "\x00", "\x7f",
)  # fmt: skip
LEET = str.maketrans("aeiost", "431057")
CYRILLIC = str.maketrans("aeopcxy", "\u0430\u0435\u043e\u0440\u0441\u0445\u0443")


class Hang(Exception):
    """A text kept the reader longer than it may."""


@cache
def reader() -> Any:
    # The program is imported late: atheris must see it to count the branches taken.
    from monitor import watch
    from monitor.run.rules import Reader

    return Reader(watch.load(watch.shipped()))


@cache
def phrases() -> tuple[str, ...]:
    """Return every word list's entries and every target's names, hashtags and handles."""
    ruleset = reader().ruleset
    found = [e.partition("\t")[0] for entries in ruleset.lexicon.values() for e in entries]
    for contest in ruleset.contests.values():
        for target in contest.targets:
            found += [*target.names, *target.aliases, *target.ambiguous, *target.slogans]
            found += [f"#{tag}" for tag in target.hashtags]
            found += [f"@{account.handle}" for account in target.accounts]
    return tuple(sorted(set(found)))


def disguised(word: str, how: int, at: int) -> str:
    """Return a word in one of the disguises that writers use, or with one slip."""
    place = at % (len(word) + 1)
    return (
        word, word.upper(), word.title(), word.translate(LEET), word.translate(CYRILLIC),
        " ".join(word), ".".join(word), "\u200b".join(word), word[:place] + word[place:][:1] * 9,
        word[:place] + word[place + 1 :], word[:place] + "q" + word[place:], "#" + word,
        "#" + word.title().replace(" ", ""), "@" + word, word.replace(" ", ""), word[::-1],
    )[how % 16]  # fmt: skip


@cache
def lines() -> st.SearchStrategy[dict[str, Any]]:
    """Return the strategy of lines as ``netralitas match`` reads them."""
    said = st.builds(disguised, st.sampled_from(phrases()), st.integers(0, 15), st.integers(0, 30))
    odd = st.sampled_from(PIECES)
    part = said | odd | st.text(max_size=12)
    text = st.lists(st.tuples(part, st.sampled_from((" ", " ", " ", ""))), max_size=14).map(
        lambda pairs: "".join(itertools.chain.from_iterable(pairs))
    )
    signals = st.sampled_from(("post", "post", "reply", "quote", "share", "like", "follow"))
    role = st.sampled_from(("", "candidate", "party", "press", "election_body"))
    author = st.fixed_dictionaries({"role": role, "of": st.sampled_from(("", *_targets()))})
    target = st.none() | st.fixed_dictionaries({"text": text, "author": author})
    media = st.lists(st.fixed_dictionaries({"alt": text}), max_size=2)
    return st.fixed_dictionaries(
        {"id": st.just("x"), "text": text, "signal": signals, "target": target, "media": media}
    )


def _targets() -> list[str]:
    contests = reader().ruleset.contests.values()
    return [target.id for contest in contests for target in contest.targets][:50]


def read(line: dict[str, Any]) -> None:
    """Read one line; whatever is wrong with the answer is raised."""
    from monitor.model.wire import finding_output, statement
    from monitor.text.fold import fold

    stated = statement(line)
    activity = stated.activity
    fields = {"text": activity.text}
    fields |= {f"media.{n}.alt": media.alt for n, media in enumerate(activity.media)}
    if activity.target:
        fields["target.text"] = activity.target.text
    signal.alarm(PATIENCE)
    try:
        finding = reader().judge_statements([stated])[0]
        namings = reader().namings(activity, tuple(reader().ruleset.contests))
        folded = fold(activity.text)
    finally:
        signal.alarm(0)
    finding_output(finding)
    spans = [span for match in finding.matches for span in match.spans]
    for span in (*spans, *(naming.span for naming in namings)):
        if not 0 <= span.start < span.end <= len(fields[span.field]):
            raise AssertionError(f"{span} lies outside {len(fields[span.field])} characters")
    places = [folded.span(at, at + 1) for at in range(len(folded.text))]
    if places != sorted(places) or any(not 0 <= a < b <= len(activity.text) for a, b in places):
        raise AssertionError("the folded text does not map into its source")


def _ring(_number: int, _frame: FrameType | None) -> None:
    raise Hang(f"no answer after {PATIENCE} s")


def case(rng: random.Random, _number: int) -> None:
    signal.signal(signal.SIGALRM, _ring)

    @seed(rng.getrandbits(64))
    @settings(
        max_examples=GENERATED,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(lines())
    def generated(line: dict[str, Any]) -> None:
        read(line)

    generated()
    if find_spec("atheris") is None:
        # Built for Linux on x86-64 only.
        grown_by_hand(rng)
    else:
        grow(rng.getrandbits(31))


def grown_by_hand(rng: random.Random) -> None:
    """Stand in for atheris where it does not run: texts of random phrases and characters."""
    for _ in range(GROWN):
        size = rng.randint(0, 20)
        parts = [rng.choice((*rng.sample(phrases(), 1), *PIECES)) for _ in range(size)]
        read({"id": "x", "text": rng.choice(("", " ")).join(parts)})


def grow(number: int) -> None:
    """Let atheris grow texts in a process of its own: it never returns from its loop."""
    if not CORPUS.exists():
        CORPUS.mkdir(parents=True)
        for place, text in enumerate(_seeds()):
            (CORPUS / f"seed-{place}").write_text(text, "utf-8")
    words = CORPUS.parent / "reading.dict"
    words.write_text("".join(_entries()), "ascii")
    command = [
        sys.executable, "-m", "tests.long.reading_grown", f"-seed={number + 1}", f"-runs={GROWN}",
        f"-dict={words}", f"-timeout={PATIENCE}", "-max_len=2000", "-verbosity=0",
        f"-artifact_prefix={CORPUS.parent}/reading-", str(CORPUS),
    ]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, errors="replace", check=False)
    if done.returncode:
        raise AssertionError(done.stdout[-4000:] + done.stderr[-4000:])


def _seeds() -> Iterator[str]:
    rng = random.Random(1)
    for _ in range(200):
        words = [
            disguised(rng.choice(phrases()), rng.randrange(16), rng.randrange(9)) for _ in "1234"
        ]
        yield " ".join(words)


def _entries() -> Iterator[str]:
    rng = random.Random(1)
    for phrase in (*rng.sample(phrases(), min(len(phrases()), 2_000)), *PIECES):
        data = phrase.encode("utf-8", "surrogatepass")
        yield '"' + "".join(f"\\x{byte:02x}" for byte in data) + '"\n'


if __name__ == "__main__":
    drill.main("reading", CASES, case)
