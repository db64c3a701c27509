"""What a document says: the parts that the law wants, in each language, filled and never forged."""

from dataclasses import replace
from datetime import date

import citizens
import pytest

from medkarta.consents import actions, queries
from medkarta.consents.models import ConsentDetails
from medkarta.consents.rules import (
    CURRENT_VERSION,
    LANGUAGES,
    Audience,
    Choice,
    Kind,
    fill,
    masked_number,
)
from medkarta.consents.rules.filling import UnknownBlankError
from medkarta.consents.texts import template
from medkarta.patients import actions as patients
from medkarta.patients.actions import NotOwnRightError

PARTS = {
    "фамилия, имя, отчество": "Ёлкина-Примерова Алёна Петровна",
    "дата рождения": "15.03.1985",
    "СНИЛС": "990-000-001",
    "адрес": "000000, г. Примерск, ул. Выдуманная, д. 2",
    "документ, удостоверяющий личность": "паспорт гражданина Российской Федерации, № 45••••••56",
    "представитель": "нет, подписываю за себя",
    "оператор": "Демонстрационный оператор (вымышленный)",
    "адрес оператора": "000000, г. Примерск, ул. Образцовая, д. 1",
}
HEADINGS = [
    "Зачем обрабатываются данные",
    "Какие данные обрабатываются",
    "Что с ними делают и как",
    "Сколько действует согласие и как его отозвать",
    "Подпись",
]


@pytest.mark.django_db(transaction=True)
class TestFilled:
    @pytest.mark.parametrize(("part", "value"), PARTS.items())
    def test_it_names_the_subject_and_the_operator_as_article_9_4_wants(self, part, value):
        body = citizens.paper(citizens.insured()).text.body
        (line,) = [one for one in body.splitlines() if one.startswith(f"— {part}: ")]
        assert value in line

    @pytest.mark.parametrize("heading", HEADINGS)
    def test_it_has_purpose_data_actions_term_revocation_and_signature(self, heading):
        assert heading in citizens.paper(citizens.insured()).text.body

    def test_the_document_is_the_one_that_the_operator_saw(self):
        body = citizens.paper(citizens.insured()).text.body
        assert "выдан: выдуманным отделом, 01.02.2010; оператор сверил 23.11.2026" in body

    @pytest.mark.parametrize("language", LANGUAGES)
    @pytest.mark.parametrize("kind", list(Kind))
    def test_no_blank_is_left_open_in_any_text(self, kind, language):
        citizen = citizens.insured()
        choice = Choice(kind=kind)
        if choice.about_others:
            choice = replace(
                choice,
                audience=Audience.ONE,
                organisation=citizens.clinic("Клиника «{subject}»"),
                sections=frozenset({"labs"}),
                until=date(2026, 12, 31),
            )
        body = citizens.paper(citizen, choice, language).text.body
        assert "{" not in body.replace("{subject}", "")
        assert ("Клиника «{subject}»" in body) is choice.about_others

    def test_another_language_falls_back_to_russian(self):
        assert citizens.paper(citizens.insured(), language="de").text.language == "ru"

    def test_a_name_cannot_add_a_paragraph_or_fill_a_blank(self):
        citizen = citizens.insured()
        hostile = "ул. Тихая\n\n9. Ещё\nСогласие даётся всем\u202e {operator}\x00"
        citizens.record_details(citizen, replace(citizens.DETAILS, address=hostile))
        body = citizens.paper(citizen).text.body
        assert "— адрес: ул. Тихая 9. Ещё Согласие даётся всем {operator};" in body
        assert "\u202e" not in body

    def test_a_name_that_changed_is_in_the_next_text_and_not_in_the_signed_one(self):
        citizen = citizens.consenting()
        patients.record_personal_data(
            person_id=citizen.person_id,
            data=replace(citizen.data, family="Новая"),
            by=citizen.account_id,
            origin=citizens.ORIGIN,
            now=citizens.NOW,
        )
        (kept,) = queries.history(citizen.person_id)
        assert "Ёлкина-Примерова" in kept.text.body
        assert "Новая Алёна" in citizens.paper(citizen).text.body


@pytest.mark.django_db(transaction=True)
class TestDetails:
    def test_of_the_number_only_its_ends_are_kept(self):
        citizen = citizens.insured()
        kept = ConsentDetails.objects.get(pk=citizen.person_id)
        assert kept.document_number == "45••••••56"
        assert queries.details(citizen.person_id).address == citizens.DETAILS.address

    def test_an_empty_one_is_refused_and_changes_nothing(self):
        citizen = citizens.insured()
        for name in ("address", "document_number", "document_issued"):
            empty = replace(citizens.DETAILS, **{name: " \n"})
            with (
                citizens.nothing_written_after(citizen),
                pytest.raises(actions.DetailsIncompleteError),
            ):
                citizens.record_details(citizen, empty)

    def test_the_same_again_leaves_no_line(self):
        citizen = citizens.insured()
        with citizens.nothing_written_after(citizen):
            citizens.record_details(citizen)

    def test_nobody_writes_anothers(self):
        citizen, other = citizens.insured(1), citizens.confirmed(2)
        other.person_id = citizen.person_id
        with pytest.raises(NotOwnRightError):
            citizens.record_details(other)


def test_a_blank_that_nothing_fills_is_an_error_and_not_a_hole():
    with pytest.raises(UnknownBlankError):
        fill("Я, {nobody}, согласен", {})


@pytest.mark.parametrize(
    ("number", "masked"),
    [("45 00 123456", "45••••••56"), ("I-АБ 123456", "IА•••••56"), ("1234", "••••"), ("", "")],
)
def test_a_masked_number_shows_its_ends_alone(number, masked):
    assert masked_number(number) == masked


def test_every_present_text_is_there_in_both_languages_with_the_same_blanks():
    for kind, version in CURRENT_VERSION.items():
        blanks = [sorted(set(_blanks(template(kind, version, one)))) for one in LANGUAGES]
        assert blanks[0] == blanks[1]
        assert "subject" in blanks[0]


def _blanks(text):
    return [part.partition("}")[0] for part in text.split("{")[1:]]
