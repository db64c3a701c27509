"""A parent and a child, a trusted adult and an open page: whose record it is, is always said."""

import re
from datetime import UTC, datetime

from citizen import PHONE
from playwright.sync_api import expect

BANNER = "Вы действуете за:"
EVERYWHERE = ["/", "/card", "/card/labs", "/control/people", "/profile", "/help", "/link"]


def invites(citizen, email, *sections):
    """Trust somebody with these sections, under one's signature."""
    citizen.opens("/control/people/trust")
    citizen.fills(email=email)
    for name, value in (("doings", "read"), *(("sections", one) for one in sections)):
        citizen.page.locator(f"main [name={name}][value={value}]").check()
    citizen.presses("Проверить условия")
    citizen.fills(code=citizen.authenticator.code())
    citizen.presses("Подписать и пригласить")
    citizen.sees("Приглашение подписано")


def banner(citizen):
    return citizen.page.get_by_role("complementary", name="За кого вы действуете")


def goes_back(citizen):
    with citizen.page.expect_navigation():
        banner(citizen).get_by_role("button", name="Вернуться к своей карте").click()
    citizen.looks()


def confirms(operator, email):
    """The operator has the parent and the paper before them."""
    operator.opens("/backoffice/representatives")
    operator.fills(email=email)
    operator.presses("Найти")
    operator.sees("Кто заявитель ребёнку")
    operator.page.locator("main [name=paper][value=birth-certificate]").check()
    operator.page.locator("main [name=compared]").check()
    operator.presses("Подтвердить право")
    operator.sees("Право подтверждено")


def claims(parent):
    parent.opens("/control/people/child")
    parent.page.locator("main [name=kind][value=parent]").check()
    parent.fills(
        family="Вымыслов",
        given="Тимофей",
        birth_date=f"05.05.{datetime.now(UTC).year - 8}",
        certificate="IV-МЮ 100200",
    )
    parent.page.locator("main [name=sex][value=male]").check()
    parent.presses("Сохранить для оператора")
    parent.sees("Ждут оператора", "Вымыслов Тимофей")


def test_a_parent_switches_to_the_child_and_back(meet):
    parent = meet("Анна Вымыслова").signs_in()
    claims(parent)
    confirms(meet("Оператор Проверкин").signs_in(), parent.known["email"])
    parent.opens("/control/people")
    parent.sees("18 лет: право законного представителя закончится")
    parent.presses("Открыть карту: Тимофей В.")
    parent.sees("Карта ребёнка пока закрыта")
    for size in (None, PHONE):
        if size:
            parent.page.set_viewport_size(size)
        for path in EVERYWHERE:
            parent.opens(path)
            expect(banner(parent)).to_contain_text("Тимофей В.")
            # A page of one's own does not bear the name of another.
            own = parent.page.get_by_text("Эта страница о вас самих").count() > 0
            assert parent.page.title().startswith("Тимофей В.:") is not own, path
    assert "Вымыслов Тимофей" not in parent.reads()
    goes_back(parent)
    parent.opens("/card")
    expect(banner(parent)).to_have_count(0)
    assert "Тимофей" not in parent.page.title()


def test_a_trusted_person_loses_the_right_while_a_page_is_open(meet):
    owner = meet("Анна Вымыслова").signs_in()
    friend = meet("Лев Прототипов").signs_in()
    invites(owner, friend.known["email"], "labs", "vaccinations")
    friend.opens("/control/people")
    friend.sees("Вам доверяют", "Анализы, Прививки")
    friend.presses("Принять")
    friend.presses("Открыть карту: Анна В.")
    friend.opens("/card/labs")
    friend.sees("Гемоглобин")
    friend.opens("/card/diagnoses")
    friend.sees("Этот раздел вам не открыт")
    friend.opens("/card/labs")
    owner.opens("/control/people")
    owner.follows(re.compile("Что смотрели, закончить"))
    owner.sees("Прототипов", "Анализы")
    owner.presses("Закончить")
    owner.sees("Право закончено")
    friend.page.get_by_role("main").get_by_role("link", name="Гемоглобин").first.click()
    friend.page.wait_for_load_state()
    friend.sees("Вы больше не можете действовать за этого человека")
    assert "Гемоглобин" not in friend.reads()
    goes_back(friend)
    friend.opens("/control/people")
    friend.sees("Законченные права")
