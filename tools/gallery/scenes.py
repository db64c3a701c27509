"""Which pages there are, and who sees them in which state."""

from collections.abc import Callable

from authenticator import Authenticator
from camera import Camera, Visitor
from django.utils.translation import gettext as _
from playwright.sync_api import Route

Meet = Callable[..., Visitor]

PASSWORD = "сиреневый-трамвай-едет-47"  # noqa: S105  # of invented people
OUTSIDE = {
    "home": "/",
    "demo": "/demo",
    "help": "/help",
    "help-levels": "/help/levels",
    "help-security": "/help/security",
    "outbox": "/demo/outbox",
    "login": "/accounts/login/",
    "signup": "/accounts/signup/",
    "password-reset": "/accounts/password/reset/",
    "not-found": "/no-such-page",
}
SECTIONS = (
    "diagnoses",
    "visits",
    "labs",
    "vitals",
    "exams",
    "orders",
    "prescriptions",
    "vaccinations",
    "hospital",
    "documents",
)
RECORD = {
    "home": "/",
    "card": "/card",
    "timeline": "/card/timeline",
    **{name: f"/card/{name}" for name in SECTIONS},
    "log": "/control/log",
}
OWN = {
    "control": "/control",
    "sessions": "/control/sessions",
    "sessions-end": "/control/sessions/others",
    "consents": "/control/consents",
    "consent-details": "/control/consents/details",
    "consent-access": "/control/consents/new/access",
    "consent-denial": "/control/consents/new/denial",
    "consent-letters": "/control/consents/new/letters",
    "people": "/control/people",
    "people-child": "/control/people/child",
    "people-trust": "/control/people/trust",
    "levels": "/help/levels",
    "profile": "/profile",
    "papers": "/profile/documents",
    "paper-choose": "/profile/documents/add",
    "paper-add": "/profile/documents/add/passport",
    "policy": "/profile/documents/new",
    "link": "/link",
    "link-request": "/link/request",
    "link-done": "/link/request/done",
    "consent": "/link/consent",
    "withdraw": "/control/consents/withdraw",
    "email": "/accounts/email/",
    "password": "/accounts/password/change/",
    "codes": "/accounts/2fa/",
    "recovery-codes": "/accounts/2fa/recovery-codes/",
    "recovery-codes-new": "/accounts/2fa/recovery-codes/generate/",
    "codes-off": "/accounts/2fa/totp/deactivate/",
    "passkey": "/accounts/2fa/webauthn/add/",
    "logout": "/accounts/logout/",
}
POLICIES = {
    "Семён Архивов": "old-style",
    "Нина Времянкина": "ends-soon",
    "Олег Просрочин": "ended",
}
WRONG_NUMBERS = {
    "wrong-digit": "7756 4108 3400 0013",
    "blank": "12345678901",
    "not-confirmed": "7756 4108 3400 0012",
    "own-ended": "990000015",
}
GATES = {
    "Илья Макетов": "no-codes",
    "Вера Эскизова": "not-confirmed",
    "Егор Шаблонов": "no-policy",
    "Дарья Черновикова": "no-consent",
    "Лев Прототипов": "no-link",
}


def outside(meet: Meet, camera: Camera) -> None:
    """What everybody sees, and what is said to who signs in wrongly."""
    stranger = meet()
    for page, path in OUTSIDE.items():
        camera.go(stranger, path, page, "signed-out")
    stranger.opens("/accounts/login/")
    stranger.types_password("nobody@demo.medkarta.example", PASSWORD)
    camera.shoot(stranger, "login", "errors")
    stranger.opens("/accounts/signup/")
    stranger.fills(email="somebody@demo.medkarta.example", password1="короткий")
    stranger.presses()
    camera.shoot(stranger, "signup", "errors")
    stranger.opens("/accounts/password/reset/")
    stranger.fills(email="nobody@demo.medkarta.example")
    stranger.presses()
    camera.shoot(stranger, "password-reset", "sent")


def gates(meet: Meet, camera: Camera) -> None:
    """Each closed gate: the first page, the record's, the list of steps."""
    for name, state in GATES.items():
        citizen = meet(name).signs_in()
        for page in ("home", "card"):
            camera.go(citizen, RECORD[page], page, state)
        camera.go(citizen, "/link", "link", state)


def record_of(name: str, state: str) -> Callable[[Meet, Camera], None]:
    """The record of one person: every section, and an entry of every kind in it."""

    def scene(meet: Meet, camera: Camera) -> None:
        citizen = meet(name).signs_in()
        for page, path in RECORD.items():
            camera.go(citizen, path, page, state)
        _entries(citizen, camera, state)
        _analytes(citizen, camera, state)

    return scene


def policies(meet: Meet, camera: Camera) -> None:
    """Policies of other kinds and states, and what is said of numbers that do not do."""
    for name, state in POLICIES.items():
        camera.go(meet(name).signs_in(), "/profile/documents", "papers", state)
    citizen = meet("Олег Просрочин").signs_in()
    camera.go(citizen, "/card", "card", "ended")
    for state, number in WRONG_NUMBERS.items():
        citizen.opens("/profile/documents/new")
        citizen.fills(number=number)
        citizen.presses()
        camera.shoot(citizen, "policy", state)
    citizen.opens("/profile/documents")
    citizen.presses("Найти мой новый полис")
    camera.shoot(citizen, "papers", "found")


def _entries(citizen: Visitor, camera: Camera, state: str) -> None:
    seen: set[str] = set()
    for section in SECTIONS:
        citizen.opens(f"/card/timeline?section={section}")
        if section == "labs":
            camera.shoot(citizen, "timeline-labs", state)
        links = citizen.page.locator("main a[href^='/card/item/']")
        hrefs = links.evaluate_all("links => links.map(link => link.getAttribute('href'))")
        for href in hrefs:
            kind = f"{section}-{href.split('/')[3]}"
            if kind not in seen:
                seen.add(kind)
                camera.go(citizen, href, f"item-{kind}", state)


def _analytes(citizen: Visitor, camera: Camera, state: str) -> None:
    for section in ("labs", "vitals"):
        citizen.opens(f"/card/{section}")
        first = citizen.page.locator("main a[href^='/card/labs/']").first
        if first.count():
            camera.go(citizen, first.get_attribute("href") or "", f"analyte-{section}", state)


def own_pages(meet: Meet, camera: Camera) -> None:
    """Control, profile, account; forms that are refused."""
    citizen = meet("Анна Вымыслова").signs_in()
    for page, path in OWN.items():
        citizen.opens(path)
        _both_again(citizen, camera)
        camera.shoot(citizen, page, "full")
    camera.go(citizen, "/profile?edit=1", "profile", "edit")
    citizen.fills(family="", birth_date="31.02.2030", snils="123")
    citizen.presses()
    camera.shoot(citizen, "profile", "errors")
    citizen.opens("/accounts/password/change/")
    _both_again(citizen, camera)
    citizen.fills(oldpassword="wrong", password1="123", password2="321")
    citizen.presses()
    camera.shoot(citizen, "password", "errors")
    camera.go(citizen, "/card/item/Condition/00000000-nothing", "not-found", "signed-in")


def _both_again(citizen: Visitor, camera: Camera) -> None:
    if citizen.path == "/accounts/reauthenticate/":
        camera.shoot(citizen, "reauthenticate", "password")
        citizen.fills(password=citizen.known["password"])
        citizen.presses()
    if citizen.path == "/accounts/2fa/reauthenticate/":
        camera.shoot(citizen, "reauthenticate", "code")
        citizen.fills(code=citizen.authenticator.code())
        citizen.presses()


def way_in(meet: Meet, camera: Camera) -> None:
    """From sign-up to the open record and back again, each form blank, refused and done."""
    citizen = meet("Ольга Образцова")
    person = citizen.known
    citizen.opens("/accounts/signup/")
    citizen.fills(email=person["email"], password1=PASSWORD)
    citizen.presses()
    camera.shoot(citizen, "signup-code", "blank")
    _wrong_first(citizen, camera, "signup-code", code="000000")
    citizen.fills(code=citizen.mailbox(person["email"]).wait_for_code())
    citizen.presses()
    _second_factor(citizen, camera)
    _profile(citizen, camera)
    _operator(meet, camera, person)
    _policy(citizen, camera)
    _consent(citizen, camera)
    _link(citizen, camera)
    camera.go(citizen, "/control/consents/withdraw", "withdraw", "asked")
    citizen.presses()
    camera.shoot(citizen, "consents", "withdrawn")
    camera.go(citizen, "/card", "card", "withdrawn")
    camera.go(meet(), "/demo/outbox", "outbox", "letters")


def _wrong_first(citizen: Visitor, camera: Camera, page: str, **fields: str) -> None:
    citizen.fills(**fields)
    citizen.presses()
    camera.shoot(citizen, page, "errors")


def _second_factor(citizen: Visitor, camera: Camera) -> None:
    camera.shoot(citizen, "second-factor", "choice")
    citizen.follows("Подключить коды")
    camera.shoot(citizen, "totp", "blank")
    citizen.page.get_by_text(_("Не получается навести камеру")).click()
    camera.shoot(citizen, "totp", "secret-shown")
    citizen.authenticator = Authenticator(citizen.secret_on_the_page())
    _wrong_first(citizen, camera, "totp", code=citizen.authenticator.wrong_code())
    citizen.fills(code=citizen.authenticator.code())
    citizen.presses()
    camera.shoot(citizen, "recovery-codes", "first")


def _profile(citizen: Visitor, camera: Camera) -> None:
    camera.go(citizen, "/", "home", "no-profile")
    camera.go(citizen, "/profile", "profile", "blank")
    person = citizen.known
    year, month, day = person["birth_date"].split("-")
    citizen.fills(family=person["family"], given=person["given"], patronymic=person["patronymic"])
    citizen.fills(birth_date=f"{day}.{month}.{year}", snils=person["snils"])
    citizen.page.locator(f"main [name=sex][value={person['sex']}]").check()
    citizen.presses()
    camera.shoot(citizen, "profile", "check")
    citizen.presses(_("Всё верно"))
    camera.shoot(citizen, "link", "identity-next")


def _operator(meet: Meet, camera: Camera, person: dict[str, str]) -> None:
    operator = meet("Оператор Проверкин").signs_in()
    camera.go(operator, "/", "home", "operator")
    camera.go(operator, "/backoffice/identity", "backoffice", "blank")
    _wrong_first(operator, camera, "backoffice", email="nobody@demo.medkarta.example")
    _search(operator, person["email"])
    camera.shoot(operator, "backoffice", "found")
    _confirm(operator)
    camera.shoot(operator, "backoffice", "confirmed")


def _search(operator: Visitor, email: str) -> None:
    operator.opens("/backoffice/identity")
    operator.fills(email=email)
    operator.presses()


def _confirm(operator: Visitor) -> None:
    operator.page.locator("main [name=document_kind]").first.check()
    operator.page.locator("main [name=compared]").check()
    with operator.page.expect_navigation():
        operator.page.locator("main form:has([name=compared]) button").click()


def _policy(citizen: Visitor, camera: Camera) -> None:
    camera.go(citizen, "/profile/documents", "papers", "empty")
    camera.go(citizen, "/profile/documents/new", "policy", "blank")
    _wrong_first(citizen, camera, "policy", number="1234 5678")
    citizen.fills(number=citizen.known["policy"])
    citizen.presses()
    camera.shoot(citizen, "policy", "done")


def _consent(citizen: Visitor, camera: Camera) -> None:
    camera.go(citizen, "/link/consent", "consent-details", "blank")
    _wrong_first(citizen, camera, "consent-details", address="")
    citizen.fills(
        address="000000, г. Примерск, ул. Выдуманная, д. 5",
        document_number="70 00 123456",
        document_issued="выдуманным отделом, 01.02.2010",
    )
    citizen.presses()
    camera.shoot(citizen, "consent", "blank")
    citizen.page.locator("form").evaluate_all("forms => forms.forEach(f => f.noValidate = true)")
    citizen.presses(_("Подписать"))
    camera.shoot(citizen, "consent", "errors")
    citizen.page.locator("main [name=agreed]").check()
    citizen.fills(code=citizen.authenticator.code())
    citizen.presses(_("Подписать"))
    camera.shoot(citizen, "link", "link-next")


def _link(citizen: Visitor, camera: Camera) -> None:
    camera.go(citizen, "/link/request", "link-request", "ask")
    citizen.presses(_("Найти мои карты"))
    camera.shoot(citizen, "link-request", "found")
    citizen.presses(_("Привязать отмеченные"))
    camera.shoot(citizen, "link-request", "errors")
    for box in citizen.page.locator("main [name=patients]").all():
        box.check()
    citizen.presses(_("Привязать отмеченные"))
    camera.shoot(citizen, "link-done", "first")


def second_step(meet: Meet, camera: Camera) -> None:
    """The one-time code at sign-in."""
    citizen = meet("Лев Прототипов")
    citizen.opens("/accounts/login/")
    citizen.types_password(citizen.known["email"], citizen.known["password"])
    camera.shoot(citizen, "login-code", "blank")
    _wrong_first(citizen, camera, "login-code", code=citizen.authenticator.wrong_code())


def nothing_found(meet: Meet, camera: Camera) -> None:
    """No clinic has an entry: the person goes by another name now."""
    citizen = meet("Егор Шаблонов").signs_in()
    citizen.opens("/profile?edit=1")
    citizen.fills(family="Переименованный")
    citizen.presses()
    camera.shoot(citizen, "profile", "changed")
    operator = meet("Оператор Проверкин").signs_in()
    _search(operator, citizen.known["email"])
    _confirm(operator)
    citizen.opens("/link/request")
    citizen.presses(_("Найти мои карты"))
    camera.shoot(citizen, "link-request", "nothing-found")


def failures(meet: Meet, camera: Camera) -> None:
    """The pages that need neither session nor database, as the server writes them."""
    from medkarta.config.failures import page  # Django is set up by then

    visitor = meet()
    for status in (400, 403, 408, 413, 500, 503):
        visitor.page.route("**/failing", answering(page(status, "7f321kq", camera.language)))
        visitor.opens("/failing")
        camera.shoot(visitor, "failure", str(status))
        visitor.page.unroute("**/failing")


def answering(body: bytes) -> Callable[[Route], None]:
    """A server that says one thing."""

    def answer(route: Route) -> None:
        route.fulfill(body=body, content_type="text/html; charset=utf-8")

    return answer
