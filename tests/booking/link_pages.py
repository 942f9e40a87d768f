"""Every page that a link leads to: each public address with a token or an appointment number."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

import sqlalchemy as sa
from flask import Flask

from portal.database import Base, db

# What an address may hold besides: rows that are shown behind it.
ALSO = {"opening_id"}
HOLDERS = {"token", "reference", "feed_token"}


def link_pages(app: Flask, values: Mapping[str, object]) -> list[str]:
    """Return the paths of all pages that can be fetched with these values.

    Fails for a link of a new kind, so that nobody forgets to say here how it is tested.
    """
    paths = []
    adapter = app.url_map.bind("localhost")
    for rule in app.url_map.iter_rules():
        guard = getattr(app.view_functions[rule.endpoint], "guard", None)
        is_open = guard is not None and not guard.roles and "GET" in (rule.methods or ())
        if not is_open or not rule.arguments:
            continue
        assert rule.arguments <= HOLDERS | ALSO, f"{rule}: say what links of this kind hold"
        if rule.arguments <= set(values):
            known = {name: values[name] for name in rule.arguments}
            paths.append(adapter.build(rule.endpoint, known))
    return sorted(paths)


def everything_stored(app: Flask) -> str:
    """Return a hash over all rows of all tables."""
    digest = hashlib.sha256()
    with app.app_context():
        for table in Base.metadata.sorted_tables:
            rows = db.session.execute(sa.select(table).order_by(*table.primary_key)).all()
            digest.update(repr((table.name, rows)).encode())
        db.session.rollback()
    return digest.hexdigest()
