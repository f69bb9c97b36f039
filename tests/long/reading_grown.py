"""The process in which atheris grows texts for ``reading``: arguments are libFuzzer's."""

from __future__ import annotations

import sys
from importlib import import_module
from typing import Any

# Its package has no types.
atheris: Any = import_module("atheris")

with atheris.instrument_imports(include=["monitor.text", "monitor.match", "monitor.judge"]):
    from tests.long import reading

    reading.reader()

SIGNALS = ("post", "reply", "quote", "share", "like")


def one(data: bytes) -> None:
    text = data.decode("utf-8", "replace")
    kind, cut = (data[0], data[-1]) if data else (0, 0)
    line: dict[str, Any] = {"id": "x", "text": text, "signal": SIGNALS[kind % len(SIGNALS)]}
    if cut % 4 == 0:
        half = len(text) // 2
        line |= {"text": text[:half], "target": {"text": text[half:]}}
    try:
        reading.read(line)
    except BaseException:
        sys.stdout.write(f"failed on {line!r}\n")
        raise


if __name__ == "__main__":
    atheris.Setup(sys.argv, one)
    atheris.Fuzz()
