"""Secrets at rest: what lies in the tables makes no code and no recovery code."""

import citizens
import pytest
from allauth.mfa.models import Authenticator
from citizens import NOW, SECRET
from django.conf import settings
from django.db import connection

from medkarta.accounts import actions
from medkarta.accounts.rules import CodeAnswer
from medkarta.foundation.sealing import NotSealedHereError

pytestmark = pytest.mark.django_db(transaction=True)


def raw_rows():
    """Everything that the table of second factors holds, as text."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT f::text FROM mfa_authenticator f")
        return "\n".join(text for (text,) in cursor.fetchall())


def factor(citizen, kind):
    return Authenticator.objects.get(user_id=citizen.account_id, type=kind)


def laid_open(citizen):
    """Put the secrets into the table as they lay there before there was a sealing key."""
    seed = settings.SEALER.open(
        factor(citizen, "recovery_codes").data["seed"], about="mfa_authenticator"
    )
    for kind, name, secret in (("totp", "secret", SECRET), ("recovery_codes", "seed", seed)):
        row = factor(citizen, kind)
        row.data[name] = secret
        row.save()
    return seed


def use(citizen, code):
    return citizens.use_code(account_id=citizen.account_id, code=code, now=NOW)


def test_no_secret_can_be_read_from_the_table():
    citizen = citizens.with_account()
    seed = settings.SEALER.open(
        factor(citizen, "recovery_codes").data["seed"], about="mfa_authenticator"
    )
    codes = factor(citizen, "recovery_codes").wrap().get_unused_codes()
    held = raw_rows()
    assert "s1." in held
    for secret in (SECRET, seed, *codes):
        assert secret not in held


def test_sealed_secrets_make_the_same_codes():
    citizen = citizens.with_account()
    assert use(citizen, citizen.code()) is CodeAnswer.TOTP


def test_what_lay_in_clear_is_sealed_and_goes_on_working():
    citizen = citizens.with_account()
    seed = laid_open(citizen)
    assert SECRET in raw_rows()
    assert actions.seal_secrets() == 2
    assert SECRET not in raw_rows()
    assert seed not in raw_rows()
    codes = factor(citizen, "recovery_codes").wrap().get_unused_codes()
    assert use(citizen, codes[0]) is CodeAnswer.RECOVERY
    assert use(citizen, citizen.code()) is CodeAnswer.TOTP


def test_sealing_again_changes_nothing():
    citizens.with_account()
    before = raw_rows()
    assert actions.seal_secrets() == 0
    assert raw_rows() == before


def test_a_secret_in_clear_does_not_open():
    citizen = citizens.with_account()
    laid_open(citizen)
    with pytest.raises(NotSealedHereError):
        use(citizen, citizen.code())
    with pytest.raises(NotSealedHereError):
        factor(citizen, "recovery_codes").wrap().get_unused_codes()


def test_a_text_sealed_for_another_place_does_not_open():
    citizen = citizens.with_account()
    row = factor(citizen, "totp")
    row.data["secret"] = settings.SEALER.seal(SECRET, about="another table")
    row.save()
    with pytest.raises(NotSealedHereError):
        use(citizen, citizen.code())
