"""Documents made to break parsers: each is refused or read, none raises anything else."""

from __future__ import annotations

import pytest

from monitor.collect.feeds_parse import read_entry
from monitor.collect.feeds_split import CutFeed, NotAFeed, split
from monitor.collect.feeds_text import instant
from monitor.text.markup import html_to_text

MANY = 20_000
ENTRY = '<rss version="2.0" xmlns:media="http://search.yahoo.com/mrss/"><channel><item>{}</item></channel></rss>'

DOCUMENTS = [
    b"",
    b"\x00" * 100,
    b"\xff\xfe",
    b"\xef\xbb\xbf",
    b"\xff\xfe<\x00r\x00s\x00s\x00>\x00",
    b"<",
    b"<rss",
    b"<rss>",
    b"<rss/>",
    b"</rss>",
    b"<?xml",
    b"<?xml version='1.0' encoding='zlib'?><rss></rss>",
    b"<?xml version='1.0' encoding='utf-7'?><rss>+ADw-</rss>",
    b"<?xml version='1.0' encoding='punycode'?><rss><item>-" + b"a" * MANY + b"</item></rss>",
    b"<!DOCTYPE",
    b"<!DOCTYPE rss",
    b"<!DOCTYPE rss [",
    b"<!DOCTYPE rss SYSTEM 'http://127.0.0.1/x.dtd'><rss></rss>",
    b"<!-- " + b"-" * MANY,
    b"<rss><item>" + b"<!--" * MANY,
    b"<rss><item>" + b"<![CDATA[" * MANY,
    b"<rss>" + b"<item>" * MANY,
    b"<rss>" + b"</item>" * MANY + b"</rss>",
    b"<rss><channel>" + b"<item><item>" * 100 + b"</item></rss>",
    b"<feed><entry></entry></feed>",
    b"<x:feed><x:entry></x:entry></x:feed>",
    b"<rdf:RDF><item/></rdf:RDF>",
    b"<" + b"a" * MANY + b">",
    b"<" + b"a:" * MANY + b"rss>",
    b"<html><rss></rss></html>",
    b"{",
    b"{}",
    b"[]",
    b'{"a":' * MANY,
    b'{"version":"https://jsonfeed.org/version/1","items":[{"a":'
    + b"[" * 900
    + b"]" * 900
    + b"}]}",
    b'{"version":"https://jsonfeed.org/version/1","items":{}}',
    b'{"version":"https://jsonfeed.org/version/1","items":[null,1,"x",[],{}]}',
    b'{"version":"https://jsonfeed.org/version/1","items":[{"id":"\\ud800","title":"\\udfff"}]}',
    b'{"version":"https://jsonfeed.org/version/1","items":[{"id":' + b"9" * 5_000 + b"}]}",
    b'{"version":"https://jsonfeed.org/version/1","items":[{"id":NaN,"url":["x"],"tags":{"a":1}}]}',
]

FRAGMENTS = [
    "<", "&", "<!", "<!--", "<![CDATA[", "<![", "<a ", "<a b='", "</", "<?", "<p>", "&#x", "&#0;",
    "&#99999999999;", "&lt;", "&lt;!--", "&lt;a ", "&lt;![x", "&lt;img src='", "&lt;script&gt;",
    "<media:description>", "<media:content url='", "<content type='xhtml'><div>", "[[[", "\x00",
    "\u202e", "<guid>", "<title type='html'>", "<link href='http://[::1'/>", "<pubDate>1</pubDate>",
]  # fmt: skip


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda d: repr(d[:40]))
def test_a_hostile_document(document: bytes) -> None:
    try:
        found = split(document, "")
    except (NotAFeed, CutFeed):
        return
    for entry in found.entries:
        _read(entry)


@pytest.mark.parametrize("fragment", FRAGMENTS, ids=repr)
@pytest.mark.parametrize("times", [1, 3_000])
def test_a_hostile_entry(fragment: str, times: int) -> None:
    for inner in (fragment * times, f"<description>{fragment * times}</description>"):
        _read(ENTRY.format(inner).encode())


@pytest.mark.parametrize("charset", ["zlib", "rot13", "utf-8\x00", "x" * 1_000, "ascii", "utf-32"])
def test_a_hostile_charset(charset: str) -> None:
    assert len(split(ENTRY.format("<guid>1</guid>").encode(), charset).entries) == 1


@pytest.mark.parametrize("fragment", [*FRAGMENTS, "<img ", "<img src=x alt=", "<a '<b \"", "<br>"])
def test_hostile_html(fragment: str) -> None:
    text, media = html_to_text(fragment * MANY)
    assert len(text) <= len(fragment) * MANY
    assert all(m.kind == "image" for m in media)


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>satu</p><p>dua</p>", "satu\ndua"),
        ("a<br>b<br/>c", "a\nb\nc"),
        ("<p>kata\n  lain</p>", "kata lain"),
        ("pilih<b>nomor</b>dua", "pilihnomordua"),
        ("<script>alert(1)</script>x<style>p{}</style>", "x"),
        ("x < y &amp;&amp; y > z", "x < y && y > z"),
        ("<!-- rahasia -->ada", "ada"),
        ("<a href='a>b' title=\"c>d\">taut</a>", "taut"),
        ("&lt;b&gt;", "<b>"),
        ("<ul><li>a<li>b</ul>", "a\nb"),
        ("", ""),
    ],
)
def test_html_to_text(html: str, text: str) -> None:
    assert html_to_text(html)[0] == text


@pytest.mark.parametrize(
    ("written", "utc"),
    [
        ("Fri, 11 Oct 2024 10:00:00 +0700", "2024-10-11T03:00:00+00:00"),
        ("Fri, 11 Oct 2024 10:00:00 WIB", "2024-10-11T03:00:00+00:00"),
        ("Fri, 11 Oct 2024 10:00:00 WITA", "2024-10-11T02:00:00+00:00"),
        ("Fri, 11 Oct 2024 10:00:00 WIT", "2024-10-11T01:00:00+00:00"),
        ("Fri, 11 Oct 2024 10:00:00 GMT+7", "2024-10-11T03:00:00+00:00"),
        ("Fri, 11 Oct 2024 10:00:00 UTC+07:00", "2024-10-11T03:00:00+00:00"),
        ("Fri, 11 Oct 2024 10:00:00 +0700 (WIB)", "2024-10-11T03:00:00+00:00"),
        ("Jum, 11 Okt 2024 10:00:00 +0700", "2024-10-11T03:00:00+00:00"),
        ("11 Agustus 2024 10:00 WIB", "2024-08-11T03:00:00+00:00"),
        ("Fri, 11 Oct 2024 10:00:00 EST", "2024-10-11T15:00:00+00:00"),
        ("Fri, 11 Oct 2024 10:00:00 -0000", "2024-10-11T10:00:00+00:00"),
        ("2024-10-11T10:00:00+07:00", "2024-10-11T03:00:00+00:00"),
        ("2024-10-11T03:00:00.5Z", "2024-10-11T03:00:00.500000+00:00"),
        ("2024-10-11 10:00:00 WIB", "2024-10-11T03:00:00+00:00"),
        ("2024-10-11 10:00:00 +0700", "2024-10-11T03:00:00+00:00"),
    ],
)
def test_dates(written: str, utc: str) -> None:
    found = instant(written)
    assert found is not None
    assert found.isoformat() == utc


@pytest.mark.parametrize(
    "written",
    ["", "kemarin", "2024", "2024-10", "2024-10-11", "2024-10-11T10:00:00", "1728640800",
     "Fri, 11 Oct 2024 10:00:00", "Fri, 11 Oct 2024 10:00:00 XYZ", "Fri, 31 Feb 2024 10:00:00 GMT",
     "Thu, 01 Jan 1970 00:00:00 GMT", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59-23:59",
     "2024-10-11T25:00:00Z", "2024-10-11T10:00:00+99:99", "9" * 5_000, ":" * 5_000],
)  # fmt: skip
def test_no_time_is_invented(written: str) -> None:
    assert instant(written) is None


def _read(entry: bytes) -> None:
    try:
        made = read_entry(entry, "https://blog.example/feed")
    except ValueError:
        return
    assert made.key
    made.words.encode()
