"""From sign-up to the open record, and from there to the log line of that very opening."""

import json

from authenticator import Authenticator

PASSWORD = "сиреневый-трамвай-едет-47"
NAME = "Пётр Примеров"


def demo_person(service, name):
    people = json.loads((service.home / "demo-people.json").read_text(encoding="utf-8"))
    return next(person for person in people if person["name"] == name)


def test_from_sign_up_to_the_open_record_and_its_line_in_the_log(service, meet):
    person = demo_person(service, NAME)
    citizen = meet()
    given_a_new_account(citizen, person)
    when_the_second_factor_is_set_up(citizen)
    when_the_profile_is_filled_in(citizen, person)
    then_the_record_is_closed_for(citizen, "Подтвердите личность")
    when_an_operator_confirms_the_identity(meet, person)
    then_the_record_is_closed_for(citizen, "Привяжите полис ОМС")
    when_the_policy_is_linked(citizen, person)
    then_the_record_is_closed_for(citizen, "Дайте согласие")
    when_the_consent_is_signed(citizen)
    then_the_record_is_closed_for(citizen, "Привяжите карты клиник")
    when_the_clinics_entries_are_linked(citizen)
    then_the_record_opens(citizen)
    then_a_result_is_explained(citizen)
    then_that_very_opening_stands_in_the_log(citizen)


def given_a_new_account(citizen, person):
    citizen.opens("/")
    citizen.opens("/accounts/signup/")
    citizen.fills(email=person["email"], password1=PASSWORD)
    citizen.presses()
    citizen.fills(code=citizen.mailbox(person["email"]).wait_for_code())
    citizen.presses()


def when_the_second_factor_is_set_up(citizen):
    assert citizen.path == "/accounts/2fa/choose/"
    citizen.follows("Подключить коды")
    assert citizen.path == "/accounts/2fa/totp/activate/"
    citizen.page.get_by_text("Не получается навести камеру").click()
    citizen.looks()
    citizen.authenticator = Authenticator(citizen.secret_on_the_page())
    citizen.fills(code=citizen.authenticator.code())
    citizen.presses()
    assert citizen.path == "/accounts/2fa/recovery-codes/"
    assert citizen.page.locator("#recovery_codes li").count() == 10
    citizen.follows("Сохранил(а), дальше")
    assert citizen.path == "/link"


def when_the_profile_is_filled_in(citizen, person):
    year, month, day = person["birth_date"].split("-")
    citizen.opens("/profile")
    citizen.fills(
        family=person["family"],
        given=person["given"],
        patronymic=person["patronymic"],
        birth_date=f"{day}.{month}.{year}",
        snils=person["snils"],
    )
    citizen.page.locator(f"main [name=sex][value={person['sex']}]").check()
    citizen.presses()
    citizen.presses("Всё верно")


def then_the_record_is_closed_for(citizen, words):
    assert citizen.opens("/card") == 403
    citizen.sees(words)


def when_an_operator_confirms_the_identity(meet, person):
    operator = meet("Оператор Проверкин").signs_in()
    operator.opens("/backoffice/identity")
    operator.fills(email=person["email"])
    operator.presses()
    operator.sees(person["family"], person["snils"])
    operator.page.locator("main [name=document_kind]").first.check()
    operator.page.locator("main [name=compared]").check()
    with operator.page.expect_navigation():
        operator.page.locator("main form:has([name=compared]) button").click()
    operator.looks()


def when_the_policy_is_linked(citizen, person):
    citizen.follows("Добавить полис")
    digits = person["policy"]
    citizen.fills(number=" ".join(digits[start : start + 4] for start in range(0, 16, 4)))
    citizen.presses()
    citizen.sees("Полис привязан")


def when_the_consent_is_signed(citizen):
    citizen.follows("Прочитать и подписать")
    citizen.fills(
        address="000000, г. Примерск, ул. Выдуманная, д. 5",
        document_number="70 00 123456",
        document_issued="выдуманным отделом, 01.02.2010",
    )
    citizen.presses()
    citizen.sees("№ 70••••••56", "ул. Выдуманная, д. 5")
    box = citizen.page.locator("main [name=agreed]")
    assert not box.is_checked()
    box.check()
    citizen.fills(code=citizen.authenticator.code())
    citizen.presses("Подписать")
    citizen.sees("Согласие подписано")


def when_the_clinics_entries_are_linked(citizen):
    citizen.follows("Найти мои карты")
    citizen.presses("Найти мои карты")
    citizen.sees("Демонстрационная районная больница", "Примеров П. А.")
    for box in citizen.page.locator("main [name=patients]").all():
        box.check()
    citizen.presses("Привязать отмеченные")
    citizen.sees("Карты привязаны")


def then_the_record_opens(citizen):
    citizen.follows("Открыть карту")
    assert citizen.path == "/card"
    citizen.sees("Анализы", "Диагнозы", "Прививки")
    citizen.opens("/")
    citizen.opens("/card/timeline")


def then_a_result_is_explained(citizen):
    citizen.opens("/card/labs")
    citizen.follows("Гемоглобин")
    citizen.sees("147", "г/л", "Демонстрационная районная больница")


def then_that_very_opening_stands_in_the_log(citizen):
    citizen.opens("/control")
    before, _ = citizen.newest_line_of_the_log()
    citizen.opens("/card/labs")
    number, words = citizen.newest_line_of_the_log()
    assert number == before + 1
    assert "Вы" in words
    assert "открытие карты" in words
    assert "Анализы" in words
