"""One-time codes: their window, each used once, and a stop after ten wrong ones."""

from datetime import UTC, datetime, timedelta

import citizens
import pytest
from allauth.mfa.models import Authenticator
from citizens import NOW, SECRET
from django.db import transaction

from medkarta.accounts import actions, totp
from medkarta.accounts.models import CodeTries
from medkarta.accounts.rules import MOST_WRONG_CODES, STOP, CodeAnswer
from medkarta.notifications import queries as notifications

STEP = timedelta(seconds=totp.PERIOD)


def use(citizen, code, now=NOW):
    return citizens.use_code(account_id=citizen.account_id, code=code, now=now)


def wrong_code(now=NOW):
    """A code of no step near now."""
    around = {totp.code_at(SECRET, totp.step_at(now) + step) for step in range(-5, 6)}
    return next(code for code in (f"{n:06d}" for n in range(20)) if code not in around)


def recovery_codes(citizen):
    factor = Authenticator.objects.get(
        user_id=citizen.account_id, type=Authenticator.Type.RECOVERY_CODES
    )
    return factor.wrap().get_unused_codes()


def guess_wrong(citizen, times, now=NOW):
    for _ in range(times):
        with pytest.raises(actions.WrongCodeError):
            use(citizen, wrong_code(now), now)


@pytest.mark.parametrize(
    ("at", "code"),
    [
        (59, "287082"),
        (1111111109, "081804"),
        (1111111111, "050471"),
        (1234567890, "005924"),
        (2000000000, "279037"),
        (20000000000, "353130"),
    ],
)
def test_codes_are_those_of_rfc_6238(at, code):
    secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
    assert totp.code_at(secret, totp.step_at(datetime.fromtimestamp(at, UTC))) == code


@pytest.mark.django_db(transaction=True)
class TestWindow:
    @pytest.mark.parametrize("off", [-1, 0, 1])
    def test_a_clock_half_a_minute_off_is_forgiven(self, off):
        citizen = citizens.with_account()
        assert use(citizen, citizen.code(NOW + off * STEP)) is CodeAnswer.TOTP

    @pytest.mark.parametrize("off", [-3, -2, 2, 3])
    def test_a_clock_further_off_is_not(self, off):
        citizen = citizens.with_account()
        with pytest.raises(actions.WrongCodeError):
            use(citizen, citizen.code(NOW + off * STEP))

    def test_spaces_within_a_code_are_of_no_matter(self):
        citizen = citizens.with_account()
        code = citizen.code()
        assert use(citizen, f" {code[:3]} {code[3:]} ") is CodeAnswer.TOTP

    @pytest.mark.parametrize("code", ["", "0", "١٢٣٤٥٦", "0" * 4000, "nul\x00"])
    def test_what_is_no_code_is_a_wrong_code(self, code):
        citizen = citizens.with_account()
        with pytest.raises(actions.WrongCodeError):
            use(citizen, code)


@pytest.mark.django_db(transaction=True)
class TestUsedOnce:
    def test_a_used_code_is_refused_to_its_owner_too(self):
        citizen = citizens.with_account()
        use(citizen, citizen.code())
        with pytest.raises(actions.CodeUsedError):
            use(citizen, citizen.code())
        with pytest.raises(actions.CodeUsedError):
            use(citizen, citizen.code(), NOW + STEP)

    def test_of_ten_at_once_one_gets_through(self):
        citizen = citizens.with_account()
        answers = citizens.at_once(*[lambda: use(citizen, citizen.code())] * 10)
        assert answers.count(CodeAnswer.TOTP) == 1
        refused = [answer for answer in answers if answer is not CodeAnswer.TOTP]
        assert {type(answer) for answer in refused} == {actions.CodeUsedError}

    def test_a_code_before_the_last_used_one_is_not_taken_any_more(self):
        citizen = citizens.with_account()
        use(citizen, citizen.code(NOW + STEP))
        with pytest.raises(actions.CodeUsedError):
            use(citizen, citizen.code(NOW))
        assert use(citizen, citizen.code(NOW + 2 * STEP), NOW + 2 * STEP) is CodeAnswer.TOTP

    def test_the_first_code_of_a_device_is_used_with_it(self):
        citizen = citizens.with_account()
        answer = actions.check_first_code(
            account_id=citizen.account_id, secret=SECRET, code=citizen.code(), now=NOW
        )
        assert answer is CodeAnswer.TOTP
        with pytest.raises(actions.CodeUsedError):
            use(citizen, citizen.code())

    def test_a_recovery_code_goes_once(self):
        citizen = citizens.with_account()
        code = recovery_codes(citizen)[3]
        assert use(citizen, code) is CodeAnswer.RECOVERY
        assert code not in recovery_codes(citizen)
        with pytest.raises(actions.WrongCodeError):
            use(citizen, code)

    def test_a_recovery_code_goes_once_in_parallel_too(self):
        citizen = citizens.with_account()
        code = recovery_codes(citizen)[0]
        answers = citizens.at_once(*[lambda: use(citizen, code)] * 6)
        assert answers.count(CodeAnswer.RECOVERY) == 1

    def test_anothers_codes_are_wrong_codes(self):
        citizen, other = citizens.with_account(1), citizens.with_account(2)
        with pytest.raises(actions.WrongCodeError):
            use(citizen, recovery_codes(other)[0])

    def test_whoever_has_no_second_factor_has_no_right_code(self):
        citizen = citizens.with_account(second_factor=False)
        with pytest.raises(actions.WrongCodeError):
            use(citizen, citizen.code())


@pytest.mark.django_db(transaction=True)
class TestStop:
    def test_after_ten_wrong_codes_no_code_is_taken_for_a_quarter_of_an_hour(self):
        citizen = citizens.with_account()
        guess_wrong(citizen, MOST_WRONG_CODES)
        last = NOW + STOP - timedelta(seconds=1)
        for code in (citizen.code(last), recovery_codes(citizen)[0]):
            with pytest.raises(actions.TooManyCodesError):
                use(citizen, code, last)
        assert use(citizen, citizen.code(NOW + STOP), NOW + STOP) is CodeAnswer.TOTP

    def test_a_right_code_begins_the_count_anew(self):
        citizen = citizens.with_account()
        guess_wrong(citizen, MOST_WRONG_CODES - 1)
        use(citizen, citizen.code())
        guess_wrong(citizen, MOST_WRONG_CODES - 1)
        assert use(citizen, citizen.code(NOW + STEP)) is CodeAnswer.TOTP

    def test_a_used_code_does_not_begin_the_count_anew(self):
        citizen = citizens.with_account()
        use(citizen, citizen.code())
        guess_wrong(citizen, MOST_WRONG_CODES - 1)
        with pytest.raises(actions.CodeUsedError):
            use(citizen, citizen.code())
        with pytest.raises(actions.TooManyCodesError):
            use(citizen, wrong_code())

    def test_the_count_lasts_over_days_and_over_ways_of_using_a_code(self):
        citizen = citizens.with_account()
        for day in range(MOST_WRONG_CODES - 1):
            now = NOW + timedelta(days=day)
            with transaction.atomic():
                answer = actions.check_first_code(
                    account_id=citizen.account_id, secret=SECRET, code=wrong_code(now), now=now
                )
            assert answer is CodeAnswer.WRONG
        later = NOW + timedelta(days=MOST_WRONG_CODES)
        with pytest.raises(actions.TooManyCodesError):
            use(citizen, wrong_code(later), later)

    def test_guesses_at_once_are_guesses_in_a_row(self):
        citizen = citizens.with_account()
        answers = citizens.at_once(*[lambda: use(citizen, wrong_code())] * 14)
        kinds = [type(answer) for answer in answers]
        assert kinds.count(actions.WrongCodeError) == MOST_WRONG_CODES - 1
        assert kinds.count(actions.TooManyCodesError) == 14 - MOST_WRONG_CODES + 1
        with pytest.raises(actions.TooManyCodesError):
            use(citizen, citizen.code())

    def test_the_owner_is_told_once(self):
        citizen = citizens.with_account()
        guess_wrong(citizen, MOST_WRONG_CODES + 3)
        told = [message for message in notifications.recent() if message.address == citizen.email]
        assert len(told) == 1
        assert "остановлен на 15 минут" in told[0].subject

    def test_others_go_on_signing_in(self):
        citizen, other = citizens.with_account(1), citizens.with_account(2)
        guess_wrong(citizen, MOST_WRONG_CODES)
        assert use(other, other.code()) is CodeAnswer.TOTP

    def test_a_refusal_does_not_take_its_own_count_back(self):
        citizen = citizens.with_account()
        guess_wrong(citizen, 3)
        assert CodeTries.objects.get(account_id=citizen.account_id).wrong_in_a_row == 3
