"""Only the worker speaks to mail servers: nothing that a web process can reach knows how."""

import grimp
import pytest

WEB = ("practice.app", "practice.routes")
SPEAKS_SMTP = {"smtplib", "practice.reminders.delivery", "practice.reminders.dispatching"}


@pytest.fixture(scope="module")
def graph() -> grimp.ImportGraph:
    return grimp.build_graph("practice", include_external_packages=True, cache_dir=None)


@pytest.mark.parametrize("root", WEB)
def test_no_web_process_can_open_a_connection_to_a_mail_server(graph: grimp.ImportGraph, root: str) -> None:
    assert not graph.find_upstream_modules(root) & SPEAKS_SMTP


def test_the_worker_can(graph: grimp.ImportGraph) -> None:
    assert graph.find_upstream_modules("practice.worker") >= SPEAKS_SMTP


def test_smtplib_has_one_user(graph: grimp.ImportGraph) -> None:
    assert graph.find_modules_that_directly_import("smtplib") == {"practice.reminders.delivery"}
