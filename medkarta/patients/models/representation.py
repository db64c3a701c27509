"""Who acts for whom: rights, the words that ask for them, the terms that offer them."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from medkarta.foundation.ids import new_uuid
from medkarta.patients.models.data import PersonalData
from medkarta.patients.rules.representation import (
    DEFAULT_ZONE,
    TO_TRUSTED,
    ZONES,
    Doing,
    Ended,
    Kind,
)


class Representation(models.Model):
    """One person's right to act for another. Ended, never deleted: it is what lines refer to.

    `all_sections` stands apart from the list, so that an empty list opens nothing.
    """

    id = models.UUIDField(primary_key=True, default=new_uuid, editable=False)
    principal = models.ForeignKey("patients.Person", on_delete=models.PROTECT, related_name="+")
    representative = models.ForeignKey(
        "patients.Person", on_delete=models.PROTECT, related_name="+"
    )
    kind = models.CharField(max_length=20)
    paper = models.CharField(max_length=40, blank=True, help_text="what the operator saw")
    doings = ArrayField(models.CharField(max_length=20))
    all_sections = models.BooleanField()
    sections = ArrayField(models.CharField(max_length=40))
    zone = models.CharField(max_length=40, default=DEFAULT_ZONE)
    given_by = models.ForeignKey("accounts.Account", on_delete=models.PROTECT, related_name="+")
    active_from = models.DateTimeField()
    active_to = models.DateField(null=True, help_text="the last day, whole")
    ended_at = models.DateTimeField(null=True)
    ended_how = models.CharField(max_length=20, blank=True)

    class Meta:
        db_table = "representation"
        constraints = [
            models.UniqueConstraint(
                fields=["principal", "representative"],
                condition=Q(ended_at=None),
                name="one_right_of_a_pair_at_once",
            ),
            models.CheckConstraint(
                condition=~Q(principal=F("representative")), name="nobody_for_oneself"
            ),
            models.CheckConstraint(
                condition=Q(kind__in=[kind.value for kind in Kind]), name="representation_kind"
            ),
            models.CheckConstraint(
                condition=Q(doings__contained_by=[doing.value for doing in Doing]),
                name="representation_doings",
            ),
            models.CheckConstraint(condition=Q(zone__in=list(ZONES)), name="representation_zone"),
            # Who trusts somebody names the last day and the sections; a paper has all of them.
            models.CheckConstraint(
                condition=Q(kind=Kind.TRUSTED.value, all_sections=False, active_to__isnull=False)
                | (~Q(kind=Kind.TRUSTED.value) & ~Q(paper="")),
                name="trust_is_limited_and_law_has_a_paper",
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None, ended_how="")
                | Q(ended_at__isnull=False, ended_how__in=[how.value for how in Ended]),
                name="representation_ended_how",
            ),
        ]
        indexes = [models.Index(fields=["representative"], name="representation_by")]


class RepresentationClaim(PersonalData):
    """A parent's or guardian's word that a child is theirs; it gives nothing until it is confirmed.

    The child has no row in `person` before an operator has seen the paper: anybody may type a name.
    """

    id = models.UUIDField(primary_key=True, default=new_uuid, editable=False)
    applicant = models.ForeignKey("patients.Person", on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=20)
    certificate = models.CharField(max_length=40, blank=True, help_text="series and number")
    zone = models.CharField(max_length=40, default=DEFAULT_ZONE)
    claimed_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    representation = models.OneToOneField(
        "patients.Representation", on_delete=models.PROTECT, null=True, related_name="+"
    )

    class Meta:
        db_table = "representation_claim"
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=[kind.value for kind in Kind if kind.legal]),
                name="claim_kind",
            ),
            models.CheckConstraint(condition=Q(zone__in=list(ZONES)), name="claim_zone"),
            models.CheckConstraint(
                condition=Q(representation=None) | Q(closed_at__isnull=False),
                name="confirmed_claim_is_closed",
            ),
        ]
        indexes = [
            models.Index(
                fields=["applicant"], condition=Q(closed_at=None), name="representation_claim_open"
            ),
            models.Index(fields=["certificate"], name="representation_claim_paper"),
        ]


class TrustOffer(models.Model):
    """Terms that a person signed for the owner of a mailbox, whether or not there is an account.

    By the address alone, so that making an offer tells nobody who has an account here.
    """

    id = models.UUIDField(primary_key=True, default=new_uuid, editable=False)
    principal = models.ForeignKey("patients.Person", on_delete=models.PROTECT, related_name="+")
    email = models.EmailField()
    doings = ArrayField(models.CharField(max_length=20))
    sections = ArrayField(models.CharField(max_length=40))
    active_to = models.DateField()
    terms = models.TextField(help_text="the very text under the signature")
    sha256 = models.CharField(max_length=64)
    account = models.ForeignKey("accounts.Account", on_delete=models.PROTECT, related_name="+")
    signed_with = models.CharField(max_length=20, help_text="the second factor")
    offered_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    representation = models.OneToOneField(
        "patients.Representation", on_delete=models.PROTECT, null=True, related_name="+"
    )

    class Meta:
        db_table = "trust_offer"
        constraints = [
            models.UniqueConstraint(
                fields=["principal", "email"],
                condition=Q(closed_at=None),
                name="one_open_offer_to_an_address",
            ),
            models.CheckConstraint(
                condition=Q(doings__contained_by=[doing.value for doing in TO_TRUSTED]),
                name="trust_offer_doings",
            ),
            models.CheckConstraint(
                condition=Q(representation=None) | Q(closed_at__isnull=False),
                name="accepted_offer_is_closed",
            ),
        ]
        indexes = [
            models.Index(fields=["email"], condition=Q(closed_at=None), name="trust_offer_open")
        ]
