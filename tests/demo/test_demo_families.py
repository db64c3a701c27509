"""The demo has a parent who acts for a child."""

from dataclasses import replace
from datetime import date

import pytest
from django.utils import timezone

from medkarta.accounts.queries import account_by_email
from medkarta.demo.actions.confirming import open_operator
from medkarta.demo.actions.populating import _make
from medkarta.demo.actions.representing import represent
from medkarta.demo.cast import CAST, FAMILIES, PARENTS, SHOWCASE, Stage
from medkarta.patients.queries import person_of
from medkarta.patients.queries.representation import of_representative


def test_every_family_is_of_the_showcase():
    mailboxes = {one.mailbox: one for one in (*SHOWCASE, *PARENTS)}
    for parent, child in FAMILIES:
        assert mailboxes[child].birth_date > date(2008, 11, 26)
        assert mailboxes[parent].stage is mailboxes[child].stage is Stage.OPEN
    assert len({one.number for one in (*CAST, *mailboxes.values())}) == len(CAST) + len(mailboxes)


@pytest.mark.django_db
def test_the_parent_acts_for_the_child_once_however_often_it_is_made():
    now = timezone.now()
    operator = open_operator()
    parent = PARENTS[0]
    child = replace(
        CAST[7],
        mailbox="a.child",
        number=90,
        birth_date=date(now.year - 10, 1, 1),
        stage=Stage.NO_LINK,
    )
    for one in (parent, child):
        _make(one, operator=operator, now=now)
    for _ in range(2):
        represent(
            people=(parent, child),
            operator=operator,
            now=now,
            families=((parent.mailbox, child.mailbox),),
        )
    acting = person_of(account_by_email(parent.email).account_id)
    (view,) = of_representative(acting.person_id)
    assert view.principal.account_id == account_by_email(child.email).account_id
