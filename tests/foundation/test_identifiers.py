"""Identifiers that carry their own check, and the ids that we give out."""

import re
from datetime import date
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medkarta.foundation.enp import Enp, InvalidEnpError, control_digit
from medkarta.foundation.ids import (
    MalformedIdError,
    PatientId,
    ResourceId,
    decode_uuid,
    encode_uuid,
    logical_id,
    new_uuid,
    parse_logical_id,
)
from medkarta.foundation.snils import InvalidSnilsError, Snils, control_number

SERIALS = st.integers(min_value=0, max_value=99_999)
REGIONS = st.integers(min_value=1, max_value=99)
DATES = st.dates(min_value=date(1900, 1, 1), max_value=date(2100, 12, 31))
SEXES = st.sampled_from(["M", "F"])


@pytest.mark.parametrize(
    "written",
    [
        "112-233-445 95",
        "010-242-368 77",
        "087-654-303 00",
        "001-019-899 99",
        "001-019-989 00",
        "001-019-998 00",
        "11223344595",
        " 112 233 445 95 ",
    ],
)
def test_a_right_snils_is_read_as_people_write_it(written: str) -> None:
    digits = Snils.parse(written).digits
    assert len(digits) == 11
    assert Snils.parse(str(Snils(digits))).digits == digits


@pytest.mark.parametrize(
    ("written", "why"),
    [
        ("112-233-445 96", "control"),
        ("000-000-000 00", "control"),
        ("112-233-445", "form"),
        ("112-233-445 9²", "form"),
        ("١١٢-233-445 95", "form"),
        ("", "form"),
    ],
)
def test_a_wrong_snils_is_refused_with_what_is_wrong(written: str, why: str) -> None:
    with pytest.raises(InvalidSnilsError, match=why):
        Snils.parse(written)


@given(
    st.integers(min_value=1_001_999, max_value=999_999_999), st.integers(0, 8), st.integers(1, 9)
)
def test_one_mistyped_digit_of_a_snils_is_noticed(number: int, place: int, shift: int) -> None:
    nine = f"{number:09d}"
    right = nine + control_number(nine)
    mistyped = right[:place] + str((int(right[place]) + shift) % 10) + right[place + 1 :]
    assert Snils.parse(right).digits == right
    if int(mistyped[:9]) > 1_001_998 and control_number(mistyped[:9]) != right[9:]:
        with pytest.raises(InvalidSnilsError, match="control"):
            Snils.parse(mistyped)


def test_a_snils_does_not_print_itself_whole() -> None:
    snils = Snils.parse("112-233-445 95")
    assert "112" not in repr(snils)
    assert snils.masked() == "•••-•••-•45 95"


def test_the_standards_own_example_of_the_control_digit() -> None:
    assert control_digit("12345") == "5"


@pytest.mark.parametrize(
    ("region", "sex", "born", "serial", "number"),
    [
        (77, "M", date(1985, 3, 15), 1, "7756410834000012"),
        (78, "F", date(1990, 12, 31), 1, "7847900868000012"),
        (50, "F", date(2010, 6, 1), 42, "5093989798000429"),
        (66, "M", date(1948, 1, 9), 7, "6678150840000070"),
        (77, "F", date(2000, 12, 31), 2, "7747999768000024"),
        (77, "M", date(2001, 1, 1), 2, "7798899748000029"),
        (16, "F", date(1950, 12, 31), 99_999, None),
        (1, "M", date(1951, 1, 1), 1, "0158840848000013"),
    ],
)
def test_known_policy_numbers(
    region: int, sex: str, born: date, serial: int, number: str | None
) -> None:
    enp = Enp.make(region=region, sex=sex, birth_date=born, serial=serial)
    assert number is None or enp.digits == number
    assert Enp.parse(enp.digits).birth_date_and_sex() == (born, sex)


@given(REGIONS, SEXES, DATES, SERIALS)
def test_a_policy_number_gives_back_the_birth_date_and_sex_it_was_made_of(
    region: int, sex: str, born: date, serial: int
) -> None:
    enp = Enp.make(region=region, sex=sex, birth_date=born, serial=serial)
    spaced = " ".join(enp.digits[place : place + 4] for place in range(0, 16, 4))
    assert Enp.parse(spaced) == enp
    assert enp.birth_date_and_sex() == (born, sex)


@given(REGIONS, SEXES, DATES, SERIALS, st.integers(0, 15), st.integers(1, 9))
def test_one_mistyped_digit_of_a_policy_number_is_noticed(
    region: int, sex: str, born: date, serial: int, place: int, shift: int
) -> None:
    right = Enp.make(region=region, sex=sex, birth_date=born, serial=serial).digits
    mistyped = right[:place] + str((int(right[place]) + shift) % 10) + right[place + 1 :]
    with pytest.raises(InvalidEnpError, match="control"):
        Enp.parse(mistyped)


@given(st.text(max_size=20))
def test_any_other_text_is_refused_as_a_policy_number_and_never_breaks(text: str) -> None:
    digits = "".join(text.split()).replace("-", "")
    if re.fullmatch("[0-9]{16}", digits) and control_digit(digits[:15]) == digits[15]:
        assert Enp.parse(text).digits == digits
        return
    with pytest.raises(InvalidEnpError, match=r"form|control"):
        Enp.parse(text)


def test_a_policy_number_does_not_print_itself_whole() -> None:
    enp = Enp.parse("7756410834000012")
    assert enp.masked() == "77•• •••• •••• 0012"
    assert "5641" not in repr(enp)


@given(st.uuids())
def test_a_uuid_has_one_written_form_and_comes_back(value: UUID) -> None:
    text = encode_uuid(value)
    assert len(text) == 26
    assert decode_uuid(text) == value


@given(st.uuids(), st.uuids())
def test_a_logical_id_leads_to_its_patient_and_resource(patient: UUID, resource: UUID) -> None:
    text = logical_id(PatientId(patient), ResourceId(resource))
    assert len(text) <= 64
    assert parse_logical_id(text) == (patient, resource)


@pytest.mark.parametrize(
    "text", ["", "-", "a" * 53, "A" * 26 + "-" + "a" * 26, "a" * 25 + "b", "a" * 26]
)
def test_what_we_never_gave_out_is_not_an_id(text: str) -> None:
    with pytest.raises(MalformedIdError):
        parse_logical_id(text)


def test_later_ids_sort_after_earlier_ones_and_say_their_version() -> None:
    ids = [new_uuid() for _ in range(3)]
    assert [value.version for value in ids] == [7, 7, 7]
    assert ids[0].int >> 80 <= ids[1].int >> 80 <= ids[2].int >> 80
