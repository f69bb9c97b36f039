"""The stand-in for X, judged by tweepy, which is written against X itself."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import aiohttp
import pytest
import tweepy
from tweepy.asynchronous import AsyncClient
from yarl import URL

from tests.standin.x import StandIn

NOW = datetime(2024, 10, 12, 2, 30, tzinfo=UTC)
FIELDS = [
    "created_at",
    "author_id",
    "referenced_tweets",
    "public_metrics",
    "edit_history_tweet_ids",
]


@asynccontextmanager
async def tweepy_at(net: StandIn, token: str = "AAAA-uji") -> AsyncIterator[AsyncClient]:
    """Open tweepy's client; what it means for X is led to the stand-in."""
    port = URL(net.url).port

    async def lead(
        request: aiohttp.ClientRequest, handler: aiohttp.ClientHandlerType
    ) -> aiohttp.ClientResponse:
        request.url = request.url.with_scheme("http").with_host("127.0.0.1").with_port(port)
        return await handler(request)

    client = AsyncClient(bearer_token=token)
    async with aiohttp.ClientSession(middlewares=(lead,)) as session:
        client.session = session
        yield client


async def test_tweepy_reads_it() -> None:
    async with StandIn(lambda: NOW) as net, tweepy_at(net) as client:
        own, calon = net.world.user("pegawai_a"), net.world.user("calon_satu")
        first = net.world.post(calon, "Visi kami", **net.world.picture("Baliho"))
        share = net.world.post(own, "RT @calon_satu: Visi kami", ("retweeted", first))
        quote = net.world.post(own, "Lanjutkan", ("quoted", first))
        reply = net.world.post(own, "@calon_satu siap", ("replied_to", first))

        found = await client.get_users(usernames=["pegawai_a", "tidak_ada"])
        assert [user.username for user in found.data] == ["pegawai_a"]
        assert found.errors[0]["title"] == "Not Found Error"
        assert (await client.get_user(id=own.id, user_fields=["protected"])).data.protected is False

        mine = await client.get_users_tweets(
            own.id,
            max_results=5,
            tweet_fields=FIELDS,
            expansions=["referenced_tweets.id", "referenced_tweets.id.author_id"],
            start_time=datetime(2024, 1, 1, tzinfo=UTC),
        )
        assert [str(t.id) for t in mine.data] == [reply, quote, share]
        assert mine.data[0].created_at == NOW
        assert [r.type for t in mine.data for r in t.referenced_tweets] == [
            "replied_to",
            "quoted",
            "retweeted",
        ]
        assert str(mine.includes["tweets"][0].id) == first
        assert mine.meta["newest_id"] == reply

        shares = await client._make_request(  # tweepy has no method of its own for this list
            "GET",
            f"/2/tweets/{first}/retweets",
            params={"max_results": 5},
            endpoint_parameters=("max_results",),
            data_type=tweepy.Tweet,
        )
        assert [str(t.id) for t in shares.data] == [share]
        quotes = await client.get_quote_tweets(first, max_results=10)
        assert [str(t.id) for t in quotes.data] == [quote]
        one = await client.get_tweets(
            [first, "1"],
            tweet_fields=FIELDS,
            expansions="attachments.media_keys",
            media_fields="alt_text",
        )
        assert one.data[0].public_metrics["retweet_count"] == 1
        assert one.includes["media"][0].alt_text == "Baliho"
        assert one.errors[0]["resource_id"] == "1"
        answers = await client.search_recent_tweets("(from:pegawai_a) to:calon_satu")
        assert [str(t.id) for t in answers.data] == [reply]


async def test_tweepy_pages_through_it() -> None:
    async with StandIn(lambda: NOW) as net, tweepy_at(net) as client:
        own = net.world.user("pegawai_a")
        wrote = [net.world.post(own, f"Ke-{n}") for n in range(12)]
        net.holes = 1
        found: list[str] = []
        pages = 0
        async for page in tweepy.asynchronous.AsyncPaginator(
            client.get_users_tweets, own.id, max_results=5
        ):
            pages += 1
            found += [str(tweet.id) for tweet in page.data or []]
    assert (found, pages) == (wrote[::-1], 4)


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ("401", tweepy.Unauthorized),
        ("402", tweepy.HTTPException),
        ("403", tweepy.Forbidden),
        ("429", tweepy.TooManyRequests),
        ("429-second", tweepy.TooManyRequests),
        ("429-cap", tweepy.TooManyRequests),
    ],
)
async def test_tweepy_reads_its_refusals(fault: str, error: type[tweepy.HTTPException]) -> None:
    async with StandIn(lambda: NOW) as net, tweepy_at(net) as client:
        net.fault(fault)
        with pytest.raises(error) as caught:
            await client.get_users_tweets("1000")
    assert caught.value.response.status == int(fault[:3])
    if isinstance(caught.value, tweepy.TooManyRequests):
        assert caught.value.reset_time == int(NOW.timestamp()) + 300


async def test_it_is_strict() -> None:
    async with StandIn(lambda: NOW) as net, tweepy_at(net, "other") as client:
        with pytest.raises(tweepy.Unauthorized):
            await client.get_users_tweets("1000")
    async with StandIn(lambda: NOW) as net, tweepy_at(net) as client:
        own = net.world.user("pegawai_a")
        for wrong in ({"max_results": 3}, {"max_results": 101}, {"tweet_fields": "likers"}):
            with pytest.raises(tweepy.BadRequest):
                await client.get_users_tweets(own.id, **wrong)
        with pytest.raises(tweepy.BadRequest):
            await client.get_tweets([str(n) for n in range(1, 102)])
        with pytest.raises(tweepy.BadRequest):
            await client.search_recent_tweets("a" * 513)
