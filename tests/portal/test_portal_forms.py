"""What a person types is understood where it can be, and explained where it cannot."""

from datetime import date

import pytest

from medkarta.consents.blocks import blocks
from medkarta.consents.rules import CURRENT_VERSION, LANGUAGES, Kind
from medkarta.consents.texts import template
from medkarta.portal.forms import PersonalDataForm, PolicyForm
from medkarta.portal.presenters import policy_number

TODAY = date(2026, 11, 23)
GOOD = {
    "family": "Вымыслова",
    "given": "Анна",
    "patronymic": "",
    "birth_date": "12.04.1979",
    "sex": "female",
    "snils": "112-233-445 95",
}


@pytest.mark.parametrize(
    "typed",
    ["7756410834000012", "7756 4108 3400 0012", "7756-4108-3400-0012", " 77 5641083400 0012\u00a0"],
)
def test_a_policy_number_is_read_in_any_spacing(typed):
    assert policy_number.read(typed).number == "7756410834000012"


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("7756410834000013", "старого образца"),
        ("12345678901", "номер бланка"),
        ("1234", "Введено цифр: 4"),
        ("77А6410834000012", "только цифры"),
        ("²²²", "только цифры"),
        ("АБ 1", "старого образца: сначала серия"),
    ],
)
def test_another_number_is_recognised_and_explained(typed, words):
    form = PolicyForm({"number": typed})
    assert not form.is_valid()
    assert words in str(form.errors["number"])
    assert form["number"].value() == typed


def test_personal_data_are_read():
    form = PersonalDataForm(GOOD, today=TODAY)
    assert form.is_valid(), form.errors
    assert form.data_input().complete
    assert form.data_input().patronymic == ""


@pytest.mark.parametrize(
    ("field", "typed", "words"),
    [
        ("snils", "112-233-445 96", "Контрольные цифры"),
        ("snils", "12345", "11 цифр"),
        ("birth_date", "31.02.1979", "27.03.1985"),
        ("birth_date", "01.01.2031", "год рождения"),
        ("family", "", "Введите фамилию"),
        ("sex", "", "Выберите пол"),
    ],
)
def test_a_slip_is_named_beside_its_field(field, typed, words):
    form = PersonalDataForm({**GOOD, field: typed}, today=TODAY)
    assert not form.is_valid()
    assert words in str(form.errors[field])


@pytest.mark.parametrize("kind", list(Kind))
def test_a_text_to_be_signed_is_shown_whole(kind):
    for language in LANGUAGES:
        body = template(kind, CURRENT_VERSION[kind], language)
        shown = blocks(body)
        words = " ".join(" ".join([one.heading, *one.lines, *one.items]) for one in shown)
        assert sorted(words.replace("—", "").split()) == sorted(body.replace("—", "").split())
        assert sum(bool(one.heading) for one in shown) > 4
