"""Netralitas: watches public acts of registered civil-servant accounts for possible breaches."""

from importlib.metadata import PackageNotFoundError, version

try:
    __version__ = version("netralitas")
except PackageNotFoundError:  # a source tree that was never installed
    __version__ = "0+source"
