"""A double click makes one: with our script, and without any."""

import pytest
from citizen import DESKTOP, MAIN_BUTTON, Citizen

MADE = ["привязка полиса ОМС", "подписание согласия", "подтверждение привязки карт клиник"]


@pytest.fixture
def without_script(service, browser):
    """A browser that runs no script: both clicks of a double click reach the server."""
    context = browser.new_context(
        base_url=f"http://localhost:{service.port}", viewport=DESKTOP, java_script_enabled=False
    )
    context.set_default_timeout(10_000)
    yield context
    context.close()


def twice(citizen, button=MAIN_BUTTON):
    """Until the server has answered: the page that is left counts as idle already."""
    with citizen.page.expect_response(lambda answer: answer.request.method == "POST"):
        citizen.page.locator(button).first.dblclick()
    citizen.page.wait_for_load_state("networkidle")


def lines_of(citizen, words):
    citizen.page.goto("/control/log")
    return citizen.page.locator("div.log", has_text=words).count()


def test_policy_consent_and_link_are_made_once_however_often_clicked(service, meet, without_script):
    signed_in = meet("Егор Шаблонов").signs_in()
    without_script.add_cookies(signed_in.context.cookies())
    citizen = Citizen(service, without_script, "Егор Шаблонов")
    before = {words: lines_of(citizen, words) for words in MADE}

    citizen.page.goto("/profile/documents/new")
    citizen.fills(number=citizen.known["policy"])
    twice(citizen)

    citizen.page.goto("/link/consent")
    citizen.page.locator("main [name=agreed]").check()
    citizen.fills(code=citizen.authenticator.code())
    twice(citizen)

    citizen.page.goto("/link/request")
    twice(citizen)
    citizen.page.goto("/link/request")
    citizen.page.locator("main [name=patients]").first.check()
    twice(citizen)

    assert signed_in.opens("/card") == 200
    after = {words: lines_of(citizen, words) for words in before}
    assert before == dict.fromkeys(MADE, 0)
    assert after == dict.fromkeys(MADE, 1)


def test_a_double_click_with_our_script_sends_one(meet):
    citizen = meet("Вера Эскизова").signs_in()
    citizen.opens("/profile?edit=1")
    sent = []
    citizen.page.on("request", lambda request: sent.append(request.method))
    with citizen.page.expect_navigation():
        citizen.page.locator(MAIN_BUTTON).first.dblclick()
    assert sent.count("POST") == 1
