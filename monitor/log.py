"""The only loguru: one line per event, fields by name, nothing of strangers, no secrets."""

from __future__ import annotations

import logging
import sys
from typing import TYPE_CHECKING

from loguru import logger

if TYPE_CHECKING:
    from loguru import Record

__all__ = ["logger", "set_up"]

# httpx logs whole URLs at INFO, and a Bot API URL holds the bot's token.
QUIET = ("httpx", "httpcore", "telegram", "apscheduler", "aiohttp", "asyncio", "sqlalchemy")


def set_up(level: str = "INFO", *, json_lines: bool = False) -> None:
    """Send log lines to stderr; ``diagnose`` stays off because it prints variables' values."""
    logger.remove()
    form = "{message}" if json_lines else _line
    logger.add(
        _to_stderr,
        level=level,
        format=form,
        serialize=json_lines,
        backtrace=False,
        diagnose=False,
    )
    logging.basicConfig(handlers=[_ToLoguru()], level=logging.WARNING, force=True)
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)


def _to_stderr(line: str) -> None:
    # Looked up each time: whoever replaces sys.stderr gets the lines.
    sys.stderr.write(line)


def printable(text: str) -> str:
    """Escape control and bidirectional characters, so that a text cannot rewrite a terminal."""
    return "".join(c if c.isprintable() or c == " " else f"\\u{ord(c):04x}" for c in text)


def _line(record: Record) -> str:
    fields = " ".join(f"{k}={v}" for k, v in record["extra"].items())
    record["extra"]["fields"] = printable(fields)
    record["extra"]["said"] = printable(record["message"])
    return "{time:YYYY-MM-DDTHH:mm:ss.SSSZ} {level: <7} {extra[said]} {extra[fields]}\n{exception}"


class _ToLoguru(logging.Handler):
    def emit(self, record: logging.LogRecord) -> None:
        logger.opt(exception=record.exc_info).log(record.levelname, record.getMessage())
