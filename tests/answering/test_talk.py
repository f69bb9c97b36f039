"""``/jawab`` in a private chat: question by question, and nothing on record before it is sent."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest

from monitor.model.answer import MOST_TEXT, Answer
from monitor.model.update import Reaction, Said
from monitor.review import answering as talk
from monitor.review.answering import At, Draft
from monitor.run.answer_talk import IDS, AnswerTalk
from monitor.store import erasure, talks
from tests.answering.place import FINDING, START, Place
from tests.notify import examples

USER = 4_242
ALLOWED = {"b", "code", "blockquote"}


class Chat:
    """One person in a private chat with the bot."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self.answering = place.answering()
        self.handler = AnswerTalk(self.answering, lambda: examples.RULES).handler()
        self.number = 0

    def say(self, text: str, *, private: bool = True, press: bool = False) -> Reaction:
        self.number += 1
        said = Said(
            self.number, USER, USER, self.number, text, private, self.place.now, press=press
        )
        reaction = self.handler.react(said, None)
        for send in reaction.sends:
            check_markup(send.html)
            assert len(send.html) <= 4_096
        return reaction

    def last(self, text: str, **more: bool) -> str:
        return self.say(text, **more).sends[-1].html


def check_markup(html: str) -> None:
    """Fail for any tag but the few that Telegram allows, or one that is left open."""
    still: list[str] = []

    class Reader(HTMLParser):
        def handle_starttag(self, tag: str, attrs: object) -> None:
            assert tag in ALLOWED, html
            still.append(tag)

        def handle_endtag(self, tag: str) -> None:
            assert still.pop() == tag, html

    reader = Reader()
    reader.feed(html)
    reader.close()
    assert still == []


def test_an_answer_goes_from_the_code_to_its_receipt(place: Place) -> None:
    chat = Chat(place)
    code = place.invited(chat.answering.writer)
    opened = chat.say(f"/jawab {code.text().lower()}")
    words = "\n".join(send.html for send in opened.sends)
    assert FINDING in words
    assert "SKB Netralitas 2022" in words
    assert "http" not in words
    assert "18." in words
    assert "Penjelasan" in chat.last("1, 16")
    assert "Ditambahkan" in chat.last("Itu <b>bukan</b> akun saya.")
    chat.last("Saya sudah melapor & menunggu.")
    assert "Pendamping" in chat.last("lanjut", press=True)
    assert "Lampiran" in chat.last("Bu Pendamping Rekaan")
    shown = chat.last("2")
    assert "belum terkirim" in shown
    assert "&lt;b&gt;bukan&lt;/b&gt;" in shown
    assert chat.answering.given(FINDING) == []
    done = chat.last("kirim", press=True)
    (given,) = chat.answering.given(FINDING)
    assert given.receipt in done
    assert given.answer == Answer(
        (IDS[0], IDS[15]),
        "Itu <b>bukan</b> akun saya.\nSaya sudah melapor & menunggu.",
        "Bu Pendamping Rekaan",
        2,
    )
    assert given.way == "bot"
    # The conversation is over: a second press finds none, and adds nothing.
    assert "/jawab" in chat.last("kirim", press=True)
    assert len(chat.answering.given(FINDING)) == 1
    assert given.receipt in chat.say(f"/jawab {code.text()}").sends[0].html


def test_the_code_is_not_kept_and_the_draft_goes_with_the_case(place: Place) -> None:
    chat = Chat(place)
    code = place.invited(chat.answering.writer)
    chat.say(f"/jawab {code.text()}")
    chat.say("1")
    chat.say("kata-kata yang belum terkirim")
    kept = talks.of(chat.answering.writer.reader(), USER, START)
    assert kept is not None
    assert kept.subject == FINDING
    assert code.secret not in str(kept.body)
    with chat.answering.writer.transaction() as tx:
        erasure.silence(tx, FINDING, place.now)
    assert talks.of(chat.answering.writer.reader(), USER, START) is None
    assert "tidak dikenal" in chat.last(f"/jawab {code.text()}")


def test_the_same_update_twice_does_no_more(place: Place) -> None:
    """The bot is killed after the answer and before the update is marked as done."""
    chat = Chat(place)
    chat.say(f"/jawab {place.invited(chat.answering.writer).text()}")
    for text in ("0", "teks", "lanjut", "-", "0"):
        chat.say(text)
    said = Said(99, USER, USER, 99, "kirim", private=True, at=place.now)
    before = talks.of(chat.answering.writer.reader(), USER, START)
    assert before is not None
    chat.handler.react(said, None)
    with chat.answering.writer.transaction() as tx:
        talks.put(tx, USER, before.name, before.body, before.until, before.subject)
    chat.handler.react(said, None)
    assert len(chat.answering.given(FINDING)) == 1


def test_what_a_stranger_types_is_answered_politely(place: Place) -> None:
    chat = Chat(place)
    code = place.invited(chat.answering.writer)
    assert "surat" in chat.last("/jawab")
    assert "salah ketik" in chat.last("/jawab ABCD")
    assert "pribadi" in chat.last(f"/jawab {code.text()}", private=False)
    chat.say(f"/jawab {code.text()}")
    for bad in ("banyak", "1 dan 2", "19", "1" * 500, "٣", "<script>"):
        assert "angka" in chat.last(bad)
    place.later(hours=2)
    assert "surat" in chat.last("1")


@pytest.mark.parametrize(
    ("at", "text", "after"),
    [
        (At.CLAIMS, "0", At.TEXT),
        (At.CLAIMS, "kirim", At.CLAIMS),
        (At.TEXT, "apa saja", At.TEXT),
        (At.TEXT, "LANJUT", At.COUNSEL),
        (At.COUNSEL, "-", At.ATTACHMENTS),
        (At.ATTACHMENTS, "51", At.ATTACHMENTS),
        (At.ATTACHMENTS, "٢", At.ATTACHMENTS),
        (At.ATTACHMENTS, "3", At.CONFIRM),
        (At.CONFIRM, "ya", At.CONFIRM),
        (At.CONFIRM, "ulang", At.CLAIMS),
    ],
)
def test_each_question_takes_its_own_answer(at: At, text: str, after: At) -> None:
    draft = Draft("TT-0000-0000", at, Answer(text="ada"))
    assert talk.turn(draft, text, IDS).draft.at is after
    assert talk.drafted(draft.body()) == draft


def test_an_old_button_changes_nothing_and_an_empty_answer_is_not_sent() -> None:
    draft = Draft("TT-0000-0000", At.TEXT)
    assert talk.turn(draft, "kirim", IDS, press=True).draft == draft
    empty = talk.turn(Draft("TT-0000-0000", At.ATTACHMENTS), "0", IDS)
    assert (empty.draft.at, empty.said) == (At.CLAIMS, talk.Said.EMPTY)
    full = Draft("TT-0000-0000", At.TEXT, Answer(text="a" * MOST_TEXT))
    assert talk.turn(full, "b", IDS).said is talk.Said.TOO_LONG
