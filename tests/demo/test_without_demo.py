"""A portal with real people knows nothing of the demo."""

from __future__ import annotations

import pytest

from portal.settings import Settings


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """Settings of a real portal."""
    return settings.model_copy(update={"demo": False})


def test_no_page_of_the_demo_exists(app):
    assert not [rule for rule in app.url_map.iter_rules() if rule.endpoint.startswith("demo.")]


@pytest.mark.parametrize("path", ["/demo/", "/demo/outbox", "/demo/as/administrator"])
def test_its_addresses_lead_nowhere(session, client, path):
    client.fetch(path, status=404)
