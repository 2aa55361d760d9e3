"""`python -m tools.settings` writes docs/settings.md and the declaration in Pulumi.yaml."""

from tools.settings.documentation import PAGE, PROJECT, with_declaration, with_settings

for path, renewed in ((PAGE, with_settings), (PROJECT, with_declaration)):
    path.write_text(renewed(path.read_text()))
