"""``[collect.mastodon]``: the servers that may be read, each with what its rules were read to say.

There is no Mastodon as such: every server has an owner and rules of its own. The list is empty
until somebody has read a server's rules and answers for the reading.
"""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated, Self

from pydantic import AfterValidator, Field, model_validator

from monitor.config_form import Count, Seconds, Section

# A name as it stands behind the @ of an address; ``watch/addresses.py`` has the same form.
_DOMAIN = re.compile(
    r"(?=.{3,253}\Z)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9]"
)
_ADDRESS = re.compile(r"https?://[^/?#@\s]+")


def _domain(text: str) -> str:
    if not _DOMAIN.fullmatch(text):
        raise ValueError("a server's name in lower case, such as sosial.example")
    return text


def _address(text: str) -> str:
    if text and not _ADDRESS.fullmatch(text):
        raise ValueError("an address without a path, such as https://web.sosial.example")
    return text


Domain = Annotated[str, AfterValidator(_domain)]
Address = Annotated[str, AfterValidator(_address)]


class MastodonServer(Section):
    """One server that may be asked, and on whose word.

    ``domain`` is what stands behind the @ of its accounts; ``api`` is where it answers, when that
    is elsewhere. ``rules`` says where its rules are, ``reading`` what they say about automated
    reading, ``read_by`` and ``read_on`` who read them and when. ``copies_of`` names other servers
    whose target accounts may be read in the incomplete copy that this server holds. ``token`` is
    the name of a credentials file, for a server that answers nobody without one.
    """

    domain: Domain
    rules: str = Field(min_length=8)
    reading: str = Field(min_length=20)
    read_by: str = Field(min_length=3)
    read_on: date
    api: Address = ""
    copies_of: tuple[Domain, ...] = ()
    token: Annotated[str, Field(pattern=r"^[a-z0-9_-]{0,64}$")] = ""

    @property
    def address(self) -> str:
        """Where the API answers, without a slash at the end."""
        return self.api or f"https://{self.domain}"


class Mastodon(Section):
    """``servers`` is the whole list: a server that is not on it is never asked.

    ``full_scan`` is the time in seconds between two readings of everything since monitoring
    began; ``target_posts`` is how many of a target account's newest posts are watched for who
    favours, boosts, quotes and answers them.
    """

    enabled: bool = False
    interval: Seconds = 300.0
    min_interval: Seconds = 300.0
    full_scan: Seconds = 86_400.0
    target_posts: Count = 100
    servers: tuple[MastodonServer, ...] = ()

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        if self.interval < self.min_interval:
            raise ValueError("an interval that is not below min_interval")
        domains = [server.domain for server in self.servers]
        if len(set(domains)) < len(domains):
            raise ValueError("servers with different domains")
        if self.enabled and not self.servers:
            raise ValueError("at least one [[collect.mastodon.servers]] when enabled")
        return self
