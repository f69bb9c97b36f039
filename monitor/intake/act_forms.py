"""What an import profile says, as values: whose rows, where fields stand, what to leave out."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import tzinfo
from enum import StrEnum

from monitor.intake.act_paths import Where
from monitor.model.activity import Signal

ACTOR = ("actor_id", "actor_handle")


class Provenance(StrEnum):
    """Where such a file comes from; ``SCRAPED`` breaks the terms of most platforms."""

    OWN_ARCHIVE = "own_archive"
    EXPORT = "export"
    RESEARCH = "research"
    SCRAPED = "scraped"
    TABLE = "table"


class Form(StrEnum):
    CSV = "csv"
    JSON = "json"
    JSON_LINES = "jsonl"


@dataclass(frozen=True, slots=True)
class Column:
    """How one field is found: the first of ``sources`` that is not empty, then each treatment."""

    sources: tuple[Where, ...] = ()
    value: str = ""
    template: tuple[tuple[str, Where | None], ...] = ()
    pattern: re.Pattern[str] | None = None
    joined: bool = False
    html: bool = False
    cell: bool = False
    entities: bool = False


@dataclass(frozen=True, slots=True)
class Condition:
    """What a row has, lacks or says; all of it must hold."""

    has: tuple[Where, ...] = ()
    lacks: tuple[Where, ...] = ()
    says: tuple[tuple[Where, frozenset[str]], ...] = ()
    says_not: tuple[tuple[Where, frozenset[str]], ...] = ()
    begins: tuple[tuple[Where, frozenset[str]], ...] = ()


@dataclass(frozen=True, slots=True)
class Case:
    """Another signal than the table's usual one, where a condition holds.

    ``passed_on``: the row's words and pictures are those of what was shared, not the actor's own.
    """

    signal: Signal
    condition: Condition
    passed_on: bool = False


@dataclass(frozen=True, slots=True)
class TableForm:
    """One kind of rows: in which members of an archive they are, and what they say.

    ``cases`` are signals other than the usual one, in order; ``skips`` are rows that are no act,
    each with the reason; ``strangers`` are paths to what other people did to the act.
    """

    id: str
    members: tuple[str, ...]
    form: Form
    rows: tuple[tuple[str, ...], ...]
    columns: Mapping[str, Column]
    signal: Signal | None
    forms: tuple[str, ...]
    zone: tzinfo | None
    prefix: str = ""
    delimiter: str = ""
    encoding: str = ""
    required: tuple[str, ...] = ()
    cases: tuple[Case, ...] = ()
    skips: tuple[tuple[str, Condition], ...] = ()
    strangers: tuple[tuple[str, ...], ...] = ()
    by_owner: tuple[Where, ...] = ()
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Owner:
    """Where an archive names its own account."""

    members: tuple[str, ...]
    form: Form
    rows: tuple[tuple[str, ...], ...]
    columns: Mapping[str, Column]
    prefix: str = ""


@dataclass(frozen=True, slots=True)
class Profile:
    """A file's form. ``checked`` says against what it was compared, ``unchecked`` what was not.

    ``digest`` is the SHA-256 (hex) of the profile's file.
    """

    name: str
    title: str
    platform: str
    provenance: Provenance
    checked: str
    unchecked: str
    own: bool
    owner: Owner | None
    tables: tuple[TableForm, ...]
    digest: str
