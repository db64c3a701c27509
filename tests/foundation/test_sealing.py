"""What is sealed opens only here, only in its place, and only whole."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medkarta.foundation.sealing import NotSealedHereError, Sealer

SEALER = Sealer(["a secret of this installation"])


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"])))
def test_a_text_comes_back_as_it_was(text):
    assert SEALER.open(SEALER.seal(text, about="row 1"), about="row 1") == text


def test_the_same_text_is_sealed_differently_each_time_and_is_not_readable():
    one, two = (SEALER.seal("JBSWY3DPEHPK3PXP", about="row 1") for _ in range(2))
    assert one != two
    assert "JBSWY3DP" not in one


@pytest.mark.parametrize("about", ["row 2", ""])
def test_a_sealed_text_does_not_open_in_another_place(about):
    sealed = SEALER.seal("text", about="row 1")
    with pytest.raises(NotSealedHereError):
        SEALER.open(sealed, about=about)


def test_another_installation_does_not_open_it():
    sealed = SEALER.seal("text", about="row 1")
    with pytest.raises(NotSealedHereError):
        Sealer(["another secret"]).open(sealed, about="row 1")


def test_what_was_sealed_before_a_change_of_keys_still_opens():
    sealed = SEALER.seal("text", about="row 1")
    changed = Sealer(["a new secret", "a secret of this installation"])
    assert changed.open(sealed, about="row 1") == "text"
    with pytest.raises(NotSealedHereError):
        SEALER.open(changed.seal("text", about="row 1"), about="row 1")


@pytest.mark.parametrize("broken", ["", "text", "s1", "s1.00000000.AAAA", "s2.x.y", "s1..é"])
def test_what_was_never_sealed_is_refused(broken):
    with pytest.raises(NotSealedHereError):
        SEALER.open(broken, about="row 1")


def test_a_changed_sign_is_noticed():
    sealed = SEALER.seal("text", about="row 1")
    place = len(sealed) - 4
    changed = sealed[:place] + ("A" if sealed[place] != "A" else "B") + sealed[place + 1 :]
    with pytest.raises(NotSealedHereError):
        SEALER.open(changed, about="row 1")
