from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import flask_migrate
import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask import Flask

from portal.database import Base, db
from portal.regions.models import Branch, Region
from tests.databases import fresh_database

pytestmark = pytest.mark.heart
VERSIONS = Path("migrations/versions")


@pytest.fixture
def empty_url(database_url: str, tmp_path: Path) -> str:
    if database_url.startswith("sqlite"):
        return f"sqlite:///{tmp_path / 'migrated.sqlite3'}"
    return fresh_database(database_url, "migrations")


@pytest.fixture
def migrating(empty_url: str) -> Iterator[sa.Engine]:
    app = Flask("portal")
    app.config["SQLALCHEMY_DATABASE_URI"] = empty_url
    db.init_app(app)
    flask_migrate.Migrate(app, db, directory="migrations")
    with app.app_context():
        yield db.engine
        db.engine.dispose()


def tables(engine: sa.Engine) -> set[str]:
    return set(sa.inspect(engine).get_table_names()) - {"alembic_version"}


def test_migrating_from_nothing_makes_every_table(migrating):
    flask_migrate.upgrade()
    assert tables(migrating) == set(Base.metadata.tables)


def test_migrating_back_leaves_nothing(migrating):
    flask_migrate.upgrade()
    flask_migrate.downgrade(revision="base")
    assert tables(migrating) == set()


def test_models_and_migrations_say_the_same(migrating):
    flask_migrate.upgrade()
    with migrating.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []


def test_checks_and_partial_indexes_are_the_same_as_the_models_say(migrating, app):
    """Alembic compares neither, so both databases are asked what they made of them."""
    flask_migrate.upgrade()
    with app.app_context():
        assert rules(migrating) == rules(db.engine)


def rules(engine: sa.Engine) -> set[tuple[str, str, str]]:
    inspector = sa.inspect(engine)
    found = set()
    for table in tables(engine):
        for check in inspector.get_check_constraints(table):
            found.add((table, str(check["name"]), check["sqltext"]))
        for index in inspector.get_indexes(table):
            where = [str(v) for k, v in index.get("dialect_options", {}).items() if "where" in k]
            found.add((table, str(index["name"]), f"{index['unique']} {where}"))
    return found


@pytest.fixture
def next_migration(tmp_path: Path) -> Callable[[str], str]:
    """Return a function that adds a migration to a copy, and gives the copy's folder."""

    def write(upgrade: str) -> str:
        folder = tmp_path / "migrations"
        shutil.copytree("migrations", folder)
        head = max(file.name[:4] for file in VERSIONS.glob("*.py"))
        (folder / "versions" / "9999_next.py").write_text(
            f"import sqlalchemy as sa\nfrom alembic import op\n\n"
            f"revision = '9999'\ndown_revision = '{head}'\n\n\n"
            f"def upgrade():\n    {upgrade}\n"
        )
        return str(folder)

    return write


def one_branch_with_a_region(engine: sa.Engine) -> None:
    with engine.begin() as connection:
        values = {"id": 1, "slug": "u", "name": "Utrecht", "lat": 52, "lon": 5}
        connection.execute(sa.insert(Branch).values(values))
        connection.execute(
            sa.insert(Region).values(id=1, branch_id=1, name="a", school_zone="midden")
        )


def test_a_migration_that_breaks_references_is_taken_back_whole(migrating, next_migration):
    flask_migrate.upgrade()
    one_branch_with_a_region(migrating)
    folder = next_migration('op.execute("DELETE FROM branches")')
    with pytest.raises(Exception, match="regions"):
        flask_migrate.upgrade(directory=folder)
    with migrating.connect() as connection:
        assert connection.scalar(sa.select(sa.func.count(Branch.id))) == 1


def test_rebuilding_a_table_keeps_the_rows_that_hang_from_it(migrating, next_migration):
    flask_migrate.upgrade()
    one_branch_with_a_region(migrating)
    alter = 'batch.alter_column("name", existing_type=sa.String(80), type_=sa.String(90))'
    folder = next_migration(f'with op.batch_alter_table("branches") as batch:\n        {alter}')
    flask_migrate.upgrade(directory=folder)
    with migrating.connect() as connection:
        assert connection.scalar(sa.select(sa.func.count(Region.id))) == 1


def test_foreign_keys_are_on_after_migrating(migrating):
    flask_migrate.upgrade()
    if migrating.dialect.name == "sqlite":
        with migrating.connect() as connection:
            assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1


def test_a_revision_is_the_number_of_its_file():
    for number, file in enumerate(sorted(VERSIONS.glob("*.py")), start=1):
        assert file.name.startswith(f"{number:04}_")
        assert f"revision = '{number:04}'" in file.read_text()


def test_migrations_import_nothing_of_the_portal():
    for file in VERSIONS.glob("*.py"):
        imports = re.findall(r"^(?:from|import) (\w+)", file.read_text(), re.MULTILINE)
        assert set(imports) <= {"sqlalchemy", "alembic"}
