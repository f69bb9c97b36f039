"""The process that draws cards: one JSON line in, one JSON line and the picture's bytes out.

    python -m monitor.notify.drawing

Typesetting reads what anybody may have posted, with a large native library. So it happens in a
process of its own, whose memory is bounded, which may be killed, and which holds no secret, no
database and no network.
"""

from __future__ import annotations

import fcntl
import json
import resource
import signal
import sys
from contextlib import suppress
from typing import BinaryIO

from monitor.errors import NotifyError
from monitor.notify.picture import draw, draw_plot

# Address space, not use: the library, its fonts and its threads map far more than they touch.
MOST_MEMORY = 1 << 30
MOST_FILES = 64
PIPE_BYTES = 1 << 18


def bound() -> None:
    """Bound this process; a stop of the service lets it finish the card it is at."""
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    resource.setrlimit(resource.RLIMIT_NOFILE, (MOST_FILES, MOST_FILES))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    # Room for a whole card, so that writing it waits for no reader (pipe(7)); less only is slower.
    with suppress(OSError):
        fcntl.fcntl(sys.stdout.fileno(), fcntl.F_SETPIPE_SZ, PIPE_BYTES)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.SIG_IGN)


def serve(asked: BinaryIO, answers: BinaryIO) -> None:
    """Answer each line until the other end closes; one with ``svg`` asks for a plot."""
    for line in asked:
        try:
            wanted = json.loads(line)
            card = draw_plot(wanted) if "svg" in wanted else draw(wanted)
        except NotifyError as error:
            _answer(answers, {"error": str(error)}, b"")
        else:
            _answer(answers, {"size": len(card.data), "note": card.note}, card.data)


def _answer(answers: BinaryIO, head: dict[str, object], body: bytes) -> None:
    answers.write(json.dumps(head).encode() + b"\n" + body)
    answers.flush()


if __name__ == "__main__":
    bound()
    serve(sys.stdin.buffer, sys.stdout.buffer)
