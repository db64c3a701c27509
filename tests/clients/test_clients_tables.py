"""What the database itself refuses."""

import bearers
import citizens
import pytest
from django.db import IntegrityError

from medkarta.clients.models import Token


@pytest.mark.django_db
def test_a_token_is_a_persons_or_a_clinics_and_never_both():
    citizen, clinic_id = citizens.with_account(), citizens.clinic()
    bearers.app_token(citizen)
    bearers.system_token(clinic_id)
    assert Token.objects.count() == 2
    with pytest.raises(IntegrityError, match="client_token_whose"):
        bearers.app_token(citizen, clinic_id=clinic_id)


@pytest.mark.django_db
def test_a_system_has_a_clinic():
    with pytest.raises(IntegrityError, match="client_of_a_clinic"):
        bearers.system(None)
