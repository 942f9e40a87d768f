from __future__ import annotations

import socket
from datetime import timedelta

import pytest
import sqlalchemy as sa

from portal import clock
from portal.regions.models import Branch
from tests.factories import make_branch, make_invitation
from tools import demo_data, run


def count(session) -> int:
    return session.scalar(sa.select(sa.func.count(Branch.id)))


def test_a_taken_port_is_said_in_a_sentence_with_a_way_out():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        port = listener.getsockname()[1]
        with pytest.raises(run.Stopped, match=f"TIJDVENSTER_PORT={port + 1} make run"):
            run.insist_on_free("127.0.0.1", port)


def test_a_wrong_setting_is_named_instead_of_a_traceback(monkeypatch):
    monkeypatch.setenv("TIJDVENSTER_PORT", "eighty")
    with pytest.raises(run.Stopped, match="TIJDVENSTER_PORT"):
        run.checked_settings()


def test_data_that_are_not_the_demo_are_never_thrown_away(session, settings):
    make_branch(session, slug="utrecht")
    make_invitation(session)
    with pytest.raises(demo_data.NotDemoData, match="nothing was thrown away"):
        demo_data.throw_away(settings)
    assert count(session) == 1


def test_a_database_with_the_demo_and_a_real_branch_is_not_thrown_away(session, settings):
    make_branch(session, slug="demo-utrecht")
    make_branch(session, slug="utrecht")
    with pytest.raises(demo_data.NotDemoData):
        demo_data.throw_away(settings)


def test_the_demo_is_thrown_away_whole(session, settings):
    make_branch(session, slug="demo-utrecht")
    make_invitation(session)
    demo_data.throw_away(settings)
    assert count(session) == 0


def test_what_is_there_is_kept(session, settings):
    make_branch(session, slug="utrecht")
    assert "kept" in demo_data.load_when_empty(settings)
    assert count(session) == 1


def test_a_demo_that_grows_old_says_how_to_make_it_new(session, settings):
    make_branch(session, slug="demo-utrecht")
    loaded_at = clock.now() - timedelta(weeks=5)
    (settings.data_dir / "demo-loaded-at").write_text(loaded_at.isoformat())
    assert "make demo" in demo_data.load_when_empty(settings)
