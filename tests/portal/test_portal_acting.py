"""Acting for somebody: the switch, the banner, what is closed, and the page of rights."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone
from portal_addresses import hrefs
from portal_people import (
    BANNER,
    OWN,
    RECORD,
    WAY,
    last_line,
    switch,
    trust,
    words,
)

from medkarta.record.models import Resource


@pytest.fixture
def owner(people):
    return people["open"]


@pytest.fixture
def friend(people):
    return people["no-policy"]


@pytest.fixture
def trusted(owner, friend):
    return trust(owner, friend, ["labs", "vaccinations"])


@pytest.fixture
def client(browse, trusted):
    """The friend's browser, already in the owner's record."""
    client = browse("no-policy")
    assert switch(client, trusted)["Location"] == "/"
    return client


class TestSwitch:
    def test_the_banner_and_the_title_say_whose_record_it_is_on_every_page(self, client):
        for address in [*RECORD, *OWN, "/help", "/control/log", "/no-such-page"]:
            page = client.get(address)
            text = page.content.decode()
            if address != "/no-such-page":
                assert BANNER in text, address
                title = re.search("<title>(.*?)</title>", text, re.DOTALL)[1]
                # A page of one's own does not bear the name of another.
                assert ("Анна В." in title) is (address not in OWN), address
                assert "Вернуться к своей карте" in text
            assert page.status_code in {200, 403, 404}

    def test_a_page_of_ones_own_says_so(self, client):
        for address in OWN:
            assert "Эта страница о вас самих" in client.get(address).content.decode(), address
        for address in RECORD:
            assert "Эта страница о вас самих" not in client.get(address).content.decode()
        assert "Шаблонов" in client.get("/profile").content.decode()
        assert "Вымыслова" not in client.get("/profile").content.decode()

    def test_nobody_signs_for_themselves_or_the_other_while_acting_for_a_grown_up(self, client):
        for address in WAY:
            for page in (client.get(address), client.post(address, {"act": "ask"})):
                assert page.status_code in {403, 405}, address
        assert "вы здесь ничего не решаете" in client.get("/link/consent").content.decode()

    def test_control_shows_no_figure_of_ones_own_under_the_name_of_another(self, client):
        text = client.get("/control").content.decode()
        for figure in ("Действует с", "Действующего согласия нет", "Привязано карт", "Строк в"):
            assert figure not in text

    def test_back_is_one_button(self, client):
        client.post("/acting", {"act": "stop"})
        for address in RECORD:
            assert BANNER not in client.get(address).content.decode()

    def test_is_a_post_and_takes_no_foreign_right(self, browse, trusted):
        client = browse("no-link")
        assert client.get("/acting").status_code == 405
        for right in (str(trusted.representation_id), str(uuid4())):
            assert client.post("/acting", {"right": right})["Location"] == "/control/people"
            assert BANNER not in client.get("/help").content.decode()
        assert client.post("/acting", {"right": "none"}).status_code == 404

    def test_a_right_in_the_session_of_another_opens_nothing(self, browse, trusted, owner):
        client = browse("no-link")
        session = client.session
        session["acting_for"] = str(trusted.representation_id)
        session.save()
        for address in RECORD:
            page = client.get(address)
            assert page.status_code == 403, address
            assert "Анна" not in page.content.decode()
        assert last_line(owner).outcome == "refused"

    def test_a_session_of_a_password_alone_is_told_no_name(self, browse, trusted):
        client = browse("no-policy", two_factors=False)
        session = client.session
        session["acting_for"] = str(trusted.representation_id)
        session.save()
        for address in ["/", "/card", "/help", "/link"]:
            assert "Анна" not in client.get(address).content.decode()

    def test_ones_own_pages_cost_nothing_more(self, browse, django_assert_num_queries):
        client = browse("open")
        with django_assert_num_queries(2):
            client.get("/help")


class TestClosedSections:
    def test_a_closed_section_is_said_in_words_and_not_shown_empty(self, client):
        for section in ("visits", "diagnoses", "prescriptions", "orders", "hospital", "documents"):
            page = client.get(f"/card/{section}")
            assert page.status_code == 403, section
            assert "Этот раздел вам не открыт" in page.content.decode()
        card = words(client.get("/card"))
        assert card.count("Этот раздел вам не открыт.") == 4
        assert "Аллергии не записаны" not in card
        assert "Не открыты вам: Показатели" in words(client.get("/"))

    def test_a_walk_over_every_page_shows_nothing_of_closed_sections(self, browse, client):
        own = browse("open")
        items, names = {}, {}
        for section in ("labs", "vaccinations", "visits", "diagnoses", "prescriptions", "exams"):
            page = own.get(f"/card/timeline?section={section}")
            items[section] = hrefs(page, "/card/item/")
            found = re.findall(r'row__title">\s*(?:<span[^>]*>)?([^<]+)', page.content.decode())
            names[section] = {one.strip() for one in found if len(one.strip()) > 5}
        opened = names.pop("labs") | names.pop("vaccinations")
        canaries = set().union(*names.values()) - opened
        assert len(canaries) > 10
        shut = [one for section in names for one in items[section]]
        for address in shut:
            assert client.get(address).status_code == 404, address
        seen = [*items["labs"][:8], *items["vaccinations"][:8]]
        analytes = hrefs(client.get("/card/labs"), "/card/labs/")
        assert len(analytes) > 5
        walked = [*RECORD, "/control/log", *seen, *analytes, "/card/timeline?section=visits"]
        for address in walked:
            text = words(client.get(address))
            assert [one for one in canaries if one in text] == [], address
            assert not set(shut) & set(hrefs(client.get(address), "/card/item/")), address

    def test_the_clinics_of_closed_sections_are_not_named(self, people, browse):
        ids = people["open"].patient_ids
        filed = set(
            Resource.objects.filter(patient_id__in=ids).values_list("section", "custodian_id")
        )
        sections = {section for section, _ in filed}
        section = next(one for one in sections if sum(pair[0] == one for pair in filed) == 1)
        client = browse("no-link")
        switch(client, trust(people["open"], people["no-link"], [section]))
        own, shown = (
            set(re.findall(r"Демонстрационная \w+ № \d+", words(one.get("/card"))))
            for one in (browse("open"), client)
        )
        assert len(shown) == 1 < len(own)
        assert "Найти карты других клиник" not in words(client.get("/card"))

    def test_the_calendar_is_not_guessed_from_closed_vaccinations(self, people, browse):
        view = trust(people["open"], people["no-link"], ["labs"])
        client = browse("no-link")
        switch(client, view)
        assert "/card/vaccinations" not in hrefs(client.get("/"), "/card/vaccinations")

    def test_the_log_is_not_a_trusted_persons(self, client):
        assert client.get("/control/log").status_code == 403
        assert "Кто смотрел мою карту" not in words(client.get("/"))

    def test_age_and_sex_are_the_owners(self, client, browse):
        address = hrefs(client.get("/card/labs"), "/card/labs/")[0]
        own = browse("open").get(address)
        theirs = client.get(address)
        assert own.context["page"] == theirs.context["page"]
        plans = [one.get("/card/vaccinations").context["plan"] for one in (client, browse("open"))]
        assert plans[0] == plans[1]


class TestEnd:
    def test_ended_while_pages_are_open_the_next_request_is_refused(
        self, client, browse, owner, trusted
    ):
        timeline = client.get("/card/timeline?section=labs")
        more = re.search(r'href="(\?[^"]*before=[^"]+)"', timeline.content.decode())
        items = hrefs(timeline, "/card/item/")
        own = browse("open")
        page = own.post(f"/control/people/{trusted.representation_id}")
        assert page["Location"] == "/control/people"
        following = [f"/card/timeline{more[1]}"] if more else []
        for address in [*RECORD, items[0], *following, "/card/labs/loinc/718-7"]:
            answer = client.get(address)
            assert answer.status_code == 403, address
            assert "больше не можете действовать" in answer.content.decode()
        assert last_line(owner).ground == "relation"
        # The way back is the person's own press: nothing flips to another record by itself.
        client.post("/acting", {"act": "stop"})
        assert "больше не можете" not in client.get("/card").content.decode()

    def test_on_its_day_it_ends_by_itself(self, client, trusted):
        assert client.get("/card/labs").status_code == 200
        from medkarta.patients.models import Representation

        Representation.objects.filter(pk=trusted.representation_id).update(
            active_to=timezone.localdate() - timedelta(days=1)
        )
        page = client.get("/card/labs")
        assert page.status_code == 403
        assert "Право действовать закончилось" in page.content.decode()


class TestLogs:
    def test_a_look_is_in_the_owners_log_and_on_both_pages_of_the_right(
        self, client, browse, owner, trusted
    ):
        client.get("/card/labs")
        said = last_line(owner)
        assert (said.detail, said.purpose, said.ground) == ("labs", "representing", "trusted")
        address = f"/control/people/{trusted.representation_id}"
        theirs, mine = words(browse("open").get(address)), words(client.get(address))
        for page in (theirs, mine):
            assert "открытие карты: Анализы" in page
            assert "доверенное лицо" in page
        assert "Егор" in theirs
        assert "действует за этого человека" in words(browse("open").get("/control/log"))
        assert browse("no-link").get(address).status_code == 404
