"""The watch room: reads what people wrote (watchlists, register) into immutable values.

Every fault of every file is collected and raised as one ``ConfigError``; a bad set never replaces
the running one.
"""

from monitor.watch.ruleset import load, shipped, templates

__all__ = ["load", "shipped", "templates"]
