from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

HEADER = "tingkat,kode_wilayah,nomor_urut,nama_paslon\n"
LIST = HEADER + (
    'gubernur,98,1,"Dr. H. WIRASENA TABUKALI, S.E., M.Si. - Tgk. LARASWATI KHAYALI"\n'
    'gubernur,98,2,"SENOPATI UDARATMA - Hj. MEGANTARA RAYASENA, S.H. (MAK GANTARA)"\n'
    'bupati_walikota,9801,2,"Ir. AGUS BUDI - SITI"\n'
    'bupati_walikota,9801,1,"dr. JAYALUHUR PRAMUDITA - MUHAMMAD ANDARU"\n'
    "bupati_walikota,9871,1,BAYUADI KALANDRA - M. TIRTAMAYA\n"
    "bupati_walikota,9871,2,KOLOM KOSONG - \n"
)
CALENDAR = """id = "pilkada-2030"
year = 2030
tahapan_mulai = 2030-01-01
source = "rekaan"

[[round]]
id = "utama"
bakal_calon = 2030-02-01
penetapan = 2030-03-01
kampanye = [2030-03-04, 2030-05-03]
masa_tenang = [2030-05-04, 2030-05-06]
pemungutan_suara = 2030-05-07
selesai = 2030-06-01
source = "rekaan"

[[round]]
id = "putaran-kedua"
levels = ["pilgub"]
bakal_calon = 2030-06-02
penetapan = 2030-06-02
kampanye = [2030-06-03, 2030-06-13]
masa_tenang = [2030-06-14, 2030-06-16]
pemungutan_suara = 2030-06-17
selesai = 2030-07-01
source = "rekaan"
"""
AREAS = {"98": "Rekaan", "98.01": "Kabupaten Khayal", "98.71": "Kota Angan"}
WORDS = {
    "umum.txt": "# biasa\nagus\nbudi\nsiti\nsantun\nandaru\n",
    "tokoh.txt": "# tokoh\nSenopati Udaratma\n",
}


@pytest.fixture
def lists(tmp_path: Path) -> Path:
    """A watchlists folder of an invented province that has no contest yet."""
    good = Path(__file__).parent.parent / "config" / "good" / "watchlists"
    folder = tmp_path / "watchlists"
    for path in good.rglob("*.toml"):
        if path.parent.name != "contests":
            place = folder / path.relative_to(good)
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(path.read_bytes())
    intake = folder / "intake"
    intake.mkdir()
    rows = "\n".join(f"{code},{name}" for code, name in AREAS.items())
    (intake / "wilayah.csv").write_text(f"kode,nama\n{rows}\n", "utf-8")
    for name, text in WORDS.items():
        (intake / name).write_text(text, "utf-8")
    return folder


@pytest.fixture
def calendar(tmp_path: Path) -> Path:
    path = tmp_path / "pilkada-2030.toml"
    path.write_text(CALENDAR, "utf-8")
    return path


@pytest.fixture
def listed(tmp_path: Path) -> Callable[[str | bytes], Path]:
    """Write a list and return its path."""

    def write(text: str | bytes) -> Path:
        path = tmp_path / "paslon.csv"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    return write
