from pathlib import Path

import httpx
import pytest

from tests.projects import Project, make_project
from tests.server_process import ServerProcess
from vitruvian.server.access import LocalAccess
from vitruvian.store import open_store


@pytest.mark.parametrize("left", [b"", b"half of a key"])
def test_a_key_that_was_cut_off_is_made_anew(tmp_path: Path, left: bytes) -> None:
    (tmp_path / "session.key").write_bytes(left)
    first, second = LocalAccess(tmp_path), LocalAccess(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["session.key"]
    assert len((tmp_path / "session.key").read_bytes()) == 32
    assert (tmp_path / "session.key").stat().st_mode & 0o077 == 0
    assert first.session == second.session
    assert first.session != LocalAccess(None).session


def test_a_folder_that_cannot_be_written_costs_only_the_sessions(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    first, second = LocalAccess(tmp_path / "file"), LocalAccess(tmp_path / "file")
    assert first.session != second.session


def test_a_token_that_is_not_ascii_is_only_wrong() -> None:
    access = LocalAccess()
    assert not access.redeem("é")
    assert access.redeem(access.token)
    assert not access.knows("é")


def test_every_project_has_a_cookie_of_its_own(tmp_path: Path) -> None:
    one, other = LocalAccess(tmp_path / "a"), LocalAccess(tmp_path / "b")
    assert one.cookie != other.cookie
    assert one.cookie == LocalAccess(tmp_path / "a").cookie
    assert one.session not in one.cookie


def test_two_projects_side_by_side_in_one_browser(tmp_path: Path) -> None:
    servers = []
    for name in ("a", "b"):
        with open_store(tmp_path / name / "vitruvian.db", create=True) as store:
            make_project(store)
        servers.append(ServerProcess(str(tmp_path / name)))
    try:
        jar = {name: value for server in servers for name, value in server.cookies.items()}
        for server in servers:
            assert httpx.get(f"{server.base}/api/v1/session", cookies=jar).status_code == 200
    finally:
        for server in servers:
            server.stop()


def test_a_page_stays_signed_in_when_the_server_starts_anew(
    project_name: str, project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VITRUVIAN_CACHE", str(tmp_path / "cache"))
    first = ServerProcess(project_name)
    first.stop()
    second = ServerProcess(project_name)
    status = httpx.get(f"{second.base}/api/v1/session", cookies=first.cookies).status_code
    second.stop()
    assert status == 200
    kept = list((tmp_path / "cache").rglob("session.key"))
    assert len(kept) == (1 if project_name.startswith("postgres") else 0)
