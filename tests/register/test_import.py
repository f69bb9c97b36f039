"""What offices save is read; an import is whole, the same twice the same, and logged."""

from __future__ import annotations

import csv
import json
from contextlib import closing
from datetime import UTC, date, datetime

import pytest

from monitor.run.roster import Roster
from monitor.store import keys, register
from tests.register.conftest import BY, HEADER, NIP, OTHER, ROW, SECOND, Office

PEOPLE = "SELECT name, unit, zone FROM person ORDER BY name"
BOTH = [("Budi Rekaan", "Bidang Dua", "WIB"), ("Rini Rekaan", "Bidang Satu", "WIB")]
SHARED = (
    "--profile", "pernyataan-akun", "--set", "zone=WITA", "--set", "employer_type=PNS",
    "--set", "legal_ground=SK 1", "--set", "registered_on=2024-08-05",
)  # fmt: skip


def text(mark: str = ",", end: str = "\n") -> str:
    return end.join(mark.join(map(str, row)) for row in (HEADER, ROW, OTHER)) + end


@pytest.mark.parametrize(
    "raw",
    [
        text().encode(),
        text(";").encode("utf-8-sig"),
        text("\t", "\r\n").encode("utf-16"),
        text(";").replace("Rini", "Ri\u2019ni").encode("cp1252"),
        b"DAFTAR AKUN;;;\n;;;\n" + text(";").encode(),
        text(";").upper().replace("RINI", "Rini").encode(),
        text(";").replace("2024-08-01", "1 Agustus 2024").encode(),
        text(";").replace("2024-08-01", "01/08/2024").encode(),
        text(";").replace(NIP, "'19850101 201001 1 001").encode(),
        text(";").replace("Bidang Satu", '"Bidang\nSatu"').encode(),
    ],
    ids=["commas", "semicolons with BOM", "UTF-16 tabs CRLF", "Windows-1252", "title above",
         "capitals", "month's name", "slashes", "NIP with blanks", "line end in a cell"],
)  # fmt: skip
def test_csv_as_offices_save_it(office: Office, raw: bytes) -> None:
    assert "2 added" in office.take(office.raw(raw))
    found = [(n.replace("\u2019", ""), u) for n, u, _ in office.rows(PEOPLE)]  # type: ignore[attr-defined]  # a text
    assert [f"{n} {u}".casefold() for n, u in found] == [
        "budi rekaan bidang dua", "rini rekaan bidang satu",
    ]  # fmt: skip
    assert office.rows("SELECT DISTINCT notice_date FROM account") == [("2024-08-01",)]


def test_a_workbook_with_a_merged_header_and_dates_of_every_kind(office: Office) -> None:
    top: list[object] = [*HEADER[:9], "Dasar dan tanggal", "", ""]
    low: list[object] = ["", "", *[""] * 7, *HEADER[9:]]
    typed = [*ROW[:10], datetime(2024, 8, 1, tzinfo=UTC).replace(tzinfo=None), 45509]
    rows: list[list[object]] = [["DAFTAR AKUN"], [], top, low, typed, [*OTHER]]
    path = office.xlsx(rows, merge=["A1:D1", "J3:L3"])
    assert "2 added" in office.take(path)
    assert office.rows(PEOPLE) == BOTH
    dates = "SELECT DISTINCT notice_date, registered_on FROM account"
    assert office.rows(dates) == [("2024-08-01", "2024-08-05")]


def test_an_import_twice_changes_nothing_and_a_row_gone_ends(office: Office) -> None:
    assert "2 added" in office.take(office.csv([HEADER, ROW, OTHER]))
    before = office.rows("SELECT count(*) FROM log")
    assert "0 added, 0 changed, 0 returned, 0 removed" in office.take(
        office.csv([HEADER, OTHER, ROW])
    )
    assert office.rows("SELECT count(*) FROM log") == before
    assert "1 removed" in office.take(office.csv([HEADER, ROW]))
    ended = "SELECT status, ended_on <> '' FROM account ORDER BY status"
    assert office.rows(ended) == [("active", 0), ("removed", 1)]


def test_a_dry_run_says_and_does_nothing(office: Office) -> None:
    path = office.csv([HEADER, ROW, OTHER])
    told = office.run("import", "register", path, "-c", office.config, "--dry-run")
    assert "would be 2 added" in told.out
    assert office.rows("SELECT 1 FROM account UNION ALL SELECT 1 FROM log") == []


def test_who_and_why_are_needed_and_kept_out_of_what_stays(office: Office) -> None:
    path = office.csv([HEADER, ROW])
    refused = office.run("import", "register", path, "-c", office.config, "--by", "A")
    assert refused.status == 2
    assert "--why: expected a text" in refused.err
    office.take(path)
    ((canonical,),) = office.rows("SELECT canonical FROM log")
    entry = json.loads(canonical)  # type: ignore[arg-type]  # bytes
    assert entry["public"] == {"change": "import", "lines": 1}
    ((by,),) = office.rows("SELECT body FROM content WHERE name = 'by'")
    assert json.loads(by) == {  # type: ignore[arg-type]  # bytes
        "who": BY[1], "reason": BY[3], "source": "daftar.csv [register]",
    }  # fmt: skip
    assert b"Rini" not in bytes(canonical)  # type: ignore[call-overload]  # bytes


def test_no_nip_lies_anywhere(office: Office) -> None:
    office.take(office.csv([HEADER, ROW, OTHER]))
    office.take(office.xlsx([HEADER, ROW, OTHER]), "--sheet", "register")
    stored = office.everything()
    assert NIP.encode() not in stored
    assert SECOND.encode() not in stored
    assert b"Rini Rekaan" in stored


def test_a_person_keeps_the_reference_after_a_rotation(office: Office) -> None:
    office.take(office.csv([HEADER, ROW]))
    keys.rotate(office.folder / "keys", "person")
    assert "0 added, 0 changed" in office.take(office.csv([HEADER, ROW]))
    assert "1 added" in office.take(office.csv([HEADER, ROW, OTHER]))


def test_columns_by_flags(office: Office) -> None:
    head = [{"unit": "Bagian / Seksi"}.get(name, name) for name in HEADER[:9]]
    rows = [head, ROW[:9], OTHER[:9]]
    flags = ("--map", "unit=bagian seksi", "--set", "legal_ground=SK", "--set",
             "registered_on=2024-08-05")  # fmt: skip
    told = office.take(office.csv(rows), *flags)
    assert "2 added" in told
    assert "2 accounts wait" in told
    bad = office.run(
        "import", "register", office.csv(rows), "-c", office.config, *BY, "--map", "x=y"
    )
    assert bad.status == 2


def test_declarations_are_joined_with_the_staff_sheet(office: Office) -> None:
    staff: list[list[object]] = [
        ["No", "NIP Baru", "Nama", "Jenis Pegawai", "Instansi Kerja", "Unor Nama", "Jabatan Nama"],
        [1, NIP, "Rini Rekaan", "PNS Aktif", "Dinas Rekaan", "Bidang Satu", "Guru"],
        [2, SECOND, "Budi Rekaan", "PPPK Paruh Waktu", "Dinas Rekaan", "Bidang Dua", "Staf"],
    ]
    said = [
        ["NIP", "Instagram", "Media Sosial Lain", "Tanggal Pemberitahuan"],
        [NIP, "@rini.rekaan", "https://bsky.app/profile/rini.rekaan.example", "2024-08-01"],
        [SECOND, "-", "Budi Rekaan\nhttps://vt.tiktok.com/Zx\n@budi", "2024-08-01"],
    ]
    joined = office.xlsx(staff, name="siasn.xlsx")
    fix = office.folder / "perbaiki.csv"
    told = office.take(
        office.csv(said[:2], name="a.csv"), *SHARED, "--staff", joined, "--sheet", "akun"
    )
    assert "2 added" in told
    told = office.take(
        office.xlsx(said), *SHARED, "--staff", joined, "--sheet", "akun", "--unresolved", fix
    )
    assert "3 declarations name no account" in told
    people = "SELECT name, employer_type, unit, position, zone FROM person ORDER BY name"
    assert office.rows(people) == [
        ("Budi Rekaan", "PPPK_PW", "Bidang Dua", "Staf", "WITA"),
        ("Rini Rekaan", "PNS", "Bidang Satu", "Guru", "WITA"),
    ]
    accounts = "SELECT platform, address, ownership, status FROM account ORDER BY 1, 2, watch_id"
    assert office.rows(accounts) == [
        *[("", "", "unverified", "unresolved")] * 3,
        ("bluesky", "rini.rekaan.example", "declared", "active"),
        ("instagram", "rini.rekaan", "declared", "active"),
    ]
    with fix.open(encoding="utf-8-sig", newline="") as file:
        listed = list(csv.DictReader(file))
    assert [one["tertulis"] for one in listed] == [
        "Budi Rekaan",
        "https://vt.tiktok.com/Zx",
        "'@budi",
    ]
    assert {one["nama"] for one in listed} == {"Budi Rekaan"}
    assert SECOND not in fix.read_text("utf-8")
    assert fix.stat().st_mode & 0o077 == 0


def test_an_agencys_account_has_a_reference_for_a_nip(office: Office) -> None:
    agency = ("", "Kecamatan Rekaan", "feed", "https://kecamatan.example/rss", "Dinas Rekaan",
              "Kecamatan", "INSTANSI", *ROW[7:])  # fmt: skip
    rows = [("person_ref", *HEADER), ("a-1", *agency), ("", *ROW)]
    assert "2 added" in office.take(office.csv(rows))
    assert office.rows("SELECT person_ref FROM person WHERE employer_type = 'INSTANSI'") == [
        ("a-1",)
    ]


def test_a_declaration_of_somebody_who_is_not_staff(office: Office) -> None:
    staff = [
        ["NIP Baru", "Nama", "Jenis Pegawai", "Instansi Kerja", "Unor Nama"],
        [NIP, "Rini Rekaan", "PNS", "Dinas Rekaan", "Bidang Satu"],
        [NIP, "Rini Rekaan", "PNS", "Dinas Rekaan", "Bidang Satu"],
    ]
    said = [["NIP", "Instagram"], [SECOND, "@budi"]]
    joined = office.csv(staff, name="siasn.csv")
    faults = office.faults(office.csv(said), *SHARED, "--staff", joined)
    nobody = "expected a person of the staff sheet, got nobody with it"
    assert faults == [
        f"daftar.csv:2: nip (column A): {nobody} (is one of the sheets older?)",
        "siasn.csv:3: nip: expected a person not listed before (line 2)",
    ]


def test_a_sheet_without_a_column_leaves_what_a_person_found_out(office: Office) -> None:
    said = [["NIP", "Nama", "Instansi", "Unit", "Bluesky"],
            [NIP, "Rini Rekaan", "Dinas Rekaan", "Bidang Satu", "rini.rekaan.example"]]  # fmt: skip
    office.take(office.csv(said), *SHARED)
    ((watch_id, status),) = office.rows("SELECT watch_id, status FROM account")
    assert status == "waiting"
    for words in (("notice", watch_id, "--on", "2024-08-01"), ("ownership", watch_id, "contested")):
        told = office.run("register", *words, *BY, "-c", office.config)
        assert told.status == 0, told.err
    assert "0 added, 0 changed" in office.take(office.csv(said), *SHARED)
    query = "SELECT status, notice_date, ownership FROM account"
    assert office.rows(query) == [("active", "2024-08-01", "contested")]


def test_a_configured_file_and_commands_do_not_fight(office: Office) -> None:
    text = office.config.read_text("utf-8").replace('register = ""', 'register = "orang.csv"')
    office.config.write_text(text, "utf-8")
    path = office.csv([HEADER, ROW])
    told = office.run("import", "register", path, *BY, "-c", office.config)
    assert told.status == 2
    assert "a sheet that orang.csv overwrites at each start" in told.err
    assert "1 added" in office.take(path, "--sheet", "lain")


# ---- dated states, through a sheet and through commands ---------------------------------------


@pytest.fixture
def line(office: Office) -> str:
    office.take(office.csv([HEADER, ROW]))
    ((watch_id,),) = office.rows("SELECT watch_id FROM account")
    return str(watch_id)


def test_intervals_come_by_sheet_and_only_whole(office: Office, line: str) -> None:
    head = ["NIP", "kind", "start", "end", "reference"]
    good = [NIP, "cltn", "25/9/2024", "27/11/2024", "SK 3"]
    bad = [
        [SECOND, "duty", "2024-10-01", "", ""],
        [NIP, "dutty", "2024-10-01", "", ""],
        [NIP, "duty", "", "", ""],
        [NIP, "duty", "2024-10-02", "2024-10-01", ""],
    ]
    path = office.csv([head, good, *bad])
    refused = office.run("import", "intervals", path, *BY, "-c", office.config)
    assert refused.status == 1
    assert [row.split(":")[1] for row in refused.err.splitlines()[:-1]] == ["4", "5", "6", "3"]
    assert office.rows("SELECT 1 FROM person_interval") == []
    for expected in ("1 new or changed", "0 new or changed"):
        told = office.run("import", "intervals", office.csv([head, good]), *BY, "-c", office.config)
        assert expected in told.out
    state = "SELECT kind, first_day, last_day, reference FROM person_interval"
    assert office.rows(state) == [("CLTN", "2024-09-25", "2024-11-27", "SK 3")]


def test_intervals_come_and_end_by_commands(office: Office, line: str) -> None:
    def call(*words: object) -> str:
        told = office.run("register", "interval", *words, *BY, "-c", office.config)
        return told.out if told.status == 0 else f"{told.status} {told.err}"

    add = ("add", line, "--from", "2024-10-01", "--reference", "ST 8")
    assert "duty from 2024-10-01 is on file" in call(*add, "--kind", "duty")
    assert "is on file already" in call(*add, "--kind", "duty")
    assert "2 netralitas register: --kind: expected one of CLTN" in call(*add, "--kind", "cuti")
    assert "2 netralitas register: --unit" in call(*add, "--kind", "transfer")
    assert "is on file" in call(*add, "--kind", "transfer", "--unit", "Sekretariat")
    end = ("end", line, "--kind", "duty", "--on", "2024-10-03")
    assert "duty: 2024-10-01 to 2024-10-03" in call(*end)
    assert "no duty is open" in call(*end)
    with closing(office.writer()) as writer:
        before = register.person_facts(writer.reader(), line, date(2024, 9, 30))
        after = register.person_facts(writer.reader(), line, date(2024, 10, 1))
    assert before is not None
    assert after is not None
    assert (before.unit, after.unit) == ("Bidang Satu", "Sekretariat")
    kinds = "SELECT json_extract(CAST(canonical AS TEXT), '$.public.change') FROM log ORDER BY seq"
    shown = office.run("register", "show", line, *BY, "-c", office.config)
    assert office.run("register", "list", "-c", office.config).status == 0
    looked = ["import", "interval", "interval", "interval", "shown", "listed"]
    assert [k for (k,) in office.rows(kinds)] == looked
    assert office.rows("SELECT unit, as_of FROM person") == [("Sekretariat", "2024-10-01")]
    assert "ST 8" in shown.out
    assert "Bidang Satu" in shown.out


@pytest.mark.parametrize("kind", ["retirement", "death", "contract_end", "resignation"])
def test_leaving_service_ends_looking_that_day_in_the_persons_zone(
    office: Office, line: str, kind: str
) -> None:
    words = ("interval", "add", line, "--kind", kind, "--from", "2024-10-01")
    assert office.run("register", *words, *BY, "-c", office.config).status == 0
    now = [datetime(2024, 9, 30, 16, 59, tzinfo=UTC)]
    with closing(office.writer()) as writer:
        roster = Roster(writer, {"bluesky": 300.0}, lambda: now[0])
        roster.look()
        assert (len(roster), [w.watch_id for w in roster.take([line])]) == (1, [line])
        now[0] = datetime(2024, 9, 30, 17, 0, tzinfo=UTC)  # midnight WIB
        roster.look()
        assert (len(roster), roster.take([line])) == (0, ())
        assert office.rows("SELECT status FROM account") == [("left",)]
        assert "0 added, 0 changed" in office.take(office.csv([HEADER, ROW]))
        end = ("interval", "end", line, "--kind", kind, "--on", "2024-10-01")
        assert office.run("register", *end, *BY, "-c", office.config).status == 0
        now[0] = datetime(2024, 10, 2, tzinfo=UTC)
        roster.look()
        assert len(roster) == 1


def test_ownership_needs_what_shows_it(office: Office, line: str) -> None:
    def call(*words: str) -> int:
        return office.run("register", "ownership", line, *words, *BY, "-c", office.config).status

    assert call("verified") == 2
    assert call("verifed") == 2
    assert call("verified", "--evidence", "surat 12") == 0
    assert office.rows("SELECT ownership, ownership_evidence FROM account") == [
        ("verified", "surat 12")
    ]


def test_an_exemption_from_notice_has_its_ground(office: Office) -> None:
    head, row = HEADER[:10] + HEADER[11:], ROW[:10] + ROW[11:]
    office.take(office.csv([head, row]))
    ((line, status),) = office.rows("SELECT watch_id, status FROM account")
    assert status == "waiting"

    def call(*words: str) -> int:
        return office.run("register", "notice", line, *words, *BY, "-c", office.config).status

    assert call() == 2
    assert call("--on", "2999-01-01") == 2
    assert call("--on", "2024-08-01", "--exempt", "SK") == 2
    assert call("--exempt", "SK Pengecualian 2") == 0
    query = "SELECT status, notice_exemption FROM account"
    assert office.rows(query) == [("active", "SK Pengecualian 2")]


def test_an_export_can_be_imported_again(office: Office, line: str) -> None:
    out = office.folder / "keluar.csv"
    told = office.run("register", "export", out, *BY, "-c", office.config)
    assert "1 rows" in told.out
    assert NIP not in out.read_text("utf-8")
    assert "0 added, 0 changed, 0 returned, 0 removed" in office.take(out)
    again = office.run("register", "export", out, *BY, "-c", office.config)
    assert "expected a new file" in again.err
    listed = office.run("register", "list", "-c", office.config, "--status", "active")
    assert line in listed.out


def test_a_stranger_to_the_register_is_told_so(office: Office, line: str) -> None:
    add = ("interval", "add", "tak-ada", "--kind", "duty", "--from", "2024-08-01")
    for words in (("show", "tak-ada"), ("notice", "tak-ada", "--on", "2024-08-01"), add):
        told = office.run("register", *words, *BY, "-c", office.config)
        assert told.status == 2
        assert "tak-ada: no such line" in told.err
