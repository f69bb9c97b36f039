"""Files made to harm the reader: each is refused in words or costs its own rows, nothing else."""

from __future__ import annotations

import os
import stat
import struct
import tracemalloc
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from monitor import watch
from monitor.errors import ConfigError
from monitor.intake import act_files, act_profiles, act_words
from monitor.intake.act_lines import LONGEST, Unreadable
from tests.intake import acts

GOOD = b'{"type":"public_channel","id":7,"messages":[%s]}'
ONE = b'{"id":1,"type":"message","date_unixtime":"1795190400","from_id":"user987654","text":"Ya"}'
DEEP = b"[" * 100_000
# What stands in the place of a message, and whether the message behind it is still read.
JSON = {
    "nothing": (b"", False),
    "cut in a string": (b'{"text":"a', False),
    "cut behind a backslash": (b'{"text":"a\\', False),
    "deep lists": (DEEP + b"]" * 100_000, True),
    "deep and cut": (DEEP, False),
    "deep objects": (b'{"a":' * 50_000 + b"1" + b"}" * 50_000, True),
    "a number": (b"17", True),
    "a number of a million digits": (b"9" * 1_000_000, True),
    "an exponent": (b'{"id":1e999999,"type":"message"}', True),
    "not a number": (b'{"id":NaN,"from_id":"user987654","type":"message"}', True),
    "a lone surrogate": (ONE.replace(b"Ya", b"\\ud800"), True),
    "half a pair": (ONE.replace(b"Ya", b"\\udfff\\ud83d"), True),
    "NUL": (ONE.replace(b"Ya", b"\\u0000"), True),
    "raw NUL": (ONE.replace(b"Ya", b"a\x00b"), True),
    "no UTF-8": (ONE.replace(b"Ya", b"\xff\xfe\x80"), True),
    "a bare comma": (b"", False),
    "a comma too many": (b'{"a":1,}', True),
    "no colon": (b'{"a" 1}', True),
    "single quotes": (b"{'a': 1}", True),
    "brackets crossed": (b'{"a":[}]', True),
    "a list for a text": (
        ONE.replace(b'"Ya"', b'[[[["x"]]],{"text":{"text":["y"]}},null,1]'),
        True,
    ),
    "objects for ids": (ONE.replace(b'"user987654"', b'{"a":1}'), True),
    "doubled keys": (ONE.replace(b'"id":1', b'"id":1,"id":2,"id":{}'), True),
    "a long text": (ONE.replace(b"Ya", b"a" * (LONGEST + 9)), True),
    "a text beyond the field": (ONE.replace(b"Ya", b"a" * 200_000), True),
    "right to left": (ONE.replace(b"Ya", "\u202eaY".encode()), True),
    "a time before time": (ONE.replace(b"1795190400", b"-99999999999999999"), True),
    "a time after time": (ONE.replace(b"1795190400", b"99999999999999999"), True),
    "a script": (b"alert(1)", True),
}


@pytest.mark.parametrize("kind", JSON)
def test_hostile_json(kind: str, tmp_path: Path) -> None:
    body, survives = JSON[kind]
    last = ONE.replace(b'"id":1', b'"id":99')
    path = tmp_path / "result.json"
    path.write_bytes(GOOD % b",".join((ONE, body, last)))
    found = acts.read(path, acts.profile_of("telegram"))
    ids = [act["object"] for act in found["acts"]]
    assert ids[0] == "-1007/1"
    assert ("-1007/99" in ids) is survives
    if not survives:
        assert found["unread"]
    for act in found["acts"]:
        act["text"].encode()


WHOLE = {
    "empty": b"",
    "blank": b" \n\t ",
    "only a mark": b"\xef\xbb\xbf",
    "half of UTF-16": b"\xff\xfe[",
    "a page": b"<!DOCTYPE html><html></html>",
    "XML with entities": b'<!DOCTYPE x [<!ENTITY a "b"><!ENTITY c "&a;&a;">]><x>&c;</x>',
    "a picture": b"\x89PNG\r\n\x1a\n" + bytes(64),
    "a PDF": b"%PDF-1.7\n",
    "zeros": bytes(4096),
    "a scalar": b'"hai"',
    "another object": b'{"messages":{"a":1}}',
    "a list where an object is asked for": b"[[[]]]",
    "two documents": b'{"messages":[]}{"messages":[]}',
    "something behind": b'{"messages":[]} dan lagi',
    "an unknown script": b"var x = [1]",
}


@pytest.mark.parametrize("kind", WHOLE)
@pytest.mark.parametrize("case", ["telegram", "x-archive", "zeeschuimer", "tabel"])
def test_files_that_are_something_else(kind: str, case: str, tmp_path: Path) -> None:
    names = {"x-archive": "tweets.js", "zeeschuimer": "tiktok.com.ndjson", "tabel": "a.csv"}
    path = tmp_path / names.get(case, "result.json")
    path.write_bytes(WHOLE[kind])
    try:
        found = acts.read(path, acts.profile_of(case), zone="WIB")
    except Unreadable:
        return
    assert found["acts"] == []


HEAD = b"platform,signal,actor_handle,time,text\n"
ROW = b"instagram,post,pegawai.example,2026-11-20T16:00:00Z,%s\n"
CSV = {
    "an open quote": (b'"tak pernah ditutup\n', False),
    "a quote in the middle": (b'a "b" c', True),
    "text behind a quote": (b'"a"b', True),
    "a thousand cells": (b",".join([b"x"] * 1000), True),
    "NUL": (b"a\x00b", True),
    "no UTF-8": (b"caf\xe9 \x80\x93", True),
    "cp1252 only": (b"\x93kutip\x94 \x96 \x85", True),
    "a lone carriage return": (b"a\rb", True),
    "form feeds": (b"a\x0b\x0c\x1c\x85b", True),
    "a formula": (b"=HYPERLINK(1)", True),
    "a long cell": (b"a" * 200_000, True),
    "a longer cell": (b"a" * (LONGEST + 9), True),
    "a quoted longer cell": (b'"' + (b"a" * 999 + b"\n") * (LONGEST // 1000 + 9) + b'"', False),
    "an escaped quote": (b'"a ""b"" c"', True),
    "escape characters": (b"\x1b[31mmerah\x1b[0m", True),
    "right to left": ("\u202e".encode(), True),
    "mojibake": ("Ã©".encode(), True),
    "mojibake twice": ("é".encode().decode("latin-1").encode().decode("latin-1").encode(), True),
    "an emoji cut in half": (b"\xf0\x9f\x92", True),
    "spaces": (b"   ", True),
    "a tab": (b"a\tb", True),
}


@pytest.mark.parametrize("kind", CSV)
def test_hostile_csv(kind: str, tmp_path: Path) -> None:
    body, survives = CSV[kind]
    path = tmp_path / "a.csv"
    path.write_bytes(HEAD + ROW % b"satu" + ROW % body + ROW % b"akhir")
    found = acts.read(path, acts.profile_of("tabel"))
    texts = [act["text"] for act in found["acts"]]
    assert texts[0] == "satu"
    assert ("akhir" in texts) is survives
    assert len(texts) + len(found["unread"]) >= 2
    for text in texts:
        assert not any("\ud800" <= char <= "\udfff" or char == "\0" for char in text)


def test_damaged_words_are_made_whole() -> None:
    say = "Ayo – “menangkan” 💪 kafé™"
    once = say.encode().decode("latin-1")
    twice = once.encode().decode("latin-1")
    windows = "“bergema – selalu…".encode().decode("cp1252")
    escaped = b"caf\xe9 \x80\x99s".decode("utf-8", "surrogateescape")
    assert act_words.words(once) == (say, True)
    assert act_words.words(twice) == (say, True)
    assert act_words.words(windows) == ("“bergema – selalu…", True)
    assert act_words.words(escaped) == ("café €™s", True)
    for right in (say, "naïve é è", "Ü", "日本", "abc", "€50 – 100 %"):
        assert act_words.words(right) == (right, False)


TIMES = {
    "2026-11-20T16:00:00Z": "2026-11-20T16:00:00+00:00",
    "2026-11-20 23:00:00 WIB": "2026-11-20T16:00:00+00:00",
    "2026-11-20 16:00:00 UTC": "2026-11-20T16:00:00+00:00",
    "20 November 2026 23:00": "2026-11-20T16:00:00+00:00",
    "1795190400": "2026-11-20T16:00:00+00:00",
}
NO_TIMES = (
    "kemarin", "31/02/2026 10:00", "0", "1", "-1", "9" * 30, "1e308", "2026-13-01T00:00:00Z",
    "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "2026-11-20T25:00:00Z", "20/11/2026",
    "2026-11-20T16:00:00+99:99", "\u0661\u0662", "1795190400; DROP", "nan", "inf", "0x10",
    "2030-01-01T00:00:00Z", "1 Januari 1970 00:00",
)  # fmt: skip
FORMS = ("iso", "unix", "%d %B %Y %H:%M", "%d/%m/%Y %H:%M")


def test_times_are_read_or_refused_and_never_made_up() -> None:
    at = act_words.zone("WIB")
    for text, wanted in TIMES.items():
        found, _ = act_words.instant(text, FORMS, at, acts.NOW)
        assert found is not None
        assert found.isoformat() == wanted
    for text in NO_TIMES:
        with pytest.raises(act_words.BadTime):
            act_words.instant(text, FORMS, at, acts.NOW)
    with pytest.raises(act_words.BadTime, match="--zone"):
        act_words.instant("2026-11-20 16:00:00", FORMS, None, acts.NOW)
    day = act_words.instant("2026-11-20", FORMS, at, acts.NOW)
    assert day == (None, datetime(2026, 11, 19, 17, tzinfo=UTC))


# ---- archives ----------------------------------------------------------------------------------


def packed(**more: bytes) -> Callable[[Path], None]:
    def write(path: Path) -> None:
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, body in more.items():
                archive.writestr(name.replace("__", "/"), body)

    return write


def entry(name: str, body: bytes = b"[]", **changes: int) -> Callable[[Path], None]:
    def write(path: Path) -> None:
        info = zipfile.ZipInfo(name)
        for key, value in changes.items():
            setattr(info, key, value)
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr(info, body)

    return write


def injured(at: int, put: bytes) -> Callable[[Path], None]:
    def write(path: Path) -> None:
        packed(**{"result.json": GOOD % ONE})(path)
        data = bytearray(path.read_bytes())
        data[at if at >= 0 else len(data) + at :][: len(put)] = b""
        place = at if at >= 0 else len(data) + at
        data[place : place + len(put)] = put
        path.write_bytes(bytes(data))

    return write


def bomb(path: Path) -> None:
    body = b"[" + b" " * (40 << 20) + b"]"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("result.json", body)


def twice(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("result.json", b"[]")
        with pytest.warns(UserWarning, match="Duplicate"):
            archive.writestr("result.json", GOOD % ONE)


def many(path: Path) -> None:
    """An index that says it holds more members than anybody would read."""
    packed(**{"result.json": b"[]"})(path)
    data = bytearray(path.read_bytes())
    at = data.rfind(b"PK\x05\x06")
    data[at + 12 : at + 16] = struct.pack("<L", 80 << 20)
    path.write_bytes(bytes(data))


LINK = (stat.S_IFLNK | 0o777) << 16
ZIPS: dict[str, Callable[[Path], object]] = {
    "out of the folder": entry("../../result.json"),
    "an absolute name": entry("/etc/result.json"),
    "a drive": entry("C:\\result.json"),
    "backslashes out": entry("..\\..\\result.json"),
    "a control character": entry("a\x01/result.json"),
    "a link": entry("result.json", b"/etc/passwd", create_system=3, external_attr=LINK),
    "a device": entry("result.json", create_system=3, external_attr=(stat.S_IFCHR | 0o666) << 16),
    "a pipe": entry("result.json", create_system=3, external_attr=(stat.S_IFIFO | 0o666) << 16),
    "bzip2": entry("result.json", compress_type=zipfile.ZIP_BZIP2),
    "lzma": entry("result.json", compress_type=zipfile.ZIP_LZMA),
    "a bomb": bomb,
    "a name twice": twice,
    "a long index": many,
    "a ZIP in a ZIP": packed(**{"inner.zip": b"PK\x05\x06" + bytes(18)}),
    "no table in it": packed(**{"foto.jpg": b"x"}),
    "an empty archive": lambda path: path.write_bytes(b"PK\x03\x04" + b"PK\x05\x06" + bytes(18)),
    "only a beginning": lambda path: path.write_bytes(b"PK\x03\x04" + bytes(200)),
    "a cut end": injured(-20, b"\xff" * 20),
    "a folder's name": entry("result.json/"),
    "a password": entry("result.json", flag_bits=1),
}


@pytest.mark.parametrize("kind", ZIPS)
def test_hostile_archives_are_refused_in_words(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "arsip.zip"
    ZIPS[kind](path)
    if kind == "a password":
        data = bytearray(path.read_bytes())
        data[data.rfind(b"PK\x01\x02") + 8] |= 1
        path.write_bytes(bytes(data))
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(ConfigError) as refused:
        acts.read(path, acts.profile_of("telegram"))
    assert all(fault.expected for fault in refused.value.faults)
    assert "passwd" not in str(refused.value)
    assert sorted(tmp_path.rglob("*")) == before


BROKEN = {
    "a false checksum": 14, "a broken stream": 45, "another method": 8, "another name": 30,
    "another size": 18,
}  # fmt: skip


@pytest.mark.parametrize("kind", BROKEN)
def test_a_damaged_member_is_told_and_ends_the_reading(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "arsip.zip"
    injured(BROKEN[kind], b"\xff\xff\xff\xff")(path)
    try:
        found = acts.read(path, acts.profile_of("telegram"))
    except act_files.BrokenMember:
        return
    assert found["unread"] or found["acts"]


def test_what_is_no_file_is_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipa.json")
    for path in (tmp_path, tmp_path / "pipa.json", tmp_path / "tiada.json", Path("/dev/null")):
        with pytest.raises(ConfigError):
            acts.read(path, acts.profile_of("telegram"))


@pytest.mark.drill
def test_a_long_file_is_read_in_little_memory(tmp_path: Path) -> None:
    """One row is in memory at a time: a list of many mebibytes leaves next to nothing behind."""
    profile = act_profiles.load("telegram", watch.shipped())
    path = tmp_path / "result.json"
    with path.open("wb") as file:
        file.write(b'{"type":"public_channel","id":7,"junk":[' + b'{"a":"]"},' * 20_000)
        file.write(b'0],"messages":[' + ONE)
        for _ in range(9_999):
            file.write(b"," + ONE.replace(b"Ya", b"y" * 1_000))
        file.write(b"]}")
    with acts.member(path, profile) as opened:
        tracemalloc.start()
        count = sum(1 for _ in opened.rows)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert count == 10_000
    assert peak < 8 << 20
