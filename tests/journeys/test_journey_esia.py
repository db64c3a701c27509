"""Sign up, prove who one is through ESIA, and sign in by it: with the code, as always."""

import json
import re
from urllib.parse import urlsplit

from authenticator import Authenticator
from playwright.sync_api import expect

PASSWORD = "сиреневый-трамвай-едет-48"
NAME = "Ольга Образцова"


def test_a_person_proves_who_they_are_through_esia_and_signs_in_by_it(service, meet):
    person = demo_person(service, NAME)
    citizen = meet()
    given_an_account_with_codes(citizen, person)
    when_the_identity_is_confirmed_through_esia(citizen, person)
    then_the_level_is_reached_and_the_policy_linked(citizen, person)
    then_the_gate_of_the_level_is_open(citizen)
    later = meet()
    later.authenticator = citizen.authenticator
    when_somebody_signs_in_by_esia(later, person)
    then_the_code_is_asked_for_and_opens_the_profile(later, person)


def test_an_esia_account_that_is_not_confirmed_is_told_what_to_do(meet):
    stranger = meet()
    goes_to_esia(stranger, "/accounts/login/", "Войти через ЕСИА")
    stranger.page.get_by_role("button", name=re.compile("^Непроверенный")).click()
    stranger.page.get_by_role("button", name="Разрешить").click()
    stranger.page.wait_for_url("**/esia/callback**")
    stranger.looks()
    stranger.sees("не подтверждена", "оператору")


def demo_person(service, name):
    people = json.loads((service.home / "demo-people.json").read_text(encoding="utf-8"))
    return next(person for person in people if person["name"] == name)


def given_an_account_with_codes(citizen, person):
    citizen.opens("/accounts/signup/")
    citizen.fills(email=person["email"], password1=PASSWORD)
    citizen.presses()
    citizen.fills(code=citizen.mailbox(person["email"]).wait_for_code())
    citizen.presses()
    citizen.follows("Подключить коды")
    citizen.page.get_by_text("Не получается навести камеру").click()
    citizen.authenticator = Authenticator(citizen.secret_on_the_page())
    citizen.fills(code=citizen.authenticator.code())
    citizen.presses()
    citizen.opens("/help/levels")
    citizen.sees("Ваш уровень", "упрощённый")


def goes_to_esia(citizen, path, button):
    citizen.opens(path)
    citizen.watch.visited = ("http://localhost:",)
    citizen.page.get_by_role("button", name=button).click()
    expect(citizen.page.get_by_text("Учебный стенд.")).to_be_visible()
    assert urlsplit(citizen.page.url).port != citizen.service.port
    # What follows is told by our own pages again.
    citizen.watch.wrong.clear()


def agrees_at_esia(citizen, person):
    citizen.page.get_by_role("button", name=re.compile(f"^{person['family']}")).click()
    expect(citizen.page.get_by_text("СНИЛС")).to_be_visible()
    citizen.page.get_by_role("button", name="Разрешить").click()
    citizen.page.wait_for_url(f"http://localhost:{citizen.service.port}/**")
    citizen.looks()


def when_the_identity_is_confirmed_through_esia(citizen, person):
    goes_to_esia(citizen, "/profile", "Привязать ЕСИА")
    agrees_at_esia(citizen, person)
    assert citizen.path == "/esia/confirm"
    citizen.sees(person["family"], person["snils"])
    citizen.presses("Это я, подтвердить")


def then_the_level_is_reached_and_the_policy_linked(citizen, person):
    assert citizen.path == "/link"
    expect(citizen.page.locator("body")).to_contain_text("Личность подтверждена через ЕСИА")
    expect(citizen.page.locator("body")).to_contain_text("Полис привязан")
    citizen.opens("/profile")
    citizen.sees(person["family"], "Данные подтвердила ЕСИА")
    citizen.opens("/help/levels")
    citizen.sees("подтверждённый")


def then_the_gate_of_the_level_is_open(citizen):
    assert citizen.opens("/card") == 403
    citizen.sees("Дайте согласие")
    _, words = citizen.newest_line_of_the_log()
    assert "открытие карты" in words


def when_somebody_signs_in_by_esia(citizen, person):
    goes_to_esia(citizen, "/accounts/login/", "Войти через ЕСИА")
    agrees_at_esia(citizen, person)


def then_the_code_is_asked_for_and_opens_the_profile(citizen, person):
    assert citizen.path == "/accounts/2fa/authenticate/"
    citizen.fills(code=citizen.authenticator.code())
    citizen.presses()
    citizen.opens("/profile")
    citizen.sees(person["family"], "Вход через ЕСИА")
