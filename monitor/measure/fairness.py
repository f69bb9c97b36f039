"""Is every side read alike? Targets change places, and nothing but the target may change."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from monitor.measure.base import Table, Tick, Tracer
from monitor.measure.fields import NoCounterpart, captioned
from monitor.measure.score import share
from monitor.measure.swap import MOTTO, WEAK, Swapper
from monitor.measure.written import NAMES, SLOGANS, TAGS, names_of
from monitor.model.activity import Activity
from monitor.model.contest import Contest, TargetKind, live_at
from monitor.model.finding import Finding, Naming, Outcome
from monitor.model.wire import Statement

LEAST_SHARE = 0.9
FACTOR = 2.0

Pair = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Flip:
    """A swap that changed more than the target: both findings and who changed places."""

    pair: Pair
    before: Finding
    after: Finding

    def lines(self) -> Iterator[str]:
        """Yield the flip in words, with both texts and the reader's reasons."""
        yield f"{self.before.activity.id}: {self.pair[0]} <-> {self.pair[1]}"
        for name, found in (("as written", self.before), ("swapped", self.after)):
            yield f"    {name}: {_said(found)}"
            yield f"        {found.activity.text}"
            if found.activity.target and found.activity.target.text:
                yield f"        on: {found.activity.target.text}"
            yield from (f"        {reason}" for reason in found.derivation)


@dataclass
class Report:
    """What the swaps of one source came to."""

    name: str
    lines: int = 0
    hits: int = 0
    swapped_hits: int = 0
    swaps: int = 0
    strayed: int = 0
    flips: list[Flip] = field(default_factory=list)
    left_out: Counter[str] = field(default_factory=Counter)
    named: Counter[str] = field(default_factory=Counter)
    reported: Counter[tuple[str, Outcome]] = field(default_factory=Counter)

    @property
    def share(self) -> float:
        """Return the share of hits that were swapped at least once; 1 where there was no hit."""
        return self.swapped_hits / self.hits if self.hits else 1.0

    @property
    def fair(self) -> bool:
        return not self.flips and self.share >= LEAST_SHARE


@dataclass
class _Scene:
    """One line: as it is judged, who is named in it, and its swaps."""

    base: Statement
    named: list[str]
    swaps: list[tuple[Pair, Statement]] = field(default_factory=list)
    missing: Counter[str] = field(default_factory=Counter)


def measure(reader: Tracer, name: str, statements: Iterable[Statement], tick: Tick) -> Report:
    """Swap every target through every line; judge each both ways."""
    report, swapper = Report(name), Swapper(reader.ruleset)
    for statement in statements:
        scene = _scene(reader, swapper, statement)
        wanted = [scene.base, *(swapped for _, swapped in scene.swaps)]
        found = reader.judge_statements(wanted)
        _count(report, scene, found[0], found[1:])
        tick(1)
    return report


def _scene(reader: Tracer, swapper: Swapper, given: Statement) -> _Scene:
    live = _live(reader, given)
    activity = captioned(reader.with_role(given.activity))
    namings = reader.namings(activity, live)
    activity, missing = _strengthened(swapper, activity, reader, live)
    namings = reader.namings(activity, live)
    named = [n.target for n in namings]
    named += [*swapper.spelled(activity, live), *swapper.posed(activity, live)]
    if activity.target and activity.target.of:
        named.append(activity.target.of)
    base = replace(given, activity=activity, contests=live)
    scene = _Scene(base, list(dict.fromkeys(named)), missing=missing)
    for pair in _pairs(swapper, scene.named, live):
        try:
            changed = swapper.exchange(activity, namings, pair, live)
            _same_places(pair, namings, reader.namings(changed, live))
        except NoCounterpart as reason:
            scene.missing[str(reason)] += 1
        else:
            scene.swaps.append((pair, _turned(base, changed, pair)))
    return scene


def _same_places(pair: Pair, before: Sequence[Naming], after: Sequence[Naming]) -> None:
    """Refuse a swap that makes a word elsewhere a name, or a name a word.

    Next to its bearer's strong name an ambiguous one needs no more proof: then the two texts no
    longer name the same places, and their difference says nothing about fairness.
    """
    sides = {pair[0]: pair[1], pair[1]: pair[0]}
    wanted = Counter(sides.get(n.target, n.target) for n in _apart(before))
    weak = {n.target for n in after if n.how == WEAK}
    found = Counter(n.target for n in _apart(after))
    if any(wanted[target] != found[target] for target in weak):
        raise NoCounterpart("word that is also a name")
    if _mottos(before) != _mottos(after):
        raise NoCounterpart("name that makes a slogan with the next word")


def _apart(namings: Sequence[Naming]) -> Iterator[Naming]:
    """Yield namings but those that share letters with one of the same target before them."""
    reached: dict[tuple[str, str], int] = {}
    for naming in sorted(namings, key=lambda n: n.span.start):
        place = naming.span.field, naming.target
        if naming.span.start >= reached.get(place, 0):
            yield naming
        reached[place] = max(reached.get(place, 0), naming.span.end)


def _mottos(namings: Sequence[Naming]) -> int:
    return sum(n.how == MOTTO for n in namings)


def _strengthened(
    swapper: Swapper, activity: Activity, reader: Tracer, live: Sequence[str]
) -> tuple[Activity, Counter[str]]:
    try:
        return swapper.strengthened(activity, reader.namings(activity, live), live), Counter()
    except NoCounterpart as reason:
        return activity, Counter([f"ambiguous name, no strong {reason}"])


def _live(reader: Tracer, given: Statement) -> tuple[str, ...]:
    """Return the contests that the reader would take for this line."""
    if given.contests is not None:
        return given.contests
    contests, when = reader.ruleset.contests, given.activity.occurred_at
    return live_at(contests.values(), when) if when else tuple(contests)


def _pairs(swapper: Swapper, named: Sequence[str], live: Sequence[str]) -> list[Pair]:
    found: dict[frozenset[str], Pair] = {}
    for target in named:
        for rival in swapper.rivals(target, live):
            found.setdefault(frozenset((target, rival)), (target, rival))
    return list(found.values())


def _turned(base: Statement, changed: Activity, pair: Pair) -> Statement:
    sides = {pair[0]: pair[1], pair[1]: pair[0]}
    person = base.person
    if person and person.candidate_spouse_of in sides:
        person = replace(person, candidate_spouse_of=sides[str(person.candidate_spouse_of)])
    if person and person.follows:
        followed = frozenset(sides.get(target, target) for target in person.follows.targets)
        person = replace(person, follows=replace(person.follows, targets=followed))
    return replace(base, activity=changed, person=person)


def _count(report: Report, scene: _Scene, before: Finding, after: Sequence[Finding]) -> None:
    report.lines += 1
    report.named.update(scene.named)
    report.left_out.update(scene.missing)
    hit = before.outcome is not Outcome.NONE and bool(before.targets)
    if before.outcome is not Outcome.NONE and not hit:
        report.left_out["hit that concerns no target"] += 1
    if hit:
        report.hits += 1
        report.reported.update((target, before.outcome) for target in before.targets)
    done = False
    for (pair, _), found in zip(scene.swaps, after, strict=True):
        if found.phase != before.phase:
            # Someone declared later, or in another round, is rightly judged in another phase.
            report.left_out["another phase"] += 1
            continue
        report.swaps += 1
        done = done or bool(set(pair) & set(before.targets))
        if (found.outcome, found.stance) != (before.outcome, before.stance):
            report.flips.append(Flip(pair, before, found))
        elif hit and not _followed(pair, before, found):
            report.strayed += 1
    report.swapped_hits += done and hit


def _followed(pair: Pair, before: Finding, after: Finding) -> bool:
    sides = {pair[0]: pair[1], pair[1]: pair[0]}
    return {sides.get(t, t) for t in before.targets} == set(after.targets)


def tables(reports: Sequence[Report]) -> list[Table]:
    """Return the swaps per source, what was left out, and how often each target is reported."""
    made = Table(
        "Swaps",
        ("source", "lines", "hits", "hits swapped", "swaps", "flips", "other target"),
        note=f"at least {LEAST_SHARE:.0%} of hits swapped, no flip of outcome or stance",
    )
    for r in reports:
        counts = (r.swaps, len(r.flips), r.strayed)
        cells = (str(r.lines), str(r.hits), share(r.swapped_hits, r.hits), *map(str, counts))
        made.rows.append((r.name, *cells))
    left = Table("Swaps left out", ("source", "nothing like it on the other side", "times"))
    for r in reports:
        left.rows.extend((r.name, what, str(n)) for what, n in sorted(r.left_out.items()))
    return [made, left, *(_rates(r) for r in reports)]


def _rates(report: Report) -> Table:
    made = Table(
        f"Reported per target: {report.name}",
        ("target", "lines that name it", "alerts", "alert share", "reviews"),
    )
    for target, lines in sorted(report.named.items()):
        alerts = report.reported[target, Outcome.ALERT]
        reviews = report.reported[target, Outcome.REVIEW]
        made.rows.append((target, str(lines), str(alerts), f"{alerts / lines:.3f}", str(reviews)))
    return made


def balance(contests: Iterable[Contest]) -> Table:
    """Return where candidates of one contest differ in names or slogans by more than the factor."""
    made = Table(
        f"Names and slogans of candidates that differ by more than {FACTOR:g}",
        ("contest", "what", "fewest", "most"),
    )
    for contest in contests:
        pairs = [names_of(t) for t in contest.targets if t.kind is TargetKind.PASLON]
        for what, sorts in (("names", NAMES), ("slogans and hashtags", SLOGANS | TAGS)):
            counts = {n.target.id: sum(w.sort in sorts for w in n.forms) for n in pairs}
            if len(counts) > 1 and max(counts.values()) > FACTOR * min(counts.values()):
                least, most = (f(counts, key=counts.__getitem__) for f in (min, max))
                ends = (f"{least}: {counts[least]}", f"{most}: {counts[most]}")
                made.rows.append((contest.id, what, *ends))
    return made


def _said(found: Finding) -> str:
    stance = found.stance.value if found.stance else "none"
    return f"{found.outcome.value} {stance} [{', '.join(found.targets)}]"
