"""Which addresses and which pages are refused."""

from __future__ import annotations

import pytest

from monitor.net_guard import Expect, Guard, is_public, misfit


@pytest.mark.parametrize(
    "address",
    [
        "0.0.0.0",
        "10.1.2.3",
        "100.64.0.1",
        "127.0.0.1",
        "169.254.169.254",
        "172.16.0.1",
        "192.168.1.1",
        "198.18.0.1",
        "224.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::ffff:127.0.0.1",
        "::ffff:169.254.169.254",
        "::7f00:1",
        "64:ff9b::7f00:1",
        "64:ff9b:1::808:808",
        "2002:7f00:1::",
        "2002:c0a8:101::1",
        "2001:0:4136:e378:8000:63bf:3fff:fdd2",
        "2001:db8::1",
        "fc00::1",
        "fd12:3456::1",
        "fe80::1",
        "fe80::1%eth0",
        "fec0::1",
        "ff02::1",
    ],
)
def test_addresses_that_are_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize(
    "address",
    ["8.8.8.8", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808", "2002:808:808::1"],
)
def test_public_addresses(address: str) -> None:
    assert is_public(address)


def test_a_listed_host_is_allowed_on_its_port_only() -> None:
    guard = Guard(["localhost:2583", "[::1]:80"])
    assert guard.may_connect("LocalHost", 2583, "127.0.0.1")
    assert not guard.may_connect("localhost", 2584, "127.0.0.1")
    assert guard.fault("http://localhost:2583/x", configured=False) == ""
    assert guard.fault("http://[::1]/", configured=False) == ""
    assert guard.fault("http://[::1]:81/", configured=True) == "the address is not public"


@pytest.mark.parametrize(
    ("url", "configured", "fault"),
    [
        ("https://blog.example/feed", False, ""),
        ("http://blog.example/feed", True, ""),
        ("http://blog.example/feed", False, "an address learned from data must be https"),
        ("ftp://blog.example/", True, "the address is not http or https"),
        ("https:///feed", True, "the address is not http or https"),
        ("https://a@blog.example/", True, "the address carries a user name or password"),
        ("https://blog.example:99999/", True, "the address is not a valid URL"),
        ("https://8.8.8.8/", False, ""),
        ("https://[fe80::1%25eth0]/", True, "the address is not public"),
    ],
)
def test_urls(url: str, configured: bool, fault: str) -> None:
    assert Guard([]).fault(url, configured=configured) == fault


@pytest.mark.parametrize(
    ("expect", "body"),
    [
        (Expect.JSON, b'{"html": "<html><input type=password>"}'),
        (Expect.JSON, b"[]"),
        (Expect.FEED, b"<?xml version='1.0'?><rss><item>&lt;p><html></rss>"),
        (Expect.FEED, b"<feed xmlns='x'><content type='xhtml'><html >"),
        (Expect.FEED, b""),
        (Expect.CAR, b"\x3aroots<html>"),
        (Expect.ANY, b"<html><input type=password>"),
    ],
)
def test_answers_that_fit(expect: Expect, body: bytes) -> None:
    assert misfit(expect, body) == ""


def test_a_page_with_a_byte_order_mark_is_seen() -> None:
    body = b"\xef\xbb\xbf\r\n<?xml version='1.0'?>\n<!DOCTYPE  html><html><rss></html>"
    assert misfit(Expect.FEED, body) == "an HTML page came instead of a feed"
