"""What passes for a NIP; what does not is told in tests/register."""

from __future__ import annotations

from datetime import date

import pytest

from monitor.intake import nip
from monitor.intake.nip import BadNip

TODAY = date(2024, 10, 1)


@pytest.mark.parametrize(
    "written",
    [
        "198501012010011001",
        "19850101 201001 1 001",
        "'198501012010011001",
        " 19850101.201001.1.001 ",
        "19850101\u00a0201001\u00a01\u00a0001",
    ],
)
def test_a_nip_is_read_as_people_write_it(written: str) -> None:
    assert nip.read(written, TODAY) == "198501012010011001"


@pytest.mark.parametrize("month", ["01", "12", "21", "22"])
def test_a_pppk_has_the_number_of_the_agreement_for_a_month(month: str) -> None:
    assert nip.read(f"199001012022{month}1001", TODAY)


@pytest.mark.parametrize("month", ["00", "13", "20", "30"])
def test_other_months_are_none(month: str) -> None:
    with pytest.raises(BadNip, match="a month"):
        nip.read(f"199001012022{month}1001", TODAY)


@pytest.mark.parametrize("cell", [None, "", 1, 1.0, True, "٣" * 18, "-" * 18])
def test_other_cells_are_none_and_are_not_repeated(cell: object) -> None:
    with pytest.raises(BadNip) as caught:
        nip.read(cell, TODAY)
    assert "٣" not in f"{caught.value}{caught.value.got}{caught.value.hint}"
