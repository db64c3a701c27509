"""Passwords while they are typed, and leaving in a hurry."""

import re

import pytest
from citizen import DESKTOP, PHONE
from playwright.sync_api import expect


@pytest.mark.parametrize("size", [DESKTOP, PHONE])
def test_the_strength_is_said_in_words_while_typing_and_stands_nowhere_else(meet, size):
    citizen = meet()
    citizen.page.set_viewport_size(size)
    citizen.opens("/accounts/signup/")
    citizen.fills(email="vasilisa.premudrova@example.test", password1="Premudrova2026")
    said = citizen.page.get_by_role("main").locator(".strength")
    expect(said).to_have_attribute("role", "status")
    expect(said).to_contain_text("ваше имя, адрес")
    citizen.fills(password1="сиреневый трамвай едет в депо")
    expect(said).to_have_text("Надёжный пароль.")
    expect(said).to_have_attribute("data-step", "4")
    citizen.looks()
    field = citizen.page.locator("main [name=password1]")
    citizen.page.get_by_role("button", name="Показать пароль").click()
    expect(field).to_have_attribute("type", "text")
    citizen.page.get_by_role("button", name="Скрыть пароль").click()
    expect(field).to_have_attribute("type", "password")


@pytest.mark.parametrize("how", ["button", "escape"])
def test_one_leaves_quickly_to_a_page_without_our_name_and_back_shows_nothing(meet, how):
    citizen = meet("Анна Вымыслова").signs_in_anew()
    citizen.opens("/card")
    if how == "button":
        citizen.page.get_by_role("button", name="Выйти быстро").click()
    else:
        for _ in range(3):
            citizen.page.keyboard.press("Escape")
    citizen.page.wait_for_url("**/blank")
    assert "Медкарта" not in citizen.page.title() + citizen.page.locator("body").inner_text()
    assert citizen.context.cookies() == []
    citizen.page.go_back()
    expect(citizen.page).to_have_url(re.compile("/accounts/login/"))
