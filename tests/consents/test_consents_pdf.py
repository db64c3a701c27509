"""The signed text as a file to keep: the same words, whatever stands in it, nothing fetched."""

import io
import socket
from dataclasses import replace

import citizens
import pytest
from pypdf import PdfReader

from medkarta.audit import queries as audit
from medkarta.consents import actions, pdf_file, queries
from medkarta.consents.rules import Kind
from medkarta.foundation.ids import new_uuid

pytestmark = pytest.mark.django_db(transaction=True)

HOSTILE = [
    '#import "@preview/evil:1.0.0": *',
    '#read("/etc/passwd")',
    "\\ \\u{41} $x^2$ *жирно* _курсив_ `код` @метка <метка>",
    "\"кавычки\" «ёлочки» 'одна'",
    "= Заголовок",
    "// комментарий /* и */",
    "<img src=file:///etc/passwd>",
    "🙂 שלום",
]


def signed(address=citizens.DETAILS.address):
    citizen = citizens.insured()
    citizens.record_details(citizen, replace(citizens.DETAILS, address=address))
    citizens.put_name_under(citizen, citizens.paper(citizen))
    return citizen, queries.in_force(citizen.person_id, Kind.PROCESSING, at=citizens.NOW)


def words_of(data):
    reader = PdfReader(io.BytesIO(data))
    return reader, "".join("".join(page.extract_text() for page in reader.pages).split())


def squeezed(text):
    """Without spaces and hyphens at line ends: how a reader of PDF breaks lines is its own."""
    return "".join(text.split())


def assert_same_words(text, body):
    for line in body.splitlines():
        assert squeezed(line.removeprefix("— ")) in text, line


def test_it_holds_the_very_words_that_were_signed_with_the_signatures_facts():
    _, consent = signed()
    reader, text = words_of(pdf_file.of(consent))
    assert_same_words(text, consent.text.body)
    assert consent.text.sha256 in text
    assert str(consent.consent_id) in text
    assert "23.11.2026,12:00:10(UTC+3)" in text
    assert squeezed(consent.signer) in text
    assert "127.0.0.1" in text
    assert reader.trailer["/Root"]["/MarkInfo"]["/Marked"]
    assert reader.trailer["/Root"]["/Lang"] == "ru"
    assert "pdfuaid:part" in reader.trailer["/Root"]["/Metadata"].get_data().decode()
    assert "pdfaid:part" in reader.trailer["/Root"]["/Metadata"].get_data().decode()


@pytest.mark.parametrize("hostile", HOSTILE)
def test_hostile_words_stay_words(hostile):
    _, consent = signed(address=hostile)
    _, text = words_of(pdf_file.of(consent))
    assert_same_words(text, "\n".join(map(pdf_file.drawable, consent.text.body.splitlines())))
    assert "root:x:0" not in text


def test_what_cannot_be_drawn_is_named_and_not_lost():
    assert pdf_file.drawable("А🙂Ә") == "А[U+1F642]Ә"


def test_it_asks_nobody_for_anything(monkeypatch):
    _, consent = signed()

    def refused(*_, **__):
        raise AssertionError("a document asked for the network")

    monkeypatch.setattr(socket, "socket", refused)
    assert pdf_file.of(consent).startswith(b"%PDF")


def test_the_same_consent_gives_the_same_bytes():
    _, consent = signed()
    assert pdf_file.of(consent) == pdf_file.of(consent)


def test_taking_it_is_in_the_log_and_only_ones_own_can_be_taken():
    citizen, consent = signed()
    found = take(citizen, consent.consent_id)
    assert found == consent
    line = audit.entries(person_id=citizen.person_id, before=None, limit=1)[0].said
    assert (line.action, line.detail) == ("take-consent", "processing.2.ru")
    other = citizens.insured(2)
    for stranger, consent_id in [(other, consent.consent_id), (citizen, new_uuid())]:
        with (
            citizens.nothing_written_after(stranger),
            pytest.raises(actions.NoSuchConsentError),
        ):
            take(stranger, consent_id)


def take(citizen, consent_id):
    return actions.take_paper(
        person_id=citizen.person_id,
        consent_id=consent_id,
        by=citizen.account_id,
        origin=citizens.ORIGIN,
        now=citizens.NOW,
    )
