"""The consent screen: who asks is known before anybody is led anywhere, and the person decides."""

import re
from datetime import timedelta

import allowed
import pytest
from allowed import BACK, VERIFIER
from app_questions import ADDRESS, ASKED, answer, boxes, question, said, tokens
from django.core import signing
from django.utils import timezone
from portal_people import words

from medkarta.clients import actions
from medkarta.clients.models import Authorization
from medkarta.foundation.ids import new_uuid
from medkarta.portal.presenters import app_scopes

BOX = re.compile(r'<input type="checkbox"[^>]*>')


@pytest.mark.usefixtures("app")
class TestWhoAsks:
    @pytest.mark.parametrize(
        "redirect_uri",
        [
            None,
            "",
            BACK + "/",
            BACK + "/more",
            BACK + "?",
            BACK + "#x",
            BACK + "%00",
            BACK.upper(),
            BACK.replace("https", "http"),
            BACK.replace("app.example", "app.example:444"),
            BACK.replace("app.example", "app.example@evil.example"),
            BACK.replace("/back", "/%62ack"),
            BACK.replace("/back", "/./back"),
            "https://evil.example/back",
            "javascript:alert(1)",
            [BACK, "https://evil.example/"],
        ],
    )
    def test_another_address_is_led_to_nowhere(self, browse, settings, redirect_uri):
        page = browse("open").get(ADDRESS, question(settings, redirect_uri=redirect_uri))
        assert page.status_code == 400
        assert "Location" not in page.headers
        assert "никуда вас не повели" in words(page)

    def test_an_app_that_is_unknown_unapproved_disabled_or_a_system_is_none(self, browse, settings):
        import bearers
        import citizens

        now = timezone.now()
        bearers.system(citizens.clinic(), client_id="mis", redirect_uris=[BACK])
        allowed.app(client_id="waits", approved_at=None)
        allowed.app(client_id="gone", disabled_at=now)
        for client_id in ("nobody", "mis", "waits", "gone", None, ["diary", "waits"]):
            page = browse("open").get(ADDRESS, question(settings, client_id=client_id))
            assert page.status_code == 400, client_id
            assert "Location" not in page.headers

    @pytest.mark.parametrize(
        ("changes", "error"),
        [
            ({"response_type": "token"}, "unsupported_response_type"),
            ({"response_type": None}, "unsupported_response_type"),
            ({"state": None}, "invalid_request"),
            ({"state": "s" * 513}, "invalid_request"),
            ({"code_challenge": None}, "invalid_request"),
            ({"code_challenge": VERIFIER}, "invalid_request"),
            ({"code_challenge_method": None}, "invalid_request"),
            ({"code_challenge_method": "plain"}, "invalid_request"),
            ({"aud": None}, "invalid_request"),
            ({"aud": "https://other.example/fhir"}, "invalid_request"),
            ({"scope": None}, "invalid_scope"),
            ({"scope": "openid"}, "invalid_scope"),
            ({"scope": "patient/*.rs\tlaunch"}, "invalid_scope"),
            ({"scope": "patient/*.rs system/*.rs"}, "invalid_scope"),
            ({"scope": "patient/*.cud"}, "invalid_scope"),
            ({"scope": "patient/Observation.rs?date=ap2020"}, "invalid_scope"),
            ({"prompt": "none"}, "interaction_required"),
        ],
    )
    def test_what_a_known_app_asks_wrongly_is_said_at_its_own_address(
        self, browse, settings, changes, error
    ):
        response = browse("open").get(ADDRESS, question(settings, **changes))
        assert response["Location"].startswith(f"{BACK}?error=")
        told = said(response)
        assert told["error"] == error
        assert told["iss"] == settings.PUBLIC_ORIGIN
        assert "code" not in told

    def test_whoever_has_not_signed_in_comes_back_to_the_question(self, client, settings):
        page = client.get(ADDRESS, question(settings))
        assert page["Location"].startswith("/accounts/login/?next=/oauth/authorize%3F")
        assert "code_challenge" in page["Location"]

    def test_a_password_alone_is_asked_for_the_code_and_comes_back(self, browse, settings):
        page = browse("open", two_factors=False).get(ADDRESS, question(settings))
        assert page["Location"].startswith("/accounts/2fa/reauthenticate/?next=%2Foauth%2Fauth")
        assert "code_challenge" in page["Location"]

    def test_a_session_left_open_is_asked_for_the_code_before_it_allows(self, browse, settings):
        client = browse("open")
        session = client.session
        records = session["account_authentication_methods"]
        session["account_authentication_methods"] = [
            {**one, "at": one["at"] - 16 * 60} for one in records
        ]
        session.save()
        page = client.get(ADDRESS, question(settings))
        assert page["Location"].startswith("/accounts/2fa/reauthenticate/?next=%2Foauth%2Fauth")

    def test_a_closed_record_is_not_asked_about_and_the_step_is_named(self, browse, settings):
        page = browse("no-consent").get(ADDRESS, question(settings))
        assert page.status_code == 403
        assert "/link/consent" in page.content.decode()
        assert boxes(page) == []

    def test_an_operator_has_no_record_to_show(self, browse, settings):
        page = browse("operator").get(ADDRESS, question(settings))
        assert page.status_code == 403
        assert boxes(page) == []


@pytest.mark.usefixtures("app")
class TestTheScreen:
    def test_it_says_who_what_how_long_and_what_is_out_of_our_hands(self, browse, settings):
        page = browse("open").get(ADDRESS, question(settings))
        text = words(page)
        assert "Приложение «Дневник вымышленный» просит читать вашу карту" in text
        assert "ООО «Вымысел»" in text
        assert "Карта: Анна" in text  # on a machine of several, whose record it is
        for part in app_scopes.PARTS:
            assert str(part.title) in text
            assert str(part.example) in text
        assert "Закончить доступ можно в любую минуту" in text
        assert "Медкарта не видит и удалить не может" in text
        assert "вы вернётесь на https://app.example" in text
        content = page.content.decode()
        # Enter in a box presses the first button of a form, and must not give anything.
        assert content.index('value="deny"') < content.index('value="allow"')
        assert "frame-ancestors 'none'" in page["Content-Security-Policy"]
        assert page["X-Frame-Options"] == "DENY"

    def test_the_forms_answer_may_lead_to_the_app_and_nowhere_else(self, browse, settings):
        policy = browse("open").get(ADDRESS, question(settings))["Content-Security-Policy"]
        assert "form-action 'self' https://app.example;" in f"{policy};"

    def test_a_name_is_text_whatever_it_holds(self, app, browse, settings):
        from medkarta.clients.models import Client

        Client.objects.filter(pk=app.id).update(name="<script>alert(1)</script>{{ x }}")
        text = browse("open").get(ADDRESS, question(settings)).content.decode()
        assert "<script>alert" not in text
        assert "&lt;script&gt;" in text

    def test_in_english_too(self, browse, settings):
        client = browse("open")
        client.post("/language", {"language": "en", "next": "/"})
        text = words(client.get(ADDRESS, question(settings)))
        assert "asks to read your record" in text
        assert "Lab results and measurements" in text

    @pytest.mark.parametrize(
        ("asked", "shown"),
        [
            ("patient/Observation.rs?category=laboratory", "только анализы"),
            (
                "patient/Observation.rs?code=http://loinc.org|718-7",
                "Анализы и измерения: только те, у которых название — «Гемоглобин»",
            ),
            (
                "patient/Condition.rs?clinical-status=active",
                "Диагнозы: только те, у которых состояние — «есть сейчас»",
            ),
            (
                "patient/Observation.rs?method=urn:x|",
                "только те, у которых method — из справочника urn:x",
            ),
            (
                "patient/Observation.rs?category=laboratory,vital-signs&date=ge2024&status=final",
                "вес), у которых дата — с 1 января 2024 и состояние — «готов»",
            ),
            (
                "patient/Observation.rs?code=2093-3,718-7&date=2020-05-06,lt2019",
                "дата — 6 мая 2020 или до 1 января 2019",
            ),
            ("patient/AllergyIntolerance.rs", "Аллергии На что у вас аллергия"),
            ("patient/Immunization.r", "Привив"),
        ],
    )
    def test_a_narrow_question_is_said_narrowly(self, browse, settings, asked, shown):
        page = browse("open").get(ADDRESS, question(settings, scope=asked))
        assert boxes(page) == [asked]
        assert shown in words(page)
        assert "Один час" in words(page)


@pytest.mark.usefixtures("app")
class TestTheAnswer:
    def test_yes_to_all_gives_a_code_for_all(self, app, browse, settings):
        client = browse("open")
        response = answer(client, client.get(ADDRESS, question(settings)))
        told = said(response)
        assert (told["state"], told["iss"]) == ("a state of 16+ signs", settings.PUBLIC_ORIGIN)
        assert tokens(response, app).scope == ASKED

    def test_what_is_unticked_is_not_given(self, app, browse, settings):
        client = browse("open")
        page = client.get(ADDRESS, question(settings))
        response = answer(client, page, see=["results", "person"])
        issued = tokens(response, app)
        data = [one for one in issued.scope.split() if one.startswith("patient/")]
        assert "patient/Observation.rs" in data
        assert "patient/Patient.rs" in data
        assert not any("Condition" in one or "*" in one for one in data)
        assert issued.refresh_token == ""

    def test_an_app_knows_who_signed_in_only_where_the_person_left_it_ticked(
        self, app, browse, settings
    ):
        from medkarta.clients.models import Client

        words = "openid fhirUser patient/Immunization.rs"
        Client.objects.filter(pk=app.id).update(scopes=words.split())
        client = browse("open")
        asked = question(settings, scope=words, nonce="n-1")
        page = client.get(ADDRESS, asked)
        assert boxes(page) == ["patient/Immunization.rs", "openid", "fhirUser"]
        who = tokens(answer(client, page), app).identity
        assert (who.nonce, who.patient is None) == ("n-1", False)
        assert timezone.now() - who.signed_in_at < timedelta(minutes=5)
        for see in (["patient/Immunization.rs", "fhirUser"], ["patient/Immunization.rs"]):
            issued = tokens(answer(client, client.get(ADDRESS, asked), see=see), app)
            assert (issued.identity, issued.scope) == (None, "patient/Immunization.rs")

    def test_more_than_was_shown_is_not_given_whatever_is_sent(self, app, browse, settings):
        client = browse("open")
        page = client.get(ADDRESS, question(settings, scope="patient/Immunization.rs"))
        response = answer(client, page, see=[*boxes(page), "patient/*.rs", "offline_access"])
        assert tokens(response, app).scope == "patient/Immunization.rs"
        again = client.get(ADDRESS, question(settings, scope="patient/Immunization.rs"))
        assert answer(client, again, see=["patient/*.rs"]).status_code == 400

    def test_nothing_ticked_is_asked_once_more(self, browse, settings):
        client = browse("open")
        page = answer(client, client.get(ADDRESS, question(settings)), see=[])
        assert page.status_code == 400
        assert "Отметьте хотя бы одно" in words(page)
        assert "data-errors" in page.content.decode()  # where the page goes, past the buttons
        assert not Authorization.objects.exists()

    @pytest.mark.parametrize("left", [[], ["offline_access"], ["openid", "fhirUser"]])
    def test_what_was_unticked_stays_so_when_it_is_asked_once_more(
        self, app, browse, settings, left
    ):
        from medkarta.clients.models import Client

        words = f"{ASKED} openid fhirUser"
        Client.objects.filter(pk=app.id).update(scopes=words.split())
        client = browse("open")
        asked = question(settings, scope=words)
        page = answer(client, client.get(ADDRESS, asked), see=left)
        ticked = [box for box in BOX.findall(page.content.decode()) if "checked" in box]
        assert [re.search(r'value="([^"]+)"', box)[1] for box in ticked] == left

    def test_no_is_told_to_the_app_and_nothing_is_kept(self, browse, settings):
        client = browse("open")
        response = answer(client, client.get(ADDRESS, question(settings)), say="deny")
        assert said(response)["error"] == "access_denied"
        assert not Authorization.objects.exists()

    def test_an_address_with_a_question_mark_keeps_what_stood_there(self, browse, settings):
        client = browse("open")
        page = client.get(ADDRESS, question(settings, redirect_uri=f"{BACK}?from=medkarta"))
        response = answer(client, page)
        assert response["Location"].startswith(f"{BACK}?from=medkarta&code=")

    def test_a_double_click_is_one_permission(self, app, browse, settings):
        client = browse("open")
        page = client.get(ADDRESS, question(settings))
        first, second = answer(client, page), answer(client, page)
        assert said(first)["code"] != said(second)["code"]
        assert tokens(second, app)
        assert Authorization.objects.count() == 1
        late = answer(client, page)
        assert late.status_code == 409
        assert "уже не ждёт ответа" in words(late)

    def test_another_account_answers_nobody_elses_question(self, browse, settings):
        page = browse("open").get(ADDRESS, question(settings))
        other = browse("no-consent")
        assert answer(other, page).status_code in {403, 409}
        client, salt = browse("open"), "medkarta.portal.authorize"
        page = client.get(ADDRESS, question(settings))
        theirs = signing.loads(page.context["question"], salt=salt) | {"account": str(new_uuid())}
        form = {"question": signing.dumps(theirs, salt=salt), "answer": "allow", "see": boxes(page)}
        assert client.post(ADDRESS, form).status_code == 409
        assert not Authorization.objects.exists()

    def test_a_question_that_we_did_not_sign_or_long_ago_is_none(self, browse, settings):
        client = browse("open")
        client.get(ADDRESS, question(settings))
        forged = signing.dumps({"client": "diary"}, key="another", salt="medkarta.portal.authorize")
        for signed in ("", "x", forged):
            page = client.post(ADDRESS, {"question": signed, "answer": "allow", "see": "results"})
            assert page.status_code == 409
        assert not Authorization.objects.exists()

    def test_a_foreign_form_answers_nothing(self, browse, settings):
        client = browse("open")
        page = client.get(ADDRESS, question(settings))
        client.handler.enforce_csrf_checks = True
        assert answer(client, page).status_code == 403
        assert not Authorization.objects.exists()

    def test_an_app_disabled_meanwhile_gets_no_answer(self, app, browse, settings):
        client = browse("open")
        page = client.get(ADDRESS, question(settings))
        by = actions.By(account_id=None, app="cli")
        actions.disable_client(client_id=app.id, by=by, now=timezone.now())
        late = answer(client, page)
        assert late.status_code == 400
        assert "Location" not in late.headers

    def test_growth_is_asked_about_again(self, browse, settings):
        client = browse("open")
        small = question(settings, scope="patient/Immunization.rs")
        answer(client, client.get(ADDRESS, small))
        for asked in (small, question(settings)):
            page = client.get(ADDRESS, asked)
            assert page.status_code == 200
            assert boxes(page)
