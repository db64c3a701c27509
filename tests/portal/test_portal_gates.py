"""While a gate is closed the record is not there: the page says which gate, why, and what to do."""

import pytest
from portal_addresses import hrefs

from medkarta.accounts.queries import account_by_email
from medkarta.audit import queries as audit
from medkarta.foundation.ids import logical_id
from medkarta.patients.queries import person_of
from medkarta.record.models import Resource

CLINICAL = ["/card", "/card/labs", "/card/vitals", "/card/timeline", "/card/labs/loinc/718-7"]


def lines_of(people, state):
    person = person_of(account_by_email(people[state].email).account_id)
    return audit.entries(person_id=person.person_id, before=None, limit=100)


@pytest.mark.parametrize(
    ("state", "heading", "step"),
    [
        ("no-second-factor", "Защитите вход", "/accounts/2fa/choose/"),
        ("not-confirmed", "Подтвердите личность", "/profile"),
        ("no-policy", "Привяжите полис ОМС", "/profile/documents/new"),
        ("no-consent", "Дайте согласие", "/link/consent"),
        ("no-link", "Привяжите карты клиник", "/link/request"),
    ],
)
def test_a_closed_gate_says_what_it_is_and_leads_to_its_step(people, browse, state, heading, step):
    client = browse(state, two_factors=state != "no-second-factor")
    before = len(lines_of(people, state))
    for address in CLINICAL:
        page = client.get(address)
        text = page.content.decode()
        assert page.status_code == 403
        assert heading in text
        assert step in hrefs(page, "/")
        assert "/card/item/" not in text
    lines = lines_of(people, state)
    assert len(lines) == before + len(CLINICAL)
    assert lines[0].said.outcome == "refused"


def test_home_shows_the_next_step_and_writes_no_line(people, browse):
    client = browse("no-consent")
    before = len(lines_of(people, "no-consent"))
    text = client.get("/").content.decode()
    assert "осталось 2 шага" in text
    assert "Прочитать и подписать" in text
    assert len(lines_of(people, "no-consent")) == before


def test_the_steps_have_their_live_states(browse):
    text = browse("no-policy").get("/link").content.decode()
    assert text.count("task--done") == 2
    assert text.count("task--next") == 1
    assert text.count("task--later") == 2


def test_a_session_without_the_code_opens_nothing_of_an_open_record(browse):
    client = browse("open", two_factors=False)
    for address in CLINICAL:
        assert client.get(address).status_code == 403
    for address in ["/control/log", "/profile", "/link/consent", "/profile/documents"]:
        assert client.get(address).status_code == 302


def test_whoever_has_not_signed_in_is_asked_to(client, db):
    for address in [*CLINICAL, "/control", "/control/log", "/profile", "/link"]:
        page = client.get(address)
        assert page.status_code == 302
        assert page["Location"].startswith("/accounts/login/")
    assert "Создать учётную запись" in client.get("/").content.decode()


def test_an_operator_has_no_record_and_no_profile(browse):
    client = browse("operator")
    for address in [*CLINICAL, "/profile", "/control/log", "/link"]:
        assert client.get(address).status_code == 404
    assert "рабочая учётная запись" in client.get("/").content.decode()


def test_another_persons_entry_is_not_there(people, browse):
    own = people["open"].patient_ids
    others = Resource.objects.exclude(patient_id__in=own).exclude(resource_type="Patient")
    client = browse("open")
    for one in others[:20]:
        name = logical_id(one.patient_id, one.resource_id)
        assert client.get(f"/card/item/{one.resource_type}/{name}").status_code == 404
    assert others


def test_a_withdrawn_consent_closes_the_card_at_once(browse):
    client = browse("open")
    assert client.get("/card").status_code == 200
    page = client.post("/control/consents/withdraw", follow=True)
    assert "отозвано" in page.content.decode()
    assert client.get("/card").status_code == 403
    assert client.post("/control/consents/withdraw").status_code == 302


@pytest.mark.parametrize("address", ["/acting", "/esia/start", "/control/sessions/end"])
def test_an_address_that_takes_a_button_alone_says_so_where_it_is_typed_in(browse, address):
    answer = browse("open").get(address)
    assert (answer.status_code, answer["Allow"]) == (405, "POST")
    assert "Сюда ведёт только кнопка" in answer.content.decode()
