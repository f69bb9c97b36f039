"""``netralitas match``: judge what is piped in, without network; a register only where named."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from monitor import watch
from monitor.errors import ConfigError, Fault
from monitor.log import set_up
from monitor.run.replay import replay


def match(
    file: Path | None,
    contests: tuple[str, ...],
    watchlists: Path | None,
    jobs: int,
    register: Path | None = None,
) -> int:
    """Write one answer line per input line to stdout, faults to stderr; 1 if there were any."""
    set_up("WARNING")
    folder = watchlists or watch.shipped()
    wrong = 0
    with _opened(file) as lines:
        for answer in replay(lines, folder, contests, jobs, register):
            if answer.error:
                wrong += 1
                sys.stderr.buffer.write(answer.error_line() + b"\n")
            else:
                sys.stdout.buffer.write(answer.output + b"\n")
    sys.stdout.buffer.flush()
    return 1 if wrong else 0


@contextmanager
def _opened(file: Path | None) -> Iterator[BinaryIO]:
    if file is None:
        yield sys.stdin.buffer
        return
    try:
        with file.open("rb") as opened:
            yield opened
    except OSError as error:
        raise ConfigError([Fault(str(file), "", "a readable file", error.strerror or "")]) from None
