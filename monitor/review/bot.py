"""The desk in Telegram: what follows a press or an answer. Pure but for the port it is given.

Nothing here raises for what people do. Whoever is no officer, has no role today, is concerned, is
late, or presses twice gets a polite answer, and nothing changes.
"""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

from monitor.model.review import Case, Officer, Step, Wanted
from monitor.model.update import Press, Reaction, Said, Send, Talk
from monitor.review import buttons, decisions, questions, words
from monitor.review.belongs import pressable
from monitor.review.decisions import Refusal
from monitor.review.desk_port import Port
from monitor.review.questions import Question

STEP = "langkah"


def pressed(press: Press, port: Port) -> Reaction:
    """React to a button under a case's message."""
    officer, wish = port.officer(press.user), buttons.read(press.data)
    if officer is None:
        return _no(words.NO_OFFICER)
    case = port.case(wish.finding) if wish else None
    if wish is None or case is None:
        return _no(words.UNKNOWN_BUTTON)
    if not case.person_ref:
        return _no(words.ERASED)
    if not pressable(case, officer, press.chat, port):
        return _no(words.NO_CASE)
    if wish.at != len(case.taken):
        return _no(_stale(case, wish.step, officer))
    if said := refused(case, questions.ready(wish.step), officer, port):
        return _no(said)
    if wish.step is Step.TAKEN:
        port.take(case, Wanted(wish.step, words.BY_BUTTON), officer)
        return Reaction(words.TAKEN.format(finding=case.finding))
    body = {"step": wish.step.value, "at": wish.at, "said": {}}
    port.keep(press.user, STEP, case.finding, body)
    question = _ask(press.user, case, wish.step, {})
    return Reaction(words.GO_ON, sends=question, unreachable=words.OPEN_FIRST)


def answered(said: Said, talk: Talk, port: Port) -> Reaction:
    """React to what an officer wrote while a question of a step is open."""
    return _next(said.user, talk, None, said.text, port)


def chosen(press: Press, talk: Talk, port: Port) -> Reaction:
    """React to a button under a question."""
    field, _, value = press.data.removeprefix("t:").partition(":")
    return _next(press.user, talk, field, value, port)


def refused(case: Case, wanted: Wanted, officer: Officer, port: Port) -> str:
    """Return the first reason why a step may not be taken, in words; "" where it may."""
    found = decisions.refusals(case, wanted, officer, port.now.date())
    # Who somebody is comes before what the case is: a stranger to it learns nothing about it.
    first = (Refusal.ROLE, Refusal.CONCERNED, Refusal.SPOUSE)
    ranked = sorted(found, key=lambda one: one not in first)
    return words.REFUSED[ranked[0]] if ranked else ""


def question_again(talk: Talk, case: Case) -> tuple[Send, ...]:
    """Return the open question of a conversation once more: it was never sent."""
    return _ask(talk.user, case, Step(talk.body["step"]), talk.body["said"])


def _next(user: int, talk: Talk, field: str | None, text: str, port: Port) -> Reaction:
    officer, case = port.officer(user), port.case(talk.subject)
    if officer is None or case is None or not case.person_ref:
        port.drop(user)
        return _tell(user, words.ERASED if case else words.NO_CASE)
    step, said = Step(talk.body["step"]), dict(talk.body["said"])
    if len(case.taken) != talk.body["at"]:
        port.drop(user)
        stands = words.STANDS[decisions.status(case)]
        return _tell(user, words.CHANGED.format(finding=case.finding, stands=stands))
    question = questions.open_one(step, case, said)
    if question is None or field not in (None, question.field):
        return Reaction(words.LATE_BUTTON, alert=True)
    if fault := question.fault(text, port.now.date()):
        return _tell(user, escape(fault), *_shown(user, question))
    said[question.field] = text.strip()
    return _go_on(user, case, step, said, officer, port)


def _go_on(
    user: int, case: Case, step: Step, said: Mapping[str, str], officer: Officer, port: Port
) -> Reaction:
    if questions.open_one(step, case, said):
        body = {"step": step.value, "at": len(case.taken), "said": dict(said)}
        port.keep(user, STEP, case.finding, body)
        return Reaction(sends=_ask(user, case, step, said))
    port.drop(user)
    wanted = questions.wanted(step, said)
    if why_not := refused(case, wanted, officer, port):
        refusal = words.REFUSED_LIST.format(finding=case.finding)
        return _tell(user, f"{refusal} {why_not}")
    port.take(case, wanted, officer)
    done = words.DONE.format(finding=case.finding, stands=words.STANDS[step])
    more = words.NEXT.get(step, "").format(finding=case.finding)
    return _tell(user, f"{done}\n{more}".strip())


def _ask(user: int, case: Case, step: Step, said: Mapping[str, str]) -> tuple[Send, ...]:
    question = questions.open_one(step, case, said)
    if question is None:
        return ()
    head = f"<b>{case.finding}</b>: {buttons.LABELS[step]}"
    summary = _summary(said) if question is questions.SURE else ""
    return _shown(user, question, f"{head}\n{summary}")


def _shown(user: int, question: Question, head: str = "") -> tuple[Send, ...]:
    html = f"{head}{escape(question.text)}\n/batal untuk membatalkan"
    return (Send(user, html, question.keyboard, ask=not question.choices, question=True),)


def _summary(said: Mapping[str, str]) -> str:
    """Return what is about to be put on record, each part cut to a line."""
    names = {
        "unanswered": "Tanpa jawaban karena",
        "path": "Jalur",
        "receiver": "Penerima",
        "letter": "Nomor surat",
        "day": "Tanggal surat",
        "receipt": "Tanda terima",
        "why": "Alasan",
    }
    shown = {**said, "path": _path(said.get("path", ""))}
    lines = [f"{name}: {escape(shown[key][:200])}" for key, name in names.items() if shown.get(key)]
    return "\n".join([*lines, ""])


def _path(value: str) -> str:
    return next((label for path, label in questions.PATHS.items() if path == value), "")


def _stale(case: Case, step: Step, officer: Officer) -> str:
    if step is Step.TAKEN and decisions.owner(case) == officer.id:
        return words.TAKEN_ALREADY
    return words.STALE.format(stands=words.STANDS[decisions.status(case)])


def _no(text: str) -> Reaction:
    return Reaction(text, alert=True)


def _tell(user: int, html: str, *more: Send) -> Reaction:
    return Reaction(sends=(Send(user, html), *more))
