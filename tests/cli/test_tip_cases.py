"""From a tip to a case: a crop, a registered person, the same judging, and two for the original."""

from __future__ import annotations

import asyncio
import json
import re
import shutil
import zipfile
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from monitor import config
from monitor.clock import utc_now
from monitor.model.person import EmployerType, Ownership, Watch
from monitor.model.review import Officer, Role, Term
from monitor.model.tip import Sender
from monitor.run.tip_pictures import TipPictures
from monitor.run.tips import TipDesk
from monitor.store import erasure_person, keys, log, outbox, reviews, tip_sight, tips
from monitor.store.writer import Writer
from tests import screens
from tests.cli.conftest import Run
from tests.cli.test_review import appoint
from tests.installation import Installation
from tests.intake import hostile
from tests.needle import found
from tests.store.enrolled import enrol

LINK = "https://www.facebook.com/pegawai.rekaan/posts/12"
WORDS = "Ayo pilih Bagaskara Prakasita, menangkan di semua TPS!"
SENDER = "Pelapor Rekaan Sejati"
OFFICERS = {"tia": Role.CLERK, "ana": Role.REVIEWER, "ben": Role.SECOND}
NOWHERE = "http://127.0.0.1:9"
WHOLE = hostile.png(20, 20, None, hostile.chunk(b"tEXt", b"GPS rekaan"))


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An office in the middle of an invented campaign, made once; nothing changes it."""
    folder = tmp_path_factory.mktemp("laporan") / "pasang"
    office = Installation(folder, ["127.0.0.1:9"], NOWHERE, NOWHERE, NOWHERE)
    office.candidates = [("c1.example", "did:plc:aaaa"), ("c2.example", "did:plc:bbbb")]
    settings = office.write()
    told = utc_now().date() - timedelta(days=10)
    persons = [
        Watch(
            name, f"p-{name}", "Orang Rekaan", "bluesky", f"{name}.example", "Dinas Rekaan",
            "Bidang Rekaan", Ownership.DECLARED, "Keputusan rekaan 1", told, told,
            EmployerType.PNS, area="99",
        )
        for name in ("asn1", "asn2")
    ]  # fmt: skip
    with closing(Writer(settings.database)) as writer:
        enrol(writer, persons, utc_now())
        with writer.transaction() as tx:
            for name, role in OFFICERS.items():
                one, term = Officer(name, f"{name} Rekaan", "BKD Rekaan"), Term(role, told)
                reviews.give(tx, one, term, "Kepala Rekaan", "SK 12", utc_now())
    return folder


@pytest.fixture
def place(made: Path, tmp_path: Path) -> Path:
    """A copy of the office; returns the configuration file."""
    shutil.copytree(made, tmp_path / "pasang", symlinks=True)
    return tmp_path / "pasang" / "config.toml"


@pytest.fixture
def writer(place: Path) -> Iterator[Writer]:
    with closing(Writer(config.load(place).database)) as opened:
        yield opened


def desk(writer: Writer, place: Path, *, later: timedelta = timedelta()) -> TipDesk:
    settings = config.load(place)
    ring = keys.load(settings.path("keys"))
    return TipDesk(writer, ring, settings, lambda: utc_now() + later)


def tip(run: Run, place: Path, *more: object, sender: str = SENDER) -> str:
    done = run("submit", "--sender", sender, *more, "-c", place)
    assert done.status == 0, done.err
    return str(re.findall(r"TIP-[A-Z2-7]{4}-[A-Z2-7]{4}", done.out)[0])


def tips_do(run: Run, place: Path, what: str, tip_id: str, officer: str, *more: object) -> Any:
    words = ("--officer", officer, "--why", "sesuai SOP", *more)
    return run("tips", what, tip_id, *words, "-c", place)


def named(run: Run, place: Path, tip_id: str, line: str = "asn1") -> None:
    done = run(
        "tips", "person", tip_id, line, "--officer", "tia", "--ground", "Keputusan rekaan 1",
        "--why", "nama tampak", "-c", place,
    )  # fmt: skip
    assert done.status == 0, done.err


def entries(writer: Writer, kind: str) -> list[dict[str, Any]]:
    told = [json.loads(row.canonical) for row in log.rows(writer.reader())]
    return [entry for entry in told if entry["kind"] == kind]


def test_two_tips_about_one_act_are_one_case_and_never_more_than_a_review(
    run: Run, place: Path, writer: Writer
) -> None:
    one, two = tip(run, place, "--link", LINK), tip(run, place, "--link", LINK, sender="Lain")
    outs = []
    for number, tip_id in enumerate((one, two)):
        named(run, place, tip_id)
        done = tips_do(run, place, "case", tip_id, "ana", "--text", WORDS)
        assert done.status == 0, done.err
        outs.append(done.out)
        assert len(entries(writer, "finding")) == 1, number
    assert "to be reviewed" in outs[0]
    assert "the case of the same act" in outs[1]
    (finding,) = entries(writer, "finding")
    assert finding["public"]["outcome"] == "review"
    assert (finding["public"]["collector"], finding["public"]["partial"]) == ("laporan", True)
    told = log.content(writer.reader(), finding["seq"], "finding")
    assert told is not None
    assert "Adakah sumber lain yang menguatkan laporan ini?" in told["questions"]
    line = log.content(writer.reader(), finding["seq"], "watch")
    assert line is not None
    # The account in the picture is not the one on the register: nobody confirmed whose it is.
    assert (line["platform"], line["ownership"]) == ("facebook", "unverified")
    owed = outbox.due(writer.reader(), utc_now().timestamp(), 9)
    assert [item.subject for item in owed if item.kind == "finding"] == [finding["subject"]]
    due = "SELECT due_at FROM recheck WHERE finding_id = ?"
    assert writer.reader().execute(due, (finding["subject"],)).fetchone() == (None,)
    assert run("verify", "-c", place).status == 0
    assert found(place.parent, [SENDER]) == []


def test_a_tip_on_nobody_stays_sealed_unmatched_and_is_destroyed(
    run: Run, place: Path, writer: Writer
) -> None:
    unnamed = tip(run, place, "--link", LINK, "--note", WORDS)
    for what in ("read", "case"):
        refused = tips_do(run, place, what, unnamed, "ana", "--text", WORDS)
        assert "names nobody on the register" in refused.err
    assert entries(writer, "finding") == []
    assert found(place.parent, [WORDS, "pegawai.rekaan"]) == []
    # Naming the person needs an intake officer and a ground, and stops no clock.
    ground = ("--ground", "Keputusan rekaan 1")
    assert "petugas" in run(
        "tips", "person", unnamed, "asn1", "--officer", "ana", *ground, "--why", "x", "-c", place
    ).err  # fmt: skip
    assert "--ground" in run(
        "tips", "person", unnamed, "asn1", "--officer", "tia", "--ground", "", "--why", "x",
        "-c", place,
    ).err  # fmt: skip
    named(run, place, unnamed)
    assert desk(writer, place, later=timedelta(days=14)).destroy_due() == 1
    assert tips.rows(writer.reader()) == []
    for table in ("tip_act", "tip_part", "tip_picture"):
        assert writer.reader().execute(f"SELECT count(*) FROM {table}").fetchone() == (0,)


@pytest.mark.drill
def test_what_no_rule_speaks_of_is_recorded_nowhere(run: Run, place: Path, writer: Writer) -> None:
    tip_id = tip(run, place, "--link", LINK)
    named(run, place, tip_id)
    done = tips_do(run, place, "case", tip_id, "ana", "--text", "Loket buka pukul delapan")
    assert "no rule applies" in done.out
    assert entries(writer, "finding") == []
    assert "nothing to read" in tips_do(run, place, "case", tip_id, "ana").err
    assert run("tips", "show", tip_id, "--by", "Bu Rekaan", "--why", "x", "-c", place).status == 0


@pytest.mark.drill
def test_an_act_outside_the_networks_is_judged_by_its_own_rules(
    run: Run, place: Path, writer: Writer
) -> None:
    tip_id = tip(
        run, place, "--when", "Selasa pagi", "--place", "Balai Rekaan", "--witnesses", "dua orang",
        "--known-from", "hadir sendiri", "--note", f"Ia berkata: {WORDS}",
    )  # fmt: skip
    named(run, place, tip_id)
    done = tips_do(run, place, "case", tip_id, "ana", "--at", "2001-01-01T08:00")
    assert "no rule applies" in done.out  # before the person was told, nothing is judged
    at = (utc_now() - timedelta(days=1)).strftime("%Y-%m-%dT%H:%M")
    done = tips_do(run, place, "case", tip_id, "ana", "--at", at)
    assert "to be reviewed" in done.out, done.err
    (finding,) = entries(writer, "finding")
    rules = [rule["id"] for rule in finding["public"]["rules"]]
    assert "partisan-activity" in rules
    assert not [rule for rule in rules if rule.startswith(("online-", "support-"))]
    told = log.content(writer.reader(), finding["seq"], "finding")
    assert told is not None
    assert told["activity"]["platform"] == "luring"
    assert told["activity"]["occurred_at_source"] == "report"


@pytest.mark.drill
def test_a_like_names_its_target_by_the_officers_link(
    run: Run, place: Path, writer: Writer
) -> None:
    tip_id = tip(run, place, "--note", "lihat layarnya")
    named(run, place, tip_id)
    like = ("--signal", "like", "--platform", "bluesky")
    done = tips_do(
        run, place, "case", tip_id, "ana", *like, "--text", WORDS,
        "--target", "https://bsky.app/profile/c2.example/post/3k",
    )  # fmt: skip
    assert "to be reviewed" in done.out, done.err
    (finding,) = entries(writer, "finding")
    told = log.content(writer.reader(), finding["seq"], "finding")
    assert told is not None
    assert [rule["id"] for rule in finding["public"]["rules"]] == ["support-like-candidate"]
    assert told["activity"]["target"]["role"] == "candidate"
    assert told["activity"]["text"] == ""


REFUSED = [
    (("--signal", "unavailable"), "--signal"),
    (("--at", "kemarin"), "--at"),
    (("--platform", "Face Book"), "--platform"),
    (("--platform", "facebook", "--text", WORDS, "--target", "apa saja"), "no web address"),
    (("--text", WORDS), "give --platform"),
]


@pytest.mark.drill
def test_what_an_officer_may_not_say_is_refused(run: Run, place: Path) -> None:
    tip_id = tip(run, place, "--note", "tanpa tautan")
    named(run, place, tip_id)
    for given, said in REFUSED:
        done = tips_do(run, place, "case", tip_id, "ana", *given)
        assert (done.status, said in done.err) == (2, True), done.err


@pytest.mark.drill
def test_nobody_decides_about_a_tip_on_themselves(run: Run, place: Path) -> None:
    appoint(run, place, "sri", "penelaah", "--person", "p-asn1")
    tip_id = tip(run, place, "--link", LINK)
    named(run, place, tip_id)
    done = tips_do(run, place, "case", tip_id, "sri", "--text", WORDS)
    assert done.status != 0
    assert "on themselves" in done.err


def test_no_link_of_a_tip_is_ever_opened(run: Run, place: Path) -> None:
    """Addresses of this machine, of its network, and names that would lead there."""
    asked = []

    async def serve() -> None:
        async def note(reader: asyncio.StreamReader, out: asyncio.StreamWriter) -> None:
            asked.append(await reader.read(100))
            out.close()

        server = await asyncio.start_server(note, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        for host in ("127.0.0.1", "localhost.localdomain"):
            await asyncio.to_thread(through, f"http://{host}:{port}/p/1")
        server.close()
        await server.wait_closed()

    def through(link: str) -> None:
        tip_id = tip(run, place, "--link", link, sender=link)
        named(run, place, tip_id)
        more = ("--text", WORDS, "--platform", "facebook", "--target", link)
        assert tips_do(run, place, "case", tip_id, "ana", *more).status == 0

    asyncio.run(serve())
    assert asked == []


@pytest.fixture
def layar(tmp_path: Path) -> Path:
    file = tmp_path / "layar.png"
    file.write_bytes(WHOLE)
    return file


def test_reviewers_see_the_crop_and_the_original_opens_with_two(
    run: Run, place: Path, writer: Writer, layar: Path, tmp_path: Path
) -> None:
    tip_id = tip(run, place, "--link", LINK, "--file", layar)
    named(run, place, tip_id)
    assert "no crop" in tips_do(run, place, "case", tip_id, "ana").err
    out = ("--out", tmp_path)
    assert "petugas" in tips_do(run, place, "picture", tip_id, "ana", *out).err
    assert tips_do(run, place, "picture", tip_id, "tia", *out).status == 0
    shown = tmp_path / f"{tip_id}-1.png"
    assert shown.stat().st_mode & 0o777 == 0o600
    assert b"GPS" not in shown.read_bytes()
    shown.unlink()
    boxes = ("--box", "5,5,10,10", "--hide", "0,0,8,8")
    assert tips_do(run, place, "crop", tip_id, "tia", *boxes).status == 0
    assert "crops are made" in tips_do(run, place, "picture", tip_id, "tia", *out).err
    assert tips_do(run, place, "crop", tip_id, "tia", "--box", "5,5,50,10").status == 2
    assert tips_do(run, place, "crop", tip_id, "tia", "--box", "semua").status == 2
    assert tips_do(run, place, "case", tip_id, "ana", "--text", WORDS).status == 0
    files = [e["files"] for e in entries(writer, "tip") if e["files"]]
    assert [list(one) for one in files] == [["laporan-1"]]
    snapshots = place.parent / "data" / "snapshots"
    kept = [one.read_bytes() for one in snapshots.rglob("*") if one.is_file()]
    assert not any(shown_alone in kept for shown_alone in (WHOLE, hostile.png(20, 20)))

    seen = run("tips", "show", tip_id, *out, "--by", "Bu Rekaan", "--why", "telaah", "-c", place)
    assert "Case: NTR-" in seen.out
    (tmp_path / f"{tip_id}-1-potongan.png").unlink()

    first = tips_do(run, place, "original", tip_id, "ana", *out)
    assert "another officer" in first.out
    assert "another officer" in tips_do(run, place, "original", tip_id, "ana", *out).out
    assert list(tmp_path.glob("TIP*")) == []
    second = tips_do(run, place, "original", tip_id, "ben", *out)
    assert second.status == 0, second.err
    assert (tmp_path / f"{tip_id}-1-asli.png").read_bytes() == hostile.png(20, 20)
    assert b"GPS rekaan" in (tmp_path / f"{tip_id}-1-sisi.bin").read_bytes()
    steps = [e["public"] for e in entries(writer, "tip") if "asli" in e["public"]["step"]]
    assert [(s["step"], s["officer"], s.get("second")) for s in steps] == [
        ("asli_diminta", "ana", None),
        ("asli_dibuka", "ben", "ana"),
    ]


def test_the_second_must_come_in_time_and_be_another_person(
    run: Run, place: Path, writer: Writer
) -> None:
    tip_id = tip(run, place, "--link", LINK)
    run(
        "review", "officer", "ana2", "--name", "ANA Rekaan", "--agency", "BKD Rekaan", "--role",
        "penyetuju", "--by", "Kepala", "--why", "SK", "-c", place,
    )  # fmt: skip
    settings, now = config.load(place), utc_now()
    ring = keys.load(settings.path("keys"))
    known = reviews.officers(writer.reader())

    def ask(officer: str, minutes: int) -> object:
        room = TipPictures(writer, ring, settings, lambda: now + timedelta(minutes=minutes))
        return room.sender(tip_id, known[officer], "Ps. rekaan", "penyalahgunaan")

    assert not isinstance(ask("ana", 0), Sender)
    assert not isinstance(ask("ana2", 1), Sender)  # another id, the same name
    assert not isinstance(ask("ben", 61), Sender)  # too late: this is a new wish
    assert ask("ana", 100) == Sender("office", SENDER.casefold(), SENDER)
    assert not isinstance(ask("ben", 101), Sender)  # it opened once
    assert found(place.parent, [SENDER]) == []
    refused = tips_do(run, place, "sender", tip_id, "ana", "--ground", " ")
    assert "--ground" in refused.err


@pytest.mark.drill
def test_a_screenshot_lies_sealed_and_its_crop_is_read_by_machine(
    run: Run, place: Path, writer: Writer, tmp_path: Path
) -> None:
    (tmp_path / "layar.jpg").write_bytes(screens.one(WORDS))
    tip_id = tip(run, place, "--link", LINK, "--file", tmp_path / "layar.jpg")
    ((_, _, seen),) = tip_sight.sights(writer.reader(), keys.load(place.parent / "keys"))
    assert "Bagaskara Prakasita" in seen[0].text
    named(run, place, tip_id)
    assert found(place.parent, ["Bagaskara Prakasita, menangkan", SENDER]) == []
    boxes = ("--box", "0,150,786,350")
    assert tips_do(run, place, "crop", tip_id, "tia", *boxes).status == 0
    assert "Rules: review, support" in tips_do(run, place, "read", tip_id, "ana").out
    assert entries(writer, "finding") == []
    done = tips_do(run, place, "case", tip_id, "ana")
    assert "to be reviewed" in done.out, done.err
    assert "Read by tesseract" in done.out


@pytest.mark.drill
def test_without_tesseract_an_officer_reads(
    run: Run, place: Path, layar: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tip_id = tip(run, place, "--link", LINK, "--file", layar)
    named(run, place, tip_id)
    boxes = ("--box", "5,5,10,10")
    assert tips_do(run, place, "crop", tip_id, "tia", *boxes).status == 0
    monkeypatch.setenv("PATH", str(layar.parent))
    done = tips_do(run, place, "case", tip_id, "ana")
    assert done.status == 2
    assert "apt-get install tesseract-ocr" in done.err
    assert "--text" in done.err
    assert tips_do(run, place, "case", tip_id, "ana", "--text", WORDS).status == 0


@pytest.mark.drill
def test_one_screenshot_from_many_senders_is_one_act_and_marked(
    run: Run, place: Path, writer: Writer, layar: Path
) -> None:
    first = tip(run, place, "--file", layar, sender="0")
    again = tip(run, place, "--file", layar, sender="1")
    office = desk(writer, place)
    for number in range(2, 5):
        one = tip(run, place, "--note", "sama", sender=str(number))
        with writer.transaction() as tx:
            tip_sight.keep(tx, keys.load(place.parent / "keys"), one, [], first)
    rows = {row.tip_id: row for row in office.rows()}
    assert (rows[again].act, rows[again].senders, rows[first].senders) == (first, 5, 5)
    assert office.coordinated(rows[first])
    assert "terkoordinasi?" in run("tips", "list", "-c", place).out


@pytest.mark.drill
def test_a_tip_is_borne_out_or_refused_and_the_case_stays(
    run: Run, place: Path, writer: Writer
) -> None:
    tip_id = tip(run, place, "--link", LINK)
    assert "on no case yet" in tips_do(run, place, "corroborate", tip_id, "ana").err
    named(run, place, tip_id)
    assert tips_do(run, place, "case", tip_id, "ana", "--text", WORDS).status == 0
    before = len(entries(writer, "finding"))
    for what, state in (("corroborate", "dikuatkan"), ("reject", "ditolak")):
        assert tips_do(run, place, what, tip_id, "ana").status == 0
        assert state in run("tips", "list", "-c", place).out
    assert len(entries(writer, "finding")) == before
    assert desk(writer, place, later=timedelta(days=20)).destroy_due() == 0


@pytest.mark.drill
def test_tips_about_a_person_who_is_erased_go_with_them(
    run: Run, place: Path, writer: Writer
) -> None:
    mine, others = tip(run, place, "--note", "satu"), tip(run, place, "--note", "dua")
    named(run, place, mine)
    named(run, place, others, "asn2")
    with writer.transaction() as tx:
        erasure_person.remove(tx, erasure_person.held(tx, "p-asn1"))
    assert [row.tip_id for row in tips.rows(writer.reader())] == [others]


@pytest.mark.drill
def test_one_post_and_two_persons_are_two_cases(run: Run, place: Path, writer: Writer) -> None:
    """Tips about one link are one act in the list; whose act it is tells cases apart."""
    for line in ("asn1", "asn2"):
        tip_id = tip(run, place, "--link", LINK, sender=line)
        named(run, place, tip_id, line)
        assert tips_do(run, place, "case", tip_id, "ana", "--text", WORDS).status == 0
    first, second = desk(writer, place).rows()
    assert first.act == second.act
    assert len({first.finding_id, second.finding_id, ""}) == 3


def test_nobody_acts_on_a_tip_about_themselves(
    run: Run, place: Path, writer: Writer, layar: Path
) -> None:
    since = utc_now().date() - timedelta(days=10)
    concerned = Officer("asa", "Asa Rekaan", "BKD Rekaan", person_ref="p-asn1")
    with writer.transaction() as tx:
        for role in (Role.REVIEWER, Role.CLERK):
            reviews.give(tx, concerned, Term(role, since), "Kepala Rekaan", "SK 12", utc_now())
    tip_id = tip(run, place, "--link", LINK, "--file", layar)
    named(run, place, tip_id)
    ground = ("--ground", "Ps. rekaan")
    asked: dict[str, tuple[object, ...]] = {
        "sender": ground, "original": ("--out", layar.parent), "picture": ("--out", layar.parent),
        "crop": ("--box", "5,5,10,10"), "person": ("asn2", *ground), "read": ("--text", WORDS),
        "case": ("--text", WORDS), "reject": (), "corroborate": (), "pause": (),
    }  # fmt: skip
    before = len(entries(writer, "tip"))
    for what, more in asked.items():
        first = more[:1] if what == "person" else ()
        words = ("--officer", "asa", "--why", "x", *more[len(first) :])
        done = run("tips", what, tip_id, *first, *words, "-c", place)
        assert (done.status, "on themselves" in done.err) == (2, True), (what, done.err)
    assert len(entries(writer, "tip")) == before


@pytest.mark.drill
def test_the_person_concerned_gets_the_case_and_nothing_that_tells_of_the_sender(
    run: Run, place: Path, tmp_path: Path
) -> None:
    tip_id = tip(run, place, "--note", "Saya tetangganya, Ibu Pelapor Rekaan")
    named(run, place, tip_id)
    act = ("--text", WORDS, "--platform", "facebook")
    assert tips_do(run, place, "case", tip_id, "ana", *act).status == 0
    paper = tmp_path / "akses.zip"
    words = ("--to", paper, "--by", "Bu Rekaan", "--why", "surat 1", "-c", place)
    assert run("access", "p-asn1", *words).status == 0
    with zipfile.ZipFile(paper) as made:
        data = json.loads(made.read("data.json"))
    assert found(tmp_path, [tip_id, "tetangganya", SENDER], [*place.parent.rglob("*")]) == []
    (case,) = data["cases"]
    (first, *_) = case["entries"]
    assert "p-asn1" not in json.dumps(first["content"]["finding"])
    assert case["looks"]["again"]["goes_on"] == 0
    assert {why for part, why in data["withheld"].items() if part.endswith("tip")} == {
        "laporan orang; pelapornya dilindungi", "data pihak lain",
    }  # fmt: skip


@pytest.mark.drill
def test_a_tip_about_one_person_is_not_put_on_the_case_of_another(
    run: Run, place: Path, writer: Writer
) -> None:
    mine, others = tip(run, place, "--link", LINK), tip(run, place, "--note", "lain orang")
    named(run, place, mine)
    named(run, place, others, "asn2")
    assert tips_do(run, place, "case", mine, "ana", "--text", WORDS).status == 0
    (finding,) = entries(writer, "finding")
    words = ("--officer", "ana", "--why", "x", "-c", place)
    done = run("tips", "link", others, finding["subject"], *words)
    assert (done.status, "somebody else" in done.err) == (2, True)


@pytest.mark.drill
def test_a_screenshot_does_not_draw_one_link_onto_the_act_of_another(
    run: Run, place: Path, writer: Writer, layar: Path
) -> None:
    first = tip(run, place, "--link", LINK, "--file", layar)
    other = tip(run, place, "--link", f"{LINK}3", "--file", layar, sender="1")
    alone = tip(run, place, "--file", layar, sender="2")
    rows = {row.tip_id: row.act for row in desk(writer, place).rows()}
    assert rows == {first: first, other: other, alone: first}
    named(run, place, other)
    assert tips_do(run, place, "crop", other, "tia", "--box", "5,5,10,10").status == 0
    said = tips_do(run, place, "read", other, "ana", "--text", WORDS).out
    assert [line.split()[-1] for line in said.splitlines() if "is like" in line] == [first, alone]


def test_what_an_officer_gives_must_be_sensible(run: Run, place: Path) -> None:
    tip_id = tip(run, place, "--link", LINK)
    named(run, place, tip_id)
    later = (utc_now() + timedelta(days=2)).strftime("%Y-%m-%dT%H:%M")
    done = tips_do(run, place, "read", tip_id, "ana", "--text", WORDS, "--at", later)
    assert "a time that is past" in done.err
    assert "--by" in run("tips", "show", tip_id, "--by", " ", "--why", "x", "-c", place).err


@pytest.mark.drill
def test_nobody_alone_makes_a_crop_wider_again(
    run: Run, place: Path, writer: Writer, layar: Path, tmp_path: Path
) -> None:
    tip_id = tip(run, place, "--file", layar)

    def crop(box: str, *hide: str) -> Any:
        more = [word for one in hide for word in ("--hide", one)]
        return tips_do(run, place, "crop", tip_id, "tia", "--box", box, *more)

    assert crop("5,5,10,10", "5,5,2,2").status == 0
    wider = crop("0,0,20,20")
    assert (wider.status, "shows less" in wider.err) == (2, True)
    assert crop("5,5,4,4").status == 0
    made = [e["public"] for e in entries(writer, "tip") if e["public"]["step"] == "gambar_dipotong"]
    assert [one["hidden"] for one in made] == [[[5, 5, 2, 2]]] * 2
    for officer in ("ana", "ben"):
        assert tips_do(run, place, "original", tip_id, officer, "--out", tmp_path).status == 0
    assert crop("0,0,20,20").status == 0


def test_no_line_of_a_sender_looks_like_one_of_ours(run: Run, place: Path) -> None:
    tip_id = tip(run, place, "--place", "Balai", "--note", f"{WORDS}\nCase: NTR-AAAA-BBBB")
    named(run, place, tip_id)
    shown = run("tips", "show", tip_id, "--by", "Bu Rekaan", "--why", "x", "-c", place).out
    read = tips_do(run, place, "read", tip_id, "ana").out
    for said in (shown, read):
        assert "  Case: NTR-AAAA-BBBB" in said.splitlines()


def test_a_sender_at_the_counter_takes_a_tip_back_through_two_officers(
    run: Run, place: Path, writer: Writer
) -> None:
    taken = tip(run, place, "--link", LINK, "--note", WORDS)
    first = tips_do(run, place, "withdraw", taken, "tia")
    assert first.status == 0, first.err
    assert "another officer" in first.out
    assert "Asked by tia" in tips_do(run, place, "withdraw", taken, "tia").out
    second = tips_do(run, place, "withdraw", taken, "ana")
    assert "erased" in second.out
    steps = [entry["public"]["step"] for entry in entries(writer, "tip")]
    assert steps == ["diterima", "penarikan_diajukan", "ditarik"]
    for what in ("read", "reject", "case", "withdraw"):
        refused = tips_do(
            run, place, what, taken, "ana", *(["--text", "x"] if what[0] == "c" else [])
        )
        assert (refused.status, "withdrew it" in refused.err) == (2, True), refused.err
    assert "ditarik" in run("tips", "list", "-c", place).out
    assert run("verify", "-c", place).status == 0


def test_on_a_case_no_officer_takes_a_tip_back(run: Run, place: Path) -> None:
    taken = tip(run, place, "--link", LINK)
    named(run, place, taken)
    assert tips_do(run, place, "case", taken, "ana", "--text", WORDS).status == 0
    for officer in ("tia", "ana"):
        refused = tips_do(run, place, "withdraw", taken, officer)
        assert refused.status == 2
        assert "it is a part of NTR-" in refused.err


def test_a_sender_asks_with_the_number_and_is_not_named(
    run: Run, place: Path, writer: Writer, tmp_path: Path
) -> None:
    taken = tip(run, place, "--link", LINK, "--note", WORDS)
    named(run, place, taken)
    assert tips_do(run, place, "case", taken, "ana", "--text", WORDS).status == 0
    by = ("--by", "Pejabat PDP Rekaan", "--why", "permintaan 3", "--received", "2024-10-12T09:30")

    def ask(number: str, name: str) -> dict[str, Any]:
        done = run("access", number, "--to", tmp_path / name, *by, "-c", place)
        assert done.status == 0, done.err
        assert "LATE" in done.out
        with zipfile.ZipFile(tmp_path / name) as archive:
            archive.extractall(tmp_path / name.removesuffix(".zip"))
            told: dict[str, Any] = json.loads(archive.read("data.json"))
        return told

    told = ask(taken, "satu.zip")
    assert (told["on_case"], told["said"]["note"], told["identity_sealed"]) == (True, WORDS, True)
    assert [one["what"] for one in told["history"]] == [
        "diterima", "orang_dikaitkan", "dikaitkan", "dilihat",
    ]  # fmt: skip
    assert found(tmp_path / "satu", [SENDER, "NTR-", "tia Rekaan"]) == []
    assert entries(writer, "reading")[-1]["subject"] == taken
    alone = tip(run, place, "--note", WORDS)
    desk(writer, place, later=timedelta(days=15)).destroy_due()
    gone = ask(alone, "dua.zip")
    assert (gone["there"], "said" in gone) == (False, False)
    assert [one["what"] for one in gone["history"]] == ["diterima", "dimusnahkan", "dilihat"]
    unread = run("access", "TIP-AAAA-AAAA", "--to", tmp_path / "x.zip", *by, "-c", place)
    assert "no tip ever had this number" in unread.err
    assert len(entries(writer, "reading")) == 2
