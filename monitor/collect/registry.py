"""The collectors by name; each is imported only when it is first asked for."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Sequence
from typing import cast

from monitor.clock import Clock
from monitor.collect import gate
from monitor.collect.base import Collector
from monitor.config import Config
from monitor.errors import ConfigError, Fault
from monitor.net import Http

COLLECTORS = {
    "bluesky": "monitor.collect.bluesky:Bluesky",
    "feeds": "monitor.collect.feeds:Feeds",
}
# The word that a register line uses for what each collector reads.
PLATFORMS = {"bluesky": "bluesky", "feeds": "feed"}


def make(
    name: str,
    config: Config,
    http: Http,
    clock: Clock,
    *,
    attestations: Sequence[gate.Attestation] = (),
) -> Collector:
    """Make a collector; raise ``ConfigError`` for an unknown name and for one the gate keeps out.

    A collector gets the section of ``[collect]`` that bears its name. The gate is asked here, so
    that no caller can pass it by.
    """
    path = COLLECTORS.get(name)
    if path is None:
        known = ", ".join(sorted(COLLECTORS))
        raise ConfigError([Fault("collectors", name, f"one of {known}", repr(name))])
    module, _, attribute = path.partition(":")
    build = cast(
        "Callable[[Http, object, Clock], Collector]",
        getattr(importlib.import_module(module), attribute),
    )
    collector = build(http, getattr(config.collect, name), clock)
    reason = gate.check(collector.info, attestations, clock().date())
    if reason is not None:
        raise ConfigError([Fault("collectors", name, "a recorded right to read", reason)])
    return collector
