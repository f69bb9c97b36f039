"""The words in a screenshot, read by Tesseract in Indonesian; a help for officers, no evidence.

Tesseract is Debian's (``apt-get install tesseract-ocr tesseract-ocr-ind``) and runs as a process
of its own with bounds on time and memory. Without it a tip works as before and its picture is read
by people alone.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import dataclass
from functools import cache

from monitor.intake import pictures, screen_text

PROGRAM, LANGUAGE = "tesseract", "ind"
INSTALL = "apt-get install tesseract-ocr tesseract-ocr-ind"
SECONDS, MOST_KILOBYTES = 60, 2_000_000
# The shell sets the bounds and becomes the program: a daemon of many threads must not.
START = f'ulimit -v {MOST_KILOBYTES}; ulimit -t {SECONDS}; ulimit -f 0; ulimit -c 0; exec "$@"'
# Blocks of different letters in one column, as a screen shows them.
LAYOUT = "4"
LONGEST_TEXT = 5_000


class NoReader(RuntimeError):
    """Tesseract, its Indonesian, or the library that opens pictures is not installed."""


@dataclass(frozen=True, slots=True)
class Read:
    """What was read: the post's words as well as they could be told from the app around them."""

    text: str
    reader: str


def read(picture: bytes) -> Read:
    """Read a screenshot.

    Raises ``NoReader`` where nothing here can read, ``pictures.NotReadable`` for a picture that
    cannot be opened within its bounds.
    """
    program = shutil.which(PROGRAM)
    if program is None:
        raise NoReader(f"screenshots cannot be read here: {INSTALL}")
    name = version(program)
    try:
        ready = pictures.prepared(picture)
    except pictures.NoPillow as error:
        raise NoReader(str(error)) from None
    words = [program, "stdin", "stdout", "-l", LANGUAGE, "--oem", "1", "--psm", LAYOUT, "tsv"]
    table = _run(words, ready).decode("utf-8", "replace")
    try:
        return Read(screen_text.post(table)[:LONGEST_TEXT], name)
    except screen_text.NotATable as error:
        raise pictures.NotReadable(f"the reader said what it never says: {error}") from None


@cache
def version(program: str) -> str:
    """Return name and version, for the record; ``NoReader`` without the Indonesian model."""
    if LANGUAGE not in _run([program, "--list-langs"], b"").decode().split():
        raise NoReader(f"Tesseract has no Indonesian: {INSTALL}")
    told = _run([program, "--version"], b"").decode("utf-8", "replace").split()
    return f"{PROGRAM} {told[1]} {LANGUAGE}" if len(told) > 1 else PROGRAM


def _run(words: list[str], given: bytes) -> bytes:
    # One thread: more cost more time than they save on one screen.
    env = {"OMP_THREAD_LIMIT": "1", "LC_ALL": "C", "PATH": "/usr/bin:/bin"}
    if folder := os.environ.get("TESSDATA_PREFIX"):
        env["TESSDATA_PREFIX"] = folder
    try:
        done = subprocess.run(  # noqa: S603 - our own words; the picture is on standard input
            ["/bin/sh", "-c", START, "sh", *words],
            input=given,
            capture_output=True,
            timeout=SECONDS,
            check=False,
            env=env,
        )
    except subprocess.TimeoutExpired:
        raise pictures.NotReadable("it takes too long to read") from None
    if done.returncode:
        raise pictures.NotReadable("the reader refused it")
    return done.stdout
