"""A person with a browser, as journeys speak of them."""

import json
import re
from urllib.parse import urlsplit

from authenticator import Authenticator, Mailbox
from playwright.sync_api import expect
from watching import Watch

DESKTOP = {"width": 1280, "height": 900}
PHONE = {"width": 360, "height": 740}
SECRET = re.compile(r"\b(?:[A-Z2-7]{4} ?){8}\b")
MAIN_BUTTON = "main form[method=post] button:not([type=button])"


class Citizen:
    """What a person does and sees. Whoever is in demo-people.json is known by name."""

    def __init__(self, service, context, name=None):
        self.service = service
        self.context = context
        self.page = context.new_page()
        self.watch = Watch(self.page, f"http://localhost:{service.port}")
        self.known = self._find(name) if name else None
        self.authenticator = None
        if self.known and self.known["totp_secret"]:
            self.authenticator = authenticator_of(self.known)

    def _find(self, name):
        text = (self.service.home / "demo-people.json").read_text(encoding="utf-8")
        (found,) = (person for person in json.loads(text) if name in person["name"])
        return found

    # --- going and looking

    @property
    def path(self):
        return urlsplit(self.page.url).path

    def opens(self, path, *, axe=True):
        """Go to an address and look at the page with every check there is."""
        answer = self.page.goto(path)
        self.looks(axe=axe)
        return answer.status

    def looks(self, *, axe=True):
        self.watch.check_page(axe=axe)

    def follows(self, words):
        """Click a link in the page's own part by its words."""
        self.page.get_by_role("main").get_by_role("link", name=words).first.click()
        self.page.wait_for_load_state()
        self.looks()

    def presses(self, words=None):
        """Press a button of the page, by its words or the main one, and wait for the answer."""
        button = (
            self.page.get_by_role("main").get_by_role("button", name=words)
            if words
            else self.page.locator(MAIN_BUTTON)
        )
        with self.page.expect_navigation():
            button.first.click()
        self.looks()

    def fills(self, **fields):
        for name, value in fields.items():
            self.page.locator(f"main [name={name}]").fill(value)

    def sees(self, *words):
        for text in words:
            expect(self.page.get_by_role("main")).to_contain_text(text)

    def reads(self):
        return self.page.get_by_role("main").inner_text()

    def newest_line_of_the_log(self):
        """Number and words of the last line, wherever the page puts it."""
        self.opens("/control/log")
        texts = [line.text_content() for line in self.page.locator("main div.log").all()]
        numbered = {int(re.search(r"№ (\d+)", text).group(1)): text for text in texts}
        return max(numbered.items())

    # --- the way in

    def signs_in(self):
        """Come with the session of an earlier sign-in where there is one, else sign in."""
        kept = _SESSIONS.get(self._session_key)
        if kept:
            self.context.add_cookies(kept)
            self.opens("/", axe=False)
            if self.page.get_by_role("main").locator("[href='/accounts/signup/']").count() == 0:
                return self
        return self.signs_in_anew()

    def signs_in_anew(self):
        """With password and, where there is one, the present code."""
        self.opens("/accounts/login/")
        self.types_password(self.known["email"], self.known["password"])
        if self.authenticator:
            self.fills(code=self.authenticator.code())
            self.presses()
        _SESSIONS[self._session_key] = self.context.cookies()
        return self

    @property
    def _session_key(self):
        return self.service.home, self.known["email"]

    def types_password(self, email, password):
        self.fills(login=email, password=password)
        self.presses()

    def mailbox(self, address):
        return Mailbox(self.service.home / "outbox", address)

    def secret_on_the_page(self):
        found = SECRET.search(self.reads())
        assert found, "the page shows no secret to type into an authenticator"
        return found.group()


_AUTHENTICATORS = {}
_SESSIONS = {}


def authenticator_of(person):
    """One telephone a person, however many browsers: it shows no code twice."""
    secret = person["totp_secret"]
    return _AUTHENTICATORS.setdefault(secret, Authenticator(secret))
