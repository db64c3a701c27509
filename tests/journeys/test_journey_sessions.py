"""Two browsers of one person: one ends the other, and the other is told so in words."""

from citizen import PHONE
from playwright.sync_api import expect


def test_one_browser_ends_the_other_whose_next_click_leads_to_the_sign_in(meet):
    desk, telephone = meet("Анна Вымыслова"), meet("Анна Вымыслова", viewport=PHONE)
    telephone.signs_in_anew()
    telephone.opens("/card")
    desk.signs_in_anew()
    desk.opens("/control")
    desk.follows("Сеансы и устройства")
    desk.watch.check_language()
    desk.sees("это вы сейчас", "Входы за 90 дней")
    desk.presses("Завершить сеанс")
    desk.sees("Сеанс завершён")
    telephone.follows("Анализы")
    assert telephone.path == "/accounts/login/"
    telephone.sees("Этот сеанс завершили с другого устройства")
    telephone.types_password(telephone.known["email"], telephone.known["password"])
    telephone.fills(code=telephone.authenticator.code())
    telephone.presses()
    assert telephone.path == "/card/labs"


def test_all_others_end_after_a_page_that_says_what_it_means(meet):
    desk, telephone = meet("Егор Шаблонов"), meet("Егор Шаблонов", viewport=PHONE)
    for citizen in (telephone, desk):
        citizen.signs_in_anew()
    desk.opens("/control/sessions")
    desk.follows("Завершить все остальные")
    desk.sees("придётся войти заново")
    desk.presses("Завершить остальные")
    desk.sees("Открыт только этот", "Других открытых сеансов нет")
    telephone.opens("/control")
    assert telephone.path == "/accounts/login/"


def test_whoever_guesses_is_stopped_in_words_and_the_owner_is_not(meet):
    owner, stranger = meet("Илья Макетов"), meet()  # nobody else's journey waits for his pause
    owner.signs_in_anew()
    owner.opens("/accounts/logout/", axe=False)
    owner.presses()
    stranger.opens("/accounts/login/", axe=False)
    for _ in range(6):
        stranger.types_password(owner.known["email"], "не-тот-пароль-совсем")
    stranger.sees("Слишком много неверных паролей подряд", "С браузера, в котором вы входили")
    owner.signs_in_anew()
    assert owner.path == "/accounts/2fa/choose/"


def test_the_page_of_sessions_works_on_a_telephone_and_in_english(meet):
    citizen = meet("Анна Вымыслова", viewport=PHONE).signs_in()
    citizen.opens("/control/sessions")
    citizen.page.get_by_role("button", name="English").first.click()
    expect(citizen.page.get_by_role("heading", level=1)).to_have_text("Sessions and devices")
    citizen.looks()
    citizen.page.get_by_role("button", name="Русский").first.click()  # others read her pages too
    expect(citizen.page.get_by_role("heading", level=1)).to_have_text("Сеансы и устройства")
