"""Invented lines and secrets of the tests about Telegram groups."""

from __future__ import annotations

from tests.collect.bluesky_world import watch
from tests.collect.x_world import Register

OWN, OTHER = 5_001, 7_777
TOKEN = "4242:AA-rahasia_telegram"
WHO = watch(str(OWN), platform="telegram", watch_id="asn-1")
REGISTER = Register((str(OWN), WHO))
