"""The command line as a person calls it."""

from tests.cli.conftest import run

__all__ = ["run"]
