"""What must hold inside one contest: its id, the order of its dates, its numbers and names."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from itertools import pairwise

from monitor.model.contest import Contest, ContestTarget, Round, TargetKind
from monitor.watch.toml import Table

ID = re.compile(r"(pilpres|pemilu)-\d{4}|pilgub-\d{2}-\d{4}|(pilbup|pilwako)-\d{4}-\d{4}")
PARTY = re.compile(r"partai/[a-z0-9]+(-[a-z0-9]+)*")
FORMS = "pilpres-2024, pemilu-2024, pilgub-31-2017, pilbup-1101-2024 or pilwako-1171-2024"

Dated = tuple[str, date]


def identity(root: Table, contest: Contest, stem: str) -> None:
    """Tell an id that has no known form or differs from file name, level or area."""
    if not contest.id:
        return
    if not ID.fullmatch(contest.id):
        root.fault("id", f"a form like {FORMS}", repr(contest.id))
        return
    if contest.id != stem:
        root.fault("id", f"the file's name, {stem!r}", repr(contest.id))
    level, *middle, _ = contest.id.split("-")
    if contest.level and contest.level != level:
        root.fault("level", f"{level!r}, as the id says", repr(contest.level))
    code = contest.area.replace(".", "")
    if middle and code != middle[0]:
        root.fault("area", f"{middle[0]}, as the id says", repr(contest.area))


def calendar(contest: Contest, root: Table, tables: Sequence[Table], unset: date) -> None:
    """Tell dates that contradict each other, naming both; ``unset`` ones were told already."""
    if not contest.rounds:
        root.fault("round", "at least one [[round]]", "none")
        return
    for current, table in zip(contest.rounds, tables, strict=True):
        _in_order(table, [d for d in _dates(contest, current) if d[1] != unset])
        _hour_on_its_day(contest, current, table)
    _between_rounds(contest.rounds, tables)


def _dates(contest: Contest, current: Round) -> Iterator[Dated]:
    yield "tahapan_mulai", contest.tahapan_mulai
    yield "bakal_calon", current.bakal_calon
    yield "penetapan", current.penetapan
    yield "kampanye (first)", current.kampanye[0]
    yield "kampanye (last)", current.kampanye[1]
    yield "masa_tenang (first)", current.masa_tenang[0]
    yield "masa_tenang (last)", current.masa_tenang[1]
    yield "pemungutan_suara", current.pemungutan_suara
    yield "selesai", current.selesai


# One day cannot lie in both phases; other neighbours may share a day.
APART = frozenset(
    {("kampanye (last)", "masa_tenang (first)"), ("masa_tenang (last)", "pemungutan_suara")}
)


def _in_order(table: Table, dates: Sequence[Dated]) -> None:
    for (earlier, before), (later, after) in pairwise(dates):
        apart = (earlier, later) in APART
        if after < before or (apart and after == before):
            word = "after" if apart else "on or after"
            table.fault(_key(later), f"a date {word} {earlier}, {before}", f"{later} {after}")


def _key(name: str) -> str:
    return name.partition(" ")[0]


def _hour_on_its_day(contest: Contest, current: Round, table: Table) -> None:
    if current.penetapan_at and current.penetapan_at.date() != current.penetapan:
        got = current.penetapan_at.isoformat()
        hint = f"write the hour in the contest's zone, {contest.zone}"
        table.fault("penetapan_at", f"an hour of penetapan, {current.penetapan}", got, hint)


def _between_rounds(rounds: Sequence[Round], tables: Sequence[Table]) -> None:
    named: set[str] = set()
    for place, current in enumerate(rounds):
        if current.id in named:
            tables[place].fault("id", "an id not yet used in this contest", repr(current.id))
        named.add(current.id)
        earlier = rounds[place - 1] if place else None
        if earlier and current.bakal_calon <= earlier.selesai:
            expected = f"a date after round {earlier.id!r} ends, {earlier.selesai}"
            got = f"round {current.id!r} beginning {current.bakal_calon}"
            tables[place].fault("bakal_calon", expected, got)


def ballot(contest: Contest, root: Table, tables: Sequence[Table]) -> None:
    """Tell wrong target ids, a number or id used twice, and an empty box that cannot be."""
    if not contest.targets:
        root.fault("target", "at least one [[target]]", "none")
    seen: dict[str, str] = {}
    for target, table in zip(contest.targets, tables, strict=True):
        _target_id(contest, target, table)
        _unique(seen, table, "id", target.id, target.label)
        if target.number is not None:
            _unique(seen, table, "number", str(target.number), target.label)
        elif target.kind is not TargetKind.KOSONG:
            table.fault("number", "the ballot number", "nothing")
    pairs = sum(t.kind is TargetKind.PASLON for t in contest.targets)
    for target, table in zip(contest.targets, tables, strict=True):
        if target.kind is TargetKind.KOSONG and pairs != 1:
            table.fault("kind", "kotak kosong only beside one single pair", f"{pairs} pairs")
        _dates_of(contest, target, table)


def _unique(seen: dict[str, str], table: Table, key: str, value: str, label: str) -> None:
    first = seen.setdefault(f"{key} {value}", label)
    if first is not label:
        table.fault(key, f"a value not yet used (by {first!r})", value)


def _target_id(contest: Contest, target: ContestTarget, table: Table) -> None:
    if not target.id:
        return
    if target.kind is TargetKind.PARTAI:
        if not PARTY.fullmatch(target.id):
            table.fault("id", "partai/<short name>", repr(target.id))
        return
    tail = "kosong" if target.kind is TargetKind.KOSONG else str(target.number or "<number>")
    if target.id != f"{contest.id}/{tail}":
        table.fault("id", f"'{contest.id}/{tail}'", repr(target.id))


def _dates_of(contest: Contest, target: ContestTarget, table: Table) -> None:
    since, last = target.bakal_calon_since, max((r.penetapan for r in contest.rounds), default=None)
    told = last is None or last == date.min
    if since and last and not told and since > last:
        table.fault("bakal_calon_since", f"a date not after penetapan, {last}", str(since))
    if target.leave and not target.incumbent_of:
        table.fault("incumbent_of", "the office that the leave is from", "nothing")


def names(
    contest: Contest, tables: Sequence[Table], added: Mapping[str, Table] | None = None
) -> None:
    """Tell a strong alias that two targets share: a text would then name the wrong one.

    An ambiguous alias may be shared; reading then needs more than the word. ``added`` are the
    tables of additions by target: a fault names the file that holds the entry.
    """
    owner: dict[str, ContestTarget] = {}
    for target, table in zip(contest.targets, tables, strict=True):
        weak = {alias.casefold() for alias in target.ambiguous}
        lists = {"names": target.names, "aliases": target.aliases, "hashtags": target.hashtags}
        for key, entries in lists.items():
            for entry in entries:
                form = entry.casefold().lstrip("#")
                first = owner.setdefault(form, target) if form not in weak else target
                if first is not target:
                    hint = "a form that both share belongs under ambiguous"
                    expected = f"a form that {first.id} does not use"
                    _blame((added or {}).get(target.id), table, key, entry, expected, hint)
        for own in filter(None, (table, (added or {}).get(target.id))):
            _both_strong_and_ambiguous(own)


def _blame(
    added: Table | None, table: Table, key: str, entry: str, expected: str, hint: str
) -> None:
    own = added if added and entry in added.data.get(key, ()) else table
    place = list(own.data[key]).index(entry)
    own.fault(f"{key}.{place}", expected, repr(entry), hint)


def _both_strong_and_ambiguous(table: Table) -> None:
    strong = {_folded(alias) for alias in _listed(table, "aliases")}
    for place, alias in enumerate(_listed(table, "ambiguous")):
        if _folded(alias) in strong:
            expected = "a form that is not also a strong alias"
            table.fault(f"ambiguous.{place}", expected, repr(alias))


def _listed(table: Table, key: str) -> list[object]:
    value = table.data.get(key)
    return value if isinstance(value, list) else []


def _folded(value: object) -> object:
    return value.casefold() if isinstance(value, str) else value


def rounds_name_targets(contest: Contest, tables: Sequence[Table]) -> None:
    """Tell a round that names a target which the contest does not have."""
    known = {target.id for target in contest.targets}
    for current, table in zip(contest.rounds, tables, strict=True):
        for place, name in enumerate(current.target_ids):
            if name not in known:
                table.fault(f"targets.{place}", "a target of this contest", repr(name))
