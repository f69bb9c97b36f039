"""The command line as a person calls it."""

from tests.cli.conftest import run
from tests.reading_once import read_once

__all__ = ["read_once", "run"]
