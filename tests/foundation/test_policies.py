"""A policy's number of any of the four kinds, as people type and paste it."""

import re
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medkarta.foundation.enp import Enp
from medkarta.foundation.policies import PolicyKind, PolicyNumber, Trouble, UnreadablePolicyError

ENP = "7756410834000012"
SPACES = st.sampled_from(
    ["", " ", "-", "\u00a0", "\u202f", " – ", "—", "\t", "\u2009", ".", "\u200b"]
)
HEADS = st.sampled_from(["", "Полис № ", "полис омс ", "ЕНП: ", "№", "Номер полиса ", "N ", "No. "])
FULL_WIDTH = str.maketrans("0123456789", "０１２３４５６７８９")
ENPS = st.builds(
    Enp.make,
    region=st.integers(1, 99),
    sex=st.sampled_from(["M", "F"]),
    birth_date=st.dates(date(1900, 1, 1), date(2100, 12, 31)),
    serial=st.integers(0, 99_999),
)
DIGITS = st.text("0123456789", min_size=16, max_size=16)
LETTERS = st.text("АБВГДЕЖ", min_size=1, max_size=6)


def written(digits, data):
    """The digits with something between each two, a head before them, in either width."""
    spaced = "".join(sign + data.draw(SPACES) for sign in digits)
    wide = spaced.translate(FULL_WIDTH) if data.draw(st.booleans()) else spaced
    return data.draw(HEADS) + wide


@given(ENPS, st.data())
def test_an_enp_is_recognised_in_any_writing(enp, data):
    assert PolicyNumber.read(written(enp.digits, data)) == PolicyNumber.of(enp)


@given(st.text("0123456789", min_size=9, max_size=9), st.data())
def test_nine_digits_are_a_temporary_certificate_in_any_writing(digits, data):
    read = PolicyNumber.read(written(digits, data))
    assert (read.kind, read.series, read.number) == (PolicyKind.TEMPORARY, "", digits)


@given(st.text("0123456789", min_size=10, max_size=10), st.data())
def test_moscows_old_policy_is_recognised_in_any_writing(digits, data):
    read = PolicyNumber.read(written("770000" + digits, data))
    assert (read.kind, read.series, read.number) == (PolicyKind.OLD, "770000", digits)


@given(ENPS)
def test_no_enp_begins_as_moscows_old_policies_do(enp):
    assert not enp.digits.startswith("770000")


@given(DIGITS, st.data())
def test_sixteen_digits_that_the_person_calls_old_are_one_number_in_any_writing(digits, data):
    read = PolicyNumber.read(written(digits, data), old=True)
    assert read.kind is PolicyKind.OLD
    assert read.series + read.number == digits


@given(LETTERS, st.text("0123456789", min_size=4, max_size=16), SPACES)
def test_a_series_of_letters_makes_an_old_policy(series, digits, space):
    read = PolicyNumber.read(f"серия {series}{space}{digits}")
    assert (read.kind, read.series, read.number) == (PolicyKind.OLD, series, digits)


@pytest.mark.parametrize(
    ("text", "series", "number"),
    [
        ("46-01 № 123456", "4601", "123456"),
        ("Полис серия 46 01 номер 1234567", "4601", "1234567"),
        ("7700 00 № 1234567890", "770000", "1234567890"),
        ("АБ123456", "АБ", "123456"),
        ("IV-АБ 123456", "IVАБ", "123456"),
    ],
)
def test_a_series_parted_by_the_number_sign_makes_an_old_policy(text, series, number):
    assert PolicyNumber.read(text) == PolicyNumber(PolicyKind.OLD, series, number)


def test_latin_letters_that_look_cyrillic_are_the_same_series():
    assert PolicyNumber.read("AB 123456") == PolicyNumber.read("АВ 123456")


@given(ENPS, st.integers(0, 15), st.integers(1, 9))
def test_one_mistyped_digit_is_said_to_be_a_wrong_digit_and_may_be_an_old_policy(enp, place, shift):
    digits = enp.digits
    wrong = digits[:place] + str((int(digits[place]) + shift) % 10) + digits[place + 1 :]
    if wrong.startswith("770000"):
        return
    with pytest.raises(UnreadablePolicyError) as caught:
        PolicyNumber.read(wrong)
    assert caught.value.trouble is Trouble.CONTROL
    assert PolicyNumber.read(wrong, old=True).number == wrong


@pytest.mark.parametrize(
    ("text", "trouble"),
    [
        ("12345678901", Trouble.BLANK),
        ("1234", Trouble.LENGTH),
        ("7756 4108 3400 001", Trouble.LENGTH),
        ("77А6410834000012", Trouble.SIGNS),
        ("²²²", Trouble.SIGNS),
        ("١٢٣٤٥٦٧٨٩", Trouble.SIGNS),
        ("", Trouble.SIGNS),
        ("АБ", Trouble.SIGNS),
        ("АБ 1", Trouble.OLD_FORM),
        ("АБВГДЕЖЗИКЛМН 123456", Trouble.OLD_FORM),
        ("АБ 12345678901234567", Trouble.OLD_FORM),
    ],
)
def test_what_is_no_number_is_told_apart(text, trouble):
    with pytest.raises(UnreadablePolicyError) as caught:
        PolicyNumber.read(text)
    assert caught.value.trouble is trouble


@given(st.text(max_size=200), st.booleans())
def test_any_text_is_read_or_refused_and_what_was_read_reads_the_same_again(text, old):
    try:
        read = PolicyNumber.read(text, old=old)
    except UnreadablePolicyError:
        return
    again = PolicyNumber.checked(kind=read.kind.value, series=read.series, number=read.number)
    assert again == read


@given(ENPS, st.text("123456789", min_size=10, max_size=10))
def test_a_mask_hides_all_but_a_few_digits(enp, digits):
    shown = [
        PolicyNumber.of(enp),
        PolicyNumber(PolicyKind.OLD, "770000", digits),
        PolicyNumber(PolicyKind.TEMPORARY, "", digits[:9]),
    ]
    for one in shown:
        assert one.number not in repr(one)
        assert len(re.sub(r"\D", "", one.masked().removeprefix(one.series))) <= 6
        if one.kind is PolicyKind.OLD:  # Moscow's numbers end in a birth date
            assert not one.masked().endswith(digits[-2:])


@pytest.mark.parametrize(
    ("kind", "series", "number"),
    [("9", "", ENP), ("2", "77", ENP), ("4", "", ENP), ("2", "", "123456789"), ("2", "", "x")],
)
def test_parts_that_do_not_fit_together_are_refused(kind, series, number):
    with pytest.raises(UnreadablePolicyError):
        PolicyNumber.checked(kind=kind, series=series, number=number)


def test_only_an_enp_tells_a_birth_date_and_sex():
    assert PolicyNumber.read(ENP).birth_date_and_sex() == (date(1985, 3, 15), "M")
    assert PolicyNumber.read("123456789").birth_date_and_sex() is None
