import socket
from pathlib import Path

import httpx
import pytest

from tests.projects import make_project
from tests.server_process import ServerProcess
from vitruvian.server.address import Hosts, hosts_for, printed
from vitruvian.store import open_store

EVERYWHERE = "0.0.0.0"  # noqa: S104 - what is tested


@pytest.mark.parametrize(
    ("listens", "shown"),
    [
        ("127.0.0.1", "http://127.0.0.1:80"),
        ("localhost", "http://localhost:80"),
        ("::1", "http://[::1]:80"),
        ("0:0:0:0:0:0:0:1", "http://[::1]:80"),
        (EVERYWHERE, "http://127.0.0.1:80"),
        ("::", "http://[::1]:80"),
        ("192.168.1.7", "http://192.168.1.7:80"),
        ("box.lan", "http://box.lan:80"),
    ],
)
def test_the_printed_address_can_be_opened_and_is_answered(listens: str, shown: str) -> None:
    assert printed(listens, 80) == shown
    assert hosts_for(listens).allow(shown.removeprefix("http://"))


@pytest.mark.parametrize(
    ("listens", "host", "allowed"),
    [
        ("127.0.0.1", "LocalHost:8765", True),
        ("127.0.0.1", "[::1]", True),
        ("127.0.0.1", "192.168.1.7", False),
        ("127.0.0.1", "evil.example", False),
        ("127.0.0.1", "127.0.0.1.evil.example", False),
        ("127.0.0.1", "127.0.0.1@evil.example", False),
        ("127.0.0.1", "", False),
        ("127.0.0.1", "::1", False),
        (EVERYWHERE, "192.168.1.7:8765", True),
        (EVERYWHERE, f"{socket.gethostname()}:8765", True),
        (EVERYWHERE, "evil.example", False),
        ("::", "[fe80::1]:8765", True),
        ("Box.lan", "box.LAN:8765", True),
    ],
)
def test_hosts(listens: str, host: str, allowed: bool) -> None:
    assert hosts_for(listens).allow(host) == allowed


def test_only_this_machine_by_default() -> None:
    assert not Hosts().allow("192.168.1.7")


@pytest.mark.parametrize("host", ["::1", EVERYWHERE])
def test_a_server_that_listens_elsewhere(tmp_path: Path, host: str) -> None:
    if host == "::1" and not _has_ipv6():
        pytest.skip("no IPv6 here")
    with open_store(tmp_path / "vitruvian.db", create=True) as store:
        make_project(store)
    server = ServerProcess(str(tmp_path), host=host)
    status = httpx.get(f"{server.base}/api/v1/session", cookies=server.cookies).status_code
    server.stop()
    assert status == 200


def _has_ipv6() -> bool:
    try:
        with socket.socket(socket.AF_INET6) as tried:
            tried.bind(("::1", 0))
    except OSError:
        return False
    return True
