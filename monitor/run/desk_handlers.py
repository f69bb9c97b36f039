"""The commands of other rooms in the desk's bot: one line each. ``review.handlers`` says how."""

from __future__ import annotations

from collections.abc import Callable

from monitor.clock import Clock
from monitor.config import Config
from monitor.model.rule import RuleSet
from monitor.review.handlers import Handlers
from monitor.run.answer_talk import AnswerTalk
from monitor.run.answers import Answering
from monitor.run.tip_data_talk import DataTalk
from monitor.run.tip_leave_talk import LeaveTalk
from monitor.run.tip_leaving import TipLeaving
from monitor.run.tip_talk import TipTalk
from monitor.run.tips import TipDesk
from monitor.store.keys import KeyRing
from monitor.store.writer import Writer


def made(
    writer: Writer,
    keyring: KeyRing,
    settings: Config,
    clock: Clock,
    ruleset: Callable[[], RuleSet],
) -> Handlers:
    """Return every command that is not the desk's own."""
    tips = settings.tips
    found = Handlers()
    desk = TipDesk(writer, keyring, settings, clock)
    if tips.enabled:
        found.add(TipTalk(desk, tips.keep_days).handler(tips.picture_bytes))
    # Senders keep their rights where tips are not taken any more; then no menu shows these.
    leaving = TipLeaving(writer, keyring, settings, clock)
    found.add(LeaveTalk(desk, leaving, settings).handler(shown=tips.enabled))
    found.add(DataTalk(keyring, settings, clock).handler(shown=tips.enabled))
    found.add(AnswerTalk(Answering(writer, settings, clock), ruleset).handler())
    return found
