"""What a program asks for is read strictly, and it gets no more than all agree on."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medkarta.clients.rules import scopes
from medkarta.clients.rules.kinds import Kind
from medkarta.clients.rules.narrowing import ScopesRefusedError, token
from medkarta.fhir.search.compartment import OWNED, SOMETIMES_NOBODYS
from medkarta.record.rules.sharing import WITHOUT_PATIENT


def words(text):
    return " ".join(scopes.read(text).words())


def granted(asked, registered, kind=Kind.APP):
    return " ".join(scopes.granted(scopes.read(asked), registered.split(" "), kind).words())


@pytest.mark.parametrize(
    ("asked", "read"),
    [
        ("patient/Observation.rs", "patient/Observation.rs"),
        ("patient/Observation.read", "patient/Observation.rs"),
        ("patient/Observation.write", "patient/Observation.cud"),
        ("patient/*.*", "patient/*.cruds"),
        ("launch/patient patient/*.r offline_access", "launch/patient offline_access patient/*.r"),
        ("patient/Patient.r patient/Patient.r", "patient/Patient.r"),
        ("patient/*.rs patient/Condition.r", "patient/*.rs"),
        (
            "patient/Observation.rs?category=laboratory",
            "patient/Observation.rs?category=laboratory",
        ),
        (
            "patient/Observation.rs?category=http%3A%2F%2Fx%7Clab",
            "patient/Observation.rs?category=http://x|lab",
        ),
        (
            "patient/Condition.rs?clinical-status=active patient/Observation.r?_security=R",
            "patient/Condition.rs?clinical-status=active patient/Observation.r?_security=R",
        ),
        (
            "patient/Observation.rs?code=http://loinc.org|718-7",
            "patient/Observation.rs?code=http://loinc.org|718-7",
        ),
        ("patient/Patient.rs?identifier=urn:x%7C", "patient/Patient.rs?identifier=urn:x|"),
        (
            "patient/Observation.rs?status=final&category=b,a%2Cb&date=ge2024-01-01&date=lt2025",
            "patient/Observation.rs?category=a,b&date=ge2024-01-01&date=lt2025&status=final",
        ),
        ("system/Patient.cruds", "system/Patient.cruds"),
    ],
)
def test_a_scope_is_read_and_written_in_one_spelling(asked, read):
    assert words(asked) == read


@pytest.mark.parametrize(
    "unknown",
    [
        "profile",
        "Patient/Observation.rs",
        "patient/observation.rs",
        "patient/Observation.RS",
        "patient/Observation.sr",
        "patient/Observation.",
        "patient/Nothing.rs",
        "patient/Observation.rs.rs",
        "admin",
    ],
)
def test_what_is_not_known_is_left_out(unknown):
    assert words(f"patient/Patient.r {unknown}") == "patient/Patient.r"


@pytest.mark.parametrize(
    "text",
    [
        "",
        " patient/*.rs",
        "patient/*.rs ",
        "patient/*.rs  launch",
        "patient/*.rs\tlaunch",
        "patient/*.rs\nlaunch",
        "patient/*.rs\\",
        'patient/"',
        "пациент",
        "a" * 4001,
        " ".join(["launch"] * 101),
    ],
)
def test_what_is_not_of_the_grammar_is_refused(text):
    with pytest.raises(ScopesRefusedError):
        scopes.read(text)


@pytest.mark.parametrize(
    "query",
    [
        "Observation.rs?category=a,",
        "Observation.rs?category=a&",
        "Observation.rs?category=a&nothing=b",
        "Observation.rs?category=a=b",
        "Observation.rs?category=a%5C,b",
        "Observation.rs?category=" + ",".join(map(str, range(21))),
        "Observation.rs?" + "&".join(f"category={one}" for one in range(6)),
        "Observation.rs?category=",
        "Observation.rs?category=|",
        "Observation.rs?category=a|b|c",
        "Observation.rs?category=%00",
        "Observation.rs?category=%ff",
        "Observation.rs?category=" + "a" * 201,
        "Observation.rs?category",
        "Observation.rs?",
        "Observation.rs?category:not=a",
        "Observation.rs?nothing=a",
        "Observation.rs?_id=a",
        "Observation.rs?date=ap2020",
        "Observation.rs?date=2020-13",
        "Observation.rs?date=ge2020-05-06T07:08:09Z",
        "Observation.rs?date=",
        "Observation.rs?_lastUpdated=ge2020",
        "Observation.rs?subject=Patient/x",
        "Observation.rs?code-value-quantity=a$b",
        "Observation.cruds?category=a",
        "Observation.u?category=a",
        "*.rs?category=a",
        "Location.rs?status=active",
        "Device.rs?type=a",
    ],
)
def test_a_query_that_cannot_be_kept_to_is_refused_and_never_opens_the_whole(query):
    with pytest.raises(ScopesRefusedError):
        scopes.read(f"patient/Patient.r patient/{query}")
    assert scopes.of([f"patient/{query}"]).data == ()


def test_what_a_query_cannot_narrow_is_what_may_be_nobodys():
    assert WITHOUT_PATIENT & OWNED == SOMETIMES_NOBODYS


@pytest.mark.parametrize("other", ["system/*.rs", "user/Patient.r"])
def test_contexts_are_not_mixed(other):
    with pytest.raises(ScopesRefusedError, match="together"):
        scopes.read(f"patient/*.rs {other}")


@pytest.mark.parametrize(
    ("asked", "registered", "gets"),
    [
        ("patient/*.cruds", "patient/Observation.rs", "patient/Observation.rs"),
        ("patient/Observation.rs", "patient/*.rs", "patient/Observation.rs"),
        ("patient/Observation.rs", "patient/Condition.rs", ""),
        ("patient/Observation.cud", "patient/*.cruds", ""),
        (
            "patient/Observation.rs",
            "patient/Observation.rs?category=laboratory",
            "patient/Observation.rs?category=laboratory",
        ),
        (
            "patient/Observation.rs?category=vital-signs",
            "patient/Observation.rs?category=laboratory",
            "",
        ),
        (
            "patient/Observation.rs?category=http://x|laboratory&date=ge2024",
            "patient/Observation.rs?category=laboratory,vital-signs",
            "patient/Observation.rs?category=http://x|laboratory&date=ge2024",
        ),
        (
            "patient/Observation.rs?category=laboratory,vital-signs",
            "patient/Observation.rs?category=laboratory&date=ge2024",
            "patient/Observation.rs?category=laboratory&date=ge2024",
        ),
        (
            "patient/Observation.rs?category=laboratory,imaging",
            "patient/Observation.rs?category=laboratory,vital-signs",
            "",
        ),
        ("offline_access patient/*.rs", "patient/*.rs", "patient/*.rs"),
        ("system/*.rs", "system/*.rs", ""),
        ("user/*.rs", "user/*.rs", ""),
    ],
)
def test_an_app_gets_what_is_asked_and_registered_and_read_only(asked, registered, gets):
    assert granted(asked, registered) == gets


def test_whose_entry_it_is_is_said_in_an_id_token_or_not_at_all():
    registered = "openid fhirUser patient/*.rs"
    assert granted("fhirUser patient/Patient.r", registered) == "patient/Patient.r"
    assert granted("fhirUser openid patient/Patient.r", registered).startswith("fhirUser openid")
    assert granted("openid system/*.rs", "openid system/*.rs", Kind.SYSTEM) == "system/*.rs"


def test_a_system_gets_its_context_and_nothing_beside_it():
    asked = "system/*.cruds offline_access launch"
    assert granted(asked, "system/Patient.crus launch", Kind.SYSTEM) == "system/Patient.crus"
    assert granted("patient/*.rs", "patient/*.rs", Kind.SYSTEM) == ""


def test_a_refresh_may_ask_for_less_and_never_for_more():
    had = scopes.read("launch/patient patient/Observation.rs patient/Condition.rs")
    assert scopes.within(scopes.read("patient/Observation.r"), had)
    assert scopes.within(scopes.read("patient/Observation.rs?category=laboratory"), had)
    for more in ("patient/*.rs", "patient/Observation.rus", "launch"):
        assert not scopes.within(scopes.read(more), had)
    had = scopes.read("patient/Observation.rs?category=laboratory,imaging&date=ge2024")
    assert scopes.within(scopes.read("patient/Observation.r?date=ge2024&category=imaging"), had)
    for more in ("category=imaging", "date=ge2024", "category=laboratory&date=ge2023"):
        assert not scopes.within(scopes.read(f"patient/Observation.r?{more}"), had)


def test_a_tokens_system_may_be_any_or_none_or_named():
    assert [token(one) for one in ("a", "|a", "s|a", "s|")] == [
        (None, "a"),
        ("", "a"),
        ("s", "a"),
        ("s", None),
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("user/*.rs", "user/ is not offered"),
        ("patient/*.rs profile", "profile is no scope"),
        ("patient/*.rs patient/Nothing.rs", "patient/Nothing.rs is no scope"),
        ("patient/Observation.rs?nothing=a", "nothing is no token or date parameter"),
        ("patient/Observation.rs?_content=a", "_content is no token or date parameter"),
    ],
)
def test_a_program_is_registered_for_no_word_that_would_be_left_out(text, said):
    with pytest.raises(ScopesRefusedError, match=said):
        scopes.registered(text)
    assert scopes.registered("openid patient/*.rs") == scopes.read("openid patient/*.rs")


def test_queries_are_bounded_all_together_and_those_of_one_parameter_are_one():
    alone = " ".join(f"patient/Observation.rs?category={one}" for one in range(40))
    assert len(scopes.read(alone).data) == 40
    mixed = [f"patient/Observation.rs?category=a&code={one}" for one in range(5)]
    assert len(scopes.read(" ".join(mixed)).data) == 5
    for more in (
        f"{alone} patient/Goal.s?category=a",
        " ".join([*mixed, "patient/Goal.s?category=a"]),
    ):
        with pytest.raises(ScopesRefusedError, match="10 parameters and 40 values at most"):
            scopes.read(more)


def test_what_is_granted_is_bounded_too():
    """Each side narrows what the other asks for whole."""
    few = " ".join(f"patient/Observation.rs?category=a&code={one}" for one in range(4))
    others = few.replace("Observation", "Condition")
    asked = scopes.read(f"{few} patient/Condition.rs")
    assert scopes.granted(asked, few.split(), Kind.APP).data
    with pytest.raises(ScopesRefusedError, match="at most"):
        scopes.granted(asked, [*others.split(), "patient/Observation.rs"], Kind.APP)


_ONE = st.builds(
    "patient/{}.{}".format,
    st.sampled_from(["*", "Observation", "Condition"]),
    st.sampled_from(["r", "s", "rs", "cruds", "u"]),
) | st.builds(
    "patient/Observation.rs?category={}{}".format,
    st.sampled_from(["a", "a,b", "s|a", "s|", "b"]),
    st.sampled_from(["", "&date=ge2024", "&category=a", "&status=x,y"]),
)


@given(st.lists(_ONE, min_size=1), st.lists(_ONE, min_size=1))
def test_what_is_granted_is_within_both_sides(asked, registered):
    try:
        found = scopes.granted(scopes.of(asked), registered, Kind.APP)
    except ScopesRefusedError:
        return  # more queries than a token may have: nothing is granted
    assert scopes.within(found, scopes.of(asked))
    assert scopes.within(found, scopes.of(registered))
    assert all(set(one.acts) <= {"r", "s"} for one in found.data)
