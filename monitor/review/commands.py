"""The desk's commands in a private chat. Pure but for the port it is given.

A case is looked at only by its number or its person's reference, only at one's own desk, with a
reason, and so many times a day; each look is on the log (P17).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from html import escape

from monitor.model.review import Case, Officer, Step, Wanted
from monitor.model.update import Button, Keyboard, Press, Reaction, Said, Send, Talk
from monitor.review import bot, buttons, decisions, words
from monitor.review.belongs import within
from monitor.review.desk_port import Port, Waiting
from monitor.review.handlers import Handlers, command, rest

LOOK, MUTE = "kasus", "bisukan"
MOST_LISTED, MOST_BUTTONS = 20, 6
ALIASES = {"start": "mulai", "help": "bantuan"}
_CASE = re.compile(r"NTR-[A-Z2-7]{4}-[A-Z2-7]{4}")
_LEAST_REASON = 3
_DAYS = (1, 3, 7)

Command = Callable[[Said, str, Officer, Port], Reaction]


def asked(said: Said, port: Port, others: Handlers) -> Reaction:
    """React to a command of the desk's own; who is no officer learns only what the bot is for."""
    officer, name = port.officer(said.user), command(said.text)
    name = ALIASES.get(name, name)
    if not said.private:
        return _tell(said.chat, words.PRIVATE_ONLY)
    if name == "batal":
        return _tell(said.user, words.CANCELLED if port.drop(said.user) else words.NOTHING_OPEN)
    if officer is None:
        return _tell(said.user, _stranger(others))
    if name in ("mulai", "bantuan") or name not in OWN:
        return _help(said.user, others)
    if not officer.roles(port.now.date()):
        return _tell(said.user, words.NO_ROLE)
    return OWN[name](said, rest(said.text), officer, port)


def menu_pressed(press: Press, port: Port, others: Handlers) -> Reaction:
    """React to a button of the menu as to its command."""
    name = press.data.removeprefix("m:")
    said = Said(
        press.number, press.user, press.chat, press.message, f"/{name}", press.chat == press.user,
        port.now,
    )  # fmt: skip
    return asked(said, port, others)


def answered(said: Said, talk: Talk, port: Port) -> Reaction:
    """React to what an officer wrote while a question of a command is open."""
    officer = port.officer(said.user)
    if officer is None or not officer.roles(port.now.date()):
        port.drop(said.user)
        return _tell(said.user, words.NO_ROLE)
    if talk.name == LOOK:
        port.drop(said.user)
        return _look(said, f"{talk.subject} {said.text}", officer, port)
    return _muting(said.user, talk, said.text, officer, port)


def chosen(press: Press, talk: Talk, port: Port) -> Reaction:
    """React to a button under a question of a command."""
    officer = port.officer(press.user)
    field, _, value = press.data.removeprefix("t:").partition(":")
    if officer is None or talk.name != MUTE or field != "days" or "days" in talk.body:
        return Reaction(words.LATE_BUTTON, alert=True)
    return _muting(press.user, talk, value, officer, port)


def question_again(talk: Talk) -> tuple[Send, ...]:
    """Return the open question of a command once more: it was never sent."""
    if talk.name == LOOK:
        return _why(talk.user)
    return _ask_days(talk.user) if "days" not in talk.body else _why(talk.user)


def _status(said: Said, _: str, officer: Officer, port: Port) -> Reaction:
    load = port.load(officer)
    text = words.STATUS.format(
        instansi=escape(officer.instansi),
        open=load.open,
        free=load.free,
        mine=load.mine,
        alarms=load.alarms,
        seq=load.seq,
    )
    return _tell(said.user, text)


def _queue(said: Said, _: str, officer: Officer, port: Port) -> Reaction:
    found, count = port.queue(officer, MOST_LISTED)
    agency = escape(officer.instansi)
    if not found:
        return _tell(said.user, words.QUEUE_NONE.format(instansi=agency))
    lines = [words.QUEUE.format(instansi=agency, count=count), *map(_line, found)]
    if count > len(found):
        lines.append(words.QUEUE_MORE.format(more=count - len(found)))
    free = [one.case for one in found if Step.TAKEN in _following(one)]
    return Reaction(sends=(Send(said.user, "\n".join(lines), _takers(free[:MOST_BUTTONS])),))


def _line(one: Waiting) -> str:
    held = f" · {escape(one.owner)}" if one.owner else ""
    return (
        f"<code>{one.case.finding}</code> {words.STANDS[one.stands]}{held}"
        f" · sejak {one.since:%d-%m-%Y}"
    )


def _following(one: Waiting) -> set[Step]:
    return {step for step in Step if one.stands in decisions.AFTER[step]}


def _takers(free: Iterable[Case]) -> Keyboard:
    return tuple(
        (Button(f"{buttons.LABELS[Step.TAKEN]} {case.finding}", buttons.data(case, Step.TAKEN)),)
        for case in free
    )


def _look(said: Said, text: str, officer: Officer, port: Port) -> Reaction:
    wanted, _, why = text.strip().partition(" ")
    if not wanted:
        return _tell(said.user, words.HOW_CASE)
    if len(why.strip()) < _LEAST_REASON:
        port.keep(said.user, LOOK, wanted[:80], {})
        return Reaction(sends=_why(said.user))
    if port.readings(officer) >= port.limits.readings:
        return _tell(said.user, words.LIMIT.format(limit=port.limits.readings))
    if _CASE.fullmatch(wanted.upper()):
        return _case(said.user, wanted.upper(), why.strip(), officer, port)
    return _person(said.user, wanted, why.strip(), officer, port)


def _case(user: int, finding: str, why: str, officer: Officer, port: Port) -> Reaction:
    case = port.case(finding)
    if case is None or not case.person_ref or not within(case, officer, port):
        return _tell(user, words.NO_CASE)
    port.read(officer, finding, why)
    shown = port.shown(case)
    keyboard = buttons.keyboard(case)
    if not shown:
        return Reaction(sends=(Send(user, words.ERASED, keyboard),))
    return Reaction(sends=(Send(user, shown, keyboard, case=finding),))


def _person(user: int, person: str, why: str, officer: Officer, port: Port) -> Reaction:
    cases = [case for case in map(port.case, port.of_person(person)) if case]
    own = [case for case in cases if within(case, officer, port)]
    if not own:
        return _tell(user, words.NO_CASE)
    port.read(officer, person, why)
    lines = [
        f"<code>{case.finding}</code> {words.STANDS[decisions.status(case)]}"
        for case in own[-MOST_LISTED:]
    ]
    return _tell(user, "\n".join([words.PERSON, *lines]))


def _take(said: Said, text: str, officer: Officer, port: Port) -> Reaction:
    finding = text.strip().upper()
    case = port.case(finding) if _CASE.fullmatch(finding) else None
    if not finding:
        return _tell(said.user, words.HOW_TAKE)
    if case is None or not case.person_ref or not within(case, officer, port):
        return _tell(said.user, words.NO_CASE)
    wanted = Wanted(Step.TAKEN, words.BY_COMMAND)
    if why_not := bot.refused(case, wanted, officer, port):
        return _tell(said.user, why_not)
    port.take(case, wanted, officer)
    return _tell(said.user, words.TAKEN.format(finding=case.finding))


def _mute(said: Said, text: str, officer: Officer, port: Port) -> Reaction:
    what = text.strip()
    case = port.case(what.upper()) if _CASE.fullmatch(what.upper()) else None
    if case and case.person_ref and within(case, officer, port):
        port.keep(said.user, MUTE, case.finding, {})
        return Reaction(sends=_ask_days(said.user))
    if what.lower() == "instansi":
        port.keep(said.user, MUTE, "", {})
        return Reaction(sends=_ask_days(said.user))
    return _tell(said.user, words.NO_CASE if _CASE.fullmatch(what.upper()) else words.HOW_MUTE)


def _muting(user: int, talk: Talk, text: str, officer: Officer, port: Port) -> Reaction:
    if "days" not in talk.body:
        if not text.strip().isdecimal() or not 1 <= int(text) <= port.limits.mute_days:
            fault = words.NO_MUTE.format(days=port.limits.mute_days)
            return Reaction(sends=(Send(user, fault), *_ask_days(user)))
        port.keep(user, MUTE, talk.subject, {"days": int(text)})
        return Reaction(sends=_why(user))
    port.drop(user)
    case = port.case(talk.subject) if talk.subject else None
    days = int(talk.body["days"])
    number = port.mute(officer, case, days, text.strip())
    if number is None:
        return _tell(user, words.NO_MUTE.format(days=port.limits.mute_days))
    what = f"orang pada {case.finding}" if case else escape(officer.instansi)
    return _tell(user, words.MUTED.format(what=what, days=days, number=number))


def _recap(_: Said, text: str, __: Officer, ___: Port) -> Reaction:
    return Reaction(recap="minggu" if text.strip().lower() == "minggu" else "hari")


def _ask_days(user: int) -> tuple[Send, ...]:
    keyboard = (tuple(Button(f"{days} hari", f"t:days:{days}") for days in _DAYS),)
    return (Send(user, words.ASK_DAYS, keyboard, question=True),)


def _why(user: int) -> tuple[Send, ...]:
    return (Send(user, words.ASK_WHY, ask=True, question=True),)


def _help(user: int, others: Handlers) -> Reaction:
    lines = "\n".join(f"/{name} {about}" for name, about in menu(others, officer=True).items())
    shown = ("status", "antrean", "rekap", "bantuan")
    row = tuple(Button(words.MENU[name], f"m:{name}") for name in shown)
    text = words.HELP.format(lines=lines, user=user)
    return Reaction(sends=(Send(user, text, (row[:2], row[2:])),), menu=True)


def menu(others: Handlers, *, officer: bool) -> dict[str, str]:
    """Return the commands that somebody is shown, with what each does."""
    open_to_all = {one.name: one.about for one in others if one.about}
    own = words.COMMANDS if officer else {"batal": words.COMMANDS["batal"]}
    return {**own, **open_to_all} if officer else {**open_to_all, **own}


def _stranger(others: Handlers) -> str:
    open_to_all = "".join(f"\n/{one.name} {one.about}" for one in others if one.about)
    more = words.OPEN_TO_ALL.format(them=open_to_all) if open_to_all else words.DESK_ONLY
    return words.STRANGER.format(more=more)


def _tell(user: int, html: str) -> Reaction:
    return Reaction(sends=(Send(user, html),))


OWN: Mapping[str, Command] = {
    "status": _status,
    "antrean": _queue,
    LOOK: _look,
    "ambil": _take,
    MUTE: _mute,
    "rekap": _recap,
}
