"""Screenshots as people send them: invented posts in three apps' layouts, drawn by Chromium.

Everything follows from the seed: the posts, the phones, day or night, and what sending did to the
picture. The candidates are those of the shipped watchlists; persons and posts are invented.
"""

from __future__ import annotations

import functools
import io
import random
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path

from PIL import Image

from monitor import watch
from monitor.model.contest import Contest
from monitor.model.rule import RuleSet, Stance
from tests.browser import executable

SUPPORT = (
    "Ayo pilih {name}, pemimpin yang dekat dengan rakyat!",
    "Bismillah, tanggal 27 November kami sekeluarga coblos {name}.",
    "Saya mendukung {name} karena program kesehatannya jelas.",
    "Mari menangkan {name} di TPS masing-masing!",
    "Jangan ragu lagi, {name} pilihan terbaik untuk daerah kita.",
    "Sudah mantap hati memilih {name}. Ajak tetangga dan saudara ya.",
    "Dukung terus {name} sampai menang!",
    "Kami siap memenangkan {name}, satu putaran!",
)
ATTACK = (
    "Jangan pilih {name}, janjinya dulu tidak ada yang ditepati.",
    "Asal bukan {name}! Daerah ini butuh orang baru.",
    "Jangan coblos {name}. Lima tahun tidak ada hasilnya.",
)
BEFORE = (
    "Selamat pagi semuanya.", "Baru pulang dari acara warga.", "Hujan terus sejak subuh.",
    "Alhamdulillah acaranya lancar.", "Izin berbagi kabar.", "", "", "",
)  # fmt: skip
AFTER = (
    "Semoga daerah kita makin maju.", "Terima kasih.", "Jaga kesehatan ya.", "🙏🙏", "🔥🔥🔥", "💪",
    "", "",
)  # fmt: skip
WRITERS = (
    "Sekar Lembayung", "Rimba Pratala", "Wening Asmaraloka", "Jagat Santika", "Puspa Ranting",
    "Bayu Cakrawangsa", "Tirta Kemala", "Embun Larasati",
)  # fmt: skip
ANSWERS = ("mantap", "Salam dari seberang", "ikut menyimak", "wah ramai sekali")
QUALITIES = (38, 50, 62, 75, 88)
WIDTHS = (360, 393, 412)
SCALES = (1.75, 2.0, 2.625, 3.0)
HEIGHT = 800
APPS = ("dinding", "burung", "galeri")
DAY = {"bg": "#ffffff", "fg": "#0f1419", "dim": "#65676b", "line": "#e4e6eb", "link": "#1d6fd0"}
NIGHT = {"bg": "#18191a", "fg": "#e4e6eb", "dim": "#a0a3a8", "line": "#3a3b3c", "link": "#6fb1ff"}
BLACK = {"bg": "#000000", "fg": "#e7e9ea", "dim": "#71767b", "line": "#2f3336", "link": "#1d9bf0"}


@dataclass(frozen=True, slots=True)
class Screen:
    """One screenshot and what must be read in it."""

    number: int
    text: str
    contests: tuple[str, ...]
    target: str
    stance: Stance
    app: str
    dark: bool
    sent: str
    picture: bytes


@dataclass(frozen=True, slots=True)
class _Plan:
    number: int
    text: str
    contest: Contest
    target: str
    stance: Stance
    app: str
    dark: bool
    width: int
    quality: int
    small: bool


@functools.cache
def ruleset() -> RuleSet:
    return watch.load(watch.shipped())


def screens(seed: int, count: int) -> Iterator[Screen]:
    """Yield ``count`` screenshots; the same seed gives the same ones with the same fonts."""
    rng = random.Random(seed)
    plans = [_plan(rng, number) for number in range(count)]
    for start in range(0, count, 5):
        portion = plans[start : start + 5]
        scale = rng.choice(SCALES)
        yield from map(_sent, portion, _drawn(rng, portion, scale))


def one(text: str) -> bytes:
    """Return a screenshot of a post with these words."""
    rng, contest = random.Random(1), _contests()[0]
    plan = _Plan(0, text, contest, "", Stance.SUPPORT, APPS[0], False, WIDTHS[1], 75, False)
    return _sent(plan, _drawn(rng, [plan], 2.0)[0]).picture


def _plan(rng: random.Random, number: int) -> _Plan:
    contest = rng.choice(sorted(_contests(), key=lambda c: c.id))
    target = rng.choice([t for t in contest.targets if t.names])
    stance = rng.choice((Stance.SUPPORT, Stance.SUPPORT, Stance.ATTACK))
    both, first = " dan ".join(target.names), target.names[0]
    name = rng.choice((both, first if " " in first else both))
    said = rng.choice(SUPPORT if stance is Stance.SUPPORT else ATTACK).format(name=name)
    tag = rng.choice(("", "", f"#{rng.choice(target.hashtags)}")) if target.hashtags else ""
    tag = tag if stance is Stance.SUPPORT else ""
    parts = [rng.choice(BEFORE), said, rng.choice(AFTER), tag]
    return _Plan(
        number, " ".join(part for part in parts if part), contest, target.id, stance,
        APPS[number % len(APPS)], number // len(APPS) % 2 == 1, rng.choice(WIDTHS),
        QUALITIES[number % len(QUALITIES)], rng.random() < 0.4,
    )  # fmt: skip


def _contests() -> Sequence[Contest]:
    every = ruleset().contests.values()
    return [c for c in every if c.id.startswith(("pilgub-", "pilwako-")) and c.id.endswith("-2024")]


def _drawn(rng: random.Random, plans: Sequence[_Plan], scale: float) -> list[Image.Image]:
    """Draw phones side by side on one page and part the picture of it."""
    phones = "".join(_phone(rng, plan) for plan in plans)
    page = f"<meta charset=utf-8><style>{STYLE}</style><body>{phones}"
    width = sum(plan.width for plan in plans)
    with tempfile.TemporaryDirectory() as folder:
        file, shot = Path(folder) / "layar.html", Path(folder) / "layar.png"
        file.write_text(page, "utf-8")
        subprocess.run(
            [
                executable(), "--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run",
                "--disable-dev-shm-usage", "--hide-scrollbars", "--no-proxy-server",
                "--host-resolver-rules=MAP * ~NOTFOUND", f"--user-data-dir={folder}/profil",
                f"--force-device-scale-factor={scale}", f"--window-size={width},{HEIGHT}",
                f"--screenshot={shot}", file.as_uri(),
            ],
            check=True, capture_output=True, timeout=180,
        )  # fmt: skip
        with Image.open(shot) as whole:
            whole.load()
            return list(_parted(whole.convert("RGB"), plans, scale))


def _parted(whole: Image.Image, plans: Sequence[_Plan], scale: float) -> Iterator[Image.Image]:
    left = 0
    for plan in plans:
        right = left + plan.width
        yield whole.crop((round(left * scale), 0, round(right * scale), whole.height))
        left = right


def _sent(plan: _Plan, picture: Image.Image) -> Screen:
    """Make of a picture what arrives: some apps make it smaller, all compress it."""
    if plan.small:
        picture = picture.resize((720, round(picture.height * 720 / picture.width)))
    made = io.BytesIO()
    picture.save(made, "JPEG", quality=plan.quality)
    return Screen(
        plan.number, plan.text, (plan.contest.id,), plan.target, plan.stance, plan.app, plan.dark,
        f"{picture.width}x{picture.height} q{plan.quality}", made.getvalue(),
    )  # fmt: skip


# ---- the three apps ------------------------------------------------------------------------------

STYLE = f"""
*{{box-sizing:border-box;margin:0}} body{{display:flex;width:max-content}}
.hp{{height:{HEIGHT}px;position:relative;overflow:hidden;flex:none;font-size:15px;line-height:1.35;
font-family:'Noto Sans','Noto Color Emoji'}}
.bar{{display:flex;justify-content:space-between;padding:4px 14px;font-size:12px;height:26px}}
.row{{display:flex;gap:10px;align-items:center;padding:8px 12px}} .dim{{font-size:12px}}
.av{{width:40px;height:40px;border-radius:50%;background:linear-gradient(45deg,#c96,#369);flex:none}}
.bottom{{position:absolute;bottom:0;left:0;right:0;display:flex;justify-content:space-around;
padding:10px;font-size:11px}}
.pic{{height:250px;background:linear-gradient(160deg,#274,#8b5 40%,#ed8)}}
b{{font-weight:600}} p{{padding:6px 12px}}
"""


def _phone(rng: random.Random, plan: _Plan) -> str:
    colours = (BLACK if plan.app == "burung" else NIGHT) if plan.dark else DAY
    clock = f"{rng.randint(5, 22)}.{rng.randint(0, 59):02d}"
    bar = f"<div class=bar><span>{clock}</span><span>4G ▂▄▆ {rng.randint(11, 99)}%</span></div>"
    body = {"dinding": _wall, "burung": _bird, "galeri": _gallery}[plan.app]
    style = f"width:{plan.width}px;background:{colours['bg']};color:{colours['fg']}"
    return f'<div class=hp style="{style}">{bar}{body(rng, plan, colours)}</div>'


def _marked(text: str, colours: dict[str, str]) -> str:
    words = [
        f"<span style='color:{colours['link']}'>{escape(w)}</span>" if w[0] == "#" else escape(w)
        for w in text.split()
    ]
    return " ".join(words)


def _wall(rng: random.Random, plan: _Plan, c: dict[str, str]) -> str:
    who, other = rng.sample(WRITERS, 2)
    ago = f"{rng.randint(2, 23)} jam · 🌐"
    return f"""<div class=row style="border-bottom:1px solid {c["line"]}"><b
style="font-size:20px">
dinding</b></div><div class=row><div class=av></div><div><b>{who}</b><div class=dim
style="color:{c["dim"]}">{ago}</div></div></div><p>{_marked(plan.text, c)}</p>
<div class="row dim" style="color:{c["dim"]};justify-content:space-between"><span>👍❤️
{rng.randint(3, 900)}</span><span>{rng.randint(2, 80)} komentar · {rng.randint(2, 30)} kali
dibagikan</span></div><div class=row
style="justify-content:space-around;color:{c["dim"]};border:1px
solid {c["line"]};border-width:1px 0"><span>👍 Suka</span><span>💬 Komentari</span><span>↪ Bagikan
</span></div><div class=row><div class=av></div><div style="background:{c["line"]};padding:6px
10px;
border-radius:14px"><b>{other}</b><br>{rng.choice(ANSWERS)}</div></div><div class=bottom
style="border-top:1px solid {c["line"]};color:{c["dim"]}"><span>Beranda</span><span>Video</span>
<span>Teman</span><span>Notifikasi</span><span>Menu</span></div>"""


def _bird(rng: random.Random, plan: _Plan, c: dict[str, str]) -> str:
    who = rng.choice(WRITERS)
    handle = "@" + who.lower().replace(" ", "_")
    figures = "".join(
        f"<span><b>{rng.randint(2, 999)}</b> <span style='color:{c['dim']}'>{what}</span></span>"
        for what in ("Posting ulang", "Kutipan", "Suka")
    )
    return f"""<div class=row><b>←</b><b style="font-size:18px">Postingan</b></div><div class=row>
<div class=av></div><div><b>{who}</b><div style="color:{c["dim"]}">{handle}</div></div></div>
<p style="font-size:17px">{_marked(plan.text, c)}</p><p style="color:{c["dim"]}">
{rng.randint(1, 23)}.{rng.randint(10, 59)} · {rng.randint(1, 30)} Okt 2024 ·
<b>{rng.randint(1, 90)},{rng.randint(1, 9)}
rb</b> Tayangan</p><div class=row style="border:1px solid {c["line"]};border-width:1px
0">{figures}
</div><div class=row style="justify-content:space-around;color:{c["dim"]}"><span>💬</span><span>🔁
</span><span>♡</span><span>🔖</span><span>⇪</span></div><div class=bottom style="color:{c["dim"]};
border-top:1px solid {c["line"]}"><span>Posting balasan Anda</span></div>"""


def _gallery(rng: random.Random, plan: _Plan, c: dict[str, str]) -> str:
    who = rng.choice(WRITERS)
    name = who.lower().replace(" ", ".")
    return f"""<div class=row style="border-bottom:1px solid {c["line"]}"><b
style="font-size:21px;
font-family:'Noto Serif'">galeri</b></div><div class=row><div class=av
style="width:32px;height:32px"></div><b style="font-size:14px">{name}</b></div><div
class=pic></div><div class=row
style="font-size:20px"><span>♡</span><span>💬</span><span>✈</span></div><p style="font-size:14px">
<b>{rng.randint(3, 999)} suka</b></p><p style="font-size:14px"><b>{name}</b>
{_marked(plan.text, c)}</p><p class=dim style="color:{c["dim"]}">Lihat semua {rng.randint(2, 90)}
komentar</p><p class=dim style="color:{c["dim"]}">{rng.randint(2, 6)} hari yang lalu</p><div
class=bottom style="border-top:1px solid
{c["line"]};font-size:18px"><span>⌂</span><span>⌕</span><span>⊞</span><span>▷</span>
<span>◉</span></div>"""
