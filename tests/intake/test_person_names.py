"""Names as election bodies print them; all of these people are invented."""

from __future__ import annotations

import pytest

from monitor.intake.person_names import BadName, PersonName, read


@pytest.mark.parametrize(
    ("printed", "full"),
    [
        ("WIRASENA TABUKALI", "Wirasena Tabukali"),
        ("Dr. H. WIRASENA TABUKALI, S.E., M.Si.", "Wirasena Tabukali"),
        ("Dr. (H.C) Ir. WIRASENA TABUKALI, M.T.", "Wirasena Tabukali"),
        ("Letjen TNI (Purn.) WIRASENA TABUKALI", "Wirasena Tabukali"),
        ("Irjen. Pol. (Purn). Drs. WIRASENA TABUKALI", "Wirasena Tabukali"),
        ("H.WIRASENA,S.Pd., M.Si", "Wirasena"),
        ("Dr.WIRASENA TABUKALI, S.KM.", "Wirasena Tabukali"),
        ("WIRASENA.D, S.E", "Wirasena D"),
        ("H. M. WIRASENA TABUKALI", "Wirasena Tabukali"),
        ("WIRASENA M TABUKALI", "Wirasena M Tabukali"),
        ("WIRASENA TABUKALI S.E. M.Si", "Wirasena Tabukali"),
        ("WIRASENA TABUKALI SE", "Wirasena Tabukali"),
        ("K.H. WIRASENA", "Wirasena"),
        ("AL WIRASENA", "Al Wirasena"),
        ("MAS’UD TABUKALI", "Mas'ud Tabukali"),
        ("SF WIRASENA", "SF Wirasena"),
        ("WIRASENA AR-ROZAK", "Wirasena Ar-Rozak"),
        ("TUAN GURU H. WIRASENA", "Wirasena"),
        ("ALIAS WIRASENA", "Alias Wirasena"),
    ],
)
def test_titles_are_taken_off(printed: str, full: str) -> None:
    assert read(printed).full == full


def test_titles_that_people_say_are_kept_apart() -> None:
    assert read("Dr. dr. WIRASENA").titles == ("dr",)
    assert read("Drs. KH. WIRASENA, M.Ag.").titles == ("KH",)
    assert read("Dr. Ir. WIRASENA").titles == ()


def test_printed_nicknames_are_kept() -> None:
    assert read("WIRASENA, S.E. (BANG WIRA)") == PersonName(("Wirasena",), (), ("Bang Wira",))
    assert read("WIRASENA ALIAS WIRA, S.E.").called == ("Wira",)
    assert read("WIRASENA TABUKALI GUS WIRA").called == ("Gus Wira",)
    assert read("WIRASENA, B.Sc. (Hons)").called == ()


@pytest.mark.parametrize("printed", ["", "H.", "Dr. H. M.", "WIR4SENA", "WIRA; SENA", "=WIRASENA"])
def test_what_is_no_name_is_refused(printed: str) -> None:
    with pytest.raises(BadName):
        read(printed)
