"""A text that changed asks again and never closes the record silently."""

from datetime import UTC, date, datetime, timedelta

import citizens
import pytest

from medkarta.access import actions as access
from medkarta.access.grants import Gate, Grant
from medkarta.consents import queries, texts
from medkarta.consents.models import Consent
from medkarta.consents.rules import (
    CURRENT_VERSION,
    RENEW_BY,
    Change,
    Kind,
    State,
    changes,
)

pytestmark = pytest.mark.django_db(transaction=True)

DAY = date(2027, 1, 15)
CLOSES = datetime(2027, 1, 14, 21, tzinfo=UTC)  # the day begins in Moscow
MICROSECOND = timedelta(microseconds=1)


@pytest.fixture
def new_version(monkeypatch, tmp_path):
    """Call it when everybody has signed: from then on there is a next version of the text."""

    def bring(*, until=DAY):
        for file in texts.FOLDER.glob("*.txt"):
            (tmp_path / file.name).write_text(file.read_text(encoding="utf-8"), encoding="utf-8")
        for language, old, new in [
            ("ru", "в том числе для рекламы", "в том числе для рекламы и <b>опросов</b>"),
            ("en", "advertising included", "advertising and <b>polls</b> included"),
        ]:
            present = (texts.FOLDER / f"processing.2.{language}.txt").read_text(encoding="utf-8")
            assert old in present
            body = present.replace(old, new)
            (tmp_path / f"processing.3.{language}.txt").write_text(body, encoding="utf-8")
        monkeypatch.setattr(texts, "FOLDER", tmp_path)
        monkeypatch.setitem(CURRENT_VERSION, Kind.PROCESSING, "3")
        if until:
            monkeypatch.setitem(RENEW_BY, (Kind.PROCESSING, "3"), until)

    return bring


def in_force(citizen, at):
    return queries.in_force(citizen.person_id, Kind.PROCESSING, at=at)


def test_the_old_signature_holds_until_the_stated_day_and_not_a_moment_longer(new_version):
    citizen = citizens.consenting()
    new_version()
    assert in_force(citizen, CLOSES - MICROSECOND).state(CLOSES - MICROSECOND) is State.TO_RENEW
    assert in_force(citizen, CLOSES) is None
    (asked,) = queries.to_renew(citizen.person_id, at=CLOSES)
    assert asked.state(CLOSES) is State.LAPSED


def test_the_gate_closes_on_that_day_and_opens_with_the_new_signature(new_version):
    citizen = citizens.with_open_record()
    new_version()

    def open_at(now):
        return access.open_own_record(
            reader=citizen.reader(), origin=citizens.ORIGIN, look=citizens.LABS, now=now
        )

    assert isinstance(open_at(CLOSES - MICROSECOND), Grant)
    assert open_at(CLOSES).closed == (Gate.CONSENT,)
    citizens.sign(citizen, now=CLOSES)
    assert isinstance(open_at(CLOSES), Grant)
    assert queries.to_renew(citizen.person_id, at=CLOSES) == []


def test_without_a_stated_day_the_old_signature_stays(new_version):
    citizen = citizens.consenting()
    new_version(until=None)
    far = datetime(2036, 1, 1, tzinfo=UTC)
    assert in_force(citizen, far).state(far) is State.TO_RENEW


def test_the_new_text_takes_the_place_of_the_old_and_both_stay_readable(new_version):
    citizen = citizens.consenting()
    new_version()
    later = citizens.later(days=1)
    citizens.sign(citizen, now=later)
    new, old = queries.history(citizen.person_id)
    assert (new.text.version, new.state(later)) == ("3", State.IN_FORCE)
    assert (old.text.version, old.state(later)) == ("2", State.REPLACED)
    assert "опросов" in new.text.body
    assert "опросов" not in old.text.body
    assert Consent.objects.filter(withdrawn_at=None).count() == 1


def test_a_text_stays_as_it_was_signed_when_its_file_is_gone(monkeypatch, tmp_path):
    citizen = citizens.consenting()
    body = citizens.paper(citizen).text.body
    monkeypatch.setattr(texts, "FOLDER", tmp_path)
    (kept,) = queries.history(citizen.person_id)
    assert kept.text.body == body


class TestDifference:
    def test_each_word_is_the_same_added_or_removed(self):
        runs = changes("один два три\nчетыре", "один три\nчетыре пять")
        assert [(run.change, run.words) for run in runs] == [
            (Change.SAME, "один"),
            (Change.REMOVED, "два"),
            (Change.SAME, "три \n четыре"),
            (Change.ADDED, "пять"),
        ]

    @pytest.mark.parametrize("kind", list(Kind))
    def test_without_the_removed_it_is_the_new_text_and_without_the_added_the_old(self, kind):
        old = texts.template(kind, CURRENT_VERSION[kind], "ru")
        new = texts.template(Kind.PROCESSING, "1", "ru")
        runs = changes(old, new)
        for gone, whole in [(Change.REMOVED, new), (Change.ADDED, old)]:
            words = " ".join(run.words for run in runs if run.change is not gone)
            assert words.split() == whole.split()

    def test_the_same_text_has_no_difference(self):
        assert [run.change for run in changes("а б в", "а б в")] == [Change.SAME]
