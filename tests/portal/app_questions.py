"""An app's question on the consent screen, and the person's answer to it."""

import html
import re
from urllib.parse import parse_qs, urlsplit

from allowed import BACK, CHALLENGE, VERIFIER
from citizens import ORIGIN
from django.utils import timezone

from medkarta.clients import actions

ADDRESS = "/oauth/authorize"
ASKED = "launch/patient offline_access patient/*.rs"


def question(settings, **changes):
    asked = {
        "response_type": "code",
        "client_id": "diary",
        "redirect_uri": BACK,
        "scope": ASKED,
        "state": "a state of 16+ signs",
        "aud": f"{settings.PUBLIC_ORIGIN}/fhir",
        "code_challenge": CHALLENGE,
        "code_challenge_method": "S256",
        **changes,
    }
    return {name: value for name, value in asked.items() if value is not None}


def boxes(page):
    found = re.findall(r'name="see"\s+value="([^"]+)"', page.content.decode())
    return [html.unescape(one) for one in found]


def answer(client, page, *, see=None, say="allow"):
    signed = re.search(r'name="question" value="([^"]+)"', page.content.decode())[1]
    form = {"question": html.unescape(signed), "answer": say}
    return client.post(ADDRESS, {**form, "see": boxes(page) if see is None else see})


def said(response):
    assert response.status_code == 303
    parts = urlsplit(response["Location"])
    return {name: value[0] for name, value in parse_qs(parts.query).items()}


def tokens(response, app):
    exchange = actions.Exchange(code=said(response)["code"], redirect_uri=BACK, verifier=VERIFIER)
    return actions.exchange_code(client=app, exchange=exchange, origin=ORIGIN, now=timezone.now())
