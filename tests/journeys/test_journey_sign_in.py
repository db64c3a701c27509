"""Signing in: by keyboard alone, and with what is wrong."""

from playwright.sync_api import expect

MOST_TABS = 25


def tab_to(citizen, selector):
    """Press Tab until the field has the focus; every stop on the way is visible."""
    for _ in range(MOST_TABS):
        citizen.page.keyboard.press("Tab")
        shown = citizen.page.evaluate(
            """() => { const style = getComputedStyle(document.activeElement);
              return style.outlineStyle !== "none" || style.boxShadow !== "none"; }"""
        )
        assert shown, citizen.page.evaluate("document.activeElement.outerHTML.slice(0, 200)")
        if citizen.page.evaluate("s => document.activeElement.matches(s)", selector):
            return
    raise AssertionError(f"{selector} is not reached by Tab")


def test_one_signs_in_by_keyboard_alone(meet):
    citizen = meet("Анна Вымыслова")
    keyboard = citizen.page.keyboard
    citizen.opens("/accounts/login/")
    tab_to(citizen, "[name=login]")
    keyboard.type(citizen.known["email"])
    tab_to(citizen, "[name=password]")
    keyboard.type(citizen.known["password"])
    with citizen.page.expect_navigation():
        keyboard.press("Enter")
    tab_to(citizen, "[name=code]")
    keyboard.type(citizen.authenticator.code())
    with citizen.page.expect_navigation():
        keyboard.press("Enter")
    citizen.opens("/card")
    keyboard.press("Tab")
    expect(citizen.page.locator(":focus")).to_have_text("К содержанию")
    keyboard.press("Enter")
    keyboard.press("Tab")
    assert citizen.page.evaluate("document.activeElement.closest('main') !== null")


def test_a_wrong_password_is_said_in_words_and_the_address_stays(meet):
    citizen = meet("Лев Прототипов")
    citizen.opens("/accounts/login/")
    citizen.types_password(citizen.known["email"], "не-тот-пароль-совсем")
    assert citizen.path == "/accounts/login/"
    expect(citizen.page.locator("main [name=login]")).to_have_value(citizen.known["email"])
    expect(citizen.page.locator("main [name=password]")).to_have_value("")
    citizen.sees("парол")


def test_nobody_learns_whether_an_address_has_an_account(meet):
    answers = []
    for address in ("lev.prototipov@demo.medkarta.example", "nobody@demo.medkarta.example"):
        citizen = meet()
        citizen.opens("/accounts/login/", axe=False)
        citizen.types_password(address, "не-тот-пароль-совсем")
        answers.append(citizen.reads())
    assert answers[0] == answers[1]


def test_a_wrong_code_is_said_in_words_and_the_right_one_goes_through(meet):
    citizen = meet("Лев Прототипов")
    citizen.opens("/accounts/login/")
    citizen.types_password(citizen.known["email"], citizen.known["password"])
    citizen.fills(code=citizen.authenticator.wrong_code())
    citizen.presses()
    citizen.sees("Код не подошёл")
    citizen.opens("/card", axe=False)
    assert citizen.path == "/accounts/2fa/authenticate/"
    citizen.fills(code=citizen.authenticator.code())
    citizen.presses()
    assert citizen.opens("/link") == 200


def test_a_code_that_was_used_is_not_taken_again(meet):
    one, other = meet("Лев Прототипов"), meet("Лев Прототипов")
    code = one.authenticator.code()
    for citizen in (one, other):
        citizen.opens("/accounts/login/", axe=False)
        citizen.types_password(citizen.known["email"], citizen.known["password"])
        citizen.fills(code=code)
        citizen.presses()
    assert one.opens("/link", axe=False) == 200
    other.sees("уже использован")
