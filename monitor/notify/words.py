"""Dates and times in words, as an Indonesian or an English office letter writes them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

from monitor.model.contest import ZONES

Language = Literal["id", "en"]

DAYS = {
    "id": ("Senin", "Selasa", "Rabu", "Kamis", "Jumat", "Sabtu", "Minggu"),
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
}
MONTHS = {
    "id": (
        *("Januari", "Februari", "Maret", "April", "Mei", "Juni"),
        *("Juli", "Agustus", "September", "Oktober", "November", "Desember"),
    ),
    "en": (
        *("January", "February", "March", "April", "May", "June"),
        *("July", "August", "September", "October", "November", "December"),
    ),
}
# A person whose zone is not on the register is shown the capital's time, with its name.
DEFAULT_ZONE = "WIB"


def day(when: date, language: Language) -> str:
    """Return ``12 Oktober 2024`` or ``12 October 2024``."""
    return f"{when.day} {MONTHS[language][when.month - 1]} {when.year}"


def moment(instant: datetime, zone: str, language: Language) -> str:
    """Return an aware instant as ``Sabtu, 12 Oktober 2024 pukul 09.30 WIB``, in that zone."""
    name = zone if zone in ZONES else DEFAULT_ZONE
    local = instant.astimezone(ZONES[name])
    weekday = DAYS[language][local.weekday()]
    at = f"pukul {local:%H.%M}" if language == "id" else f"at {local:%H:%M}"
    return f"{weekday}, {day(local.date(), language)} {at} {name}"
