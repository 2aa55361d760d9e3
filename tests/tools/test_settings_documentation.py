"""docs/settings.md and Pulumi.yaml say what the settings say about themselves."""

import pytest
import yaml

from settings import Settings
from settings.sources import group_of
from tools.settings.documentation import BEGIN, DECLARATION, PAGE, PROJECT, with_declaration, with_settings


def test_the_page_is_up_to_date() -> None:
    page = PAGE.read_text()
    assert with_settings(page) == page, "run `python -m tools.settings`"


def test_the_projects_declaration_is_up_to_date() -> None:
    project = PROJECT.read_text()
    assert with_declaration(project) == project, "run `python -m tools.settings`"


@pytest.mark.parametrize("text", ["", BEGIN])
def test_a_page_without_its_marks_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="lacks the marks"):
        with_settings(text)


def test_a_project_without_its_mark_is_refused() -> None:
    with pytest.raises(ValueError, match="lacks the mark"):
        with_declaration("config: {}\n")
    assert with_declaration(f"name: etally\n{DECLARATION}\nold").startswith(f"name: etally\n{DECLARATION}\n")


def test_every_setting_has_a_meaning_and_every_group_a_sentence() -> None:
    for name, field in Settings.model_fields.items():
        group = group_of(field)
        if group is None:
            assert field.description, name
        else:
            assert group.__doc__, name
            assert not [key for key, each in group.model_fields.items() if not each.description], name


def test_the_pages_example_is_accepted() -> None:
    example = yaml.safe_load(PAGE.read_text().partition("```yaml\n")[2].partition("```")[0])
    for key, values in example["config"].items():
        group = group_of(Settings.model_fields[key.removeprefix("etally:")])
        assert group is not None
        assert group.model_validate(values).model_dump(by_alias=True, exclude_defaults=True)
