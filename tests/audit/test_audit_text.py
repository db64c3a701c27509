"""What comes from outside can neither break nor forge a line."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medkarta.audit.rules import clean_text


@given(st.text(), st.integers(min_value=1, max_value=300))
def test_a_cleaned_text_is_one_short_line_without_steering_signs(text, longest):
    cleaned = clean_text(text, longest=longest)
    assert len(cleaned) <= longest
    assert len(cleaned.splitlines()) <= 1
    assert not [sign for sign in cleaned if unicodedata.category(sign).startswith("C")]
    cleaned.encode()


@given(st.text(alphabet=st.characters(categories=["L", "N", "P", "S"]), max_size=300))
def test_an_ordinary_word_stays_as_it_is(word):
    assert clean_text(word, longest=300) == word


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("Firefox\r\n2026-11-23 operator looked", "Firefox 2026-11-23 operator looked"),
        ("\x1b[2Jgone", "[2Jgone"),
        ("invoice\u202efdp.exe", "invoice fdp.exe"),
        ("nul\x00in\ud800side", "nul in side"),
        ("   ", ""),
    ],
)
def test_signs_that_forge_are_taken_out(sent, kept):
    assert clean_text(sent, longest=300) == kept
