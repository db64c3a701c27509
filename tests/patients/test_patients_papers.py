"""A person's papers: read as people write them, masked and sealed, each act in the log."""

from datetime import date, timedelta

import citizens
import pytest
from citizens import NOW
from django.conf import settings
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from medkarta.audit import queries as audit
from medkarta.foundation.sealing import NotSealedHereError
from medkarta.patients import actions
from medkarta.patients.models.papers import PersonPaper
from medkarta.patients.queries.papers import paper_of, papers_of, passport_of
from medkarta.patients.rules.papers import (
    MOST_PAPERS,
    PaperInput,
    PaperKind,
    PaperState,
    WrongDepartmentError,
    WrongIssueDateError,
    WrongPaperNumberError,
    check_issue_date,
    masked,
    read_department,
    read_number,
)

CANARY = "4510 987654"
DIGITS = "0123456789"
SPACES = st.sampled_from(["", " ", "-", "\u00a0", " № "])


def passport(number=CANARY, **changes):
    values = {
        "kind": PaperKind.PASSPORT,
        "number": number,
        "issued_on": date(2015, 5, 20),
        "issued_by": "ОВД вымышленного района",
        "department": "770-001",
    }
    return PaperInput(**{**values, **changes})


def act(action, citizen, *, by=None, **kwargs):
    return action(
        person_id=citizen.person_id,
        by=by or citizen.account_id,
        origin=citizens.ORIGIN,
        now=NOW,
        **kwargs,
    )


def add(citizen, paper=None):
    return act(actions.add_paper, citizen, paper=paper or passport())


def last_act(citizen):
    line = audit.entries(person_id=citizen.person_id, before=None, limit=1)[0]
    return line.said.action, line.said.detail, line.canonical


class TestNumbers:
    @given(st.text(DIGITS, min_size=10, max_size=10), SPACES, SPACES)
    def test_a_passport_is_read_in_any_spacing(self, digits, first, second):
        text = digits[:2] + first + digits[2:4] + second + digits[4:]
        assert read_number(PaperKind.PASSPORT, text) == f"{digits[:4]} {digits[4:]}"

    @pytest.mark.parametrize(
        "text",
        ["IV-АБ 123456", "iv аб № 123456", "IVАБ123456", "IV-AБ 123456", "ІV-АБ 123456"],
    )
    def test_a_birth_certificate_is_read_in_either_alphabet(self, text):
        assert read_number(PaperKind.BIRTH_CERTIFICATE, text) == "IV-АБ 123456"

    def test_a_numeral_of_letters_that_both_alphabets_have_stays_apart_from_the_series(self):
        read = read_number(PaperKind.BIRTH_CERTIFICATE, "ХХ-МС 123456")
        assert read == "XX-МС 123456"

    @pytest.mark.parametrize(
        ("kind", "text"),
        [
            (PaperKind.PASSPORT, "45 10 12345"),
            (PaperKind.PASSPORT, "АБ 123456"),
            (PaperKind.PASSPORT, "٤٥١٠123456"),
            (PaperKind.BIRTH_CERTIFICATE, "4510 123456"),
            (PaperKind.BIRTH_CERTIFICATE, "IV-А 123456"),
            (PaperKind.BIRTH_CERTIFICATE, "IV-АБ 12345"),
            (PaperKind.RESIDENCE_PERMIT, "12"),
            (PaperKind.FOREIGN_PASSPORT, "A" * 21),
            (PaperKind.FOREIGN_PASSPORT, "AB<script>"),
        ],
    )
    def test_what_is_no_number_of_the_kind_is_refused(self, kind, text):
        with pytest.raises(WrongPaperNumberError):
            read_number(kind, text)

    @given(st.sampled_from(list(PaperKind)), st.text(max_size=40))
    def test_any_text_is_read_or_refused(self, kind, text):
        try:
            number = read_number(kind, text)
        except WrongPaperNumberError:
            return
        assert read_number(kind, number) == number
        assert number not in masked(number) or len(number) <= 3

    def test_a_mask_shows_three_signs(self):
        assert masked("4510 123456") == "•••• •••456"
        assert masked("IV-АБ 123456") == "••-•• •••456"

    @pytest.mark.parametrize(("text", "code"), [("770-001", "770-001"), ("770001", "770-001")])
    def test_a_department_is_six_digits(self, text, code):
        assert read_department(text) == code
        with pytest.raises(WrongDepartmentError):
            read_department(text[:-1])

    def test_no_paper_is_issued_tomorrow_nor_a_passport_before_1997(self):
        today = NOW.date()
        check_issue_date(PaperKind.PASSPORT, today, today=today)
        check_issue_date(PaperKind.BIRTH_CERTIFICATE, date(1950, 1, 1), today=today)
        for kind, day in [
            (PaperKind.PASSPORT, date(1997, 9, 30)),
            (PaperKind.BIRTH_CERTIFICATE, today + timedelta(days=1)),
            (PaperKind.FOREIGN_PASSPORT, date(1899, 12, 31)),
        ]:
            with pytest.raises(WrongIssueDateError):
                check_issue_date(kind, day, today=today)


@pytest.mark.django_db(transaction=True)
class TestPapers:
    def test_is_added_masked_with_its_line(self):
        citizen = citizens.with_data()
        view = add(citizen)
        assert papers_of(citizen.person_id) == (view,)
        assert passport_of(citizen.person_id) == view
        assert (view.masked_number, view.state) == ("•••• •••654", PaperState.ENTERED)
        action, detail, canonical = last_act(citizen)
        assert (action, detail) == ("add-paper", "1")
        assert b"987654" not in canonical

    def test_added_again_is_the_same_paper(self):
        citizen = citizens.with_data()
        first = add(citizen)
        with citizens.nothing_written_after(citizen):
            assert add(citizen) == first

    def test_at_once_is_one_paper(self):
        citizen = citizens.with_data()
        answers = citizens.at_once(*[lambda: add(citizen)] * 4)
        assert len({answer.paper_id for answer in answers}) == 1

    def test_the_database_holds_no_whole_number(self):
        citizen = citizens.with_data()
        add(citizen)
        with connection.cursor() as cursor:
            cursor.execute("SELECT person_paper::text FROM person_paper")
            (row,) = cursor.fetchone()
        assert "987654" not in row

    def test_a_sealed_number_opens_in_its_own_row_alone(self):
        citizen = citizens.with_data()
        add(citizen)
        row = PersonPaper.objects.get()
        assert settings.SEALER.open(row.sealed_number, about=row.place) == CANARY
        with pytest.raises(NotSealedHereError):
            settings.SEALER.open(row.sealed_number, about="person_paper:another")

    def test_is_removed_once_and_can_be_added_again(self):
        citizen = citizens.with_data()
        view = add(citizen)
        act(actions.remove_paper, citizen, paper_id=view.paper_id)
        assert papers_of(citizen.person_id) == ()
        assert last_act(citizen)[:2] == ("remove-paper", "1")
        with citizens.nothing_written_after(citizen):
            act(actions.remove_paper, citizen, paper_id=view.paper_id)
        assert add(citizen).paper_id != view.paper_id

    def test_nobody_else_removes_or_reads_it(self):
        owner, stranger = citizens.with_data(1), citizens.with_data(2)
        view = add(owner)
        with citizens.nothing_written_after(owner):
            act(actions.remove_paper, stranger, paper_id=view.paper_id)
        assert paper_of(stranger.person_id, view.paper_id) is None
        assert paper_of(owner.person_id, view.paper_id) == view

    def test_an_operator_alone_sees_it(self):
        citizen, operator = citizens.with_data(), citizens.operator()
        view = add(citizen)
        with pytest.raises(actions.NotAnOperatorError):
            act(actions.mark_paper_seen, citizen, paper_id=view.paper_id)
        for _ in range(2):
            act(actions.mark_paper_seen, citizen, by=operator, paper_id=view.paper_id)
        assert papers_of(citizen.person_id)[0].state is PaperState.SEEN
        assert last_act(citizen)[:2] == ("see-paper", "1")
        stranger = citizens.with_data(2)
        with pytest.raises(actions.UnknownPaperError):
            act(actions.mark_paper_seen, stranger, by=operator, paper_id=view.paper_id)

    def test_there_is_an_end_to_them(self):
        citizen = citizens.with_data()
        for serial in range(MOST_PAPERS):
            add(citizen, passport(f"4510 {serial:06d}"))
        with pytest.raises(actions.TooManyPapersError):
            add(citizen)
