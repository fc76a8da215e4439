import pytest

from practice.clinic.models import Therapist
from practice.scheduling.lifecycle import AppointmentState
from tests.desk.scenes import Clinic
from tests.factories import act, make_client


@pytest.fixture
def clinic(session):
    return Clinic(session)


@pytest.fixture
def theo(app, clinic, cast, client_as):
    def give_diary():
        clinic.session.get_one(Therapist, clinic.ada.id).user_id = cast["theo"].id

    act(clinic.session, give_diary)
    return client_as("theo")


@pytest.fixture
def path(clinic, now):
    client = make_client(clinic.session, first_name="Nora")
    return f"/appointments/{clinic.visit(now, client, state=AppointmentState.ARRIVED).uid}/visit"
