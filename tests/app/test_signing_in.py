"""Sign-in against a real OpenID Connect provider on loopback: each person sees their own and what is shared."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.app.conftest import PATIENCE_MS, app_running, settle
from tests.app.identity import CLIENT, SECRET, Provider, providing
from tests.app.test_library import card, save

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("team")


@pytest.fixture(scope="module")
def provider() -> Iterator[Provider]:
    with providing() as running:
        yield running


@pytest.fixture(scope="module")
def team_url(home: Path, provider: Provider) -> Iterator[str]:
    secrets = home / "secrets.toml"
    secrets.write_text(
        "[auth]\n"
        'redirect_uri = "http://127.0.0.1:{port}/oauth2callback"\n'
        'cookie_secret = "a-cookie-secret-of-the-tests-0123456789"\n'
        f'client_id = "{CLIENT}"\nclient_secret = "{SECRET}"\n'
        f'server_metadata_url = "{provider.url}/.well-known/openid-configuration"\n'
    )
    with app_running(home, "--secrets.files", str(secrets)) as url:
        yield url


def signed_in(browser: Browser, url: str, person: str) -> Page:
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    context.set_default_timeout(PATIENCE_MS)
    page = context.new_page()
    page.goto(f"{url}/?knowledge_gap=main&title=Plan+of+{person}")
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    expect(page.get_by_role("link", name="Library and rulebook", exact=True)).to_have_count(0)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("link", name=person).click()
    expect(page.get_by_role("link", name="Library and rulebook", exact=True)).to_be_visible()
    settle(page)
    return page


def test_people_see_their_own_assessments_and_shared_ones_and_may_leave(
    browser: Browser, team_url: str, home: Path
) -> None:
    anna, ben = signed_in(browser, team_url, "anna"), signed_in(browser, team_url, "ben")
    anna.goto(f"{team_url}/?knowledge_gap=main&title=Plan+of+anna")
    save(anna)
    expect(anna.get_by_text("Saved as revision 1.")).to_be_visible()
    ben.get_by_role("link", name="Library and rulebook", exact=True).click()
    expect(ben.get_by_text("Nothing is saved yet")).to_be_visible()

    anna.get_by_role("link", name="Library and rulebook", exact=True).click()
    mine = card(anna, "Plan of anna")
    mine.get_by_role("button", name="Share with everyone").click()
    expect(mine.get_by_role("button", name="Stop sharing")).to_be_visible()
    ben.reload()
    theirs = card(ben, "Plan of anna")
    expect(theirs.get_by_role("button", name="Open")).to_be_visible()
    expect(theirs.get_by_role("button", name="Stop sharing")).to_have_count(0)

    anna.get_by_role("button", name="Sign out").click()
    expect(anna.get_by_role("heading", name="Sign in")).to_be_visible()
    held = b"".join(path.read_bytes() for path in home.iterdir() if path.name != "secrets.toml")
    assert b"anna@example.org" in held
    assert SECRET.encode() not in held
    for page in (anna, ben):
        page.context.close()


def test_two_people_who_edit_one_assessment_lose_nothing(browser: Browser, team_url: str) -> None:
    anna, ben = signed_in(browser, team_url, "anna"), signed_in(browser, team_url, "ben")
    anna.goto(f"{team_url}/?knowledge_gap=main&title=Edited+by+two")
    save(anna)
    expect(anna.get_by_text("Saved as revision 1.")).to_be_visible()
    anna.get_by_role("link", name="Library and rulebook", exact=True).click()
    card(anna, "Edited by two").get_by_role("button", name="Share with everyone").click()
    expect(card(anna, "Edited by two").get_by_role("button", name="Stop sharing")).to_be_visible()
    for page in (anna, ben):
        page.get_by_role("link", name="Library and rulebook", exact=True).click()
        card(page, "Edited by two").get_by_role("button", name="Open").click()
        page.wait_for_url("**/recommendation?*knowledge_gap=main*")
        page.get_by_role("link", name="Answers", exact=True).click()
        settle(page)
    save(ben)
    expect(ben.get_by_text("Saved as revision 2.")).to_be_visible()
    save(anna)
    expect(anna.get_by_text("Nothing is lost. Choose one.")).to_be_visible()
    expect(anna.get_by_text("ben@example.org")).to_be_visible()
    anna.get_by_role("button", name="Keep both").click()
    expect(anna.get_by_text("Saved as revision 1.")).to_be_visible()
    ben.get_by_role("link", name="Library and rulebook", exact=True).click()
    expect(card(ben, "Edited by two")).to_contain_text("revision 2")
    expect(card(ben, "Edited by two (copy)")).to_have_count(0)
    for page in (anna, ben):
        page.context.close()
