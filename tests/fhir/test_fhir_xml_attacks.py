"""XML that means harm is refused in bounded time and memory (attacks B108, B109)."""

import resource
import socket
import time

import pytest

from medkarta.fhir.xml.hardened import MAX_BYTES, BadXmlError
from medkarta.fhir.xml.reading import json_of

MB = 1024 * 1024
HEAD = b'<Patient xmlns="http://hl7.org/fhir">'
NARRATIVE = HEAD + b'<text><status value="generated"/><div xmlns="http://www.w3.org/1999/xhtml">'
LAUGHS = b"".join(b'<!ENTITY l%d "%s">' % (i, b"&l%d;" % (i - 1) * 10) for i in range(1, 10))

ATTACKS = {
    "billion laughs": (
        b"<!DOCTYPE a [<!ENTITY l0 'ha'>" + LAUGHS + b"]>" + HEAD + b"&l9;</Patient>",
        "a DOCTYPE is not taken",
    ),
    "quadratic blow-up": (
        b'<!DOCTYPE a [<!ENTITY a "' + b"a" * MB + b'">]>' + HEAD + b"&a;" * 100_000,
        "a DOCTYPE is not taken",
    ),
    "a million attributes": (
        b"<Patient " + b" ".join(b'a%d="1"' % i for i in range(1_000_000)) + b"/>",
        "an element has too many attributes",
    ),
    "many namespaces": (
        b"<Patient " + b" ".join(b"xmlns:a%d='1'" % i for i in range(100_000)) + b"/>",
        "an element has too many attributes",
    ),
    "deep": (HEAD + b'<extension url="a">' * 100_000, "nested too deeply"),
    "deep narrative": (NARRATIVE + b"<p>" * 100_000, "nested too deeply"),
    "half a gigabyte of text": (
        b"a" * (MAX_BYTES + 1),
        "the document is too large",
    ),
    "a value without end": (HEAD + b'<birthDate value="' + b"1>" * 6 * MB, "a tag or the text"),
    "a comment without end": (HEAD + b"<!--" + b"<a " * 2 * MB, "a comment or processing"),
    "an instruction without end": (b"<?a " + b"<a " * 2 * MB, "a comment or processing"),
    "tags that never close": (HEAD + b"<" * 5 * MB, "not well-formed"),
    "quotes": (b"<a" + b'"' * 5 * MB, "an element has too many attributes"),
    "UTF-16": (
        '<?xml version="1.0" encoding="UTF-16"?><Patient/>'.encode("utf-16"),
        "the encoding is not UTF-8",
    ),
    "Latin-1": (b'<?xml version="1.0" encoding="ISO-8859-1"?>' + HEAD, "the encoding is not"),
    "not UTF-8": (HEAD + b'<birthDate value="\xff"/>', "not well-formed"),
    "NUL": (HEAD + b'<birthDate value="\x00"/>', "not well-formed"),
    "a control character": (HEAD + b'<birthDate value="&#1;"/>', "not well-formed"),
    "nothing": (b"", "not well-formed"),
    "two documents": (HEAD + b"</Patient>" + HEAD + b"</Patient>", "not well-formed"),
    "XInclude": (
        HEAD
        + b'<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="file:///etc/passwd"/>',
        "an element of another namespace",
    ),
    "schema location": (
        HEAD
        + b'<name xmlns:x="http://www.w3.org/2001/XMLSchema-instance" x:schemaLocation="a b"/>',
        "an attribute of another namespace",
    ),
    "a style sheet": (
        b'<?xml-stylesheet href="http://127.0.0.1/a.xsl" type="text/xsl"?>' + HEAD,
        "not well-formed",
    ),
}


@pytest.mark.parametrize("name", ATTACKS)
def test_is_refused_within_a_second_and_64_megabytes(name):
    data, words = ATTACKS[name]
    held, begun = most_memory(), time.process_time()
    with pytest.raises(BadXmlError) as caught:
        json_of(data)
    assert caught.value.message.startswith(words)
    assert time.process_time() - begun < 1
    assert most_memory() - held < 64 * MB


def most_memory():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


@pytest.mark.parametrize(
    "doctype",
    [
        '<!DOCTYPE a SYSTEM "http://127.0.0.1:{port}/a">',
        '<!DOCTYPE a PUBLIC "-//x//y" "http://127.0.0.1:{port}/a">',
        '<!DOCTYPE a [<!ENTITY x SYSTEM "http://127.0.0.1:{port}/a">]>',
        '<!DOCTYPE a [<!ENTITY % x SYSTEM "http://127.0.0.1:{port}/a"> %x;]>',
        '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
    ],
)
def test_nothing_outside_is_asked_for(doctype):
    with socket.create_server(("127.0.0.1", 0)) as canary:
        canary.settimeout(0.05)
        text = doctype.format(port=canary.getsockname()[1])
        data = text.encode() + HEAD + b'<birthDate value="&x;"/></Patient>'
        with pytest.raises(BadXmlError, match="a DOCTYPE is not taken"):
            json_of(data)
        with pytest.raises(TimeoutError):
            canary.accept()


def test_more_elements_than_are_read_are_refused(monkeypatch):
    monkeypatch.setattr("medkarta.fhir.xml.reading.MAX_ELEMENTS", 10_000)
    with pytest.raises(BadXmlError, match="too many elements"):
        json_of(HEAD + b'<name><text value="a"/></name>' * 10_000)


def test_more_entries_of_a_bundle_than_are_wished_are_not_read():
    entry = b'<entry><fullUrl value="urn:a"/></entry>'
    head = b'<Bundle xmlns="http://hl7.org/fhir"><type value="batch"/>'
    assert json_of(head + entry * 2 + b"</Bundle>", most_entries=2).count("fullUrl") == 2
    with pytest.raises(BadXmlError, match="it has more than 2 entries"):
        json_of(head + entry * 3 + b"no XML at all", most_entries=2)
