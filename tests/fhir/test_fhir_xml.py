"""FHIR's XML read into JSON and written from it."""

import json
import pathlib
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from medkarta.fhir.json_text import BadJsonError, read_resource
from medkarta.fhir.trees import read_tree
from medkarta.fhir.xml.hardened import BadXmlError
from medkarta.fhir.xml.reading import json_of
from medkarta.fhir.xml.writing import NoXmlError, xml_of

SYNTHEA = pathlib.Path(__file__).resolve().parents[3] / "shared" / "data" / "synthea"
SECONDS = 4  # for the round trips over Synthea's files

# Every way in which XML and JSON differ.
OBSERVATION_XML = """<?xml version="1.0" encoding="UTF-8"?>
<Observation xmlns="http://hl7.org/fhir">
  <!-- a comment -->
  <id value="a1"/>
  <meta>
    <versionId value="3"/>
  </meta>
  <text id="t">
    <status value="generated"/>
    <div xmlns="http://www.w3.org/1999/xhtml" lang="ru"><p>Гемоглобин &lt; 120<br/>  г/л</p></div>
  </text>
  <contained>
    <Patient>
      <id value="p"/>
      <name>
        <given value="Анна"/>
        <given>
          <extension url="http://example.org/unknown">
            <valueBoolean value="true"/>
          </extension>
        </given>
        <given value="Мария &amp; Ева&#10;&quot;" id="third"/>
      </name>
      <birthDate value="1970-03-30">
        <extension url="http://example.org/time">
          <valueDateTime value="1970-03-30T10:00:00+03:00"/>
        </extension>
      </birthDate>
    </Patient>
  </contained>
  <status>
    <extension url="http://example.org/absent">
      <valueCode value="unknown"/>
    </extension>
  </status>
  <code id="c">
    <coding>
      <userSelected value="false"/>
    </coding>
  </code>
  <subject>
    <reference value="#p"/>
  </subject>
  <valueQuantity>
    <value value="1.10"/>
    <unit value="g/L"/>
  </valueQuantity>
  <referenceRange>
    <low>
      <value value="-0.500"/>
    </low>
    <high>
      <value value="1e3"/>
    </high>
  </referenceRange>
</Observation>"""
OBSERVATION_JSON = """{"resourceType":"Observation","id":"a1","meta":{"versionId":"3"},
"text":{"id":"t","status":"generated","div":"<div xmlns=\\"http://www.w3.org/1999/xhtml\\" \
lang=\\"ru\\"><p>Гемоглобин &lt; 120<br/>  г/л</p></div>"},
"contained":[{"resourceType":"Patient","id":"p",
"name":[{"given":["Анна",null,"Мария & Ева\\n\\""],"_given":[null,
{"extension":[{"url":"http://example.org/unknown","valueBoolean":true}]},{"id":"third"}]}],
"birthDate":"1970-03-30","_birthDate":{"extension":[{"url":"http://example.org/time",
"valueDateTime":"1970-03-30T10:00:00+03:00"}]}}],
"_status":{"extension":[{"url":"http://example.org/absent","valueCode":"unknown"}]},
"code":{"id":"c","coding":[{"userSelected":false}]},"subject":{"reference":"#p"},
"valueQuantity":{"value":1.10,"unit":"g/L"},
"referenceRange":[{"low":{"value":-0.500},"high":{"value":1e3}}]}"""


def patient(inside):
    return f'<Patient xmlns="http://hl7.org/fhir">{inside}</Patient>'.encode()


def refusal(data):
    with pytest.raises(BadXmlError) as caught:
        json_of(data)
    return caught.value


def test_xml_is_read_as_the_json_that_says_the_same():
    assert read_tree(json_of(OBSERVATION_XML.encode())) == read_tree(OBSERVATION_JSON)
    assert read_resource(json_of(OBSERVATION_XML.encode())).id == "a1"


def test_json_is_written_as_the_xml_that_says_the_same():
    without_comment = OBSERVATION_XML.replace("  <!-- a comment -->\n", "")
    assert xml_of(OBSERVATION_JSON, pretty=True).decode() == without_comment


def test_elements_are_written_in_the_order_of_the_definitions():
    text = (
        '{"birthDate":"1970","name":[{"given":["A"],"family":"B"}],"id":"x",'
        '"resourceType":"Patient"}'
    )
    assert xml_of(text).decode().partition("?>")[2] == (
        '<Patient xmlns="http://hl7.org/fhir"><id value="x"/><name><family value="B"/>'
        '<given value="A"/></name><birthDate value="1970"/></Patient>'
    )


def test_prefixed_elements_and_a_byte_order_mark_are_read():
    data = (
        b'\xef\xbb\xbf<f:Patient xmlns:f="http://hl7.org/fhir"><f:active value="true"/></f:Patient>'
    )
    assert json_of(data) == '{"resourceType":"Patient","active":true}'


def test_resources_in_a_bundle_are_read_and_written():
    text = (
        '{"resourceType":"Bundle","type":"transaction","entry":[{"fullUrl":"urn:uuid:1","resource":'
        '{"resourceType":"Parameters","parameter":[{"name":"a","resource":{"resourceType":"Basic"}},'
        '{"name":"b","valueDecimal":0.0000001}]},"request":{"method":"POST","url":"Parameters"}}]}'
    )
    assert json_of(xml_of(text)) == text


def files():
    return sorted(SYNTHEA.glob("*.json"), key=lambda path: path.stat().st_size)


@pytest.mark.skipif(not files(), reason="Synthea's bundles are not beside this checkout")
def test_synthea_goes_to_xml_and_back_with_every_digit():
    end = time.monotonic() + SECONDS
    for path in files():
        text = path.read_bytes()
        assert read_tree(json_of(xml_of(text))) == read_tree(text), path.name
        if time.monotonic() > end:
            break


@given(
    value=st.text(st.characters(exclude_categories=["Cs"], min_codepoint=32)),
    number=st.decimals(allow_nan=False, allow_infinity=False, places=3),
    count=st.integers(-(2**31), 2**31 - 1),
)
@settings(max_examples=50)
def test_any_text_and_number_goes_to_xml_and_back(value, number, count):
    extension = [
        {"url": value, "valueString": value},
        {"url": "n", "valueInteger": count},
    ]
    text = json.dumps({"resourceType": "Basic", "extension": extension})
    text = text.replace(f": {count}}}", f': {count}}},{{"url":"d","valueDecimal":{number:f}}}')
    if "\ufffe" in value or "\uffff" in value:
        with pytest.raises(NoXmlError, match="a character that XML does not have"):
            xml_of(text)
    else:
        assert read_tree(json_of(xml_of(text))) == read_tree(text)


@pytest.mark.parametrize(
    ("inside", "place", "words"),
    [
        ("<nom/>", "Patient", "R4 has no element nom here"),
        ("<name><a-b/></name>", "Patient.name[0]", "a name that is not R4's"),
        ('<name/><active value="true"/>', "Patient.name[0]", "empty"),
        ("<active/>", "Patient.active", "empty"),
        ('<x xmlns="urn:other"/>', "Patient", "an element of another namespace"),
        ('<active value="true" x="1"/>', "Patient.active", "R4 has no attribute x here"),
        ('<name url="1"/>', "Patient.name[0]", "R4 has no attribute url here"),
        ('<name xmlns:y="urn:y" y:id="1"/>', "Patient.name[0]", "an attribute of another"),
        ('<birthDate value="1970"/><gender value="male"/>', "Patient", "gender stands too late"),
        ('<active value="true"/><active value="true"/>', "Patient", "active may stand once only"),
        (
            '<deceasedBoolean value="true"/><deceasedDateTime value="1970"/>',
            "Patient",
            "deceasedDateTime may stand once only",
        ),
        ('<name><given value="a"/>b</name>', "Patient.name[0]", "text between elements"),
        ('<active value="yes"/>', "Patient.active", "not true or false"),
        ('<multipleBirthInteger value="01"/>', "Patient.multipleBirth", "not a number"),
        ('<multipleBirthInteger value="²"/>', "Patient.multipleBirth", "not a number"),
        (
            f'<multipleBirthInteger value="{"1" * 400}"/>',
            "Patient.multipleBirth",
            "a number is too long",
        ),
        ("<contained/>", "Patient.contained[0]", "empty"),
        ("<contained><Nobody/></contained>", "Patient.contained[0]", "no resource of R4"),
        (
            '<contained><Basic><id value="a"/></Basic><Basic/></contained>',
            "Patient.contained[0]",
            "holds more than one resource",
        ),
        (
            '<name><given value="a"/></name><name><given value="a"/><given x=""/></name>',
            "Patient.name[1].given[1]",
            "R4 has no attribute x here",
        ),
        ('<name id="a" id="b"/>', "Patient", "not well-formed: duplicate attribute"),
        ("<active value='&nbsp;'/>", "Patient", "not well-formed: undefined entity"),
    ],
)
def test_what_r4_does_not_have_is_refused_with_its_place(inside, place, words):
    error = refusal(patient(inside))
    assert error.place == place
    assert error.message.startswith(words)


def test_a_refusal_tells_the_line():
    assert refusal(patient('\n<id value="a"/>\n<nom/>')).line == 3


@pytest.mark.parametrize(
    ("div", "words"),
    [
        ("<div>no namespace</div>", "the narrative is a div"),
        ('<h:div xmlns:h="http://www.w3.org/1999/xhtml">a</h:div>', "not an XHTML <div>"),
        ('<div xmlns="http://www.w3.org/1999/xhtml"><a xmlns="urn:x"/></div>', "the narrative is"),
        ('<div xmlns="http://www.w3.org/1999/xhtml"><?php ?></div>', "a processing instruction"),
        (
            '<div xmlns="http://www.w3.org/1999/xhtml" xmlns:l="urn:l" l:href="1">a</div>',
            "an attribute of another namespace in the narrative",
        ),
    ],
)
def test_a_narrative_is_xhtml_and_nothing_else(div, words):
    error = refusal(patient(f'<text><status value="generated"/>{div}</text>'))
    assert error.message.startswith(words)


def test_a_narrative_may_not_close_its_element_and_go_on():
    div = '<div xmlns=\\"http://www.w3.org/1999/xhtml\\">a</div></text><active value=\\"true\\"/>'
    text = f'{{"resourceType":"Patient","text":{{"status":"generated","div":"{div}"}}}}'
    with pytest.raises(NoXmlError) as caught:
        xml_of(text)
    assert caught.value.place == "Patient.text.div"


def test_a_narrative_of_json_is_of_xhtmls_namespace_without_saying_so():
    div = '<div lang=\\"ru\\">a</div>'
    text = f'{{"resourceType":"Patient","text":{{"status":"generated","div":"{div}"}}}}'
    written = b'<div xmlns="http://www.w3.org/1999/xhtml" lang="ru">a</div>'
    assert written in xml_of(text)


def test_html_entities_of_a_narrative_become_characters():
    div = '<div xmlns=\\"http://www.w3.org/1999/xhtml\\">a&nbsp;&eacute;&lt;</div>'
    text = f'{{"resourceType":"Patient","text":{{"status":"generated","div":"{div}"}}}}'
    assert ">a\u00a0é&lt;</div>" in xml_of(text).decode()


@pytest.mark.parametrize(
    ("members", "place"),
    [
        ('"nom":1', "Patient"),
        ('"active":"true"', "Patient.active"),
        ('"active":null', "Patient.active"),
        ('"birthDate":1970', "Patient.birthDate"),
        ('"name":{"family":"a"}', "Patient.name"),
        ('"name":[{"given":["a",null]}]', "Patient.name[0].given[1]"),
        ('"name":[{"given":["a\\u0001"]}]', "Patient.name[0].given[0]"),
        ('"contained":[{"resourceType":"Nobody"}]', "Patient.contained[0]"),
        ('"contained":[{"resourceType":"Basic","code":1}]', "Patient.contained[0].code"),
    ],
)
def test_json_that_xml_cannot_say_is_refused_with_its_place(members, place):
    with pytest.raises(NoXmlError) as caught:
        xml_of(f'{{"resourceType":"Patient",{members}}}')
    assert caught.value.place == place


def test_what_is_no_json_is_refused_before_it_is_written():
    with pytest.raises(BadJsonError):
        xml_of('{"resourceType":"Patient","a":1,"a":2}')
