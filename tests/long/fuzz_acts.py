"""Random injuries to files of acts: rows are read, refused in words or passed over."""

from __future__ import annotations

import io
import random
import tempfile
import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path

from monitor import watch
from monitor.errors import ConfigError
from monitor.intake import act_files, act_profiles, act_reading, act_rows, act_words
from monitor.intake.act_forms import Profile, TableForm
from monitor.intake.act_lines import Row, Unreadable
from monitor.intake.act_rows import BadField, Reader
from monitor.intake.act_words import Text
from monitor.model.evidence import canonical
from monitor.model.person import EmployerType, Ownership, Watch
from monitor.model.wire import activity_content
from monitor.run import filed
from monitor.run.filed import JSON, Filed, Origin, Record
from tests.intake import acts

Break = Callable[[random.Random, bytes], bytes]
SELDOM = 0.2
LINE = Watch(
    "w1", "p1", "Orang Rekaan", "instagram", "pegawai.example", "Dinas Rekaan", "Bidang Rekaan",
    Ownership.DECLARED, "uji", date(2000, 1, 1), date(2000, 1, 1), EmployerType.PNS,
)  # fmt: skip
ORIGIN = Origin("IMP-AAAA", 1, "a", "0" * 64, "p", checked=True, table="t", member="m", encoding="")
PROFILES = tuple(
    act_profiles.load(name, watch.shipped()) for name in act_profiles.names(watch.shipped())
)
PROFILE_SAMPLES = tuple(
    (watch.shipped() / act_profiles.FOLDER / f"{one.name}.toml").read_bytes() for one in PROFILES
)


def _samples() -> list[tuple[Profile, TableForm, bytes]]:
    """Return every recorded table, with what reads it."""
    found = []
    with tempfile.TemporaryDirectory() as folder:
        for place in sorted(acts.RECORDINGS.iterdir()):
            profile = acts.profile_of(place.name)
            with act_files.opened(acts.file_of(place.name, Path(folder))) as handed:
                for member in handed.members(profile):
                    with handed.open(member.name) as file:
                        found.append((profile, member.table, file.read()))
    return found


SAMPLES = _samples()


def rows(rng: random.Random, injure: Break) -> None:
    """One table, injured: what is read of it can be kept as evidence."""
    profile, table, body = rng.choice(SAMPLES)
    if rng.random() < SELDOM:
        body = body.decode("utf-8", "replace").encode("utf-16")
    data = injure(rng, body)
    text = Text(io.BytesIO(data), rng.choice(("", "", "cp1252", "utf-16", table.encoding)))
    reader = Reader(profile, table, frozenset({"pegawai rekaan"}))
    try:
        for row in act_reading.rows_of(table, text):
            if isinstance(row, Row):
                _one(reader, table, text, row)
    except Unreadable:
        return


def _one(reader: Reader, table: TableForm, text: Text, row: Row) -> None:
    try:
        who = reader.who(row)
        if who.reason:
            return
        told = reader.told(row, who.platform, LINE.address, acts.NOW)
    except BadField:
        return
    kept = act_rows.record(row, table.strangers)
    assert text.bytes_of(row.text) or kept is not None or not row.text
    act = Filed(LINE, told, row, ORIGIN, Record(b"", JSON), "handle", who.platform)
    assert canonical(activity_content(filed.activity(act, acts.NOW)))
    assert filed.raw(act, acts.NOW).hints


def archive(rng: random.Random, injure: Break) -> None:
    """A ZIP, injured: refused, or read to where it is whole."""
    profile, table, body = rng.choice(SAMPLES)
    name = (table.members or ("a.csv",))[0].replace("**/", "").replace("*", "x")
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as written:
        written.writestr(name, body)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.zip"
        path.write_bytes(injure(rng, packed.getvalue()))
        try:
            acts.read(path, profile)
        except (ConfigError, Unreadable):
            return


def profile(rng: random.Random, injure: Break) -> None:
    """A profile, injured: every fault is told, or what is left of it can be used."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "p.toml"
        path.write_bytes(injure(rng, rng.choice(PROFILE_SAMPLES)))
        try:
            act_profiles.load(str(path))
        except ConfigError:
            return


def words(rng: random.Random, injure: Break) -> None:
    """Words and times, injured: what comes out is text that can be stored."""
    sample = "Ayo – “menangkan” 💪 20 November 2026 16:00 1795190400"
    if rng.random() < SELDOM:
        sample = sample.encode().decode("latin-1")
    text = injure(rng, sample.encode()).decode("utf-8", "surrogateescape")
    whole, _ = act_words.words(text)
    whole.encode()
    act_words.words(whole)[0].encode()
    try:
        act_words.instant(text[rng.randrange(40) :], _forms(rng), None, acts.NOW)
    except act_words.BadTime:
        return


def _forms(rng: random.Random) -> tuple[str, ...]:
    forms = ["iso", "unix", "unix_ms", act_words.ID, "%d %B %Y %H:%M", "%a %b %d %H:%M:%S %z %Y"]
    return tuple(rng.sample(forms, 3))
