"""A citizen and an app that speaks through npm's `fhirclient`, in a real browser."""

import re

import pytest
from smart_app import NAME, SmartApp, served

SCOPE = "openid fhirUser launch/patient offline_access patient/*.rs"


@pytest.fixture
def app(service, smart_library):
    with served(smart_library) as home:
        yield SmartApp(service, home)


def test_an_app_is_let_in_reads_refreshes_and_is_ended(meet, app):
    anna = meet("Анна Вымыслова")
    given = lets_in(anna, app)
    observation = f"Observation/{reads_all(app, given)}"
    assert app.does("refresh")["access_token"] != given["access_token"]
    assert app.does("status", observation) == 200
    assert noted(anna) == []

    assert app.does("status", f"DocumentReference?patient={given['patient']}") == 403
    note = {"resourceType": "Observation", "status": "final", "code": {"text": "note"}}
    assert app.does("write", note) == 403
    other = meet("Анна Вымыслова").signs_in()
    other.opens("/control/apps")
    other.sees(NAME)
    other.presses("Закончить доступ")
    other.sees("Доступ закончен")
    assert app.does("status", observation) == 401
    refusals = [re.search(r"a status of (\d+)", one)[1] for one in noted(anna)]
    assert refusals == ["403", "403", "401"], "the browser notes these and nothing else"


def lets_in(anna, app):
    """From the app to Medkarta, through sign-in and consent, and back; what the app is given."""
    app.begins(anna, SCOPE)
    anna.types_password(anna.known["email"], anna.known["password"])
    anna.fills(code=anna.authenticator.code())
    anna.presses()
    anna.sees("просит читать вашу карту", NAME)
    anna.page.get_by_text("Выбрать, что показать").click()
    anna.page.get_by_label("Документы").uncheck()
    with anna.page.expect_navigation(url=f"{app.back}**"):
        anna.page.get_by_role("button", name="Разрешить", exact=True).click()
    given = app.does("come back")
    assert given["refresh_token"]
    assert given["expires_in"] <= 3600
    assert given["user"] == f"Patient/{given['patient']}"
    return given


def reads_all(app, given):
    """Her card and her measurements, page by page; answers the id of one."""
    patient = app.does("patient")
    assert (patient["resourceType"], patient["id"]) == ("Patient", given["patient"])
    assert patient["name"][0]["family"] == "Вымыслова"
    dated = app.does("observations", "_sort=-date&_count=10")
    assert len(dated) > 10, "they fill more than one page"
    assert len({one for one, _ in dated}) == len(dated)
    assert [when for _, when in dated] == sorted((when for _, when in dated), reverse=True)
    assert app.does("referred", f"Observation/{dated[0][0]}") == "Patient"
    return dated[0][0]


def noted(citizen):
    """What the browser has complained of until now."""
    complaints, citizen.watch.wrong = citizen.watch.wrong, []
    return complaints
