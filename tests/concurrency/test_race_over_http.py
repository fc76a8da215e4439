"""Two web processes, 32 clients, overlapping times over HTTP: exactly one success a round, the rest are told."""

import http.client
import json
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import islice
from threading import Barrier
from urllib.parse import urlsplit

import pytest
from sqlalchemy.orm import Session, sessionmaker

from practice.core.actor import Role
from practice.core.clock import system_clock
from practice.core.local_time import wall_time
from tests.callers import make_user
from tests.concurrency.racing import PATIENCE_SECONDS, deadlocks, windows
from tests.factories import make_client
from tests.processes import Serving
from tests.scheduling.scene import Scene, overlapping_pairs

CLIENTS = 32
ROUNDS = 4
FULL_ROUNDS = 150
OFFSETS = (0, 15, 30, 45)


class Booker:
    """One client with a kept-alive connection to one of the processes."""

    def __init__(self, address: str, token: str) -> None:
        self._connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=PATIENCE_SECONDS)
        self._headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}

    def book(self, body: dict[str, str]) -> tuple[int, str]:
        """Book and return the status and the code of the refusal, if it is one."""
        self._connection.request("POST", "/api/v1/appointments", json.dumps(body), self._headers)
        answer = self._connection.getresponse()
        told = json.loads(answer.read())
        return answer.status, told.get("code", "")


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_one_of_thirty_two_gets_each_time(
    session: Session, sessions: sessionmaker[Session], engine_url: str, request: pytest.FixtureRequest
) -> None:
    rounds = FULL_ROUNDS if request.config.getoption("--full") else ROUNDS
    scene = Scene(session)
    clients = [make_client(session).uid for _ in range(CLIENTS)]
    token = f"token-{make_user(sessions, Role.RECEPTIONIST).id}"
    session.rollback()
    first = wall_time(system_clock(), "America/Toronto") + timedelta(days=2)
    with Serving(engine_url) as one, Serving(engine_url) as two:
        bookers = [Booker((one, two)[number % 2].address, token) for number in range(CLIENTS)]
        for window in islice(windows(first), rounds):
            bodies = [
                {
                    "service_uid": scene.service.uid,
                    "therapist_uid": scene.therapists[0].uid,
                    "client_uid": clients[number],
                    "local_start": (window + timedelta(minutes=OFFSETS[number % 4])).isoformat(timespec="minutes"),
                }
                for number in range(CLIENTS)
            ]
            answers = all_at_once(bookers, bodies)
            assert Counter(status for status, _ in answers) == {201: 1, 409: CLIENTS - 1}, answers
            assert {code for _, code in answers} == {"", "time_taken"}
    assert (overlapping_pairs(session), deadlocks(session)) == (0, 0)


def all_at_once(bookers: list[Booker], bodies: list[dict[str, str]]) -> list[tuple[int, str]]:
    """Let every booker send its body at the same moment."""
    together = Barrier(len(bookers))

    def send(booker: Booker, body: dict[str, str]) -> tuple[int, str]:
        together.wait(PATIENCE_SECONDS)
        return booker.book(body)

    with ThreadPoolExecutor(len(bookers)) as pool:
        return list(pool.map(send, bookers, bodies))
