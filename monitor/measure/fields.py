"""The words of an act, field by field, and replacements in them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from monitor.model.activity import Activity, Media, Target
from monitor.text.fold import fold_word

H = TypeVar("H", Activity, Target)


class NoCounterpart(Exception):
    """Something in the act has nothing like it on the other side; the text says what."""


@dataclass(frozen=True, slots=True)
class Edit:
    """One replacement in a field, of words that mean ``target``."""

    field: str
    start: int
    end: int
    text: str
    target: str = ""
    motto: bool = False


def edited(activity: Activity, edits: Iterable[Edit], titles: Collection[str] = ()) -> Activity:
    """Apply replacements; raise ``NoCounterpart`` where those of two targets overlap.

    ``titles`` are what may stand before a name ("Bu") and be read as part of it.
    """
    by_field: dict[str, list[Edit]] = {}
    for edit in sorted(set(edits), key=lambda e: (e.start, -e.end)):
        kept = by_field.setdefault(edit.field, [])
        _keep_apart(kept, edit, field_of(activity, edit.field), titles)
    for name, kept in by_field.items():
        text = field_of(activity, name)
        for edit in reversed(kept):
            text = text[: edit.start] + edit.text + text[edit.end :]
        activity = _with_field(activity, name, text)
    return activity


def _keep_apart(kept: list[Edit], edit: Edit, text: str, titles: Collection[str]) -> None:
    """Add an edit; one inside another is dropped, of "Pak Sari" and "Sari Dewi" the last stays."""
    while kept and kept[-1].end > edit.start:
        if kept[-1].target != edit.target:
            raise NoCounterpart("names written into each other")
        if kept[-1].end >= edit.end:
            return
        if kept[-1].motto or edit.motto:
            raise NoCounterpart("slogan grown into a name")
        if fold_word(text[kept[-1].start : edit.start]).strip() not in titles:
            raise NoCounterpart("names that share a word")
        kept.pop()
    kept.append(edit)


def fields_of(activity: Activity) -> list[str]:
    """Return the names of all fields that hold words."""
    found = ["text", *(f"media.{n}.alt" for n in range(len(activity.media)))]
    if activity.target:
        found += ["target.text"]
        found += [f"target.media.{n}.alt" for n in range(len(activity.target.media))]
    return found


def field_of(activity: Activity, name: str) -> str:
    """Return a field's text by the name that spans use."""
    parts = name.split(".")
    holder: Activity | Target | None = activity
    if parts[0] == "target":
        holder = activity.target
    if holder is None:
        return ""
    return holder.media[int(parts[-2])].alt if "media" in parts else holder.text


def _with_field(activity: Activity, name: str, text: str) -> Activity:
    parts = name.split(".")
    if parts[0] == "target" and activity.target:
        return replace(activity, target=_filled(activity.target, parts, text))
    return _filled(activity, parts, text)


def _filled(holder: H, parts: Sequence[str], text: str) -> H:
    if "media" not in parts:
        return replace(holder, text=text)
    media: list[Media] = list(holder.media)
    media[int(parts[-2])] = replace(media[int(parts[-2])], alt=text)
    return replace(holder, media=tuple(media))


def captioned(activity: Activity) -> Activity:
    """Write tags as the description of a picture that has none, as the reader does."""
    media = tuple(m if m.alt else replace(m, alt=" ".join(m.tags), tags=()) for m in activity.media)
    return replace(activity, media=media)
