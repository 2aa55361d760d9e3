"""docs/policies.md says what the policies say about themselves."""

import pytest

from railway_policies import policies
from railway_policies.documentation import BEGIN, PAGE, with_rules


def test_the_page_is_up_to_date() -> None:
    page = PAGE.read_text()

    assert with_rules(page) == page, "run `python -m railway_policies.documentation` in policies/"


def test_every_policy_link_leads_to_a_heading() -> None:
    headings = {
        line.removeprefix("### ") for line in PAGE.read_text().splitlines() if line.startswith("### ")
    }

    assert {(policy.url or "").partition("#")[2] for policy in policies()} == headings


def test_a_page_without_the_marks_is_refused() -> None:
    with pytest.raises(ValueError, match="lacks the marks"):
        with_rules(f"# Policies\n{BEGIN}\n")
