"""The way from an account to an open record, walked for a demo person by the real actions."""

from dataclasses import dataclass
from datetime import datetime

from medkarta.accounts import actions as accounts
from medkarta.accounts import totp
from medkarta.audit.drafts import Origin
from medkarta.consents import actions as consents
from medkarta.consents.queries import paper_to_sign
from medkarta.consents.rules import Choice, Kind
from medkarta.demo.cast import WAY, Stage
from medkarta.demo.credentials import Credentials
from medkarta.foundation.ids import AccountId, PersonId
from medkarta.foundation.policies import PolicyNumber
from medkarta.insurance import actions as insurance
from medkarta.patients import actions as patients
from medkarta.patients.rules import LinkRequestState, PersonalDataInput

# НСИ 1.2.643.5.1.13.13.99.2.48.
PASSPORT = "1"
ORIGIN = Origin(app="demo", request_id="demo", address=None, device="medkarta")


DETAILS = consents.Details(
    address="000000, г. Примерск, ул. Выдуманная, д. 2, кв. 3",
    document_number="00 00 000000",
    document_issued="выдуманным отделом, 01.02.2010",
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Walker:
    """Who walks, with what papers, how far, and which operator confirms them."""

    data: PersonalDataInput
    policy: PolicyNumber
    credentials: Credentials
    stage: Stage
    operator: AccountId

    def reaches(self, stage: Stage) -> bool:
        """Whether the steps before that stage are taken.

        Without a second factor no consent can be signed, so that walker stops there too.
        """
        if self.stage is Stage.NO_SECOND_FACTOR:
            return WAY.index(stage) <= WAY.index(Stage.NO_CONSENT)
        return WAY.index(stage) <= WAY.index(self.stage)


def walk(*, walker: Walker, now: datetime) -> None:
    """Take every step up to the walker's stage. Repeatable.

    `now` lies in the past of whoever signs in next: the code that signs the consent uses up its
    half minute, and at the sign-in a code of the same one would be refused.
    """
    account_id = accounts.open_account(new=_new_account(walker))
    person_id = patients.open_person(account_id=account_id)
    steps = _Steps(walker=walker, account_id=account_id, person_id=person_id, now=now)
    steps.write_personal_data()
    for stage, step in (
        (Stage.NO_POLICY, steps.have_identity_confirmed),
        (Stage.NO_CONSENT, steps.link_policy),
        (Stage.NO_LINK, steps.sign_consent),
        (Stage.OPEN, steps.link_entries),
    ):
        if walker.reaches(stage):
            step()


def _new_account(walker: Walker) -> accounts.NewAccount:
    without = walker.stage is Stage.NO_SECOND_FACTOR
    return accounts.NewAccount(
        email=walker.credentials.email,
        password=walker.credentials.password,
        totp_secret=None if without else walker.credentials.totp_secret,
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class _Steps:
    walker: Walker
    account_id: AccountId
    person_id: PersonId
    now: datetime

    def write_personal_data(self) -> None:
        patients.record_personal_data(
            person_id=self.person_id,
            data=self.walker.data,
            by=self.account_id,
            origin=ORIGIN,
            now=self.now,
        )
        patients.check_person(
            person_id=self.person_id, by=self.account_id, origin=ORIGIN, now=self.now
        )
        patients.confirm_personal_data(
            person_id=self.person_id, by=self.account_id, origin=ORIGIN, now=self.now
        )
        consents.record_details(
            person_id=self.person_id,
            details=DETAILS,
            by=self.account_id,
            origin=ORIGIN,
            now=self.now,
        )

    def have_identity_confirmed(self) -> None:
        accounts.confirm_identity(
            account_id=self.account_id,
            by=self.walker.operator,
            document_kind=PASSPORT,
            seen=self.walker.data.fingerprint,
            origin=ORIGIN,
            now=self.now,
        )

    def link_policy(self) -> None:
        insurance.link_policy(
            person_id=self.person_id,
            number=self.walker.policy,
            by=self.account_id,
            origin=ORIGIN,
            now=self.now,
        )

    def sign_consent(self) -> None:
        secret = self.walker.credentials.totp_secret
        paper = paper_to_sign(
            self.person_id, Choice(kind=Kind.PROCESSING), "ru", by=self.account_id
        )
        consents.sign(
            person_id=self.person_id,
            by=self.account_id,
            signature=consents.Signature(
                choice=paper.choice,
                sha256=paper.text.sha256,
                after=paper.after,
                proof=accounts.Proof(code=totp.code_at(secret, totp.step_at(self.now))),
            ),
            origin=ORIGIN,
            now=self.now,
        )

    def link_entries(self) -> None:
        """Link every entry that the request finds; found nothing: all are linked already."""
        request = patients.request_link(
            person_id=self.person_id, by=self.account_id, origin=ORIGIN, now=self.now
        )
        if request.state is LinkRequestState.FOUND:
            patients.confirm_link(
                request_id=request.request_id,
                person_id=self.person_id,
                patient_ids=[entry.patient_id for entry in request.found],
                by=self.account_id,
                origin=ORIGIN,
                now=self.now,
            )
