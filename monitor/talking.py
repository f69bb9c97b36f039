"""A conversation with a person at a terminal; a test answers in their place."""

from __future__ import annotations

import getpass
from typing import Protocol

from monitor import console
from monitor.errors import ConfigError, Fault


class Talk(Protocol):
    """What a walk-through needs of the person before it."""

    def say(self, text: str) -> None: ...

    def ask(self, question: str, default: str = "") -> str:
        """Return the answer, or ``default`` for an empty one."""
        ...

    def secret(self, question: str) -> str:
        """Return an answer that is not shown while it is typed."""
        ...


class Terminal:
    """A person at a terminal."""

    def say(self, text: str) -> None:
        console.plain(text)

    def ask(self, question: str, default: str = "") -> str:
        console.plain(f"{question} [{default}]" if default else question)
        try:
            return input("> ").strip() or default
        except EOFError:
            raise _nobody() from None

    def secret(self, question: str) -> str:
        try:
            return getpass.getpass(f"{question}: ").strip()
        except EOFError:
            raise _nobody() from None


class Nobody:
    """Where nobody answers: every question has its default, or is a fault."""

    def say(self, text: str) -> None:
        console.plain(text)

    def ask(self, question: str, default: str = "") -> str:
        del question
        if not default:
            raise _nobody()
        return default

    def secret(self, question: str) -> str:
        del question
        raise _nobody()


def yes(talk: Talk, question: str, *, default: bool) -> bool:
    """Ask a question with yes or no."""
    answer = talk.ask(f"{question} (ya/tidak)", "ya" if default else "tidak")
    return answer.strip().lower() in {"y", "ya", "yes"}


def _nobody() -> ConfigError:
    hint = "answer at a terminal, or give what is asked as options"
    return ConfigError([Fault("telegram setup", "", "an answer", "the end of the input", hint)])
