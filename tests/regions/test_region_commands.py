from __future__ import annotations

import pytest
import sqlalchemy as sa

from portal.regions.models import Branch, DayOverride, Region, RegionPostcode
from portal.regions.queries import region_ids_by_pc4, regions_of_branch
from tests.factories import make_branch, make_region

pytestmark = pytest.mark.heart

KAMPEN = ["regions", "add", "Kampen", "--branch", "zwolle", "--zone", "noord"]


@pytest.fixture
def run(app):
    def command(*words):
        return app.test_cli_runner().invoke(args=list(words))

    return command


@pytest.fixture
def zwolle(session):
    return make_branch(session, slug="zwolle", name="Zwolle")


def test_a_branch_and_its_regions_are_added(session, run):
    added = run("regions", "add-branch", "zwolle", "--name", "Zwolle", "--lat=52.5", "--lon=6.1")
    assert added.exit_code == 0, added.output
    assert run(*KAMPEN, "--postcodes", "8261, 8265-8267").exit_code == 0
    branch = session.scalars(sa.select(Branch)).one()
    (region,) = regions_of_branch(session, branch.id)
    pc4s = ("8261", "8265", "8266", "8267")
    assert region_ids_by_pc4(session, branch.id) == dict.fromkeys(pc4s, region.id)
    assert "Kampen\tnoord\t4 postcodes" in run("regions", "list").output


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["regions", "add-branch", "Zwolle!", "--name=Z", "--lat=52", "--lon=6"], "small letters"),
        (["regions", "add-branch", "zwolle", "--name=Z", "--lat=52", "--lon=6"], "already"),
        (["regions", "add-branch", "z", "--name=Z", "--lat=6", "--lon=52"], "in the Netherlands"),
        (["regions", "add-branch", "z", "--name=", "--lat=52", "--lon=6"], "1 to 80 characters"),
        ([*KAMPEN, "--postcodes", "826"], "“826” is not a four-digit postcode"),
        ([*KAMPEN, "--postcodes", "8269-8261"], "“8269-8261” is not a four-digit"),
        ([*KAMPEN, "--postcodes", ""], "at least one postcode"),
        ([*KAMPEN, "--postcodes", "8011"], "Postcode 8011 belongs to region Centrum"),
        (["regions", "add", "Centrum", *KAMPEN[3:], "--postcodes", "8261"], "already has a region"),
        (["regions", "add", "X", "--branch=no", "--zone=noord", "--postcodes=1"], "no branch"),
        (["regions", "postcodes", "Nowhere", "--branch=zwolle"], "no region called Nowhere"),
        (["regions", "override", "2027-05-03", "--branch=zwolle", "--kind=closed"], "a reason"),
    ],
)  # fmt: skip
def test_a_mistake_is_said_in_a_plain_sentence_and_changes_nothing(
    session, run, zwolle, words, sentence
):
    make_region(session, "8011", branch=zwolle, name="Centrum")
    answer = run(*words)
    assert answer.exit_code != 0
    assert sentence in answer.output
    session.rollback()
    assert session.scalar(sa.select(sa.func.count(Region.id))) == 1
    assert session.scalar(sa.select(sa.func.count(DayOverride.id))) == 0


def test_postcodes_are_added_taken_away_and_shown(session, run, zwolle):
    make_region(session, "8011", branch=zwolle, name="Centrum")
    edit = ["regions", "postcodes", "Centrum", "--branch", "zwolle"]
    assert "2 postcodes added" in run(*edit, "8011-8013").output
    assert "1 postcodes removed" in run(*edit, "8012", "--remove").output
    assert run(*edit).output.strip() == "8011 8013"
    session.rollback()
    assert session.scalar(sa.select(sa.func.count(RegionPostcode.pc4))) == 2


def test_days_are_overridden_and_the_override_is_withdrawn(session, run, zwolle):
    days = ["regions", "override", "2027-05-03", "07-05-2027", "--branch", "zwolle"]
    said = run(*days, "--kind", "school_holiday", "--reason", "second week of May")
    assert "5 days are school_holiday" in said.output
    assert "5 days" in run(*days, "--withdraw").output
    session.rollback()
    assert session.scalar(sa.select(sa.func.count(DayOverride.id))) == 0


def test_list_warns_in_the_last_year_of_known_school_holidays(run, clock):
    clock.set(clock.moment.replace(year=2099))
    assert "School holidays are known until" in run("regions", "list").output
