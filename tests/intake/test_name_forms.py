"""What may stand alone and what may not; all of these people are invented."""

from __future__ import annotations

from collections import Counter

from monitor.intake import name_forms
from monitor.intake.contest_files import balanced
from monitor.intake.name_forms import Forms
from monitor.intake.person_names import PersonName, read
from monitor.intake.words import Knowledge, fold

KNOWN = Knowledge(
    areas={},
    common=frozenset({"agus", "budi", "santun", "siti"}),
    known=frozenset({"budi tabukali"}),
)


def pair(text: str) -> tuple[PersonName, PersonName]:
    first, second = (read(part) for part in text.split(" - "))
    return first, second


def made(text: str, *others: str, taken: frozenset[str] = frozenset()) -> Forms:
    mine = pair(text)
    judge = name_forms.strength([mine, *map(pair, others)], KNOWN, taken)
    return name_forms.forms(mine, judge, 2030)


def test_rare_names_give_strong_pairs_and_short_names() -> None:
    forms = made("Tgk. WIRASENA JATI TABUKALI - LARASWATI KHAYALI")
    assert forms.names == ("Wirasena Jati Tabukali", "Laraswati Khayali")
    assert {"Wirasena Laraswati", "Wirasena dan Laraswati", "paslon Wirasena Laraswati"} <= set(
        forms.aliases
    )
    assert {"Wirasena Jati", "Jati Tabukali", "Wirasena Tabukali", "Tgk Wirasena"} <= set(
        forms.aliases
    )
    assert {"WirasenaLaraswati", "WirasenaLaraswati2030", "CoblosWirasenaLaraswati"} <= set(
        forms.hashtags
    )


def test_one_word_is_never_strong() -> None:
    forms = made("WIRASENA - LARASWATI KHAYALI")
    assert {"Wirasena", "Laraswati", "Khayali"} <= set(forms.ambiguous)
    assert all(" " in alias for alias in forms.aliases)


def test_two_common_names_are_ambiguous_but_not_with_the_word_paslon() -> None:
    forms = made("AGUS SITI - BUDI")
    assert {"Agus Siti", "Agus Budi", "Agus dan Budi"} <= set(forms.ambiguous)
    assert "paslon Agus Budi" in forms.aliases
    assert "AgusBudi" not in forms.hashtags
    assert "AgusBudi2030" in forms.hashtags


def test_an_everyday_word_is_not_listed_alone() -> None:
    forms = made("SANTUN TABUKALI - WIRASENA")
    assert "Santun" not in (*forms.aliases, *forms.ambiguous)
    assert "Santun Wirasena" in forms.aliases


def test_what_others_go_by_is_ambiguous() -> None:
    well_known = made("BUDI TABUKALI - WIRASENA")
    assert "Budi Tabukali" in well_known.ambiguous
    namesake = made("JAYADI TABUKALI - WIRASENA", "JAYADI TABUKALI - KALANDRA")
    assert "Jayadi Tabukali" in namesake.ambiguous
    busy = made("JAYADI TABUKALI - WIRASENA", taken=frozenset({"jayadi tabukali"}))
    assert "Jayadi Tabukali" in busy.ambiguous


def test_opening_names_are_nobodys_call_name() -> None:
    assert name_forms.calls(read("MUHAMMAD WIRASENA")) == ("Wirasena",)
    assert name_forms.calls(read("I MADE PUTU")) == ("Made",)
    assert name_forms.label(pair("ABDUL WIRASENA - ANDI LARASWATI")) == "Wirasena-Laraswati"


def test_forms_are_unique_after_folding() -> None:
    forms = made("WIRASENA MAS'UD - LARASWATI MAS'UD (WIRASENA)")
    counted = Counter(fold(form) for form in (*forms.aliases, *forms.ambiguous))
    assert max(counted.values()) == 1


def test_long_lists_are_cut_to_twice_the_shortest() -> None:
    short = Forms(("A",), ("a b", "b c"), ("x",), ("t",))
    long = Forms(("B",), tuple("cdefghij"), tuple("klmnop"), ("u", "v", "w"))
    first, second = balanced([short, long])
    assert first == short
    assert second.aliases == tuple("cdef")
    assert second.ambiguous == tuple("kl")
    assert second.hashtags == ("u", "v")
