"""Features: one that could be there is never left unasked."""

from __future__ import annotations

from unittest import mock

from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.match import engine as engine_module
from monitor.match.features import FEATURES, WAKE, View, features
from monitor.model.activity import Signal
from monitor.model.wire import statement
from tests.match.world import GOVERNOR, engine, ruleset

LISTS = {
    key: entries
    for key, entries in ruleset().lexicon.items()
    if key.partition(".")[0] in ("isyarat", "kata", "acara", "peran") and "\t" not in entries[0]
}
PHRASES = st.sampled_from(sorted(LISTS)).flatmap(lambda key: st.sampled_from(LISTS[key]))
NAMES = st.sampled_from(("Sarinande", "Sarinande-Lukito", "nomor 2", "02", "kotak kosong", "✊"))
TEXTS = st.lists(PHRASES | NAMES, max_size=7).map(" ".join)
ROLES = st.sampled_from(("", "candidate", "party", "election_body"))


def views(line: dict[str, object]) -> list[View]:
    """Return what the engine asked features of."""
    seen: list[View] = []

    def spy(view: View) -> frozenset[str]:
        seen.append(view)
        return features(view)

    with mock.patch.object(engine_module, "features", spy):
        engine().read([statement(line).activity], [(GOVERNOR,)])
    return seen


@settings(max_examples=400)
@given(TEXTS, TEXTS, TEXTS, st.sampled_from(Signal), ROLES)
def test_no_feature_is_left_unasked(
    text: str, alt: str, parent: str, signal: Signal, role: str
) -> None:
    author = {"role": role, "of": f"{GOVERNOR}/1", "account_type": "jabatan"}
    target = {"id": "t", "text": parent, "author": author}
    line = {"id": "x", "signal": signal, "text": text, "media": [{"alt": alt}]}
    for view in views(line | ({"target": target} if role else {})):
        assert features(view) == {name for name, ask in FEATURES.items() if ask(view)}


def test_what_wakes_a_feature_can_be_found() -> None:
    assert set(WAKE) <= set(FEATURES)
