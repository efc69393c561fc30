"""A real PostgreSQL server for the tests: started as an unprivileged user on a Unix socket in a folder of its own."""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def binary(name: str) -> str | None:
    """The path of a PostgreSQL program, on PATH or where Debian puts it."""
    found = shutil.which(name)
    if found:
        return found
    places = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))
    return str(places[-1]) if places else None


@contextmanager
def server() -> Iterator[str]:
    """Run a server; yields the socket's folder and stops it afterwards."""
    account = _account()
    folder = Path(tempfile.mkdtemp(prefix="arena-pg-"))
    try:
        os.chown(folder, account.pw_uid, account.pw_gid)
        cluster = folder / "data"
        _run(account, "initdb", "-D", str(cluster), "-U", "arena", "-A", "trust", "-N", "--locale=C", "-E", "UTF8")
        options = f"-k {folder} -c listen_addresses='' -c fsync=off -c max_connections=50"
        _run(account, "pg_ctl", "-D", str(cluster), "-w", "-o", options, "-l", str(folder / "log"), "start")
        try:
            yield str(folder)
        finally:
            _run(account, "pg_ctl", "-D", str(cluster), "-m", "immediate", "-w", "stop")
    finally:
        shutil.rmtree(folder)


def _account() -> pwd.struct_passwd:
    """Who runs the server: PostgreSQL refuses root."""
    if os.geteuid() != 0:
        return pwd.getpwuid(os.geteuid())
    names = {account.pw_name: account for account in pwd.getpwall()}
    return names.get("postgres") or names["nobody"]


def _run(account: pwd.struct_passwd, name: str, *args: str) -> None:
    as_root = os.geteuid() == 0
    subprocess.run(
        [str(binary(name)), *args],
        check=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd="/",
        user=account.pw_uid if as_root else None,
        group=account.pw_gid if as_root else None,
        extra_groups=[] if as_root else None,
        timeout=60,
    )
