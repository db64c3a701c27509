"""Who acts for whom, who works here, and who comes through ESIA."""

import re
from collections.abc import Callable

from camera import Camera, Visitor
from django.utils.translation import gettext as _

Meet = Callable[..., Visitor]

ACTING = {
    "home": "/",
    "card": "/card",
    "timeline": "/card/timeline",
    "control": "/control",
    "consents": "/control/consents",
    "people": "/control/people",
    "profile": "/profile",
    "papers": "/profile/documents",
    "link": "/link",
}
OFFICE = {
    "backoffice": "/backoffice/",
    "candidates": "/backoffice/candidates",
    "transfers": "/backoffice/transfers",
    "representatives": "/backoffice/representatives",
    "outbox": "/demo/outbox",
}


def acting(meet: Meet, camera: Camera) -> None:
    """A father in his daughter's place; one who is trusted with two sections."""
    father = meet("Игорь Примеркин").signs_in()
    camera.go(father, "/control/people", "people", "parent")
    father.page.locator("main a[href^='/control/people/']:has(.visually-hidden)").first.click()
    father.page.wait_for_load_state()
    camera.shoot(father, "people-right", "parent")
    _takes_the_place(father)
    for page, path in ACTING.items():
        camera.go(father, path, page, "acting")
    _trusting(meet, camera)


def _trusting(meet: Meet, camera: Camera) -> None:
    owner, friend = meet("Анна Вымыслова").signs_in(), meet("Лев Прототипов").signs_in()
    owner.opens("/control/people/trust")
    owner.presses()
    camera.shoot(owner, "people-trust", "errors")
    owner.fills(email=friend.known["email"])
    for name, value in (("doings", "read"), ("sections", "labs"), ("sections", "vaccinations")):
        owner.page.locator(f"main [name={name}][value={value}]").check()
    owner.presses()
    camera.shoot(owner, "people-sign", "blank")
    owner.fills(code=owner.authenticator.code())
    owner.presses(_("Подписать и пригласить"))
    camera.shoot(owner, "people", "invited")
    camera.go(friend, "/control/people", "people", "asked")
    friend.presses(_("Принять"))
    camera.shoot(friend, "people", "trusted")
    _takes_the_place(friend)
    camera.go(friend, "/card", "card", "trusted")
    camera.go(friend, "/card/labs", "labs", "trusted")
    camera.go(friend, "/card/diagnoses", "diagnoses", "trusted-without")
    owner.opens("/control/people")
    owner.page.locator("main a[href^='/control/people/']:has(.visually-hidden)").first.click()
    owner.page.wait_for_load_state()
    camera.shoot(owner, "people-right", "trusted")
    owner.presses(_("Закончить"))
    camera.shoot(owner, "people", "ended")
    camera.go(friend, "/card", "card", "right-ended")


def _takes_the_place(citizen: Visitor) -> None:
    citizen.opens("/control/people")
    with citizen.page.expect_navigation():
        citizen.page.locator("main form[action='/acting'] button").first.click()


def office(meet: Meet, camera: Camera) -> None:
    """The pages of those who work here."""
    operator = meet("Оператор Проверкин").signs_in()
    for page, path in OFFICE.items():
        camera.go(operator, path, page, "operator")


def esia(meet: Meet, camera: Camera) -> None:
    """Who is not known here, whose account there is not confirmed, and who proves it there."""
    _comes_through_esia(meet(), camera, "/accounts/login/", "Образцова", "esia-new")
    _comes_through_esia(meet(), camera, "/accounts/login/", "Непроверенный", "esia-trouble")
    citizen = meet("Вера Эскизова").signs_in()
    _comes_through_esia(citizen, camera, "/profile", "Эскизова", "esia-confirm")
    citizen.presses(_("Это я, подтвердить"))
    camera.shoot(citizen, "link", "esia-confirmed")
    camera.go(citizen, "/profile", "profile", "esia-confirmed")
    camera.go(citizen, "/help/levels", "levels", "confirmed")


def _comes_through_esia(
    citizen: Visitor, camera: Camera, path: str, family: str, page: str
) -> None:
    citizen.opens(path)
    with citizen.page.expect_navigation():
        citizen.page.locator("main form[action='/esia/start'] button").first.click()
    citizen.page.get_by_role("button", name=re.compile(f"^{family}")).click()
    citizen.page.get_by_role("button", name="Разрешить").click()
    citizen.page.wait_for_url(f"http://localhost:{citizen.service.port}/**")
    camera.shoot(citizen, page, "asked")
