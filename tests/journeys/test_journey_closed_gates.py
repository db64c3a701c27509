"""Each closed gate says which it is, why it stands there, and leads to the step that opens it."""

import pytest
from playwright.sync_api import expect

GATES = [
    (
        "Илья Макетов",
        "Защитите вход",
        "Защитить вход",
        "/accounts/2fa/choose/",
    ),
    ("Вера Эскизова", "Подтвердите личность", "Подтвердить личность", "/profile"),
    ("Егор Шаблонов", "Привяжите полис ОМС", "Добавить полис", "/profile/documents/new"),
    ("Дарья Черновикова", "Дайте согласие", "Прочитать и подписать", "/link/consent"),
    ("Лев Прототипов", "Привяжите карты клиник", "Найти мои карты", "/link/request"),
]
IDS = ["second-factor", "level", "policy", "consent", "link"]


@pytest.mark.parametrize(("name", "heading", "step", "address"), GATES, ids=IDS)
def test_a_closed_gate_says_which_why_and_leads_to_its_step(meet, name, heading, step, address):
    citizen = meet(name).signs_in()
    for page in ("/card", "/card/labs", "/card/timeline"):
        assert citizen.opens(page, axe=page == "/card") == 403
        expect(citizen.page.get_by_role("heading", level=1)).to_contain_text(heading)
    assert "Гемоглобин" not in citizen.page.content()
    citizen.follows(step)
    assert citizen.path == address
    # The list of all steps names the same one as the next.
    citizen.opens("/link")
    expect(citizen.page.locator(".task--next")).to_have_count(1)
    citizen.follows(step)
    assert citizen.path == address


def test_who_has_not_signed_in_is_led_to_the_sign_in(meet):
    stranger = meet()
    stranger.opens("/card/labs")
    assert stranger.path == "/accounts/login/"


def test_an_operator_has_no_record_and_a_citizen_no_back_office(meet):
    operator = meet("Оператор Проверкин").signs_in_anew()
    assert operator.path.startswith("/backoffice/")
    assert operator.opens("/card") == 404
    citizen = meet("Вера Эскизова").signs_in()
    assert citizen.opens("/backoffice/identity") == 404
