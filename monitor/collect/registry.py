"""The collectors by name; each is imported only when it is first asked for."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Collection, Iterator
from functools import partial
from typing import cast

from monitor.clock import Clock
from monitor.collect import gate
from monitor.collect.base import Collector, Info
from monitor.config import Config, read_secret
from monitor.errors import ConfigError, Fault
from monitor.net import Http
from monitor.net_door import Behind

COLLECTORS = {
    "bluesky": "monitor.collect.bluesky:Bluesky",
    "feeds": "monitor.collect.feeds:Feeds",
    "mastodon": "monitor.collect.mastodon:Mastodon",
    "telegram": "monitor.collect.telegram:Telegram",
    "telegram_channel": "monitor.collect.telegram_channel:TelegramChannel",
    "x": "monitor.collect.x:X",
    "youtube": "monitor.collect.youtube:Youtube",
}
# The word that a register line uses for what each collector reads.
PLATFORMS = {
    "bluesky": "bluesky",
    "feeds": "feed",
    "mastodon": "mastodon",
    "telegram": "telegram",
    "telegram_channel": "telegram-channel",
    "x": "x",
    "youtube": "youtube",
}
# The credentials file of each collector that needs one. It is asked for at each use and held
# nowhere, so that a renewed one counts without a restart.
SECRETS: dict[str, str] = {
    "telegram": "telegram_group_token",
    "x": "x_bearer",
    "youtube": "youtube_api_key",
}
# Collectors whose section names a credentials file for each of its servers (``servers.token``).
SECRETS_BY_NAME = frozenset({"mastodon"})


class Refused(ConfigError):
    """The gate keeps a collector out: no right to read is on record."""


def make(
    name: str,
    config: Config,
    http: Http,
    clock: Clock,
    *,
    attestations: Collection[gate.Attestation] = (),
) -> Collector:
    """Make a collector; ``ConfigError`` for an unknown name, ``Refused`` where the gate is shut.

    A collector gets the section of ``[collect]`` that bears its name, and one that needs a secret
    what reads it. The gate is asked here, so that no caller can pass it by; a secret that is not
    there is told now and not at the first look. ``attestations`` is asked again before each
    request: a right that is taken out of it closes the collector at once.
    """
    door = gate.Guarded(attestations, clock)
    collector = _built(name, config, Behind(http, door), clock)
    reason = gate.refusal(collector, attestations, gate.today(clock()))
    if reason is not None:
        raise Refused([Fault("collectors", name, "a recorded right to read", reason)])
    for secret in secrets_of(name, config):
        read_secret(config, secret)
    door.of(collector)
    return collector


def info(name: str, config: Config, clock: Clock) -> Info:
    """Say what a collector is, whether or not it may run; raise ``ConfigError`` as ``make``."""
    return shut(name, config, clock).info


def shut(name: str, config: Config, clock: Clock) -> Collector:
    """Make a collector that can ask nothing, for what it says of itself."""
    behind = Behind(Http(config.http, clock), gate.Guarded((), clock))
    return _built(name, config, behind, clock)


def secrets_of(name: str, config: Config) -> Iterator[str]:
    """Yield the credentials files that a collector needs."""
    if name in SECRETS:
        yield SECRETS[name]
    if name in SECRETS_BY_NAME:
        section = getattr(config.collect, name)
        yield from (server.token for server in section.servers if server.token)


def _built(name: str, config: Config, http: Http, clock: Clock) -> Collector:
    path = COLLECTORS.get(name)
    if path is None:
        known = ", ".join(sorted(COLLECTORS))
        raise ConfigError([Fault("collectors", name, f"one of {known}", repr(name))])
    module, _, attribute = path.partition(":")
    build = cast("Callable[..., Collector]", getattr(importlib.import_module(module), attribute))
    secret = SECRETS.get(name)
    reads = (partial(read_secret, config, secret),) if secret else ()
    if name in SECRETS_BY_NAME:
        reads = (partial(read_secret, config),)
    return build(http, getattr(config.collect, name), clock, *reads)
