"""Deployment of the end-to-end section: container, serving, cloud, a running application."""

from __future__ import annotations

from collections.abc import Iterator

from analyzer.findings import Finding, Place, met, partial
from analyzer.inventory import Kind
from analyzer.knowledge.paths import README_FILE
from analyzer.plugins import rule
from analyzer.queries.by_hand import (
    asks_emulator,
    asks_own_store,
    deploys_here,
    emulators,
    pushes_by_hand,
    steps_by_hand,
)
from analyzer.queries.ci import deploy_commands, deploy_steps, image_pushes, own_machine_starts
from analyzer.queries.cloud import (
    cloud_hosts,
    cloud_remotes,
    emulated,
    kept_for_platform,
    own_task_definitions,
    own_workloads,
    runs_nothing,
    space_header,
    telling_first,
)
from analyzer.queries.containers import packagings, prepares, used_services, wraps_a_server
from analyzer.queries.declared import own_parts
from analyzer.queries.links import hosted_elsewhere, hosted_links
from analyzer.queries.places import first_said
from analyzer.queries.purpose import has_model
from analyzer.queries.schedules import requested_scoring, scheduled_scoring
from analyzer.queries.serving import (
    batch_scoring,
    entry_points,
    handlers,
    has_application,
    is_started,
    model_is_lost,
    model_servers,
    prediction_routes,
    ui_apps,
)
from analyzer.repository import Repository
from analyzer.wiring.breaks import starts_nothing

_PYTHON_OR_NOTEBOOK = (Kind.PYTHON, Kind.NOTEBOOK)


@rule("e2e.container", reads=(Kind.DOCKERFILE,))
def packages_own_code(repo: Repository) -> Iterator[Finding]:
    """No Dockerfile packages the project's own service or pipeline code."""
    packaged = False
    for packaging in packagings(repo):
        if packaging.only_tests or wraps_a_server(repo, packaging):
            continue
        broken = starts_nothing(repo, packaging) if packaging.decisive else None
        if packaging.decisive and not broken:
            packaged = True
            yield met("A Dockerfile packages the project's code", packaging.decisive)
        elif broken and not packaged:
            yield partial(f"A Dockerfile packages code, but {broken.sentence}", broken.place)
    for packaging in packagings(repo) if not packaged else ():
        if packaging.only_tests and packaging.decisive:
            yield partial("A Dockerfile packages the code for its tests alone", packaging.decisive)
            return
        absent = packaging.absent[0] if packaging.absent else None
        if absent and (packaging.elsewhere or len(packaging.absent) < len(packaging.dockerfile.copies)):
            yield partial(f"The Dockerfile copies {absent.sources[0]}, which is not in the repository", absent)
        elif not absent and (prepares(repo, packaging.dockerfile) or wraps_a_server(repo, packaging)):
            yield partial("The Dockerfile copies none of the project's code", packaging.dockerfile)
        else:
            continue
        return
    for service in used_services(repo) if not packaged else ():
        yield partial("Only images of others are run; nothing of the project is packaged", service)
        return


@rule("e2e.live-endpoint")
def links_running_application(repo: Repository) -> Iterator[Finding]:
    """The README links no hosted app, endpoint or API."""
    for link, kind in hosted_links(repo):
        if kind == "application":
            yield met("The README links a running application", Place(link.path, link.line))
            return
    for link, kind in hosted_links(repo):
        page = "The README links a hosted report or documentation, not the application"
        gone = "The README links an application of which it says that it is no longer running"
        yield partial(gone if kind == "gone" else page, Place(link.path, link.line))
        return
    for link in sorted(hosted_elsewhere(repo), key=lambda link: not README_FILE.search(link.path)):
        if README_FILE.search(link.path):
            yield met("The README of a folder links a running application", Place(link.path, link.line))
        else:
            yield partial("A page links the running application, and the README does not", Place(link.path, link.line))
        return


@rule("e2e.serving", reads=_PYTHON_OR_NOTEBOOK, needs=has_model)
def serves_predictions(repo: Repository) -> Iterator[Finding]:
    """Predictions are not served."""
    functions = entry_points(repo, list(handlers(repo)))
    served = [*functions, *model_servers(repo)]
    answering = list(prediction_routes(repo))
    if answering and not served and not is_started(repo):
        if not model_is_lost(repo, answering):
            yield partial("A route predicts, but nothing starts the service", answering[0])
        return
    if functions and not answering:
        yield met("Predictions are made by a function of a cloud platform", *functions[:3])
        return
    found = [*answering, *served]
    if found:
        yield met("Predictions are served over an API", *found[:3])
        return
    for place in requested_scoring(repo):
        yield met("A request to the orchestrator starts a pipeline that predicts", place)
        return
    scoring = list(batch_scoring(repo))
    scheduled = scheduled_scoring(repo, scoring)
    if scheduled:
        yield met("Batch scoring is deployed on a schedule", *scheduled)
        return
    apps = list(ui_apps(repo))
    if apps:
        yield partial("Predictions are shown by an app, but no API serves them", apps[0])
    if scoring:
        yield partial("Predictions are made by a script that is run by hand", scoring[0])


def _declared_to_run(repo: Repository) -> Iterator[Finding]:
    """What files tell a cluster or a platform to run, other than infrastructure code."""
    for workload in own_workloads(repo):
        yield met("Kubernetes manifests run the project's workload", workload)
    for definition in own_task_definitions(repo):
        yield met("A task definition of ECS runs the project's image", definition)
    for path in repo.platform_files if has_application(repo) else ():
        yield met("A platform file deploys the application", first_said(repo, path))
    for workflow in repo.workflows:  # https://docs.databricks.com/dev-tools/bundles/
        if workflow.tool == "databricks" and own_parts(repo, workflow):
            yield met("A bundle deploys jobs of the project to Databricks", workflow)
    header = space_header(repo)
    if header:
        yield met("The repository is a Hugging Face Space", header)


@rule("e2e.cloud-deployment", reads=(Kind.TERRAFORM, Kind.GITHUB_WORKFLOW))
def deploys_to_cloud(repo: Repository) -> Iterator[Finding]:
    """Nothing deploys the project on a cloud or cluster."""
    weak: list[Finding] = []
    computes = False
    runnable = has_application(repo) or bool(repo.code.has("model.fit", "model.predict", "pipeline.flow"))
    for resource, kind, file in telling_first(repo):
        if emulated(repo, file):
            weak.append(partial("The infrastructure is applied to an emulator only", resource))
        elif kind in ("serving", "ml", "cluster", "compute") and not runnable:
            weak.append(partial("Infrastructure code provisions compute, and nothing here could run on it", resource))
        elif kind in ("cluster", "compute") and runs_nothing(repo, resource):
            weak.append(
                partial("Infrastructure code provisions what leads to an application, and nothing runs one", resource)
            )
        elif kind in ("serving", "ml", "cluster", "compute"):
            computes = True
            yield met("Infrastructure code deploys compute on a cloud", resource)
        elif kind in ("database", "registry", "queue", "storage"):
            weak.append(partial("Infrastructure code provisions stores only; nothing runs the application", resource))
        elif kind not in ("docker", "local"):
            weak.append(partial("Infrastructure code provisions nothing that is known to run an application", resource))
    yield from _declared_to_run(repo)
    for item in deploy_commands(repo):
        # What is applied is worth what it provisions; modules of others may provision anything.
        told = "infra.apply" in item.roles and (
            computes or weak or not any(file.modules for file in repo.infrastructure)
        )
        if not told:
            yield met("A command deploys the application", item.origin, item.place)
    for step in deploy_steps(repo):
        yield met("A CI step deploys the application", step)
    for place in own_machine_starts(repo):
        yield met("CI starts the image on a machine of its own", place)
    for call in repo.code.calls("serve.remote"):
        if not deploys_here(repo, call):
            yield met("Code deploys the model to a managed endpoint", call)
    for call in repo.code.calls("serve.platform"):
        yield met("Code declares an application for a platform that runs it", call)
    for declared in repo.azure_ml:
        if declared.serves:
            yield met("A file deploys the model to a managed endpoint", declared)
    weak += (
        partial("An image is pushed to a registry; nothing runs it in a cloud", item.place)
        for item in image_pushes(repo)
    )
    used = [call for call in repo.code.calls("cloud.use") if not asks_own_store(repo, call)]
    real = [call for call in used if not asks_emulator(repo, call)]
    weak += (partial("Cloud services are used from code; nothing deploys the project", call) for call in real[:2])
    weak += (partial("A cloud is emulated; nothing deploys on one", call) for call in used[:2] if call not in real)
    weak += (
        partial("A server or bucket in a cloud is used from code; nothing deploys the project", text)
        for text in list(cloud_hosts(repo))[:2]
    )
    weak += (partial("Data are kept in a cloud; nothing deploys the project", place) for place in cloud_remotes(repo))
    hosted = kept_for_platform(repo)
    if hosted:
        weak.append(
            partial("A file names the Python of a hosting platform; nothing deploys the page", Place(hosted, 1))
        )
    weak += (partial("A cloud is emulated; nothing deploys on one", service) for service in list(emulators(repo))[:1])
    weak += (
        partial("The steps on a cloud are told to be done by hand", place) for place in list(steps_by_hand(repo))[:1]
    )
    weak += (
        partial("An image is pushed to a registry by hand; nothing runs it in a cloud", place)
        for place in list(pushes_by_hand(repo))[:1]
    )
    yield from weak[:3]
