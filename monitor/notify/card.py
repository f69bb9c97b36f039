"""What a template may use: a recorded finding, read back, as codes and cleaned texts.

No wording lives here and nothing is judged: a template turns each code into words. What is not
here cannot be shown, so there is no score, no person reference and nothing of a stranger.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from monitor.clock import from_text
from monitor.model.activity import FILED
from monitor.model.contest import Contest, ContestTarget
from monitor.model.day import local_day
from monitor.model.delivery import AlertFacts
from monitor.model.rule import Level, RuleSet
from monitor.model.tip import COLLECTOR as TIP
from monitor.model.tip import OFFLINE
from monitor.notify import words
from monitor.notify.quote import clean, excerpt
from monitor.notify.states import since

# P22: an article that is only remembered is not shown to people.
FROM_MEMORY = "M"
# Soldiers, police and contract workers: their own authorities decide.
OTHER_RECEIVERS = frozenset({Level.RUJUKAN.value, Level.KONTRAK.value})
PHOTOS = frozenset({"image", "photo", "video"})
STRANGER = "stranger"
# Collectors that saw nothing themselves, and where their acts are from.
ORIGINS = {TIP: "tip", FILED: "file"}
QUOTED = "quote"
NOT_MET = "not_met"
INDEX = re.compile(r"\.\d+")
INDEX_OF_PART = re.compile(r"-(?:\d+|masked)$")
ACTS_ON_AN_ACCOUNT = frozenset({"follow", "membership"})
ACTS_ON_A_POST = frozenset({"reply", "quote", "share", "like", "reaction"})


@dataclass(frozen=True, slots=True)
class Size:
    """How much fits: characters of each quotation, entries of each list, characters of a field.

    No quotation is made where none fits. ``brief`` leaves out what stands on the card
    or on papers: the contest, and who receives reports.
    """

    quote: int
    items: int
    field: int
    brief: bool = False


def build(
    content: Mapping[str, Any],
    watch: Mapping[str, Any],
    alert: AlertFacts,
    ruleset: RuleSet,
    language: words.Language,
    size: Size,
) -> dict[str, Any]:
    """Return the template's variables; a missing key of the stored forms raises ``KeyError``."""
    activity = content["activity"]
    target = activity["target"]
    matches = content["matches"]
    return {
        "outcome": content["outcome"],
        "stamp": alert.stamp,
        "standing": clean(alert.standing, size.field),
        "finding_id": alert.finding_id,
        "revision_no": alert.revision_no,
        "earlier": since(alert.earlier, watch["zone"], language, size.quote),
        "who": _who(watch, size),
        "signal": activity["signal"],
        "acts": _acts(content, ruleset, size),
        "toward": _short(_toward(content, ruleset, size), size),
        "source": _source(activity["signal"], target, ruleset, size),
        "time": _time(activity, watch, language),
        "own_words": bool(activity["text"].strip()),
        "quotes": _short(_quotes(activity, matches, size) if size.quote else [], size),
        "rules": _short(_rules(matches, ruleset, size), size),
        "bands": _bands(matches, ruleset),
        "guidance": _short(_guidance(matches, watch, ruleset, size), size),
        "receiver": _receiver(content["level"], watch, alert, ruleset, language, size),
        "level": content["level"],
        "phase": clean(content["phase"] or "", size.field),
        "checked": _short(_checked(content["exculpations"], language, size), size),
        # A finding of before this was recorded names nobody.
        "incumbents": [_label(t, ruleset, size)["label"] for t in content.get("incumbents", ())],
        "questions": _short([clean(q, size.field * 2) for q in content["questions"]], size),
        "link": _link(activity["object"]["url"], size),
        "capture": _capture(alert),
        "head": f"{alert.head.seq}:{alert.head.hash}" if alert.head else "",
        "digest": alert.digest,
        "account": _account(activity, watch, size),
        "ownership": OFFLINE if activity["platform"] == OFFLINE else watch["ownership"],
        "as_of": _day(watch["as_of"], language),
        "origin": ORIGINS.get(activity["collector"], ""),
        "photo": any(m["kind"] in PHOTOS for m in activity["media"]),
    }


def _who(watch: Mapping[str, Any], size: Size) -> dict[str, str]:
    return {
        "name": clean(watch["name"], size.field),
        "instansi": clean(watch["instansi"], size.field),
        "unit": clean(watch["unit"], size.field),
        "type": watch["employer_type"],
    }


def _account(activity: Mapping[str, Any], watch: Mapping[str, Any], size: Size) -> tuple[str, str]:
    """Return the platform and the registered account as the act bore it, or as registered."""
    handle = clean(activity["actor"]["handle"], size.field)
    shown = f"@{handle}" if handle else _link(watch["address"], size)
    return clean(watch["platform"], 40), shown or clean(watch["address"], size.field)


def _acts(content: Mapping[str, Any], ruleset: RuleSet, size: Size) -> list[str]:
    """What is said to have been done: only what stands as sure as the whole."""
    acts = {rule.id: rule.act for rule in ruleset.rules}
    sure = content["outcome"]
    # A finding of before this was recorded names every deed.
    told = (m for m in content["matches"] if m.get("outcome", sure) == sure)
    found = [clean(acts.get(m["rule"], ""), size.field) for m in told]
    return _distinct(a for a in found if a)


def _toward(content: Mapping[str, Any], ruleset: RuleSet, size: Size) -> list[dict[str, str]]:
    # Targets without a match of their own (a bare number that may mean several) are named too.
    pairs = [(m["target"], m["stance"]) for m in content["matches"] if m["target"]]
    matched = {target for target, _ in pairs}
    pairs += [(t, content["stance"] or "") for t in content["targets"] if t not in matched]
    return [
        {**_label(target, ruleset, size), "stance": stance} for target, stance in _distinct(pairs)
    ]


def _label(target_id: str, ruleset: RuleSet, size: Size) -> dict[str, str]:
    contest, target = _find(target_id, ruleset)
    if contest is None or target is None:
        return {"label": clean(target_id, size.field), "number": "", "contest": ""}
    return {
        "label": clean(target.label, size.field),
        "number": str(target.number or ""),
        "contest": "" if size.brief else clean(contest.title, size.field),
    }


def _find(target_id: str, ruleset: RuleSet) -> tuple[Contest | None, ContestTarget | None]:
    for contest in ruleset.contests.values():
        target = contest.target(target_id)
        if target:
            return contest, target
    return None, None


def _source(
    signal: str, target: Mapping[str, Any] | None, ruleset: RuleSet, size: Size
) -> dict[str, str] | None:
    """Whose post or account was acted upon. Of a stranger only the state is known, and shown."""
    if target is None and signal not in ACTS_ON_A_POST:
        return None
    state = target["state"] if target else ""
    if state == "present" and signal in ACTS_ON_AN_ACCOUNT:
        state = "account"
    shown = {"state": "missing", "role": "", "owner": "", "handle": "", "account_type": ""}
    if target is None:
        return shown
    if target["stranger"]:
        return {**shown, "state": state, "role": STRANGER}
    return {
        "state": state,
        "role": target["role"] or STRANGER,
        "owner": _label(target["of"], ruleset, size)["label"] if target["of"] else "",
        "handle": clean(target["author_handle"], size.field),
        "account_type": target["account_type"],
    }


def _time(
    activity: Mapping[str, Any], watch: Mapping[str, Any], language: words.Language
) -> dict[str, str]:
    def say(key: str) -> str:
        value = activity[key]
        return words.moment(from_text(value), watch["zone"], language) if value else ""

    at, filed = say("occurred_at"), activity["collector"] == FILED
    return {
        "at": at,
        # No application was asked: it is what stands in the file.
        "source": "file" if at and filed else activity["occurred_at_source"],
        "after": say("not_before"),
        "before": say("first_seen_at"),
    }


def _quotes(
    activity: Mapping[str, Any], matches: Sequence[Mapping[str, Any]], size: Size
) -> list[dict[str, Any]]:
    spans = _spans(matches)
    texts = _texts(activity)
    # Own words come even where nothing in them matched: they may say the opposite.
    fields = [f for f in texts if f in spans or f in ("text", "target.text")]
    told = activity["collector"] == TIP
    return [
        {
            "field": "told" if told and f == "text" else INDEX.sub("", f),
            "pieces": excerpt(texts[f], spans.get(f, []), size.quote),
        }
        for f in fields
    ]


def _spans(matches: Sequence[Mapping[str, Any]]) -> dict[str, list[tuple[int, int]]]:
    spans: dict[str, list[tuple[int, int]]] = {}
    for match in matches:
        for span in match["spans"]:
            spans.setdefault(span["field"], []).append((span["start"], span["end"]))
    return spans


def _texts(activity: Mapping[str, Any]) -> dict[str, str]:
    texts = {"text": activity["text"], **_described(activity["media"], "media")}
    target = activity["target"]
    if target and not target["stranger"]:
        texts["target.text"] = target["text"]
        texts |= _described(target["media"], "target.media")
    return {field: text for field, text in texts.items() if text.strip()}


def _described(media: Sequence[Mapping[str, Any]], field: str) -> dict[str, str]:
    # A quoted post has no author here, so it may be a stranger's: it is left out.
    return {f"{field}.{n}.alt": m["alt"] for n, m in enumerate(media) if m["kind"] != QUOTED}


def _rules(
    matches: Sequence[Mapping[str, Any]], ruleset: RuleSet, size: Size
) -> list[dict[str, Any]]:
    rules: dict[str, dict[str, Any]] = {}
    for match in matches:
        shown = rules.setdefault(match["rule"], {"id": clean(match["rule"], 80), "basis": []})
        cited = [b for b in match["legal_basis"] if b["confidence"] != FROM_MEMORY]
        shown["basis"] = _distinct([*shown["basis"], *(_cite(b, ruleset, size) for b in cited)])
    for shown in rules.values():
        shown["basis"] = shown["basis"][: size.items]
    return list(rules.values())


def _guidance(
    matches: Sequence[Mapping[str, Any]], watch: Mapping[str, Any], ruleset: RuleSet, size: Size
) -> list[tuple[str, str]]:
    matched, area = {m["rule"] for m in matches}, (watch["area"] or "").replace(".", "")
    told = [g for r in ruleset.rules if r.id in matched for g in r.local_guidance]
    here = (g for g in told if area.startswith(g.area))
    return [(clean(g.says, size.field), clean(g.source, size.field)) for g in here]


def _cite(basis: Mapping[str, str], ruleset: RuleSet, size: Size) -> tuple[str, str, str]:
    known = ruleset.instruments.get(basis["instrument"])
    short = known.short if known else basis["instrument"]
    return clean(short, 80), clean(basis["article"], size.field), basis["confidence"]


def _bands(matches: Sequence[Mapping[str, Any]], ruleset: RuleSet) -> list[tuple[str, str]]:
    """Return the bands that the cited articles themselves name, each with its confidence."""
    cited = [b for m in matches for b in m["legal_basis"] if b["confidence"] != FROM_MEMORY]
    known = [ruleset.articles.get((b["instrument"], b["article"])) for b in cited]
    return _distinct(
        (one.band.value, one.band_confidence)
        for one in known
        if one and one.band and one.band_confidence != FROM_MEMORY
    )


def _receiver(
    level: str | None,
    watch: Mapping[str, Any],
    alert: AlertFacts,
    ruleset: RuleSet,
    language: words.Language,
    size: Size,
) -> tuple[str, str] | None:
    """Return who receives reports on civil servants on the day of telling, and that day."""
    if size.brief or alert.told_at is None or level in OTHER_RECEIVERS:
        return None
    today = local_day(alert.told_at, watch["zone"])
    found = ruleset.authority_on(today)
    return (clean(found.short, 80), words.day(today, language)) if found else None


def _checked(
    tried: Sequence[Mapping[str, str]], language: words.Language, size: Size
) -> list[dict[str, Any]]:
    """Excuses with one result and one date stand together: there are often a dozen.

    The fact that was used is told, except where it showed nothing.
    """
    groups: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for excuse in tried:
        fact = "" if excuse["result"] == NOT_MET else clean(excuse["fact"], size.field)
        group = groups.setdefault((excuse["result"], excuse["as_of"]), [])
        group.append((clean(excuse["id"], 80), fact))
    return [
        {"result": result, "as_of": _day(as_of, language), "excuses": _distinct(excuses)}
        for (result, as_of), excuses in groups.items()
    ]


def _link(url: str, size: Size) -> str:
    # A cut address leads nowhere or elsewhere: it is shown whole or not at all.
    web = url.startswith(("https://", "http://")) and url.isprintable() and " " not in url
    return url if web and len(url) <= size.field * 5 else ""


def _capture(alert: AlertFacts) -> dict[str, Any]:
    return {
        "partial": alert.capture_partial,
        "proof": clean(alert.capture_proof, 80),
        # A card for a masked route is the same card; a second certificate is a certificate.
        "parts": _distinct(INDEX_OF_PART.sub("", clean(p, 40)) for p in alert.captured_parts)[:8],
    }


def _day(text: str | None, language: words.Language) -> str:
    return words.day(date.fromisoformat(text[:10]), language) if text else ""


def _short(entries: Sequence[Any], size: Size) -> dict[str, Any]:
    return {"shown": list(entries[: size.items]), "more": max(0, len(entries) - size.items)}


def _distinct(values: Iterable[Any]) -> list[Any]:
    return list(dict.fromkeys(values))
