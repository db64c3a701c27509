"""Passkeys in a real browser, with an authenticator that Chromium pretends to have."""

from playwright.sync_api import expect

PASSWORD = "сиреневый-трамвай-едет-47"
SECURITY, ADD = "/accounts/2fa/", "/accounts/2fa/webauthn/add/"
ALONE = "Войти с ключом доступа"


def given_a_device(citizen, *, knows_person=True):
    """A telephone or laptop that keeps passkeys; its finger is always on the reader."""
    devices = citizen.context.new_cdp_session(citizen.page)
    devices.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": knows_person,
        "isUserVerified": knows_person,
        "automaticPresenceSimulation": True,
    }
    device = devices.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    return devices, device["authenticatorId"]


def when_both_factors_are_shown_again(citizen):
    if citizen.path == "/accounts/reauthenticate/":
        citizen.fills(password=citizen.known["password"])
        citizen.presses()
    if citizen.path == "/accounts/2fa/reauthenticate/":
        citizen.fills(code=citizen.authenticator.code())
        citizen.presses()


def when_a_passkey_is_added(citizen, name):
    citizen.opens(ADD)
    when_both_factors_are_shown_again(citizen)
    assert citizen.path == ADD
    citizen.fills(name=name)
    citizen.presses("Подключить")


def when_one_signs_out(citizen):
    citizen.opens("/accounts/logout/")
    citizen.presses()


def then_the_passkey_is_removed_again(citizen, name):
    citizen.opens(SECURITY)
    citizen.sees(name, "открывает и без пароля")
    citizen.follows("Убрать")
    when_both_factors_are_shown_again(citizen)
    citizen.presses("Убрать")
    assert citizen.path == SECURITY
    citizen.sees("Ключ доступа убран")


def test_a_passkey_opens_the_record_alone_and_after_the_password(meet):
    citizen = meet("Анна Вымыслова").signs_in_anew()
    given_a_device(citizen)
    when_a_passkey_is_added(citizen, "Ноутбук Анны")
    assert citizen.path == SECURITY
    citizen.sees("Ключ доступа подключён", "Ноутбук Анны")

    when_one_signs_out(citizen)
    citizen.opens("/accounts/login/?next=/card")
    citizen.presses(ALONE)
    assert citizen.path == "/card"
    citizen.sees("Анализы", "Диагнозы")

    when_one_signs_out(citizen)
    citizen.opens("/accounts/login/")
    citizen.types_password(citizen.known["email"], citizen.known["password"])
    assert citizen.path == "/accounts/2fa/authenticate/"
    assert citizen.opens("/card", axe=False) == 200
    assert citizen.path == "/accounts/2fa/authenticate/"
    citizen.presses(ALONE)
    assert citizen.opens("/card") == 200
    then_the_passkey_is_removed_again(citizen, "Ноутбук Анны")


def test_a_new_account_chooses_a_passkey(meet):
    citizen = meet()
    address = "passkey@demo.medkarta.example"
    devices, device = given_a_device(citizen)
    citizen.opens("/accounts/signup/", axe=False)
    citizen.fills(email=address, password1=PASSWORD)
    citizen.presses()
    citizen.fills(code=citizen.mailbox(address).wait_for_code())
    citizen.presses()
    assert citizen.path == "/accounts/2fa/choose/"
    citizen.follows("Подключить ключ доступа")
    citizen.presses("Подключить")
    assert citizen.path == "/accounts/2fa/recovery-codes/"
    assert citizen.page.locator("#recovery_codes li").count() == 10
    citizen.opens("/accounts/2fa/recovery-codes/")
    assert citizen.page.locator("#recovery_codes").count() == 0
    citizen.opens("/profile")
    assert citizen.path == "/profile"

    when_one_signs_out(citizen)
    devices.send("WebAuthn.setUserVerified", {"authenticatorId": device, "isUserVerified": False})
    citizen.opens("/accounts/login/")
    citizen.page.get_by_role("button", name=ALONE).click()
    citizen.sees("Ключ не передан")
    citizen.opens("/profile", axe=False)
    assert citizen.path == "/accounts/login/"


def test_a_consent_is_signed_by_a_passkey(meet):
    citizen = meet("Дарья Черновикова").signs_in_anew()
    given_a_device(citizen)
    when_a_passkey_is_added(citizen, "Телефон")
    citizen.opens("/link/consent")
    citizen.page.locator("main [name=agreed]").check()
    citizen.presses("Подтвердить ключом доступа")
    citizen.sees("Согласие подписано")
    citizen.opens("/control/consents")
    citizen.follows("Обработка персональных данных")
    citizen.sees("ключом доступа")
    citizen.opens("/control/consents")
    citizen.follows("Отозвать согласие")
    citizen.presses("Отозвать")
    then_the_passkey_is_removed_again(citizen, "Телефон")


def test_without_javascript_the_code_is_enough_and_no_dead_button_stands_there(meet, browser):
    citizen = meet()
    context = browser.new_context(
        base_url=f"http://localhost:{citizen.service.port}",
        locale="ru-RU",
        java_script_enabled=False,
    )
    page = context.new_page()
    page.goto("/accounts/login/")
    expect(page.get_by_role("button", name=ALONE)).to_have_count(0)
    expect(page.get_by_text("нужен современный браузер")).to_be_visible()
    context.close()
