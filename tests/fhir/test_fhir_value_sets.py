"""What is in a value set that somebody wrote: https://hl7.org/fhir/R4/valueset.html#composition."""

import pytest

from medkarta.fhir.search.sought import SoughtRange
from medkarta.fhir.value_sets.content import UnexpandableError
from medkarta.fhir.value_sets.systems import Systems
from medkarta.fhir.value_sets.telling import Canonical, Teller, implied_by, named_in

INTENT = "http://hl7.org/fhir/request-intent"
ORDERS = {"order", "original-order", "reflex-order", "filler-order", "instance-order"}
INTENTS = {"proposal", "plan", "directive", "option", *ORDERS}
ICD_10 = "http://hl7.org/fhir/sid/icd-10"
LOINC = "http://loinc.org"
TOOTH = "http://clinic.example/CodeSystem/tooth"
TEETH = {
    name: [{"content": "complete", "concept": concepts, **more}]
    for name, concepts, more in (
        (TOOTH, [{"code": "1", "concept": [{"code": "11", "concept": [{"code": "11a"}]}]}], {}),
        ("part", [], {"content": "fragment"}),
        ("grouped", [], {"hierarchyMeaning": "part-of"}),
        ("twice", [{"code": "1", "concept": [{"code": "2", "concept": [{"code": "1"}]}]}], {}),
        ("parents", [{"code": "1", "property": [{"code": "parent", "valueCode": "2"}]}], {}),
        ("long", [{"code": "a" * 1_001}], {}),
    )
}
TEETH["several"] = [TEETH[TOOTH][0], {"content": "complete", "concept": [{"code": "1"}]}]
TEETH["same"] = TEETH[TOOTH] * 2
ASKED = Canonical("asked", "")


def listed(*codes, system=INTENT):
    return {"system": system, "concept": [{"code": one} for one in codes]}


def chosen(*filters, system=INTENT):
    names = ("property", "op", "value")
    return {"system": system, "filter": [dict(zip(names, one, strict=True)) for one in filters]}


def of(*names, **more):
    return {"valueSet": list(names), **more}


def told(*include, exclude=(), **others):
    """What is in a set of these clauses; `others` stand beside it, each a list of clauses."""
    asked = {"compose": {"include": list(include), "exclude": list(exclude)}}
    known = {Canonical(name, ""): [{"compose": {"include": few}}] for name, few in others.items()}
    return Teller({**known, ASKED: [asked]}, Systems(TEETH)).content(ASKED)


def codes(content):
    assert not content.branches
    return {code for _, code in content.codes}


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ([("concept", "is-a", "order")], ORDERS),
        ([("code", "is-a", "order")], ORDERS),
        ([("concept", "descendent-of", "order")], ORDERS - {"order"}),
        ([("concept", "is-not-a", "order")], INTENTS - ORDERS),
        ([("concept", "=", "plan")], {"plan"}),
        ([("concept", "in", "plan, order")], {"plan", "order"}),
        ([("concept", "generalizes", "filler-order")], {"filler-order", "order"}),
        ([("parent", "=", "filler-order")], {"instance-order"}),
        ([("parent", "in", "order,filler-order")], ORDERS - {"order"}),
        ([("code", "regex", "[a-z]+-order|plan")], {*ORDERS, "plan"} - {"order"}),
        ([("code", "regex", "order")], {"order"}),
        ([("concept", "is-a", "order"), ("code", "regex", ".*r-.*")], {"filler-order"}),
        ([("concept", "is-a", "plan"), ("concept", "is-a", "order")], set()),
    ],
)
def test_filters_choose_together(filters, found):
    assert codes(told(chosen(*filters))) == found


@pytest.mark.parametrize(
    ("one", "system"),
    [
        (("concept", "is-a", "nonsense"), INTENT),
        (("concept", "is-a", "718-7"), LOINC),
        (("concept", "is-not-a", "718-7"), LOINC),
        (("concept", "=", "718-7"), LOINC),
        (("parent", "=", "nonsense"), INTENT),
        (("SCALE_TYP", "=", "Qn"), LOINC),
        (("concept", "exists", "true"), INTENT),
        (("concept", "descendent-of", "E11"), ICD_10),
        (("concept", "is-not-a", "E11"), ICD_10),
        (("concept", "generalizes", "E11"), ICD_10),
        (("code", "regex", "E11.*"), ICD_10),
        (("code", "regex", "a" * 101), INTENT),
        (("code", "regex", "(a|a)(a|a)"), INTENT),
        (("code", "regex", ".*.*.*"), INTENT),
        (("code", "regex", r"\\*\\*\\*x"), INTENT),
        (("code", "regex", "(.*)*"), INTENT),
        (("code", "regex", "(?=a)"), INTENT),
        (("code", "regex", "[z-a]"), INTENT),
        (("code", "regex", "a{9,1}"), INTENT),
    ],
)
def test_a_filter_that_is_not_answered_is_named(one, system):
    with pytest.raises(UnexpandableError, match=f"“{one[0]} {one[1]}”"):
        told(chosen(one, system=system))


class TestACodeSystemThatSomebodyWrote:
    @pytest.mark.parametrize(
        ("one", "found"),
        [
            (("concept", "is-a", "11"), {"11", "11a"}),
            (("concept", "generalizes", "11"), {"1", "11"}),
            (("concept", "is-not-a", "11"), {"1"}),
            (("parent", "=", "1"), {"11"}),
            (("code", "regex", "11.?"), {"11", "11a"}),
        ],
    )
    def test_is_chosen_of_by_filters(self, one, found):
        assert codes(told(chosen(one, system=TOOTH))) == found
        assert codes(told(chosen(one, system="same"))) == found

    def test_is_taken_in_whole(self):
        assert codes(told({"system": TOOTH})) == {"1", "11", "11a"}
        with pytest.raises(UnexpandableError, match="names a version"):
            told({"system": TOOTH, "version": "1"})
        assert codes(told({"system": INTENT, "version": "1"})) == INTENTS
        for name, found in (("", {"1", "11", "11a"}), ("=isa/11", {"11", "11a"})):
            implied = implied_by(Canonical(f"{TOOTH}?fhir_vs{name}", ""))
            assert Teller({ASKED: [implied]}, Systems(TEETH)).content(ASKED) == told(
                listed(*found, system=TOOTH)
            )

    @pytest.mark.parametrize(
        ("system", "words"),
        [
            ("part", "not here with all"),
            ("grouped", "no kind"),
            ("twice", "twice"),
            ("parents", "by properties"),
            ("several", "different ones"),
            ("long", "“code regex”"),
            ("none", "“code regex”"),
        ],
    )
    def test_that_cannot_be_told_is_refused(self, system, words):
        with pytest.raises(UnexpandableError, match=words):
            told(chosen(("code", "regex", "a"), system=system))


class TestABranchOfIcd10:
    BRANCH = chosen(("concept", "is-a", "E10-E14"), system=ICD_10)
    RANGE = SoughtRange(ICD_10, "E10", "E14", ())

    def test_is_told_by_its_ends_beside_codes(self):
        content = told(self.BRANCH, listed("plan"))
        assert content == ({(INTENT, "plan")}, {self.RANGE})

    def test_has_the_codes_within_it(self):
        listing = listed("E11.9", "E10", "I10", "E15", system=ICD_10)
        assert codes(told(self.BRANCH | of("l"), l=[listing])) == {"E11.9", "E10"}
        assert codes(told(listing, exclude=[self.BRANCH])) == {"I10", "E15"}
        single = chosen(("concept", "is-a", "E11.1"), system=ICD_10)
        several = listed("E11.1", "E11.12", "E11", "E11.2", system=ICD_10)
        assert codes(told(several, exclude=[single])) == {"E11", "E11.2"}

    def test_is_taken_whole_or_not_at_all(self):
        assert told(self.BRANCH | of("b"), b=[self.BRANCH]).branches == {self.RANGE}
        assert codes(told(self.BRANCH, listed("plan"), exclude=[self.BRANCH])) == {"plan"}
        assert told(self.BRANCH, exclude=[listed("I10", system=ICD_10)]).branches
        other = chosen(("concept", "is-a", "E11"), system=ICD_10)
        for exclude in (listed("E11.9", system=ICD_10), other):
            with pytest.raises(UnexpandableError, match="part of a branch"):
                told(self.BRANCH, exclude=[exclude])
        with pytest.raises(UnexpandableError, match="several branches"):
            told(self.BRANCH | of("o"), o=[other])


class TestOtherValueSets:
    def test_have_together_what_is_in_all_of_them(self):
        sets = {"a": [listed("plan", "order", "option")], "b": [listed("order", "option")]}
        assert codes(told(of("a"), **sets)) == {"plan", "order", "option"}
        assert codes(told(of("a", "b"), **sets)) == {"order", "option"}
        assert codes(told(of("a"), of("b"), **sets)) == {"plan", "order", "option"}
        assert codes(told(of("a"), exclude=[of("b")], **sets)) == {"plan"}
        assert codes(told(listed("plan", "proposal") | of("a"), **sets)) == {"plan"}
        branch = chosen(("concept", "is-a", "order"))
        assert codes(told(branch | of("a"), **sets)) == {"order"}

    def test_of_a_system_have_its_codes_alone_also_where_it_is_not_loaded(self):
        mixed = [listed("718-7", "2345-7", system=LOINC), listed("plan")]
        assert codes(told(of("m", system=LOINC), m=mixed)) == {"718-7", "2345-7"}

    def test_may_be_r4s_own(self):
        own = "http://hl7.org/fhir/ValueSet/request-intent|4.0.1"
        assert codes(told(of(own))) == INTENTS

    def test_go_on_to_others_and_never_round(self):
        assert codes(told(of("a"), a=[of("b")], b=[of("c")], c=[listed("plan")])) == {"plan"}
        with pytest.raises(UnexpandableError, match="made of itself"):
            told(of("a"), a=[of("b")], b=[of("a")])
        with pytest.raises(UnexpandableError, match="made of itself"):
            told(of("asked"))

    def test_that_are_not_here_or_not_one_are_refused(self):
        assert list(named_in({"compose": {"include": [of(None)]}})) == [Canonical("", "")]
        known = {ASKED: [{"compose": {"include": [of("a")]}}]}
        for standing, words in (
            ([], "not known here"),
            ([{"compose": {"include": [listed(one)]}} for one in ("plan", "order")], "one version"),
            (None, "too deep"),
        ):
            more = {} if standing is None else {Canonical("a", ""): standing}
            with pytest.raises(UnexpandableError, match=words):
                Teller({**known, **more}, Systems({})).content(ASKED)

    def test_and_filters_and_systems_are_bounded_all_together(self):
        for one in (of("a"), chosen(("concept", "is-a", "plan")), {"system": INTENT}):
            told(*[one] * 99, a=[listed("plan")])
            with pytest.raises(UnexpandableError, match="too many"):
                told(*[one] * 101, a=[listed("plan")])
        branches = [
            chosen(("concept", "is-a", f"A{number}"), system=ICD_10) for number in range(10, 60)
        ]
        codes = listed(*map(str, range(9_000)), system=ICD_10)
        with pytest.raises(UnexpandableError, match="too many"):
            told(*[of("a", "b")] * 2, a=branches, b=[codes])

    def test_stand_aside_where_an_expansion_came_too(self):
        kept = {"compose": {"include": [of("none")]}, "expansion": {"contains": [{"code": "x"}]}}
        assert Teller({ASKED: [kept]}, Systems({})).content(ASKED).codes == {("", "x")}
