"""The page at `/`: the canvas as plain HTML, without scripts and without a single variable's value."""

from html import escape

from .core import Railway
from .inspection import state
from .state import Document

_STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 70rem; padding: 0 1rem;
  color: #1d2433; background: #f6f7f9 }
h1 { font-size: 1.4rem } h2 { font-size: 1.2rem; margin-top: 2rem } h3 { font-size: 1rem; color: #566 }
.canvas { display: grid; grid-template-columns: repeat(auto-fill, minmax(19rem, 1fr)); gap: 1rem }
article { background: #fff; border: 1px solid #d8dde6; border-radius: .5rem; padding: .8rem 1rem }
article h4 { margin: 0 0 .3rem; font-size: 1rem } p { margin: .2rem 0; overflow-wrap: anywhere }
.status { float: right; font-size: .8rem; padding: 0 .5rem; border-radius: 1rem; background: #e4e8ee }
.SUCCESS { background: #cdeed8 } .FAILED, .CRASHED { background: #f9d0d0 }
@media (prefers-color-scheme: dark) { body { background: #14171d; color: #dde3ee }
  article { background: #1e232c; border-color: #343c4a } .status { color: #1d2433 } }
"""


def render(railway: Railway) -> str:
    """Returns the page for the state as it is now."""
    projects = state(railway)["projects"]
    content = "".join(_project(project) for project in projects) or "<p>No project yet.</p>"
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Local Railway</title>'
        f'<meta name="viewport" content="width=device-width"><style>{_STYLE}</style></head><body>'
        f"<h1>Local Railway <small>({escape(railway.profile.name)})</small></h1>"
        "<p>Simulates Railway's API and its deployments; runs no containers.</p>"
        f"{content}</body></html>"
    )


def _project(project: Document) -> str:
    environments = "".join(_environment(environment) for environment in project["environments"])
    return f"<section><h2>{escape(project['name'])}</h2>{environments}</section>"


def _environment(environment: Document) -> str:
    cards = [_service(environment, instance) for instance in environment["serviceInstances"]]
    cards += [_volume(volume) for volume in environment["volumeInstances"] if volume["serviceId"] is None]
    body = "".join(cards) or "<p>Nothing runs here.</p>"
    return f'<h3>{escape(environment["name"])}</h3><div class="canvas">{body}</div>'


def _service(environment: Document, instance: Document) -> str:
    status = instance["status"] or "no deployment"
    source = instance["source"].get("image") or instance["source"].get("repo") or "no source"
    lines = [f"<p>{escape(str(source))}</p>"]
    lines += [_domain(domain) for domain in instance["domains"]]
    lines += [
        f"<p>tcp {p['domain']}:{p['proxyPort']} → {p['applicationPort']}</p>" for p in instance["tcpProxies"]
    ]
    mounted = [v for v in environment["volumeInstances"] if v["serviceId"] == instance["serviceId"]]
    lines += [
        f"<p>volume {escape(v['name'])} ({v['sizeMB']} MB) on {escape(v['mountPath'])}</p>" for v in mounted
    ]
    return (
        f'<article><span class="status {escape(status)}">{escape(status)}</span>'
        f"<h4>{escape(instance['serviceName'])}</h4>{''.join(lines)}</article>"
    )


def _domain(domain: Document) -> str:
    port = f" → {domain['targetPort']}" if domain["targetPort"] else ""
    return f"<p>{escape(domain['domain'])}{port}</p>"


def _volume(volume: Document) -> str:
    size = f"<p>{volume['sizeMB']} MB, not mounted</p>"
    return f"<article><h4>volume {escape(volume['name'])}</h4>{size}</article>"
