"""What anybody sees who has not signed in."""

import pytest
from citizen import PHONE

PAGES = [
    "/",
    "/help",
    "/accounts/login/",
    "/accounts/signup/",
    "/accounts/password/reset/",
    "/demo",
    "/demo/outbox",
]


@pytest.mark.parametrize("viewport", [None, PHONE], ids=["desktop", "phone"])
def test_every_page_outside_is_accessible(meet, viewport):
    stranger = meet(**({"viewport": viewport} if viewport else {}))
    for path in PAGES:
        assert stranger.opens(path) == 200
    assert stranger.opens("/no-such-page") == 404


@pytest.mark.parametrize(
    "password", ["Пароль2026!", "короткий", "qwerty123456"], ids=["russian", "short", "keys"]
)
def test_a_password_that_is_guessed_is_refused_in_words_and_the_address_stays(meet, password):
    stranger = meet()
    stranger.opens("/accounts/signup/", axe=False)
    stranger.fills(email="somebody@demo.medkarta.example", password1=password)
    stranger.presses()
    assert stranger.path == "/accounts/signup/"
    stranger.sees("Исправьте")
    assert stranger.page.locator("[name=email]").input_value() == "somebody@demo.medkarta.example"
    assert stranger.mailbox("somebody@demo.medkarta.example").letters() == []


def test_a_wrong_code_from_the_letter_is_said_in_words(meet):
    stranger = meet()
    address = "another@demo.medkarta.example"
    stranger.opens("/accounts/signup/", axe=False)
    stranger.fills(email=address, password1="сиреневый-трамвай-едет-47")
    stranger.presses()
    right = stranger.mailbox(address).wait_for_code()
    stranger.fills(code="000000" if right != "000000" else "111111")
    stranger.presses()
    stranger.sees("Исправьте")
    stranger.fills(code=right)
    stranger.presses()
    assert stranger.path == "/accounts/2fa/choose/"
