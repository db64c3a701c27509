"""OMS policies that people linked, and the embedded register of insured persons."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from medkarta.foundation.ids import new_uuid
from medkarta.foundation.policies import LONGEST_NUMBER, LONGEST_SERIES, PolicyNumber
from medkarta.foundation.policies import PolicyKind as Kind

_KINDS = [Kind.OLD.value, Kind.UNIFORM.value, Kind.TEMPORARY.value]


class Numbered(models.Model):
    """A number in the spelling of `foundation.policies`; an ЕНП is of kind 2, also with a term."""

    kind = models.CharField(max_length=1, help_text="НСИ 1.2.643.5.1.13.13.11.1035")
    series = models.CharField(max_length=LONGEST_SERIES, blank=True)
    number = models.CharField(max_length=LONGEST_NUMBER)

    class Meta:
        abstract = True

    @property
    def policy_number(self) -> PolicyNumber:
        return PolicyNumber(Kind(self.kind), self.series, self.number)


class Policy(Numbered):
    """One policy, one person: the database refuses a second holder of a number."""

    id = models.UUIDField(primary_key=True, default=new_uuid, editable=False)
    person = models.ForeignKey("patients.Person", on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=20)
    why_ended = models.CharField(max_length=20, blank=True, help_text="see rules.WhyEnded")
    insurer = models.CharField(max_length=200, blank=True)
    active_to = models.DateField(null=True)
    linked_at = models.DateTimeField()
    checked_at = models.DateTimeField(null=True, help_text="when the register last answered")

    class Meta:
        db_table = "policy"
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "series", "number"],
                condition=Q(state="active"),
                name="one_policy_one_person",
            ),
            models.UniqueConstraint(
                fields=["person"], condition=Q(state="active"), name="one_active_policy_a_person"
            ),
            models.CheckConstraint(condition=Q(state__in=["active", "ended"]), name="policy_state"),
            models.CheckConstraint(condition=Q(kind__in=_KINDS), name="policy_kind"),
        ]


class PolicyClaim(Numbered):
    """The number that a person entered while the register was silent: kept, and holding nothing.

    A table of its own: an unchecked word must not keep a number from the one whose policy it is.
    It is asked for until the register answers; a refusal stays here for the person to read.
    """

    person = models.OneToOneField(
        "patients.Person", on_delete=models.PROTECT, primary_key=True, related_name="+"
    )
    claimed_at = models.DateTimeField()
    tries = models.IntegerField(default=0)
    next_try_at = models.DateTimeField(null=True, help_text="null: the register has answered")
    outcome = models.CharField(max_length=20, blank=True, help_text="see rules.ClaimOutcome")
    differs = ArrayField(models.CharField(max_length=20), default=list)

    class Meta:
        db_table = "policy_claim"


class LinkAttempt(models.Model):
    """A try to link a policy that the register has not borne out: numbers must not be guessed."""

    id = models.UUIDField(primary_key=True, default=new_uuid, editable=False)
    person = models.ForeignKey("patients.Person", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    holder = models.ForeignKey(
        "patients.Person",
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        help_text="who holds the number that was tried, to be told of it",
    )

    class Meta:
        db_table = "policy_link_attempt"
        indexes = [models.Index(fields=["person", "at"], name="policy_link_attempt_recent")]


class InsuredLine(Numbered):
    """A line of the embedded register of insured persons, stand-in for the territorial fund's."""

    id = models.UUIDField(primary_key=True, default=new_uuid, editable=False)
    family = models.CharField(max_length=100)
    given = models.CharField(max_length=100)
    patronymic = models.CharField(max_length=100, blank=True)
    birth_date = models.DateField()
    snils = models.CharField(max_length=11, blank=True)
    insurer = models.CharField(max_length=200)
    active_from = models.DateField()
    active_to = models.DateField(null=True)

    class Meta:
        db_table = "insured_line"
        constraints = [
            models.UniqueConstraint(fields=["kind", "series", "number"], name="one_line_a_policy"),
        ]
        indexes = [models.Index(fields=["snils"], name="insured_line_snils")]
