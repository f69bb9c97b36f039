"""What a person reads of everything held about them: the data in words, in Indonesian."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from monitor.clock import from_text
from monitor.notify import words
from monitor.notify.answer_words import EXCUSES
from monitor.notify.dossier_words import (
    ABOUT,
    ACCOUNT,
    CHANGES,
    COMMANDS,
    FIELDS,
    INTERVALS,
    KINDS,
    LEFT_OUT,
    OUTCOMES,
    PERSON,
    PLUMBING,
    STATE,
    VALUES,
)
from monitor.notify.paper import Row, Section, fields, paper, para, section, table, told

TITLE = "Semua data yang disimpan tentang Anda"
HOUSE = "NETRALITAS · JAWABAN ATAS PERMINTAAN AKSES (UU 27/2022 PASAL 32)"
FOOT = "Rujukan {ref} · kepala log {head}\nIsinya data pribadi. Dugaan bukan putusan."
NOBODY = (
    "Tidak ada data. Dalam daftar, log bukti, dan salinan bukti tidak ada yang disimpan dengan "
    "rujukan ini. Bila sebuah kasus telah dihapus menurut aturan, yang tersisa hanya sidik "
    "bersandi tanpa isi, yang tidak dapat dihubungkan lagi dengan seseorang."
)
ERASED = (
    "Data tentang Anda pernah ada dan telah dimusnahkan: kapan, oleh siapa, dan mengapa ada dalam "
    "daftar di bawah; dasarnya dan nomor perintahnya ada dalam data.json."
)
NO_PROFILE = (
    "Tidak ada skor, peringkat, atau catatan tentang pilihan atau kecenderungan politik Anda yang "
    "disimpan. Yang disimpan adalah perbuatan tertentu, dengan aturan yang diperiksa terhadapnya."
)
RIGHTS = (
    "Bila akun bukan milik Anda, atau data kepegawaian keliru, mintalah perbaikan kepada pejabat "
    "pelindungan data instansi: data dibetulkan, penilaiannya dihitung ulang, dan penerima "
    "pemberitahuan diberi tahu (UU 27/2022). Jawaban Anda atas sebuah dugaan dicatat dalam "
    "kasus itu dan ikut dalam setiap salinan bukti."
)
DIGESTS = (
    "Perbuatan yang dilihat dan tidak cocok dengan aturan apa pun tidak disimpan isinya. Yang ada "
    "hanya sidik bersandi, paling lama {days} hari, agar perbuatan yang sama tidak dibaca ulang. "
    "Sidik itu tidak dapat dibaca kembali menjadi perbuatannya."
)
NO_DIGESTS = "Tidak ada sidik bersandi yang disimpan tentang Anda."
TOLD = (
    "Yang disampaikan kepada penerima pemberitahuan, tanpa petunjuk kerja bagi mereka yang "
    "menutupnya:"
)
CASE_FILE = (
    "Menjadi berkas perkara: dihapus hanya menurut daftar pemusnahan yang disetujui atau atas "
    "perintah menurut UU 27/2022."
)
CORRECTED = (
    "Diperbaiki: setelah data dibetulkan tidak ada indikasi. Penilaian sebelumnya tidak berlaku."
)
MEMBERS = (
    "ringkasan.pdf adalah berkas ini; data.json memuat semua data dalam bentuk yang dapat dibaca "
    "mesin; folder salinan memuat bukti tiap temuan; manifest.json memuat sidik tiap berkas "
    "(SHA-256)."
)

Data = Mapping[str, Any]
# Per case, and per entry of a finding: the message as it was told.
Told = Mapping[int, Sequence[Any]]


def dossier(data: Data, messages: Told) -> dict[str, Any]:
    """Return the paper of one person; ``data`` is what ``data.json`` holds."""
    zone = (data["register"]["person"] or {}).get("zone", "")
    parts = [_request(data, zone)]
    if data["nothing"]:
        gone = any(entry["kind"] == "erasure" for entry in data["entries"])
        parts.append(section("Jawaban", para(NOBODY), *([para(ERASED)] if gone else [])))
    else:
        parts += [
            *_register(data["register"], zone),
            *_looks(data["register"]["looks"], zone),
            *_cases(data, messages, zone),
        ]
    parts += [_digests(data["digests"]), *_rest(data, zone)]
    foot = FOOT.format(ref=data["person_ref"], head=data["head"])
    return paper(TITLE, HOUSE, foot, parts)


def _request(data: Data, zone: str) -> Section:
    rows = [
        ("Rujukan Anda dalam sistem", data["person_ref"]),
        ("Permintaan diterima", _when(data["received_at"], zone) or "tidak dicatat"),
        ("Harus dijawab paling lambat", _when(data["due_at"], zone) or "tidak dapat dihitung"),
        ("Dibuat", _when(data["made_at"], zone)),
    ]
    if data["in_time"] is not None:
        rows.append(("Dalam 3x24 jam", "ya" if data["in_time"] else "tidak, terlambat"))
    return section("Permintaan", fields(rows), para(MEMBERS))


def _register(register: Data, zone: str) -> Iterable[Section]:
    person = register["person"]
    if person is None:
        yield section("Data kepegawaian", para("Tidak ada baris dalam daftar sekarang."))
    else:
        yield section("Data kepegawaian", fields((n, _say(person[k])) for k, n in PERSON.items()))
    for account in register["accounts"]:
        facts = [(name, _say(account[key])) for key, name in ACCOUNT.items()]
        yield section(f"Akun {account['address']}", fields(facts), level=2)
    rows: list[Row] = [
        (INTERVALS.get(i["kind"], i["kind"]), i["first_day"], i["last_day"], i["reference"],
         _places(i))
        for i in register["intervals"]
    ]  # fmt: skip
    head: Sequence[str] = ("Keadaan", "Mulai", "Sampai", "Surat", "Tempat")
    yield section("Keadaan bertanggal", table(head, (4, 2, 2, 3, 4), rows), level=2)
    changes = [
        (_when(c["at"], zone), _change(c), _changed(c["body"]), c["by"].get("who", ""))
        for c in register["changes"]
    ]
    head = ("Kapan", "Perubahan", "Yang tercatat", "Oleh")
    yield section("Riwayat data dalam daftar", table(head, (3, 2, 6, 2), changes), level=2)


def _looks(looks: Sequence[Data], zone: str) -> Iterable[Section]:
    rows = [
        (one["watch_id"], one["platform"], one["handle"] or one["native_id"],
         _when(one["last_look_at"], zone) or "belum pernah", "ya" if one["active"] else "tidak")
        for one in looks
    ]  # fmt: skip
    head = ("Baris", "Platform", "Akun", "Terakhir dibaca", "Masih dibaca")
    yield section("Pembacaan akun", table(head, (2, 2, 3, 4, 2), rows))


def _cases(data: Data, messages: Told, zone: str) -> Iterable[Section]:
    yield section("Temuan", para(_count(len(data["cases"]), "temuan tentang Anda")))
    for one in data["cases"]:
        yield section(f"Temuan {one['finding']}", level=2)
        for entry in one["entries"]:
            if entry["kind"] == "finding":
                yield _revision(entry, messages, zone)
        rows: list[Row] = [
            (entry["seq"], _when(entry["at"], zone), KINDS.get(entry["kind"], entry["kind"]),
             _detail(entry))
            for entry in one["entries"]
        ]  # fmt: skip
        head: Sequence[str] = ("Entri", "Kapan", "Jenis", "Keterangan")
        yield section("Jalannya kasus", table(head, (1, 3, 3, 6), rows), level=2)
        told_to: list[Row] = [
            (d["role"], ABOUT.get(d["about"], d["about"]), d["through"], _say(d["state"]),
             _when(d["accepted_at"], zone))
            for d in one["deliveries"]
        ]  # fmt: skip
        head = ("Penerima", "Isi", "Lewat", "Keadaan", "Diterima")
        yield section("Kepada siapa disampaikan", table(head, (5, 3, 2, 2, 4), told_to), level=2)
        text = f"{_keeping(one['keeping'])} {_again(one['looks'])}"
        yield section("Berapa lama disimpan", para(text), level=2)
    trials = data["rules_on_trial"]
    if trials:
        text = _count(len(trials), "perbuatan Anda yang disimpan untuk menguji aturan baru")
        text += f" Dihapus setelah {data['retention']['shadow_days']} hari; tidak disampaikan."
        yield section("Aturan yang sedang dicoba", para(text))
    if data["unreadable"]:
        text = _count(len(data["unreadable"]), "kiriman akun Anda yang bentuknya tidak dikenal")
        yield section(
            "Kiriman yang tidak terbaca", para(text + " Salinannya ada dalam berkas ini.")
        )


def _keeping(keeping: Data) -> str:
    said = [f"Keadaan kasus: {keeping['state']}."]
    if keeping["case_file"]:
        said.append(CASE_FILE)
    elif keeping["days"]:
        said.append(f"Dihapus {keeping['days']} hari setelah dihentikan.")
    else:
        said.append("Disimpan selama kasus terbuka.")
    if keeping["held"]:
        said.append("Penghapusannya ditahan dengan keputusan yang tercatat.")
    if keeping["schedule"]:
        said.append(f"Jadwal retensi arsip: {keeping['schedule']}.")
    return " ".join(said)


def _again(looks: Data) -> str:
    again = looks["again"]
    if again is None or not (again["goes_on"] or again["checks"]):
        return "Unggahannya tidak dilihat lagi."
    return f"Unggahannya dilihat lagi secara berkala, sejauh ini {again['checks']} kali."


def _revision(entry: Data, messages: Told, zone: str) -> Section:
    number = entry["public"].get("revision_no", "")
    title = f"Penilaian ke-{number}, dicatat {_when(entry['at'], zone)}"
    if entry["public"]["outcome"] == "none":
        return section(title, para(CORRECTED), level=2)
    if entry["seq"] not in messages:
        return section(title, para("Isinya sudah dihapus; yang tersisa hanya entri log."), level=2)
    finding = entry["content"]["finding"]
    rows = [("Teks lengkap", finding["activity"]["text"] or "tanpa kata-kata")]
    rows += [("Aturan", _rules(finding))]
    shown = told(messages[entry["seq"]])
    return section(title, para(TOLD), shown, fields(rows), level=2)


def _digests(digests: Data) -> Section:
    text = DIGESTS.format(days=digests["days"]) if digests["held"] else NO_DIGESTS
    return section("Perbuatan yang tidak cocok", para(text), para(NO_PROFILE))


def _rest(data: Data, zone: str) -> Iterable[Section]:
    rows: list[Row] = [
        (_when(p["at"], zone), COMMANDS.get(p["what"], p["what"]), p["subject"] or "seluruh data",
         p["who"], p["why"])
        for p in data["processing"]
    ]  # fmt: skip
    head: Sequence[str] = ("Kapan", "Pemrosesan", "Tentang", "Oleh", "Alasan")
    yield section("Siapa yang membuka data Anda", table(head, (3, 3, 3, 2, 3), rows))
    left_out = sorted((_left_out(part), why) for part, why in data["withheld"].items())
    head = ("Bagian", "Sebab")
    yield section("Yang tidak disertakan", table(head, (7, 4), left_out))
    yield section("Hak Anda", para(RIGHTS))


def _left_out(part: str) -> str:
    seq, _, name = part.partition("/")
    said = LEFT_OUT.get(name)
    return f"entri {seq}: {said}" if said else part


def _detail(entry: Data) -> str:
    if entry["kind"] == "finding":
        said = [OUTCOMES.get(entry["public"]["outcome"], "")]
    else:
        public = ((k, v) for k, v in entry["public"].items() if k not in PLUMBING)
        said = [_named(k, v) for k, v in sorted(public) if isinstance(v, str)]
        for content in entry["content"].values():
            said += _said(content)
    said += [f"{name} (dihapus)" for name in entry["erased"]]
    return "; ".join(filter(None, said))


def _said(content: Any) -> list[str]:
    if not isinstance(content, Mapping):
        return []
    kept = ((k, v) for k, v in sorted(content.items()) if k not in PLUMBING)
    told = [_named(k, v) for k, v in kept if v and isinstance(v, str)]
    claims = [EXCUSES.get(str(one), str(one)) for one in content.get("claims", ())]
    return [*told, *([f"{FIELDS['claims']}: {', '.join(claims)}"] if claims else [])]


def _named(key: str, value: str) -> str:
    return f"{FIELDS.get(key, key)}: {OUTCOMES.get(value, value.replace('_', ' '))}"


def _rules(finding: Data) -> str:
    return "; ".join(f"{m['rule']}, revisi {m['revision']}" for m in finding["matches"])


def _change(change: Data) -> str:
    what = str(change["body"].get("change", change["change"]))
    return CHANGES.get(what, what)


def _changed(body: Data) -> str:
    before, after = body.get("before") or {}, body.get("after") or {}
    known = PERSON | ACCOUNT | STATE
    return "; ".join(
        f"{known[key]}: {_say(before[key])} → {_say(value)}"
        if before.get(key)
        else f"{known[key]}: {_say(value)}"
        for key, value in after.items()
        if value and key in known
    )


def _places(interval: Data) -> str:
    sides = (interval["moved_from"], interval["moved_to"])
    return " → ".join(f"{s['instansi']}, {s['unit']}" for s in sides if s)


def _say(value: Any) -> str:
    text = str(value or "")
    return VALUES.get(text, text)


def _count(number: int, what: str) -> str:
    return f"Ada {number} {what}." if number else f"Tidak ada {what}."


def _when(at: str | None, zone: str) -> str:
    return words.moment(from_text(at), zone, "id") if at else ""
