"""An app asks for the record in a real browser, reads it, and is ended."""

import base64
import hashlib
import json
import urllib.error
from urllib.parse import parse_qs, urlencode, urlsplit
from urllib.request import Request, urlopen

from citizen import PHONE
from playwright.sync_api import expect

VERIFIER = "v" * 64
DIGEST = hashlib.sha256(VERIFIER.encode()).digest()
CHALLENGE = base64.urlsafe_b64encode(DIGEST).rstrip(b"=").decode()


class App:
    """The demo's app, without a server of its own."""

    def __init__(self, service):
        self.base = f"http://localhost:{service.port}"
        text = (service.home / "demo-clients.json").read_text(encoding="utf-8")
        self.known = json.loads(text)["app"]
        self.back = self.known["redirect_uris"][1]

    def question(self):
        return "/oauth/authorize?" + urlencode(
            {
                "response_type": "code",
                "client_id": self.known["client_id"],
                "redirect_uri": self.back,
                "scope": "launch/patient offline_access patient/*.rs",
                "state": "sixteen signs or more",
                "aud": f"{self.base}/fhir",
                "code_challenge": CHALLENGE,
                "code_challenge_method": "S256",
            }
        )

    def tokens(self, address):
        code = parse_qs(urlsplit(address).query)["code"][0]
        form = {
            "grant_type": "authorization_code",
            "client_id": self.known["client_id"],
            "code": code,
            "redirect_uri": self.back,
            "code_verifier": VERIFIER,
        }
        with urlopen(f"{self.base}/oauth/token", urlencode(form).encode()) as answer:
            return json.load(answer)

    def reads(self, path, token):
        asked = Request(f"{self.base}/fhir/{path}", headers={"Authorization": f"Bearer {token}"})
        try:
            with urlopen(asked) as answer:
                return answer.status
        except urllib.error.HTTPError as refused:
            return refused.code


def test_a_citizen_lets_an_app_in_as_far_as_they_like_and_ends_it(meet, service):
    app = App(service)
    citizen = meet("Анна Вымыслова", viewport=PHONE)
    citizen.watch.visited = (app.back,)
    citizen.context.route(f"{app.back}**", lambda route: route.fulfill(body="back in the app"))
    citizen.opens(app.question())  # not signed in yet: there, and back to the question
    citizen.types_password(citizen.known["email"], citizen.known["password"])
    citizen.fills(code=citizen.authenticator.code())
    citizen.presses()
    citizen.sees("просит читать вашу карту")
    both_answers_are_in_sight(citizen.page)
    citizen.page.get_by_text("Выбрать, что показать").click()
    citizen.page.get_by_label("Документы").uncheck()
    both_answers_are_in_sight(citizen.page)
    citizen.page.get_by_role("button", name="Разрешить", exact=True).click()
    expect(citizen.page.get_by_text("back in the app")).to_be_visible()
    given = app.tokens(citizen.page.url)
    token = given["access_token"]
    assert app.reads(f"Patient/{given['patient']}", token) == 200
    assert app.reads("DocumentReference", token) == 403
    citizen.opens("/control/apps")
    citizen.presses("Закончить доступ")
    citizen.sees("Доступ закончен")
    assert app.reads(f"Patient/{given['patient']}", token) == 401


def both_answers_are_in_sight(page):
    """Whether a part is open or not, yes and no are at hand without scrolling."""
    for name in ("Разрешить", "Не разрешать"):
        button = page.get_by_role("button", name=name, exact=True)
        expect(button).to_be_in_viewport(ratio=1)
        assert button.bounding_box()["height"] >= 44
