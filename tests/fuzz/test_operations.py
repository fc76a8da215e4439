"""Whatever is sent to an operation, it answers as the OpenAPI document says, and never with a defect."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.fuzz.conftest import headers_of
from tests.fuzz.targets import (
    ROLES,
    bodies_that_exist,
    existing_values,
    operation_of,
    operations,
    with_existing,
)

BOUNDED, PUBLISHED = 12, 2000
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "operation" in metafunc.fixturenames:
        pairs = operations()
        metafunc.parametrize("operation", pairs, ids=[" ".join(pair) for pair in pairs])


@pytest.mark.timeout(0)
def test_answers_are_as_documented(request, enter, operation):
    is_full = request.config.getoption("--full")
    world = enter()
    method, path = operation
    known, named = existing_values(world, method, path), bodies_that_exist(world)
    target = operation_of(world.app, method, path)

    @settings(
        max_examples=PUBLISHED if is_full else BOUNDED,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(case=target.as_strategy(), role=st.sampled_from(list(ROLES)), exists=st.booleans(), is_current=st.booleans())
    def send(case, role, exists, is_current):
        if exists:
            case.path_parameters = {
                **case.path_parameters,
                **{k: v for k, v in known.items() if k in case.path_parameters},
            }
            case.body = with_existing(case.body, named)
        headers = {**headers_of(world, role), **({"If-Match": '"1"'} if is_current else {})}
        case.call_and_validate(headers=headers, checks=CHECKS)

    send()
