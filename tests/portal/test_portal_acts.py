"""What a person does on the pages: told what happened, kept what was typed, done once."""

import re

from medkarta.accounts.queries import account_by_email
from medkarta.audit import queries as audit
from medkarta.patients.queries import linked_patient_ids, person_of

CLINIC = "Демонстрационная"


def person(people, state):
    return person_of(account_by_email(people[state].email).account_id)


def test_a_number_that_the_register_does_not_bear_out_stays_in_the_field(browse):
    page = browse("no-policy").post("/profile/documents/new", {"number": "7756 4108 3400 0012"})
    text = page.content.decode()
    assert "Реестр не подтвердил" in text
    assert 'value="7756 4108 3400 0012"' in text
    assert 'aria-invalid="true"' in text
    assert 'href="#id_number"' in text


def test_ones_own_policy_is_linked_in_any_spacing_and_twice_is_once(people, browse):
    client = browse("no-policy")
    digits = people["no-policy"].policy
    spaced = " ".join(digits[start : start + 4] for start in range(0, 16, 4))
    for _time in range(2):
        page = client.post("/profile/documents/new", {"number": spaced}, follow=True)
        assert "Полис привязан" in page.content.decode()
    text = client.get("/profile/documents").content.decode()
    assert digits not in text
    assert digits[-4:] in text


def test_a_consent_is_never_ticked_for_the_person(browse):
    client = browse("no-consent")
    text = client.get("/link/consent").content.decode()
    assert not re.search(r'name="agreed"[^>]*checked', text)
    digest = re.search(r'name="sha256" value="(\w+)"', text)[1]
    page = client.post("/link/consent", {"sha256": digest, "code": "123456"})
    assert "Поставьте отметку" in page.content.decode()
    page = client.post("/link/consent", {"sha256": digest, "agreed": "on", "code": "000000"})
    assert "Код не подошёл" in page.content.decode()
    assert client.get("/card").status_code == 403


def test_entries_are_found_recognised_and_linked_and_unlinked_again(people, browse):
    client = browse("no-link")
    text = client.post("/link/request", {"act": "ask"}, follow=True).content.decode()
    ids = re.findall(r'name="patients"\s+value="([^"]+)"', text)
    assert ids
    assert people["no-link"].name.split()[0] not in text.split('<div class="choices">')[1][:400]
    nothing = client.post("/link/request", {"act": "confirm"}).content.decode()
    assert "Отметьте карты" in nothing
    for _time in range(2):
        page = client.post("/link/request", {"act": "confirm", "patients": ids}, follow=True)
        assert "Карты привязаны" in page.content.decode()
    assert client.get("/card").status_code == 200
    owner = person(people, "no-link").person_id
    assert len(linked_patient_ids(owner)) == len(ids)
    client.post("/link/request", {"act": "unlink", "patient": ids[0]})
    assert len(linked_patient_ids(owner)) == len(ids) - 1


def test_an_entry_that_was_not_found_for_this_person_is_not_linked(people, browse):
    client = browse("no-link")
    client.post("/link/request", {"act": "ask"})
    stranger = str(people["open"].patient_ids[0])
    page = client.post("/link/request", {"act": "confirm", "patients": [stranger]})
    assert page.status_code == 200
    assert not linked_patient_ids(person(people, "no-link").person_id)


def test_changing_checked_data_is_warned_of_and_closes_the_record(people, browse):
    client = browse("open")
    assert "карта закроется" in client.get("/profile?edit=1").content.decode()
    entry = people["open"]
    day, month, year = reversed(entry.birth_date.split("-"))
    data = {
        "family": "Другая",
        "given": entry.given,
        "patronymic": entry.patronymic,
        "birth_date": f"{day}.{month}.{year}",
        "sex": entry.sex,
        "snils": entry.snils,
    }
    page = client.post("/profile", data, follow=True)
    assert "Карта закрыта, пока вы не подтвердите личность" in page.content.decode()
    assert client.get("/card").status_code == 403
    page = client.post("/profile", {"confirm": "1"}, follow=True)
    assert "данные верны" in page.content.decode()


def test_the_log_has_the_line_of_the_very_opening_and_every_line_is_reached(people, browse):
    client = browse("open")
    client.get("/card/labs")
    text = client.get("/control/log").content.decode()
    owner = person(people, "open").person_id
    total = audit.count(owner)
    assert f"№ {total} ·" in text
    assert "открытие карты: Анализы" in " ".join(text.split())
    for _time in range(60):
        client.get("/card/labs")
    address, numbers = "/control/log", []
    while address:
        text = client.get(address).content.decode()
        numbers += [int(number) for number in re.findall(r"№ (\d+) ·", text)]
        more = re.search(r'href="(\?before=\d+)"', text)
        address = f"/control/log{more[1]}" if more else None
    assert sorted(numbers) == list(range(1, audit.count(owner) + 1))


def test_demo_sign_ins_are_shown_in_demo_mode_alone(client, db, settings, tmp_path):
    class Home:
        demo_people = tmp_path / "demo-people.json"

    settings.HOME = Home
    Home.demo_people.write_text(
        '[{"name": "Анна", "email": "a@b", "password": "p", "state": "open"}]'
    )
    settings.DEMO = True
    assert "карта открыта" in client.get("/demo").content.decode()
    settings.DEMO = False
    assert client.get("/demo").status_code == 404
