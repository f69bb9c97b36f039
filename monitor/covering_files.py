"""The files of the coverage page: one, or one with a folder of accounts' pages beside it."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TypeVar
from urllib.parse import quote

from monitor.errors import ConfigError, Fault
from monitor.notify.coverage_page import MARK
from monitor.run.coverage import Tally

# Accounts on one page, in whole agencies; an agency with more has a page for itself.
PER_PAGE = 500
PRIVATE_FILE, PRIVATE_FOLDER = 0o600, 0o700
_PAGE = re.compile(r"[0-9]{4,}\.html")
T = TypeVar("T")


class Files:
    """Where the pages lie: ``cakupan.html``, and ``cakupan-akun/0001.html`` where there are many.

    Only files of ours are written over.
    """

    def __init__(self, html: Path) -> None:
        self._html = html
        self._folder = html.with_name(f"{html.stem}-akun")

    @property
    def main(self) -> str:
        return self._html.name

    @property
    def back(self) -> str:
        """Return how an account's page names the main one."""
        return f"../{_quoted(self._html.name)}"

    def page(self, number: int) -> str:
        return f"{number:04}.html"

    def path(self, number: int) -> str:
        """Return a page's name beside the main one."""
        return f"{self._folder.name}/{self.page(number)}"

    def href(self, place: tuple[int, int]) -> str:
        """Return how the main page names an agency on its page."""
        page, number = place
        return f"{_quoted(self._folder.name)}/{self.page(page)}#i-{number}"

    def write(self, pages: Iterable[tuple[str, str]]) -> None:
        """Write every page, each whole or not at all; pages of an older run go.

        Raises ``ConfigError`` where a file of somebody else lies there, or none can be written.
        """
        written = set()
        try:
            self._refuse(self._html)
            for name, text in pages:
                target = self._html.parent / name
                if target.parent != self._html.parent:
                    target.parent.mkdir(mode=PRIVATE_FOLDER, exist_ok=True)
                self._refuse(target)
                _replace(target, text)
                written.add(target.name)
            for old in self._folder.glob("*.html") if self._folder.is_dir() else ():
                if _PAGE.fullmatch(old.name) and old.name not in written and _is_ours(old):
                    old.unlink()
        except OSError as error:
            raise _fault(self._html, error.strerror or "") from None

    def _refuse(self, target: Path) -> None:
        if target.exists() and not _is_ours(target):
            raise _fault(target, "a file that is no coverage page")


def places(agencies: Mapping[str, Tally]) -> dict[str, tuple[int, int]]:
    """Return the page and the number of each agency, which come in order."""
    found, page, room = {}, 1, PER_PAGE
    for number, (name, tally) in enumerate(agencies.items(), start=1):
        count = tally.accounts
        if room < PER_PAGE and count > room:
            page, room = page + 1, PER_PAGE
        found[name] = page, number
        room -= count
    return found


def paged(
    agencies: Iterable[tuple[str, Sequence[T]]], at: Mapping[str, tuple[int, int]]
) -> Iterator[tuple[int, list[tuple[str, Sequence[T]]]]]:
    """Yield the agencies page by page."""
    number, held = 1, list[tuple[str, Sequence[T]]]()
    for name, accounts in agencies:
        if at[name][0] != number:
            yield number, held
            number, held = at[name][0], []
        held.append((name, accounts))
    if held:
        yield number, held


def _replace(target: Path, text: str) -> None:
    part = target.with_name(f".{target.name}.part")
    part.unlink(missing_ok=True)
    flags = os.O_CREAT | os.O_EXCL | os.O_WRONLY
    with os.fdopen(os.open(part, flags, PRIVATE_FILE), "w", encoding="utf-8") as file:
        file.write(text)
    part.replace(target)


def _is_ours(file: Path) -> bool:
    with file.open("rb") as opened:
        return opened.read(len(MARK)) == MARK.encode()


def _quoted(name: str) -> str:
    # A name with a colon before any slash would be read as a scheme.
    return quote(name, safe="")


def _fault(target: Path, got: str) -> ConfigError:
    return ConfigError([Fault(str(target), "", "a new file, or a coverage page of before", got)])
