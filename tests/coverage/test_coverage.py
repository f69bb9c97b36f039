"""What the coverage command and its pages say, and what they must not."""

from __future__ import annotations

import base64
import hashlib
import re
from contextlib import closing
from html.parser import HTMLParser
from pathlib import Path

import pytest

from monitor import covering, covering_files
from monitor.clock import utc_now
from monitor.collect import gate, registry
from monitor.config import load
from monitor.demo.story import template
from monitor.notify import coverage_words as words
from monitor.notify.coverage_blind import BASIS_ID, BLIND_ID
from monitor.store import rights
from monitor.store.writer import Writer
from tests.cli.conftest import Run
from tests.coverage.place import made

ACCOUNTS = 42
X_ACCOUNT = """[[target.account]]
platform = "x"
handle = "calon_satu"
native_id = "1001"
type = "terdaftar_kpu"
source = "Rekaan untuk uji."

"""


class Page(HTMLParser):
    """What a browser would fetch, where links lead, and what can be led to."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.ids: set[str] = set()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = dict(attrs)
        self.tags.append((tag, said))
        if tag == "a":
            self.links.append(said.get("href") or "")
        if found := said.get("id"):
            assert found not in self.ids
            self.ids.add(found)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("cakupan") / "pasang"
    made(place, ACCOUNTS, utc_now())
    return place


def pages(run: Run, folder: Path, to: Path, *more: str) -> str:
    said = run("coverage", "-c", folder / "config.toml", "--html", to, *more)
    assert said.status == 1, said.err
    return said.out


@pytest.mark.parametrize("tongue", ["id", "en"])
def test_every_state_is_named_and_counted(
    run: Run, folder: Path, tmp_path: Path, tongue: str
) -> None:
    said = pages(run, folder, tmp_path / "c.html", "--language", tongue)
    text = (tmp_path / "c.html").read_text("utf-8")
    for table in (words.SIGHTS, words.STATES):
        for word in table[tongue].values():
            if word not in (words.STATES[tongue]["no_right"], words.STATES[tongue]["switched_off"]):
                assert word in text
    for sight in words.SIGHTS[tongue].values():
        assert sight in said
    assert f'<html lang="{tongue}">' in text
    assert words.WORDS[tongue]["principle"] in text
    for name, why in words.NOT_COLLECTED[tongue]:
        assert name in text
        assert why.replace("'", "&#39;") in text
    assert {"Facebook, Instagram, Threads", "TikTok"} <= {n for n, _ in words.NOT_COLLECTED[tongue]}


def test_candidates_accounts_are_counted_too(run: Run, folder: Path, tmp_path: Path) -> None:
    said = pages(run, folder, tmp_path / "c.html")
    row = said.partition(words.WORDS["id"]["reverse"])[2].split("Bluesky")[1].split("\n")[0]
    assert re.findall(r"│ (\d+) ", row) == ["1", "1", "0", "1", "0", "0"]
    text = (tmp_path / "c.html").read_text("utf-8")
    yes = words.WORDS["id"]["reverse_yes"]
    assert f"{yes}: 1 teramati; 1 teramati sebagian; 1 tidak teramati<" in text


def test_no_name_handle_or_address_is_shown(run: Run, folder: Path, tmp_path: Path) -> None:
    said = pages(run, folder, tmp_path / "c.html")
    one = run("coverage", "-c", folder / "config.toml", "--instansi", "Dinas Rekaan 0005").out
    text = (tmp_path / "c.html").read_text("utf-8")
    assert "w-000005" in text
    assert "w-000005" in one
    for shown in (said, one, text):
        assert "rahasia" not in shown.lower()
    # What turns a page or a terminal round is shown as what it is.
    assert "\u202e" not in said + text
    assert "\x07" not in said + text
    assert "<b>Miring" not in text
    assert "&lt;b&gt;Miring&lt;/b&gt;" in text


def test_a_page_needs_nothing_from_outside(run: Run, folder: Path, tmp_path: Path) -> None:
    pages(run, folder, tmp_path / "c.html")
    text = (tmp_path / "c.html").read_text("utf-8")
    page = Page(text)
    assert {tag for tag, _ in page.tags} & {"script", "img", "link", "iframe", "form"} == set()
    assert not re.findall(r"https?://|url\(|@import", text)
    assert not {name for _, said in page.tags for name in said if name.startswith("on")}
    style = re.findall(r"<style>(.*?)</style>", text, re.DOTALL)[0]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert f"default-src 'none'; style-src 'sha256-{digest}'" in text.replace("&#39;", "'")
    assert {link for link in page.links if link[1:] not in page.ids} == set()
    assert (tmp_path / "c.html").stat().st_mode & 0o777 == 0o600


def test_many_accounts_lie_on_pages_of_their_own(
    run: Run, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(covering, "INLINE", 10)
    monkeypatch.setattr(covering_files, "PER_PAGE", 8)
    (tmp_path / "c-akun").mkdir()
    (tmp_path / "c-akun" / "catatan.html").write_text("milik orang lain")
    pages(run, folder, tmp_path / "c.html")
    main = Page((tmp_path / "c.html").read_text("utf-8"))
    files = sorted(file for file in (tmp_path / "c-akun").glob("0*.html"))
    assert len(files) > 3
    lines = [re.findall(r"w-\d{6}", file.read_text("utf-8")) for file in files]
    assert sorted(one for page in lines for one in page) == sorted(
        f"w-{number:06}" for number in range(ACCOUNTS)
    )
    assert max(map(len, lines)) <= 8
    for link in (link for link in main.links if link.startswith("c-akun/")):
        name, _, anchor = link.partition("#")
        assert anchor in Page((tmp_path / name).read_text("utf-8")).ids
    for number, file in enumerate(files):
        page = Page(file.read_text("utf-8"))
        assert "../c.html" in page.links
        assert (files[number - 1].name in page.links) is (number > 0)
    # Written again with fewer pages: what was ours and is no more goes, what was not stays.
    monkeypatch.setattr(covering_files, "PER_PAGE", 500)
    pages(run, folder, tmp_path / "c.html")
    left = sorted(file.name for file in (tmp_path / "c-akun").iterdir())
    assert left == ["0001.html", "catatan.html"]


def test_a_file_of_somebody_else_is_left_alone(run: Run, folder: Path, tmp_path: Path) -> None:
    other = tmp_path / "laporan.html"
    other.write_text("<!doctype html><title>Laporan</title>")
    for target in (other, tmp_path / "tidak-ada" / "c.html", tmp_path):
        said = run("coverage", "-c", folder / "config.toml", "--html", target)
        assert said.status == 2, said.err
    assert other.read_text() == "<!doctype html><title>Laporan</title>"


def test_a_platform_that_is_switched_off_is_not_observed(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "pasang"
    settings = made(folder, 7, utc_now(), agencies=1)
    writer = Writer(settings.database)
    with writer.transaction() as tx:
        rights.switch(tx, "bluesky", off=True, who="Bu Rekaan", why="uji", at=utc_now())
    writer.close()
    said = run("coverage", "-c", folder / "config.toml", "--language", "en").out
    row = next(line for line in said.splitlines() if "Bluesky" in line)
    assert "switched off by command" in row
    assert re.findall(r"│ (\d+) ", row)[0] == "0"


def test_candidates_accounts_on_a_shut_platform_are_counted_as_unseen(
    run: Run, tmp_path: Path
) -> None:
    folder = tmp_path / "pasang"
    settings = made(folder, 7, utc_now(), agencies=1)
    names = {f"calon{n}": (f"calon{n}.example", f"did:plc:{str(n) * 24}") for n in (1, 2)}
    today = gate.today(utc_now())
    contest = template("contest.toml", today, names).replace(
        "[[target.account]]", X_ACCOUNT + "[[target.account]]", 1
    )
    (folder / "watchlists" / "contests" / f"pilgub-99-{today.year}.toml").write_text(contest)
    file = folder / "config.toml"
    file.write_text(file.read_text().replace("pilgub-35-2024", f"pilgub-99-{today.year}"))
    with closing(Writer(settings.database)) as writer, writer.transaction() as tx:
        rights.switch(tx, "bluesky", off=True, who="Bu Rekaan", why="uji", at=utc_now())
    said = run("coverage", "-c", file, "--language", "en").out
    table = said.partition(words.WORDS["en"]["reverse"])[2].splitlines()
    counts = {
        name: re.findall(r"│ (\d+) ", next(line for line in table if name in line))
        for name in ("Bluesky", "│ X ")
    }
    one = run(
        "coverage", "-c", file, "--language", "en", "--instansi", "Dinas <b>Miring</b> & Rekan"
    )
    assert "switched off by command since 20" in " ".join(one.out.split())
    assert counts == {"Bluesky": ["0", "0", "0", "2", "0", "0"],
                      "│ X ": ["0", "0", "0", "0", "0", "1"]}  # fmt: skip


def test_an_empty_register(run: Run, tmp_path: Path) -> None:
    made(tmp_path / "pasang", 0, utc_now())
    said = run("coverage", "-c", tmp_path / "pasang" / "config.toml", "--html", tmp_path / "c.html")
    assert said.status == 0
    assert words.WORDS["id"]["empty_register"] in (tmp_path / "c.html").read_text("utf-8")


def test_a_listed_group_without_a_consent_of_its_own_is_named(run: Run, tmp_path: Path) -> None:
    file = made(tmp_path / "pasang", 0, utc_now()).folder / "config.toml"
    text = re.sub(r"(?s)(\[collect.telegram\].*?enabled = )false", r"\1true", file.read_text())
    file.write_text(text.replace("groups = []", "groups = [-1001, -1002]"))
    with closing(Writer(load(file).database)) as writer, writer.transaction() as tx:
        rights.record(tx, collector="telegram", expires=gate.today(utc_now()), who="Bu Rekaan",
                      document="Surat 1", subject="-1001", why="uji", at=utc_now())  # fmt: skip
    said = run("coverage", "-c", file, "--html", tmp_path / "c.html")
    assert said.status == 1
    (line,) = [one for one in said.out.splitlines() if "group -100" in one]
    assert line.startswith(f"telegram, group -1002: {words.STATES['id']['no_right']}")
    assert "netralitas gate record telegram --group -1002" in line
    page = (tmp_path / "c.html").read_text("utf-8")
    assert ("group -1002" in page, "group -1001" in page) == (True, False)


def test_every_blind_spot_is_there_in_indonesian(folder: Path) -> None:
    settings = load(folder / "config.toml")
    every = {
        spot
        for name in registry.COLLECTORS
        for spot in registry.info(name, settings, utc_now).blind_spots
    }
    assert every - BLIND_ID.keys() == set()
    assert BLIND_ID.keys() - every == set()
    bases = {registry.info(name, settings, utc_now).basis for name in registry.COLLECTORS}
    assert BASIS_ID.keys() == bases


def test_every_platform_has_a_name_for_people() -> None:
    for names in words.NAMES.values():
        assert set(registry.PLATFORMS.values()) == names.keys()


def test_it_never_says_that_nothing_was_done() -> None:
    for table in (*words.WORDS.values(), *words.SIGHTS.values(), *words.STATES.values()):
        said = " ".join(table.values()).lower()
        for word in ("pelanggaran", "violation", "bersih", "patuh", "compliant", "innocent"):
            assert word not in said
    assert words.WORDS["id"].keys() == words.WORDS["en"].keys()
