"""``netralitas import acts``: what a file tells of registered persons, and of nobody else."""

from __future__ import annotations

import csv
import io
import json
import shutil
import zipfile
from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from monitor import registering
from monitor.clock import to_text
from monitor.judge.caps import FROM_FILE
from monitor.store import expiring
from monitor.store.writer import Writer
from tests.cli.conftest import Result, Run
from tests.installation import COLUMNS, Installation
from tests.needle import found

SAY = "Ayo menangkan Prakasita-Anggrek, coblos nomor 2! 💪"
STRANGER = "warga-asing.test"
THEIRS = "Kalimat orang asing yang tidak boleh tersimpan"
NEEDLES = (STRANGER, THEIRS, "111222333")
OFFICER = "Petugas Rekaan, inspektorat"
NOW = datetime.now(UTC).replace(microsecond=0)
LATELY = NOW - timedelta(hours=5)
EARLIER = NOW - timedelta(days=30)
ATTESTED = (
    "--obtained-by", OFFICER, "--how", "diserahkan pemilik akun", "--terms", "persetujuan 12",
    "--obtained-on", (NOW - timedelta(days=1)).date().isoformat(), "--by", OFFICER, "--why", "uji",
)  # fmt: skip
LINES = (
    ("w-ig", "instagram", "pegawai.example", "555"),
    ("w-x", "x", "pegawai_rekaan", "700700"),
    ("w-tg", "telegram", "987654", ""),
    ("w-yt", "youtube", "pegawai.example", ""),
    ("w-feed", "feed", "https://dinas.example/feed.xml", ""),
)
TOLD = (NOW - timedelta(days=10)).date().isoformat()
HEAD = (
    "platform", "signal", "actor_handle", "actor_id", "time", "text", "target_author_handle",
    "target_text", "object_id",
)  # fmt: skip
ACCOUNT = """
[[target.account]]
platform = "{}"
handle = "calon.rekaan"
type = "terdaftar_kpu"
source = "rekaan"
"""


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of an installation whose register holds one person with some accounts."""
    folder, nowhere = tmp_path_factory.mktemp("impor") / "rumah", "http://127.0.0.1:9"
    candidates = [
        (f"calon{n}.example", f"did:plc:{letter * 24}") for n, letter in ((1, "a"), (2, "b"))
    ]
    one = Installation(folder, [], nowhere, nowhere, nowhere, candidates)
    one.write()
    rows = (
        f"{watch_id},p-satu,Pegawai Rekaan,{platform},{address},Dinas Rekaan,Bidang,PNS,99,WIB,"
        f"declared,Persetujuan tertulis 1,{TOLD},{TOLD},{TOLD},{native_id}"
        for watch_id, platform, address, native_id in LINES
    )
    sheet = folder / "register.csv"
    sheet.write_text("\n".join([f"{COLUMNS},native_id", *rows, ""]))
    (folder / "penguji.csv").write_text(f"person_ref,consented_on,document\np-satu,{TOLD},S-1\n")
    config = folder / "config.toml"
    said = config.read_text().replace('register = "register.csv"', 'register = ""')
    # A command sets the level for the whole process, and other tests look at what is said.
    config.write_text(said.replace('level = "DEBUG"', 'level = "INFO"'))
    (contest,) = (folder / "watchlists" / "contests").glob("*.toml")
    accounts = (ACCOUNT.format(platform) for platform in ("instagram", "youtube", "tiktok"))
    contest.write_text(contest.read_text("utf-8") + "".join(accounts), "utf-8")
    wanted = registering.Wanted(sheet, OFFICER, "uji")
    assert registering.import_register(config, wanted) == 0
    return folder


@pytest.fixture
def house(built: Path, tmp_path: Path) -> Installation:
    nowhere = "http://127.0.0.1:9"
    shutil.copytree(built, tmp_path / "rumah")
    return Installation(tmp_path / "rumah", [], nowhere, nowhere, nowhere)


def table(path: Path, rows: Sequence[Sequence[str]]) -> Path:
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([HEAD, *rows])
    return path


def usual(path: Path, more: Sequence[Sequence[str]] = ()) -> Path:
    at = to_text(LATELY)
    return table(
        path,
        [
            ("instagram", "reply", "Pegawai.Example", "", at, SAY, "calon.rekaan", "Halo", "c1"),
            ("instagram", "reply", STRANGER, "111222333", at, THEIRS, "calon.rekaan", "Halo", "c2"),
            ("instagram", "post", "pegawai.example", "", at, "Panen cabai", "", "", "c3"),
            ("instagram", "post", "pegawai.example", "", to_text(EARLIER), SAY, "", "", "c4"),
            ("instagram", "like", "pegawai.example", "", "", "", "calon.rekaan", "Bergema", ""),
            ("instagram", "post", "pegawai.example", "", "kemarin", SAY, "", "", "c5"),
            *more,
        ],
    )


def take(
    run: Run, house: Installation, file: Path, *more: object, profile: str = "tabel"
) -> Result:
    return run("import", "acts", file, "--profile", profile, *ATTESTED, *more,
               "-c", house.folder / "config.toml")  # fmt: skip


def content(house: Installation, seq: int, name: str) -> dict[str, Any]:
    query = "SELECT body FROM content WHERE seq = ? AND name = ?"
    with house.connect() as conn:
        return dict(json.loads(conn.execute(query, (seq, name)).fetchone()[0]))


def test_a_table_is_judged_and_strangers_leave_nothing(
    run: Run, house: Installation, tmp_path: Path
) -> None:
    file = usual(tmp_path / "kasus.csv")
    done = take(run, house, file)
    assert done.status == 1, done.err  # one row's time cannot be read
    assert "perbuatan: row 7 time: expected" in done.out
    for line in ("strangers │ 1", "unreadable │ 1", "acts │ 2", "review │ 1"):
        assert line.replace(" │ ", "") in "".join(done.out.replace("│", "").split(" ")), line
    assert found(house.folder, NEEDLES) == []
    (finding,) = house.findings()
    assert finding["outcome"] == "review"
    assert FROM_FILE in finding["questions"]
    act = finding["activity"]
    assert act["text"] == SAY
    assert act["target"]["of"].endswith("/2")
    begun, ended = house.entries("import")
    assert begun["subject"] == ended["subject"]
    said = content(house, begun["seq"], "import")
    file_and_row = f"sha256 {said['sha256'][:16]}, attested in log {begun['seq']}, row 2"
    assert act["basis"] == f"import {begun['subject']}, {file_and_row}"
    assert said["obtained_by"] == OFFICER
    assert OFFICER not in json.dumps([begun, ended])
    assert ended["public"]["rows"]["strangers"] == 1
    assert house.verified().fault_count == 0


def test_the_row_is_the_evidence(run: Run, house: Installation, tmp_path: Path) -> None:
    file = usual(tmp_path / "kasus.csv")
    take(run, house, file)
    (finding,) = house.findings()
    parts = {path.read_bytes() for path in house.snapshots()}
    line = file.read_bytes().splitlines(keepends=True)[1]
    assert line in parts
    told = next(json.loads(p) for p in parts if p.startswith(b'{"attested_in_log"'))
    assert (told["row"], told["file"], told["matched_by"]) == (2, "kasus.csv", "handle")
    assert told["columns"][0] == "platform"
    assert set(finding["entry"]["files"]) >= {"record", "provenance", "card"}


def test_the_same_file_again_adds_nothing(run: Run, house: Installation, tmp_path: Path) -> None:
    file = usual(tmp_path / "kasus.csv")
    take(run, house, file)
    again = take(run, house, file)
    assert "this file was imported before" in again.out
    renamed = table(tmp_path / "lain.csv", [])
    renamed.write_bytes(file.read_bytes() + b"\r\n")
    take(run, house, renamed)
    assert len(house.findings()) == 1
    assert len(house.entries("import")) == 6


def test_a_dry_run_keeps_nothing(run: Run, house: Installation, tmp_path: Path) -> None:
    file, before = usual(tmp_path / "kasus.csv"), house.count("log")
    config = house.folder / "config.toml"
    done = run("import", "acts", file, "--profile", "tabel", "--dry-run", "-c", config)
    assert done.status == 1
    assert "Dry run: nothing was kept" in done.out
    assert "review" in done.out
    assert (house.count("log"), house.count("import_file"), house.count("seen")) == (before, 0, 0)


def test_nothing_is_imported_without_an_attestation(
    run: Run, house: Installation, tmp_path: Path
) -> None:
    file = usual(tmp_path / "kasus.csv")
    done = run("import", "acts", file, "--profile", "tabel", "-c", house.folder / "config.toml")
    assert done.status == 2
    for option in ("--obtained-by", "--how", "--terms", "--obtained-on", "--by", "--why"):
        assert option in done.err
    assert house.entries("import") == []


def test_a_handle_that_another_account_has_now_is_nobodys(
    run: Run, house: Installation, tmp_path: Path
) -> None:
    at = to_text(LATELY)
    file = table(
        tmp_path / "kasus.csv",
        [
            ("instagram", "post", "pegawai.example", "111222333", at, SAY, "", "", "c1"),
            ("instagram", "post", "nama.baru.example", "555", at, SAY, "", "", "c2"),
        ],
    )
    done = take(run, house, file)
    assert "a handle that belongs to another account" in done.out
    (finding,) = house.findings()
    assert finding["activity"]["object"]["id"] == "c2"
    assert finding["activity"]["actor"]["id"] == "555"


def telegram(path: Path, kind: str = "public_supergroup") -> Path:
    at = str(int(LATELY.timestamp()))
    said = {"type": "message", "date_unixtime": at, "from": "Pegawai", "from_id": "user987654"}
    react = {"emoji": "👍", "recent": [{"from": THEIRS, "from_id": "user111222333"}]}
    messages = [
        {**said, "id": 1, "text": [SAY, {"type": "bold", "text": "!"}], "reactions": [react]},
        {**said, "id": 2, "from": THEIRS, "from_id": "user111222333", "text": THEIRS},
    ]
    path.write_text(json.dumps({"name": THEIRS, "type": kind, "id": 7, "messages": messages}))
    return path


def test_telegrams_export_is_read_without_those_who_reacted(
    run: Run, house: Installation, tmp_path: Path
) -> None:
    done = take(run, house, telegram(tmp_path / "result.json"), profile="telegram")
    assert done.status == 0, done.err
    (finding,) = house.findings()
    assert finding["activity"]["object"]["id"] == "-1007/1"
    assert finding["activity"]["text"] == f"{SAY}!"
    assert found(house.folder, NEEDLES) == []


def test_a_private_chat_is_no_public_act(run: Run, house: Installation, tmp_path: Path) -> None:
    done = take(run, house, telegram(tmp_path / "result.json", "private_group"), profile="telegram")
    assert "a private or closed chat: no public act" in done.out
    assert house.findings() == []


def archive(path: Path, account: str = "700700") -> Path:
    at = LATELY.strftime("%a %b %d %H:%M:%S +0000 %Y")
    said = {"id_str": "1990000000000000001", "created_at": at, "full_text": SAY}
    owner = {"account": {"username": "Nama_Lama", "accountId": account}}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr(
            "data/tweets.js", f"window.YTD.tweets.part0 = {json.dumps([{'tweet': said}])}"
        )
        packed.writestr("data/account.js", f"window.YTD.account.part0 = {json.dumps([owner])}")
    return path


def test_an_own_archive_is_its_owners(run: Run, house: Installation, tmp_path: Path) -> None:
    done = take(run, house, archive(tmp_path / "x.zip"), profile="x-archive")
    assert done.status == 0, done.err
    assert house.findings()[0]["activity"]["watch_id"] == "w-x"
    other = archive(tmp_path / "lain.zip", "111222333")
    for more in ((), ("--account", "w-x")):
        refused = take(run, house, other, *more, profile="x-archive")
        assert refused.status == 2
        assert "--account" in refused.err
        assert "111222333" not in refused.err
    assert len(house.findings()) == 1


def test_scraped_files_bring_a_warning_that_is_on_record(
    run: Run, house: Installation, tmp_path: Path
) -> None:
    file = tmp_path / "dataset_comments.json"
    one = {"id": "1", "text": SAY, "ownerUsername": "pegawai.example", "timestamp": to_text(LATELY),
           "postUrl": "https://www.instagram.com/p/A/", "latestComments": [{"text": THEIRS}],
           "replies": [{"id": "2", "text": THEIRS, "ownerUsername": STRANGER}]}  # fmt: skip
    file.write_text(json.dumps([one]))
    done = take(run, house, file, "--set", "platform=instagram", profile="apify")
    assert done.status == 0, done.err
    assert "Warning" in done.err
    assert "not checked" in done.err
    assert house.entries("import")[0]["public"]["warned"] is True
    assert len(house.findings()) == 1
    assert found(house.folder, NEEDLES) == []


def test_unreadable_rows_are_listed_in_a_file(
    run: Run, house: Installation, tmp_path: Path
) -> None:
    listed = tmp_path / "perbaiki.csv"
    take(run, house, usual(tmp_path / "kasus.csv"), "--unreadable", listed)
    rows = list(csv.reader(io.StringIO(listed.read_text("utf-8-sig"))))
    assert rows[1][2:4] == ["7", "time"]


def test_profiles_are_listed_and_shown(run: Run, house: Installation) -> None:
    config = house.folder / "config.toml"
    listed = run("import", "profiles", "-c", config)
    assert "instagram" in listed.out
    assert "from memory" in listed.out
    shown = run("import", "profiles", "telegram", "-c", config)
    assert "core.telegram.org" in shown.out
    wrong = run("import", "profiles", "instagran", "-c", config)
    assert wrong.status == 2
    assert "did you mean 'instagram'?" in wrong.err


def test_a_file_is_no_loan_of_the_platforms(run: Run, house: Installation, tmp_path: Path) -> None:
    at = to_text(LATELY)
    rows = [("youtube", "reply", "pegawai.example", "", at, SAY, "calon.rekaan", "Halo", "y1")]
    take(run, house, table(tmp_path / "kasus.csv", rows))
    assert len(house.findings()) == 1
    with closing(Writer(house.settings.database)) as writer:
        assert expiring.due(writer.reader(), "youtube", NOW + timedelta(days=99)) == []


def test_the_service_runs_where_acts_come_by_files_alone(
    run: Run, house: Installation, tmp_path: Path
) -> None:
    config, sheet = house.folder / "config.toml", house.folder / "register.csv"
    head, *rows = sheet.read_text().splitlines()
    sheet.write_text("\n".join([head, *(row for row in rows if row.startswith("w-ig")), ""]))
    assert registering.import_register(config, registering.Wanted(sheet, OFFICER, "uji")) == 0
    take(run, house, usual(tmp_path / "kasus.csv"))
    done = run("once", "-c", config)
    assert done.status != 2, done.err  # its chat does not answer here


def test_an_id_never_writes_one_persons_act_into_anothers_case(
    run: Run, house: Installation, tmp_path: Path
) -> None:
    config, sheet = house.folder / "config.toml", house.folder / "register.csv"
    other = sheet.read_text().splitlines()[1].replace("w-ig,p-satu,", "w-dua,p-dua,")
    other = other.replace("pegawai.example", "teman.example").replace(",555", ",556")
    sheet.write_text(f"{sheet.read_text()}{other}\n")
    with (house.folder / "penguji.csv").open("a") as testers:
        testers.write(f"p-dua,{TOLD},S-2\n")
    assert registering.import_register(config, registering.Wanted(sheet, OFFICER, "uji")) == 0
    at, upon = to_text(LATELY), ("calon.rekaan", "Halo", "satu-nomor")
    mine = ("instagram", "reply", "pegawai.example", "", at, SAY, *upon)
    again = ("instagram", "reply", "pegawai.example", "", at, f"{SAY} Lagi!", *upon)
    theirs = ("instagram", "reply", "teman.example", "", at, SAY, *upon)
    both = take(run, house, table(tmp_path / "kasus.csv", [mine, again, theirs]))
    later = take(run, house, table(tmp_path / "lagi.csv", [theirs]))
    for done in (both, later):
        assert "an id that another person's act bears" in done.out
    (finding,) = house.findings()
    assert (finding["activity"]["watch_id"], finding["activity"]["text"]) == ("w-ig", SAY)


def test_who_answers_for_a_file_is_shown_and_the_look_is_logged(
    run: Run, house: Installation, tmp_path: Path
) -> None:
    take(run, house, usual(tmp_path / "kasus.csv"))
    config = house.folder / "config.toml"
    (begun, _), (finding,) = house.entries("import"), house.findings()
    assert begun["subject"] in run("import", "files", "-c", config).out
    wanted = ("import", "files", begun["subject"], "--by", OFFICER, "--why", "audit")
    said = " ".join(run(*wanted, "-c", config).out.replace("│", " ").split())
    for text in (OFFICER, "persetujuan 12", content(house, begun["seq"], "import")["sha256"]):
        assert text in said
    assert f"{finding['entry']['subject']} row 2" in said
    assert [e["subject"] for e in house.entries("reading")] == ["", begun["subject"]]
    assert run("import", "files", "IMP-AAAAAAAA", "-c", config).status == 3


def test_check_reads_the_offices_profiles(run: Run, house: Installation) -> None:
    wrong = house.folder / "watchlists" / "profiles" / "salah.toml"
    wrong.write_text('title = "Salah"\n')
    done = run("check", "-c", house.folder / "config.toml")
    assert done.status == 2
    assert "salah.toml: provenance" in done.err
