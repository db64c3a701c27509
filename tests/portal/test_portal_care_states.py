"""How far an order has come, what a prescription is worth, how doses and plans are told."""

from datetime import UTC, date, datetime, timedelta

import pytest
from portal_resources import CLINICS, stored

from medkarta.access.grants import Section
from medkarta.audit.drafts import Draft, Outcome
from medkarta.audit.queries import Line
from medkarta.foundation.ids import AccountId, PersonId, new_uuid
from medkarta.portal.presenters import news, next_visit, todo, vaccinations
from medkarta.portal.presenters.dosage import dosage
from medkarta.portal.presenters.order_course import Ending, Stage, course
from medkarta.portal.presenters.orders import Around as OrderAround
from medkarta.portal.presenters.orders import State as OrderState
from medkarta.portal.presenters.orders import order
from medkarta.portal.presenters.prescriptions import Around, State, prescription
from medkarta.portal.presenters.vaccination_plan import age, plan
from medkarta.terminology.infections import Infection
from medkarta.terminology.vaccination_calendar import due

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
TODAY = date(2026, 11, 23)


def entry(kind, status, *, at="2026-11-16T09:00:00+03:00", **data):
    body = {"resourceType": kind, "status": status, "effectiveDateTime": at, **data}
    return stored(body, section=Section.ORDERS, status=status)


def service(status="active", **data):
    return entry("ServiceRequest", status, code={"text": "Маммография"}, **data)


def task(status="accepted", start="2026-12-03T10:20:00+03:00"):
    return entry("Task", status, executionPeriod={"start": start})


REPORT = entry("DiagnosticReport", "final")
OLD_REPORT = entry("DiagnosticReport", "final", at="2024-01-09T09:00:00+03:00")
VISIT = entry("Encounter", "finished")


@pytest.mark.parametrize(
    ("asked", "came", "read", "stage", "ending"),
    [
        (service(), [], False, Stage.ORDERED, Ending.OPEN),
        (service(), [task()], False, Stage.BOOKED, Ending.OPEN),
        (service(), [task("completed")], False, Stage.DONE, Ending.DONE),
        (service("completed"), [], False, Stage.DONE, Ending.DONE),
        (service("completed"), [REPORT], False, Stage.RESULT, Ending.DONE),
        (service("completed"), [REPORT], True, Stage.READ, Ending.DONE),
        (service("completed"), [VISIT], False, Stage.RESULT, Ending.DONE),
        (service("revoked"), [], False, Stage.ORDERED, Ending.CANCELLED),
        (
            service(occurrencePeriod={"end": "2026-11-22"}),
            [],
            False,
            Stage.ORDERED,
            Ending.EXPIRED,
        ),
        (service(occurrencePeriod={"end": "2026-11-23"}), [], False, Stage.ORDERED, Ending.OPEN),
        # What was done in time does not run out.
        (
            service(occurrencePeriod={"end": "2026-11-22"}),
            [REPORT],
            False,
            Stage.RESULT,
            Ending.DONE,
        ),
        (service(), [entry("DiagnosticReport", "registered")], False, Stage.ORDERED, Ending.OPEN),
    ],
)
def test_an_order_stands_where_the_record_says(asked, came, read, stage, ending):
    ids = {one.logical_id for one in came} if read else ()
    found = course(asked, came, ids, TODAY)
    assert (found.stage, found.ending) == (stage, ending)


def shown(asked, *came, read=()):
    around = OrderAround(
        came={asked.logical_id: came}, read=read, clinics=CLINICS, shared={}, now=NOW
    )
    return order(asked, around)


def test_a_booking_that_has_passed_is_not_called_missed():
    found = shown(service(), task(start="2026-11-20T10:20:00+03:00"))
    assert found.words == "время записи прошло, результата в карте нет"
    assert found.booked


def test_a_result_of_these_days_is_ready_and_one_of_years_ago_is_past():
    assert shown(service("completed"), REPORT).state is OrderState.READY
    assert shown(service("completed"), REPORT, read={REPORT.logical_id}).state is OrderState.PAST
    assert shown(service("completed"), OLD_REPORT).state is OrderState.PAST


def test_the_way_of_an_open_order_has_every_stage_and_says_which_are_behind():
    found = shown(service(), task())
    assert [str(one.label) for one in found.steps if one.passed] == ["Назначено", "Вы записаны"]
    assert [one.current for one in found.steps] == [False, True, False, False, False]
    assert found.steps[1].detail.replace("\xa0", " ") == "3 декабря 2026, 10:20"


def test_the_last_days_of_an_order_are_counted():
    found = shown(service(occurrencePeriod={"end": "2026-11-28"}))
    assert found.until.replace("\xa0", " ") == "действует до 28 ноября 2026, осталось 5 дней"


def medicine(status="active", until="2027-11-15", **data):
    request = {"validityPeriod": {"end": until}, **data.pop("dispenseRequest", {})}
    return entry(
        "MedicationRequest",
        status,
        medicationCodeableConcept={"text": "Лозартан, таблетки 50 мг"},
        dispenseRequest=request,
        **data,
    )


def handed(of, amount, on="2026-11-17T12:00:00+03:00", unit="таблетка"):
    return entry(
        "MedicationDispense",
        "completed",
        at=on,
        whenHandedOver=on,
        quantity={"value": amount, "unit": unit},
        daysSupply={"value": 30, "code": "d"},
        authorizingPrescription=[{"reference": f"MedicationRequest/{of.logical_id}"}],
    )


def told(resource, *handouts):
    around = Around(
        handouts={resource.logical_id: handouts}, clinics=CLINICS, shared={}, today=TODAY
    )
    return prescription(resource, around)


@pytest.mark.parametrize(
    ("resource", "state"),
    [
        (medicine(), State.ACTIVE),
        (medicine(until="2026-12-01"), State.ENDING),
        (medicine(until="2026-11-23"), State.ENDING),
        (medicine(until="2026-11-22"), State.EXPIRED),
        (medicine(until=None), State.ACTIVE),
        (medicine("completed"), State.PAST),
        (medicine("stopped"), State.PAST),
    ],
)
def test_a_prescription_holds_until_its_last_day(resource, state):
    assert told(resource).state is state


def test_what_was_handed_out_and_what_is_left_are_counted():
    resource = medicine(
        dispenseRequest={
            "quantity": {"value": 30, "unit": "таблетка"},
            "numberOfRepeatsAllowed": 2,
        }
    )
    found = told(resource, handed(resource, 30))
    assert found.handed.replace("\xa0", " ") == "30 таблеток, 17 ноября 2026"
    assert found.left.replace("\xa0", " ") == "60 таблеток"
    assert found.lasts.replace("\xa0", " ") == "17 декабря 2026"
    three = told(resource, *[handed(resource, 30) for _ in range(3)])
    assert three.left == "всё выдано"


def test_amounts_in_other_units_are_not_added_up():
    resource = medicine(dispenseRequest={"quantity": {"value": 30, "unit": "таблетка"}})
    found = told(resource, handed(resource, 30), handed(resource, 1, unit="упаковка"))
    assert found.handed.startswith("2 раза")
    assert found.left == ""


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"text": "По 1 таблетке утром"}, "По 1 таблетке утром"),
        (
            {
                "timing": {"repeat": {"frequency": 2, "period": 1, "periodUnit": "d"}},
                "doseAndRate": [{"doseQuantity": {"value": 5, "unit": "mg", "code": "mg"}}],
            },
            "По 5 мг 2 раза в день",
        ),
        (
            {
                "timing": {"repeat": {"frequency": 1, "period": 6, "periodUnit": "h"}},
                "asNeededBoolean": True,
            },
            "Один раз в 6 часов, при необходимости",
        ),
        ({"asNeededBoolean": True}, "При необходимости"),
        ({"timing": {"repeat": {"frequency": 1, "period": 1, "periodUnit": "?"}}}, None),
        ({}, None),
    ],
)
def test_a_dosage_is_told_in_words(given, words):
    found = dosage(given)
    assert (found.text.replace("\xa0", " ") if found else None) == words


def shot(day, *targets, status="completed", name="Вакцина", **more):
    protocols = [
        {"targetDisease": [{"text": disease}], "series": stage} for disease, stage in targets
    ]
    return entry(
        "Immunization",
        status,
        at=f"{day}T09:00:00+03:00",
        occurrenceDateTime=day,
        vaccineCode={"text": name},
        protocolApplied=protocols,
        **more,
    )


def test_infections_of_the_same_doses_stand_together():
    both = shot("2023-06-15", ("Дифтерия", "RV"), ("Столбняк", "RV"), ("Коклюш", "V1"))
    found = vaccinations.protected([both], CLINICS)
    assert [(one.label, one.doses[0].stage) for one in found] == [
        ("Дифтерия, столбняк", "ревакцинация"),
        ("Коклюш", "вакцинация 1"),
    ]


def test_a_vaccine_without_diseases_is_known_by_its_name_and_else_is_not_lost():
    known = shot("2023-06-15", name="Вакцина гриппозная")
    unknown = shot("2023-06-15", name="Вакцина")
    found = vaccinations.protected([known, unknown], CLINICS)
    assert [one.label for one in found] == ["Грипп", "Другие прививки"]


def test_what_a_clinic_says_was_not_done_is_not_counted_as_done():
    refused = shot("2023-06-15", ("Корь", "V"), status="not-done", statusReason={"text": "Отказ"})
    assert vaccinations.given([refused]) == {}
    assert vaccinations.protected([refused], CLINICS) == []
    (found,) = vaccinations.not_done([refused], CLINICS)
    assert found.reason.text == "Отказ"


def test_a_plan_never_says_that_something_was_not_done():
    for born in (date(2026, 3, 3), date(2020, 3, 3), date(2010, 3, 3), date(1980, 3, 3)):
        listed = due(born=born, sex="female", given={}, today=TODAY)
        made = plan(listed, born=born, today=TODAY)
        for one in (*made.now, *made.by_group, *made.later):
            assert one.name
            assert one.why
            assert "не сдела" not in f"{one.name} {one.stage} {one.since} {one.why}"


def test_what_is_due_at_one_age_is_one_line():
    listed = due(born=date(2026, 11, 1), sex=None, given={}, today=date(2026, 11, 2))
    made = plan(listed, born=date(2026, 11, 1), today=date(2026, 11, 2))
    assert "Дифтерия, столбняк, коклюш, полиомиелит, гемофильная инфекция" in [
        one.name for one in made.later
    ]


@pytest.mark.parametrize(
    ("day", "words"),
    [
        (date(2026, 1, 11), "первые дни жизни"),
        (date(2026, 3, 10), "2 месяца"),
        (date(2026, 5, 25), "4,5 месяца"),
        (date(2027, 1, 10), "12 месяцев"),
        (date(2032, 1, 10), "6 лет"),
    ],
)
def test_ages_are_told_as_the_calendar_tells_them(day, words):
    assert age(date(2026, 1, 10), day) == words


READER = AccountId(new_uuid())


def line(number, at, *, reader=READER, outcome=Outcome.GRANTED):
    said = Draft(
        person_id=PersonId(new_uuid()),
        at=at,
        actor_id=reader,
        actor_name="",
        actor_role="citizen",
        app="portal",
        action="open-record",
        purpose="own",
        ground="own",
        outcome=outcome,
        address=None,
        device="",
        request_id="",
    )
    return Line(number=number, said=said, canonical=b"")


def test_the_last_sitting_is_before_this_one_however_many_pages_this_one_has_opened():
    moments = [NOW - timedelta(minutes=minutes) for minutes in (0, 20, 70, 24 * 60, 25 * 60)]
    lines = [line(9 - place, at) for place, at in enumerate(moments)]
    assert news.last_sitting(lines, READER, NOW) == moments[3]
    assert news.last_sitting(lines[:3], READER, NOW) is None
    others = [line(1, NOW - timedelta(days=2), reader=AccountId(new_uuid()))]
    assert news.last_sitting(others, READER, NOW) is None
    refused = [line(1, NOW - timedelta(days=2), outcome=Outcome.REFUSED)]
    assert news.last_sitting(refused, READER, NOW) is None


def test_one_event_is_one_line_of_the_news():
    visit = entry("Encounter", "finished", type=[{"text": "Гемодиализ"}])
    done = entry("Procedure", "completed", code={"text": "Гемодиализ"})
    assert news.choose([visit, done], set()) == [visit]


def test_the_next_visit_is_the_earliest_that_is_still_to_come():
    booked = entry("Appointment", "booked", start="2026-12-01T10:00:00+03:00")
    over = entry("Appointment", "booked", start="2026-11-20T10:00:00+03:00")
    cancelled = entry("Appointment", "cancelled", start="2026-11-25T10:00:00+03:00")
    assert next_visit.find([task(), over, cancelled, booked], NOW) is booked
    assert next_visit.find([over, cancelled], NOW) is None
    tomorrow = entry("Appointment", "booked", start="2026-11-24T01:00:00+03:00")
    assert next_visit.next_visit(tomorrow, CLINICS, NOW).near == "завтра"


def test_at_most_three_things_are_to_be_done_and_the_others_are_counted():
    orders = [shown(service()) for _ in range(3)]
    medicines = [told(medicine(until="2026-11-30"))]
    found = todo.todos([*orders, shown(service("completed"), REPORT)], medicines, None)
    assert [one.task for one in found.few] == ["Прочитайте результат", "Запишитесь", "Запишитесь"]
    assert found.more == 2


def test_a_grown_up_is_not_urged_to_be_vaccinated():
    born = date(1995, 3, 3)
    given = {Infection.HEPATITIS_B: [date(2020, 3, 3)]}
    made = plan(due(born=born, sex="female", given=given, today=TODAY), born=born, today=TODAY)
    assert any(one.since for one in made.now)
    assert todo.todos([], [], made).few == []
    child = date(2020, 3, 3)
    made = plan(due(born=child, sex=None, given={}, today=TODAY), born=child, today=TODAY)
    (found,) = todo.todos([], [], made).few
    assert found.href == "/card/vaccinations"


def test_nothing_is_urged_where_the_record_knows_nothing():
    born = date(1980, 3, 3)
    listed = due(born=born, sex="male", given={}, today=TODAY)
    assert {one.infection for one in listed} >= {Infection.DIPHTHERIA, Infection.HEPATITIS_B}
    assert todo.todos([], [], plan(listed, born=born, today=TODAY)).few == []
