from __future__ import annotations


def test_a_page_that_is_not_there_is_readable_by_everyone(open_page, view, axe, fits):
    page = open_page(view)
    answer = page.goto("/nothing-here")
    assert answer.status == 404
    assert page.get_by_role("heading", level=1).inner_text().endswith("niet vinden")
    axe(page)
    fits(page)


def test_a_page_that_is_not_there_needs_no_script(open_page):
    page = open_page(javascript=False)
    page.goto("/nothing-here")
    assert page.locator("a[href^='tel:']").count() > 0
