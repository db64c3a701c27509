"""What pages of sections say of entries of any shape; no database behind them."""

import base64
from datetime import UTC, datetime, timedelta

import pytest
from portal_resources import CLINIC, CLINICS, stored

from medkarta.access.grants import Section
from medkarta.portal.presenters import (
    allergies,
    attachments,
    diagnoses,
    diagnosis_part,
    related,
    rows,
    stays,
    titles,
    visits,
)
from medkarta.portal.presenters.coverage import STALE, coverage
from medkarta.portal.presenters.diagnoses import State

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
MKB = "urn:oid:1.2.643.5.1.13.13.11.1005"


def concept(code):
    return {"coding": [{"code": code}]}


def condition(*, status="active", verified="confirmed", code="I10", **more):
    resource = {
        "resourceType": "Condition",
        "verificationStatus": concept(verified),
        "code": {"coding": [{"system": MKB, "code": code}]},
        **more,
    }
    if status:
        resource["clinicalStatus"] = concept(status)
    return stored(resource, section=Section.DIAGNOSES, status=status, code=code)


@pytest.mark.parametrize(
    ("told", "where"),
    [
        ({}, State.PRESENT),
        ({"status": "relapse"}, State.PRESENT),
        ({"status": "remission"}, State.PAST),
        ({"status": "resolved"}, State.PAST),
        ({"status": ""}, State.PRESENT),
        ({"status": "", "abatementDateTime": "2020"}, State.PAST),
        ({"verified": "refuted"}, State.REFUTED),
        ({"verified": "entered-in-error"}, State.ERROR),
        ({"code": "Z85.0"}, State.NOTED),
        ({"code": "Z85.0", "status": "resolved"}, State.PAST),
    ],
)
def test_a_diagnosis_stands_where_its_states_say(told, where):
    assert diagnoses.state(condition(**told).data) is where


def test_what_snomed_calls_history_is_noted_and_no_disease():
    for shown in ("History of appendectomy", "History of cardiac arrest (situation)"):
        coded = {"coding": [{"system": "http://snomed.info/sct", "display": shown}]}
        assert diagnoses.state({"resourceType": "Condition", "code": coded}) is State.NOTED


def test_one_disease_of_many_visits_is_one_line_since_the_first():
    entries = [condition(onsetDateTime="2025-03-01"), condition(onsetDateTime="2020-01-15")]
    (line,) = diagnoses.grouped(entries, CLINICS, {}, {})[State.PRESENT]
    assert line.when == "с 15\xa0января\xa02020"
    assert line.times == "2 записи об этом"


def test_a_past_disease_is_dated_by_its_last_time_alone():
    last = {"onsetDateTime": "2019-07-05", "abatementDateTime": "2019-07-19"}
    before = {"onsetDateTime": "2010-01-01", "abatementDateTime": "2010-01-09"}
    entries = [condition(status="resolved", **one) for one in (last, before)]
    (line,) = diagnoses.grouped(entries, CLINICS, {}, {})[State.PAST]
    assert line.when == "5\xa0июля\xa02019 — 19\xa0июля\xa02019"


def test_a_disease_is_never_hidden_by_a_newer_one_of_the_same_code_that_passed():
    entries = [condition(status="resolved"), condition(status="active")]
    lines = diagnoses.grouped(entries, CLINICS, {}, {})
    assert len(lines[State.PRESENT]) == len(lines[State.PAST]) == 1


def allergy(code, *, verified="confirmed", status="active", **more):
    resource = {
        "resourceType": "AllergyIntolerance",
        "verificationStatus": concept(verified),
        "code": {"text": code},
        **more,
    }
    return stored(resource, section=Section.DIAGNOSES, status=status, code=code)


def test_dangerous_allergies_stand_first_and_refuted_ones_nowhere():
    found = [
        allergy("Пыльца", category=["environment"]),
        allergy("Кошки", status="resolved"),
        allergy("Пенициллины", criticality="high", category=["medication"]),
        allergy("Орехи", verified="refuted"),
        allergy("Арахис", reaction=[{"severity": "severe", "manifestation": [{"text": "Отёк"}]}]),
        allergy("Пыльца"),
    ]
    shown = allergies.allergies(found, CLINICS)
    assert [one.name.plain for one in shown] == ["Пенициллины", "Арахис", "Пыльца", "Кошки"]
    assert [one.dangerous for one in shown] == [True, True, False, False]
    assert shown[0].kind == "аллергия на лекарство"
    assert str(shown[1].reactions) == "Отёк"


def document(content, media, **more):
    attachment = {"contentType": media, **more}
    if content is not None:
        attachment["data"] = base64.b64encode(content).decode()
    resource = {"resourceType": "DocumentReference", "content": [{"attachment": attachment}]}
    return stored(resource, section=Section.DOCUMENTS, status="current")


def test_of_html_a_page_gets_words_and_nothing_that_runs():
    html = (
        "<h1>Осмотр</h1><script>alert('x')</script><style>p{}</style><p onclick='x()'>Жалоб"
        " нет &lt;b&gt;</p><img src=x onerror=alert(1)><p>Здоров<br>Подпись</p>"
    )
    shown = attachments.paper(document(html.encode(), "text/html; charset=utf-8"))
    text = "\n".join(shown.paragraphs)
    assert "Осмотр" in text
    assert "Жалоб нет <b>" in text
    assert "Здоров\nПодпись" in text
    for evil in ("alert", "onerror", "onclick", "p{}"):
        assert evil not in text


def test_an_old_encoding_is_read_and_marks_that_turn_text_are_taken_out():
    for charset, said in (("cp1251", "windows-1251"), ("utf-8", "utf-8"), ("cp1251", "no-such")):
        media = f"text/plain; charset={said}"
        shown = attachments.paper(document("Выписка".encode(charset), media))
        assert shown.paragraphs == ("Выписка",)
    turned = attachments.paper(document("a\u202eb\u200bc\x00d".encode(), "text/plain"))
    assert turned.paragraphs == ("abcd",)


@pytest.mark.parametrize("media", ["application/pdf", "image/svg+xml", "", "text/xml"])
def test_what_is_no_text_is_only_handed_out(media):
    shown = attachments.paper(document(b"<svg onload='x()'/>", media))
    assert shown.paragraphs == ()
    assert shown.downloadable


@pytest.mark.parametrize(
    ("said", "given"),
    [
        ("text/html", "text/html"),
        ("image/svg+xml", "application/octet-stream"),
        ("text/html\r\nSet-Cookie: a=b", "application/octet-stream"),
        ("application/javascript", "application/octet-stream"),
    ],
)
def test_a_file_leaves_only_under_a_type_that_we_know(said, given):
    found = attachments.original(document(b"x", said))
    assert found is not None
    assert found.media_type == given


def test_a_document_without_its_bytes_says_so():
    elsewhere = attachments.paper(document(None, "application/pdf", url="https://x.example/1"))
    assert (elsewhere.downloadable, elsewhere.elsewhere) == (False, True)
    broken = {"data": "%%%", "contentType": "text/plain"}
    resource = {"resourceType": "DocumentReference", "content": [{"attachment": broken}]}
    assert not attachments.paper(stored(resource)).downloadable


def test_a_document_that_came_whole_is_shown_by_its_composition():
    text = {"div": "<div>Снимок <script>x</script>без изменений</div>"}
    section = [{"title": "Заключение", "text": text}]
    letter = {"resourceType": "Composition", "title": "Выписка", "section": section}
    letter |= {"status": "preliminary"}
    whole = {"resourceType": "Bundle", "type": "document", "entry": [{"resource": letter}]}
    whole |= {"timestamp": "2026-11-20T09:00:00Z"}
    assert titles.title(whole).original == "Выписка"
    assert rows.date_of(stored(whole)).split() == ["20", "ноября", "2026"]
    assert rows.status_of(stored(whole)) == rows.status_of(stored(letter, status="preliminary"))
    shown = attachments.paper(stored(whole))
    assert shown.paragraphs == ("Заключение", "Снимок без изменений")
    assert not shown.downloadable


def test_entries_of_odd_shapes_break_no_page():
    odd = {"resourceType": "Encounter", "participant": "?", "period": [1], "reasonCode": 5}
    resource = stored({**odd, "hospitalization": "x", "location": 1}, section=Section.HOSPITAL)
    assert visits.visit(resource, (), CLINICS, {}).who is None
    assert stays.stay(resource, (), CLINICS, {}).days == []
    for kind in ("DocumentReference", "Composition", "Bundle"):
        assert attachments.paper(stored({"resourceType": kind, "content": 3, "section": 4}))


def order(reason=None):
    body = {"resourceType": "ServiceRequest", "code": {"text": "УЗИ"}}
    if reason:
        body["reasonReference"] = [{"reference": f"Condition/{reason}"}]
    return stored(body, section=Section.ORDERS, status="active")


def test_an_order_of_the_same_visit_is_not_passed_off_as_for_the_diagnosis():
    disease, another = condition(), condition()
    own, unsaid, others = (
        order(disease.logical_id),
        order(),
        order(another.logical_id),
    )
    shown = diagnosis_part.part(disease, ([disease], [own, unsaid, others]), CLINICS, {})
    assert [row.href for row in shown.ordered] == [rows.href(own)]
    assert [row.href for row in shown.beside] == [rows.href(unsaid)]


def test_a_visit_of_one_day_tells_its_hours():
    period = {"start": "2026-11-16T09:30:00+03:00", "end": "2026-11-16T09:50:00+03:00"}
    resource = stored({"resourceType": "Encounter", "period": period}, section=Section.VISITS)
    assert stays.stay(resource, (), CLINICS, {}).period == "16\xa0ноября\xa02026, 09:30–09:50"


def test_a_stay_that_goes_on_has_no_discharge():
    resource = stored(
        {"resourceType": "Encounter", "period": {"start": "2026-11-20T10:00:00+03:00"}},
        section=Section.HOSPITAL,
        status="in-progress",
    )
    shown = stays.stay(resource, (), CLINICS, {})
    assert shown.going_on
    assert [[step.name.plain for step in day.steps] for day in shown.days] == [["Поступление"]]
    assert shown.lasted == ""


def test_single_values_are_left_to_their_report():
    value = stored({"resourceType": "Observation"})
    report = stored(
        {
            "resourceType": "DiagnosticReport",
            "result": [{"reference": f"Observation/{value.logical_id}"}],
        }
    )
    alone = stored({"resourceType": "Observation"})
    (group,) = related.groups([value, report, alone], CLINICS)
    shown = {row.href for row in group.rows}
    assert len(shown) == 2
    assert not any(value.logical_id in href for href in shown)


def test_a_list_says_when_it_was_last_fed_and_what_waits():
    fresh = coverage({CLINIC: NOW - timedelta(days=3)}, CLINICS, (), NOW)
    assert (str(fresh.clinics), fresh.stale, fresh.missing) == (CLINICS[CLINIC], False, None)
    old = coverage({CLINIC: NOW - STALE - timedelta(days=1)}, CLINICS, ("Больница № 1",), NOW)
    assert old.stale
    assert str(old.missing) == "Больница № 1"
    assert coverage({}, {}, (), NOW).received == ""
