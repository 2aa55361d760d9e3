"""Whom alerts are sent to: Prometheus hands them to an Alertmanager, which groups them and tells somebody."""

import json
from dataclasses import dataclass
from typing import Any, Literal

import pulumi

from components.files import start_with_files

ALERTMANAGER_PORT = 9093

# The image's own user may write there. What the folder holds (which alerts are silenced, what was said when) is as
# short-lived as the container: after a restart an alert that still fires is told once more.
_FOLDER = "/alertmanager"
_CONFIGURATION = f"{_FOLDER}/notifications.yml"
_CONFIGURATION_VARIABLE, _URL_VARIABLE = "ALERTMANAGER_CONFIG", "NOTIFICATION_URL"

Kind = Literal["webhook", "slack"]


@dataclass
class Notifications:
    """The one whom Alertmanager tells of alerts that fire, and of those that no longer do."""

    image: pulumi.Input[str]
    """Of Alertmanager."""
    kind: Kind
    """What the receiver understands: Alertmanager's own JSON, or Slack's."""
    url: pulumi.Input[str]
    """Where it listens; whoever knows it can write there. Becomes part of JSON: no quotation mark, no backslash."""

    @property
    def start_command(self) -> str:
        """Alertmanager alone: it forms no cluster, so it opens no other port."""
        return start_with_files(
            {_CONFIGURATION: _CONFIGURATION_VARIABLE},
            f"alertmanager --config.file={_CONFIGURATION} --storage.path={_FOLDER}"
            f" --cluster.listen-address= --web.listen-address=[::]:{ALERTMANAGER_PORT}",
        )

    @property
    def variables(self) -> dict[str, pulumi.Input[str]]:
        """Its configuration, and the address, which Railway puts in its place there."""
        configuration = alertmanager_configuration(self.kind, f"${{{{{_URL_VARIABLE}}}}}")
        return {_CONFIGURATION_VARIABLE: json.dumps(configuration), _URL_VARIABLE: self.url}


def alertmanager_configuration(kind: Kind, url: str) -> dict[str, Any]:
    """Alertmanager's configuration: one receiver, who hears of an alert at once and of the same one twice a day."""
    receivers: dict[Kind, dict[str, Any]] = {
        "webhook": {"webhook_configs": [{"url": url, "send_resolved": True}]},
        "slack": {
            "slack_configs": [
                {
                    "api_url": url,
                    "send_resolved": True,
                    "title": "{{ .Status | toUpper }}: {{ .CommonLabels.alertname }}",
                    # By default it leads to Alertmanager, which has no public address.
                    "title_link": "",
                    "text": '{{ range .Alerts }}{{ .Annotations.summary }}{{ "\\n" }}{{ end }}',
                }
            ]
        },
    }
    return {
        "route": {
            "receiver": kind,
            "group_by": ["alertname"],
            "group_wait": "30s",
            "group_interval": "5m",
            "repeat_interval": "12h",
        },
        "receivers": [{"name": kind, **receivers[kind]}],
    }
