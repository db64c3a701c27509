"""The connection is lost on the way: words, nothing lost, and it goes through afterwards."""

from citizen import MAIN_BUTTON


def test_what_was_typed_stays_and_goes_through_when_the_connection_is_back(meet):
    citizen = meet("Дарья Черновикова").signs_in()
    citizen.opens("/link/consent")
    citizen.page.locator("main [name=agreed]").check()
    code = citizen.authenticator.code()
    citizen.fills(code=code)

    citizen.watch.offline = True
    citizen.context.set_offline(True)
    citizen.page.locator(MAIN_BUTTON).first.click()
    citizen.sees("Нет связи", "осталось на странице")
    assert citizen.page.locator("main [name=code]").input_value() == code
    assert citizen.page.locator("main [name=agreed]").is_checked()
    assert citizen.path == "/link/consent"
    citizen.looks()

    citizen.context.set_offline(False)
    citizen.watch.offline = False
    citizen.presses("Подписать")
    citizen.sees("Согласие подписано")
    citizen.opens("/control/consents")
    citizen.follows("Отозвать согласие")
    citizen.presses("Отозвать")  # the next journey finds her as this one did
