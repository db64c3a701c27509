"""A name that somebody else chose leads outwards or nowhere, and is looked up once."""

import pytest

from medkarta.foundation.public_addresses import (
    InwardAddressError,
    is_public,
    public_address,
    resolved,
)


@pytest.mark.parametrize("address", ["8.8.8.8", "2a00:1450:4010::1", "::ffff:8.8.8.8"])
def test_everybodys_address_is_public(address):
    assert is_public(address)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "127.9.9.9",
        "0.0.0.0",
        "10.0.0.1",
        "172.16.0.1",
        "192.168.0.1",
        "169.254.169.254",
        "100.64.0.1",
        "224.0.0.1",
        "255.255.255.255",
        "::1",
        "::",
        "fe80::1",
        "fc00::1",
        "ff02::1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "64:ff9b::7f00:1",
        "2002:7f00:1::",
        "2001::1",
        "localhost",
        "2130706433",
        "",
    ],
)
def test_an_inward_address_is_not(address):
    assert not is_public(address)


@pytest.mark.parametrize(
    "found", [[], ["127.0.0.1"], ["8.8.8.8", "10.0.0.1"], ["10.0.0.1", "8.8.8.8"]]
)
def test_a_name_that_leads_inwards_even_once_is_refused(found):
    with pytest.raises(InwardAddressError):
        public_address("app.example", 443, look_up=lambda *_: found)


def test_a_name_is_looked_up_once_and_the_address_is_what_was_judged():
    answers = [["8.8.8.8"], ["127.0.0.1"]]
    assert public_address("app.example", 443, look_up=lambda *_: answers.pop(0)) == "8.8.8.8"
    assert len(answers) == 1


@pytest.mark.parametrize("name", ["localhost", "localhost.", "127.1", "0x7f.1", "a" * 300])
def test_names_of_this_machine_lead_nowhere(name):
    with pytest.raises(InwardAddressError):
        public_address(name, 80, look_up=resolved)
