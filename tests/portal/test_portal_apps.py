"""Контроль → Приложения: what reads the record, ended at once, and opened from here."""

from urllib.parse import parse_qs, urlsplit

import pytest
from app_questions import ADDRESS, answer, question, said, tokens
from django.utils import timezone
from portal_people import words
from test_portal_english import russian_left

from medkarta.accounts.queries import account_by_email
from medkarta.clients import queries as clients
from medkarta.clients.models import Authorization
from medkarta.portal.presenters import dates


@pytest.mark.usefixtures("app")
class TestAppsPage:
    def allow(self, client, settings):
        return answer(client, client.get(ADDRESS, question(settings)))

    def test_an_app_stands_there_and_is_ended_there(self, app, browse, settings, people):
        client = browse("open")
        issued = tokens(self.allow(client, settings), app)
        page = client.get("/control/apps")
        text = words(page)
        assert "Дневник вымышленный" in text
        assert "Видит: всю карту." in text
        assert "Читают карту: 1" in words(client.get("/control"))
        ended = client.post("/control/apps/end", {"app": str(app.id)}, follow=True)
        assert "Доступ закончен" in words(ended)
        assert clients.token_of(app, issued.access_token, now=timezone.now()) is None
        today = " ".join(dates.day(timezone.now()).split())
        assert f"{today}: вы закончили доступ" in words(client.get("/control/apps"))
        again = client.post("/control/apps/end", {"app": str(app.id)}, follow=True)
        assert "уже закончен" in words(again)
        journal = words(client.get("/control/log"))
        assert "разрешение приложению читать карту" in journal
        assert "доступ приложения закончен" in journal
        assert account_by_email(people["open"].email)

    def test_what_was_unticked_is_named_by_what_was_left(self, browse, settings):
        client = browse("open")
        page = client.get(ADDRESS, question(settings))
        answer(client, page, see=["results", "vaccinations"])
        text = words(client.get("/control/apps"))
        assert "Видит: Анализы и измерения, Прививки." in text

    def test_what_a_query_leaves_is_named_and_given_as_it_was_asked(self, app, browse, settings):
        some = "patient/Observation.rs?category=laboratory,vital-signs&date=ge2024"
        client = browse("open")
        client.post("/language", {"language": "en", "next": "/"})
        scope = f"patient/Condition.rs?severity=mild,severe {some}"
        page = client.get(ADDRESS, question(settings, scope=scope))
        assert russian_left(page.content.decode()) == []
        assert "Conditions: only those whose severity is “mild” or “severe”" in words(page)
        assert tokens(answer(client, page, see=[some]), app).scope == some
        seen = words(client.get("/control/apps"))
        assert "only lab results and measurements (blood pressure, pulse, height, weight)" in seen
        assert "whose date is from 1 January 2024 on." in seen
        assert "severity" not in seen

    def test_in_english_its_own_words_are_marked(self, browse, settings):
        client = browse("open")
        client.post("/language", {"language": "en", "next": "/"})
        asked = client.get(ADDRESS, question(settings))
        assert russian_left(asked.content.decode()) == []
        answer(client, asked)
        for address in ("/control/apps", "/control/log"):
            assert russian_left(client.get(address).content.decode()) == [], address
        assert "Sees: the whole record." in words(client.get("/control/apps"))

    def test_anothers_app_is_not_there_and_not_ended(self, app, browse, settings):
        self.allow(browse("open"), settings)
        other = browse("no-consent")
        assert "Дневник" not in words(other.get("/control/apps"))
        other.post("/control/apps/end", {"app": str(app.id)})
        assert Authorization.objects.get().ended_at is None

    @pytest.mark.parametrize("named", ["", "x", "00000000-0000-7000-8000-000000000000"])
    def test_nothing_is_opened_that_is_no_app(self, browse, named):
        assert browse("open").post("/control/apps/open", {"app": named}).status_code == 404


@pytest.mark.usefixtures("app")
class TestOpeningFromHere:
    @pytest.fixture
    def opened(self, app, browse, settings):
        from medkarta.clients.models import Client

        Client.objects.filter(pk=app.id).update(launch_uri="https://app.example/launch")
        client = browse("open")
        page = client.get("/control/apps")
        assert "https://app.example" in page["Content-Security-Policy"]
        response = client.post("/control/apps/open", {"app": str(app.id)})
        assert response["Location"].startswith("https://app.example/launch?iss=")
        given = parse_qs(urlsplit(response["Location"]).query)
        assert given["iss"] == [f"{settings.PUBLIC_ORIGIN}/fhir"]
        return client, given["launch"][0]

    def test_the_app_still_asks_and_the_launch_counts_once(self, opened, settings):
        client, word = opened
        asked = question(settings, scope="launch patient/*.rs", launch=word)
        page = client.get(ADDRESS, asked)
        assert said(answer(client, page))["code"]
        again = client.get(ADDRESS, asked)
        assert answer(client, again).status_code == 409
        assert Authorization.objects.get().scopes == ["launch", "patient/*.rs"]

    def test_a_launch_of_another_browser_is_refused(self, opened, browse, settings):
        _, word = opened
        client = browse("open")
        asked = question(settings, scope="launch patient/*.rs", launch=word)
        assert answer(client, client.get(ADDRESS, asked)).status_code == 409
        assert not Authorization.objects.exists()
