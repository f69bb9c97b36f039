"""What a file of acts looks like: ``watchlists/profiles/*.toml``, or a file of the operator's own.

docs/imports.md says how one is written. Every fault of a file is told at once.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import tzinfo
from pathlib import Path

from monitor.errors import ConfigError, Fault
from monitor.intake import act_paths, act_words
from monitor.intake.act_csv import fold
from monitor.intake.act_forms import (
    ACTOR,
    Case,
    Column,
    Condition,
    Form,
    Owner,
    Profile,
    Provenance,
    TableForm,
)
from monitor.intake.act_paths import Where
from monitor.model.activity import Signal
from monitor.watch.toml import Table, near, read, shown

FOLDER = "profiles"
COLUMNS = (
    "platform", "signal", "actor_id", "actor_handle", "object_id", "object_url", "time",
    "not_before", "text",
    "media_kind", "media_url", "media_alt", "target_id", "target_url", "target_author_id",
    "target_author_handle", "target_text",
)  # fmt: skip
# The words of what was passed on are not the words of whoever passed it on.
OTHERS = "others"
LONGEST_PATTERN = 300


def load(name: str, *folders: Path) -> Profile:
    """Read a profile by its name or its file. Raises ``ConfigError`` with every fault."""
    faults: list[Fault] = []
    path = Path(name) if name.endswith(".toml") else _named(name, folders)
    root, raw = read(path.parent, path.name, faults)
    found = _profile(path.stem, root, hashlib.sha256(raw).hexdigest()) if root else None
    if faults or found is None:
        raise ConfigError(faults)
    return found


def names(*folders: Path) -> list[str]:
    """Return the names of the profiles in some watchlists, sorted."""
    return sorted({path.stem for folder in folders for path in (folder / FOLDER).glob("*.toml")})


def adjusted(profile: Profile, maps: Sequence[str], sets: Sequence[str], zone: str) -> Profile:
    """Add ``field=column``, ``field=value`` and the zone of the command line to a profile."""
    faults: list[Fault] = []
    mapped = _given("--map", maps, faults)
    fixed = {name: Column(value=value) for name, value in _given("--set", sets, faults).items()}
    at = None
    try:
        at = act_words.zone(zone) if zone else None
    except ValueError as error:
        faults.append(Fault("--zone", "", str(error), shown(zone)))
    tables = []
    for table in profile.tables:
        csv = table.form is Form.CSV
        own = Table({}, "--map", faults)
        named = {n: Column(_wheres(own, n, [path], csv=csv)) for n, path in mapped.items()}
        columns = {**table.columns, **named, **fixed}
        tables.append(replace(table, columns=columns, zone=at or table.zone))
    if faults:
        raise ConfigError(faults)
    return replace(profile, tables=tuple(tables))


def _given(option: str, given: Sequence[str], faults: list[Fault]) -> dict[str, str]:
    found = {}
    for one in given:
        name, _, value = (part.strip() for part in one.partition("="))
        if name not in COLUMNS or not value:
            expected, hint = "FIELD=…, of a known field", near(name, COLUMNS)
            faults.append(Fault(option, "", expected, shown(one), hint))
        else:
            found[name] = value
    return found


def _named(name: str, folders: Sequence[Path]) -> Path:
    places = [folder / FOLDER / f"{name}.toml" for folder in folders]
    found = next((path for path in places if path.is_file()), None)
    if found is None or not re.fullmatch(r"[\w-]+", name):
        known = names(*folders)
        expected = f"one of {', '.join(known)}, or a .toml file"
        raise ConfigError([Fault("--profile", "", expected, shown(name), near(name, known))])
    return found


def _profile(name: str, root: Table, digest: str) -> Profile:
    own = root.text("actor", "row")
    if own not in ("row", "owner"):
        root.fault("actor", "row or owner", shown(own))
    owner = [_owner(table) for table in root.tables("owner")]
    if len(owner) > 1:
        root.fault("owner", "one table [[owner]]", str(len(owner)))
    made = Profile(
        name=name,
        title=root.text("title"),
        platform=root.text("platform", "").lower(),
        provenance=root.one_of("provenance", Provenance) or Provenance.TABLE,
        checked=root.text("checked", ""),
        unchecked=root.text("unchecked", ""),
        own=own == "owner",
        owner=owner[0] if owner else None,
        tables=tuple(_table(table) for table in root.tables("table")),
        digest=digest,
    )
    root.close()
    _whole(root, made)
    return made


def _whole(root: Table, made: Profile) -> None:
    if not made.tables:
        root.fault("table", "at least one [[table]]", "none")
    if not (made.checked or made.unchecked):
        root.fault("checked", "against what the form was compared, or unchecked = why not")
    for place, table in enumerate(made.tables):
        where, has = f"table.{place}.columns", table.columns
        if not made.own and not any(name in has for name in ACTOR):
            root.fault(where, "actor_id or actor_handle: whose act a row is", ", ".join(has))
        if not made.platform and "platform" not in has:
            root.fault(where, "platform, since the profile names none", ", ".join(has))
        if table.signal is None and "signal" not in has:
            root.fault(where, "signal, since the table names none", ", ".join(has))


def _owner(table: Table) -> Owner:
    form = table.one_of("format", Form, Form.JSON) or Form.JSON
    csv = form is Form.CSV
    found = Owner(
        members=table.texts("member", required=True),
        form=form,
        rows=((),) if csv else _rows(table),
        columns=_columns(table, csv=csv, known=("id", "handle", "name")),
        prefix=_pattern(table, "prefix"),
    )
    table.close()
    return found


def _table(table: Table) -> TableForm:
    form = table.one_of("format", Form) or Form.CSV
    csv = form is Form.CSV
    made = TableForm(
        id=table.text("id"),
        members=table.texts("member"),
        form=form,
        rows=_rows(table) if form is Form.JSON else ((),),
        columns=_columns(table, csv=csv),
        signal=table.one_of("signal", Signal) if "signal" in table.data else None,
        forms=table.texts("time") or ("iso",),
        zone=_zone(table),
        prefix=_pattern(table, "prefix"),
        delimiter=str(table.data.get("delimiter", "")),
        encoding=table.text("encoding", ""),
        required=tuple(fold(name) for name in table.texts("required")),
        cases=tuple(_case(one, csv=csv) for one in table.tables("when")),
        skips=tuple(_skip(one, csv=csv) for one in table.tables("skip")),
        strangers=_strangers(table),
        by_owner=_wheres(table, "by_owner", table.texts("by_owner"), csv=csv),
        values=_values(table),
    )
    table.asked |= {"signal", "delimiter"}
    if made.delimiter and len(made.delimiter) != 1:
        table.fault("delimiter", "one character", shown(made.delimiter))
    if made.encoding and made.encoding not in act_words.ENCODINGS:
        expected = f"one of {', '.join(act_words.ENCODINGS)}"
        table.fault("encoding", expected, shown(made.encoding))
    table.close()
    return made


def _case(table: Table, *, csv: bool) -> Case:
    signal = table.one_of("signal", Signal) or Signal.POST
    words = table.text("words", "")
    if words not in ("", OTHERS):
        table.fault("words", f'"{OTHERS}" or nothing', shown(words))
    found = _condition(table, csv=csv)
    table.close()
    return Case(signal, found, words == OTHERS)


def _skip(table: Table, *, csv: bool) -> tuple[str, Condition]:
    why, found = table.text("why"), _condition(table, csv=csv)
    table.close()
    return why, found


def _condition(table: Table, *, csv: bool) -> Condition:
    def said(name: str) -> tuple[tuple[Where, frozenset[str]], ...]:
        pairs = table.mapping(name) if name in table.data else {}
        table.asked.add(name)
        return tuple(
            (where, frozenset(map(str, listed if isinstance(listed, list) else [listed])))
            for path, listed in pairs.items()
            for where in _wheres(table, name, [path], csv=csv)
        )

    made = Condition(
        has=_wheres(table, "has", table.texts("has"), csv=csv),
        lacks=_wheres(table, "lacks", table.texts("lacks"), csv=csv),
        says=said("is"),
        says_not=said("is_not"),
        begins=said("begins"),
    )
    if made == Condition():
        table.fault("", "has, lacks, is, is_not or begins", "none of them")
    return made


def _columns(table: Table, *, csv: bool, known: Sequence[str] = COLUMNS) -> dict[str, Column]:
    found = {}
    given = table.mapping("columns")
    for name, value in given.items():
        if name not in known:
            hint = near(name, known)
            table.fault(f"columns.{name}", f"one of {', '.join(known)}", shown(name), hint)
            continue
        inner = value if isinstance(value, dict) else {"from": value}
        one = Table(inner, table.where, table.faults, table.path(f"columns.{name}"))
        found[name] = _column(one, csv=csv)
    return found


def _column(table: Table, *, csv: bool) -> Column:
    given = table.data.get("from", [])
    table.asked.add("from")
    listed = given if isinstance(given, list) else [given]
    pattern = _pattern(table, "pattern")
    made = Column(
        sources=_wheres(table, "from", [str(one) for one in listed], csv=csv),
        value=table.text("value", ""),
        template=tuple(_template(table, csv=csv)),
        pattern=re.compile(pattern) if pattern else None,
        joined=table.flag("join"),
        html=table.flag("html"),
        cell=table.flag("json"),
        entities=table.flag("entities"),
    )
    if not (made.sources or made.value or made.template):
        table.fault("from", "a path, or value or template instead", "nothing")
    table.close()
    return made


def _template(table: Table, *, csv: bool) -> Iterator[tuple[str, Where | None]]:
    """Yield the parts of ``https://x.com/i/status/{tweet.id_str}``."""
    for part in re.split(r"(\{[^{}]*\})", table.text("template", "")):
        if part.startswith("{"):
            for where in _wheres(table, "template", [part[1:-1]], csv=csv):
                yield "", where
        elif part:
            yield part, None


def _wheres(table: Table, name: str, paths: Sequence[str], *, csv: bool) -> tuple[Where, ...]:
    found = []
    for path in paths:
        try:
            found.append(Where((fold(path),)) if csv and path else act_paths.parse(path))
        except ValueError as error:
            table.fault(name, str(error), shown(path))
    return tuple(found)


def _rows(table: Table) -> tuple[tuple[str, ...], ...]:
    found = []
    for path in table.texts("rows", required=True):
        try:
            found.append(act_paths.parse_rows(path))
        except ValueError as error:
            table.fault("rows", str(error), shown(path))
    return tuple(found)


def _strangers(table: Table) -> tuple[tuple[str, ...], ...]:
    found = []
    for path in table.texts("strangers"):
        try:
            found.append(act_paths.parse_rows(path))
        except ValueError as error:
            table.fault("strangers", str(error), shown(path))
    return tuple(found)


def _pattern(table: Table, name: str) -> str:
    text = table.text(name, "")
    try:
        re.compile(text)
    except re.error as error:
        table.fault(name, "a regular expression", shown(text), str(error))
        return ""
    if len(text) > LONGEST_PATTERN:
        table.fault(name, f"at most {LONGEST_PATTERN} characters", str(len(text)))
    return text


def _zone(table: Table) -> tzinfo | None:
    text = table.text("zone", "")
    try:
        return act_words.zone(text) if text else None
    except ValueError as error:
        table.fault("zone", str(error), shown(text))
        return None


def _values(table: Table) -> dict[str, dict[str, str]]:
    table.asked.add("values")
    given = table.mapping("values") if "values" in table.data else {}
    found = {}
    for name, pairs in given.items():
        if name not in COLUMNS or not isinstance(pairs, dict):
            table.fault(f"values.{name}", "a table of words of a known column", shown(name))
        else:
            found[name] = {fold(str(word)): str(ours) for word, ours in pairs.items()}
    return found
