"""Infrastructure as code: what is provisioned, how it is parameterised, where its state is, what runs on a cluster."""

from __future__ import annotations

import re
from collections.abc import Iterator

from analyzer.findings import Finding, Place, met, missing, partial
from analyzer.inventory import Kind, Owner, kind_of
from analyzer.plugins import rule
from analyzer.queries.cloud import RUNS_CODE, emulated, other_workloads, own_workloads, resources, telling_first
from analyzer.queries.containers import own_services, packagings
from analyzer.repository import Repository

_FILES = (Kind.TERRAFORM, Kind.BICEP, Kind.SERVERLESS, Kind.PULUMI_YAML)
_STATE_BY_NATURE = frozenset({"cloudformation", "sam", "cdk", "serverless", "bicep"})
_REMOTE = frozenset(
    ["s3", "gcs", "azurerm", "remote", "cloud", "http", "consul", "pg", "kubernetes", "oss", "cos", "oci"]
)


def _copied(repo: Repository) -> Iterator[Finding]:
    """What is missing where all infrastructure code is a copy of somebody else's, so that the answer says so."""
    owners = repo.inventory.owners.items() if not repo.infrastructure else ()
    others = (path for path, owner in owners if owner in (Owner.VENDORED, Owner.SCAFFOLD) and kind_of(path) in _FILES)
    if path := min(others, default=""):
        yield missing(f"The infrastructure code is scaffolding or a copy of somebody else's, such as {path}.")


@rule("iac.provisioning", reads=_FILES)
def provisions_infrastructure(repo: Repository) -> Iterator[Finding]:
    """No infrastructure code with a resource was found."""
    for resource, kind, file in telling_first(repo):
        if kind != "local":
            yield met(f"{file.tool} provisions {resource.type}", resource)
            return
    for file in repo.infrastructure:
        for module in file.modules:
            if module.value and not module.value.startswith("."):
                yield met(f"{file.tool} provisions the module {module.value}", module)
                return
    yield from _copied(repo)


@rule("iac.ml-infrastructure", reads=_FILES)
def provisions_what_the_system_runs_on(repo: Repository) -> Iterator[Finding]:
    """No infrastructure that the ML system runs on is provisioned."""
    found = telling_first(repo)
    for resource, kind, file in found:
        if kind in RUNS_CODE and not emulated(repo, file):
            yield met(f"It provisions what the system runs on: {resource.type}", resource)
            return
    for file in repo.infrastructure:
        for module in file.modules:
            if re.search(
                r"(?i)eks|ecs|rds|gke|kubernetes|lambda|cloud-run|sql|redis|vertex|sagemaker|ec2|instance", module.value
            ):
                yield met(f"It provisions what the system runs on: {module.value}", module)
                return
    for resource, kind, file in found:
        if kind == "docker" or emulated(repo, file):
            yield partial("The infrastructure is a local engine or an emulator", resource)
            return
    for resource, kind, _ in found:
        if kind in ("storage", "role", "network"):
            yield partial("Only storage, roles or networks are provisioned", resource)
            return
    for module in (module for file in repo.infrastructure for module in file.modules):
        if re.search(r"(?i)s3|bucket|storage|iam|vpc|network", module.value):
            yield partial("Only storage, roles or networks are provisioned", module)
            return


@rule("iac.parameterised", reads=_FILES)
def uses_parameters(repo: Repository) -> Iterator[Finding]:
    """There is no infrastructure code with variables."""
    with_resources = [file for file in repo.infrastructure if file.resources or file.modules]
    if not with_resources:
        yield from _copied(repo)
        return
    variables = [item for file in repo.infrastructure for item in file.variables]
    others = [item for file in repo.infrastructure for item in (*file.outputs, *file.modules)]
    if not variables and any(file.tool == "cdk" for file in with_resources):
        # A construct takes its values as arguments; a stack with outputs is a parameterised template.
        variables = others
    named = {item.name for file in repo.infrastructure for item in file.references}
    # What Terragrunt hands on, a module elsewhere asks for.
    handed = any(file.path.endswith("terragrunt.hcl") for file in with_resources)
    if named and variables and not handed and named.isdisjoint(item.name for item in variables):
        yield partial("Variables are declared, but nothing asks for them", variables[0])
    elif variables and others:
        yield met("Variables with outputs or modules", variables[0], others[0])
    elif variables:
        yield partial("Variables are declared, but neither outputs nor modules", variables[0])


@rule("iac.remote-state", reads=_FILES)
def keeps_state_remotely(repo: Repository) -> Iterator[Finding]:
    """State is kept on the machine of whoever applies it."""
    built = [file for file in repo.infrastructure if file.resources or file.modules]
    for file in repo.infrastructure if built else ():
        for backend in file.backends:
            if file.tool == "pulumi":
                if not backend.name.startswith("file:"):
                    yield met("Pulumi keeps state in a remote backend", backend)
            elif backend.name in _REMOTE and backend.value.strip():
                yield met(f"State is kept in a {backend.name} backend", backend)
            elif backend.name in _REMOTE:
                yield partial(f"The {backend.name} backend is declared without its settings", backend)
        if file.tool in _STATE_BY_NATURE and file.resources:
            yield met(f"State is kept by the provider: {file.tool}", file)
        elif (
            file.tool == "pulumi"
            and not file.backends
            and file.path.endswith((".yaml", ".yml"))
            and any(item.tool == "pulumi" for item in built)
        ):
            yield met("Pulumi keeps state in its service unless told otherwise", Place(file.path, 1))
    if not built:
        yield missing("There is no infrastructure code whose state could be shared.")
    for path in repo.paths if built else ():
        if path.endswith((".tfbackend", "backend.hcl")) or re.search(r"backend[\w.-]*\.(?:tf\.template|hcl)$", path):
            yield met("State is kept in a remote backend", Place(path, 1))


@rule("iac.kubernetes", reads=(Kind.YAML, Kind.HELM_TEMPLATE, Kind.COMPOSE))
def runs_on_kubernetes(repo: Repository) -> Iterator[Finding]:
    """No Kubernetes manifest, Helm chart or Kustomize runs the project's workload."""
    for item in own_workloads(repo):
        yield met("Kubernetes runs the project's own workload", item)
    for item in other_workloads(repo):
        yield partial("Kubernetes manifests run products of others only", item)
        break
    for resource, _, file in resources(repo):
        if re.search(r"^(?:helm_release|kubernetes_\w+|kubectl_manifest)$|kubernetes\.|k8s\.", resource.type):
            own = re.search(
                r"kubernetes_(?:deployment|stateful_set|cron_job|job|daemonset)|Deployment|StatefulSet", resource.type
            )
            if own:
                yield met(f"{file.tool} runs a workload on Kubernetes", resource)
            else:
                yield partial("Infrastructure code installs charts on a cluster", resource)
    packaging = {item.dockerfile.path for item in packagings(repo) if item.decisive}
    own_names = {(service.path, service.name) for service in own_services(repo)}
    for compose in repo.compose_files:
        ours = [service for service in compose.services if (compose.path, service.name) in own_names]
        ours.sort(key=lambda service: (service.dockerfile not in packaging, not service.ports))
        if ours and len(compose.services) >= 2:
            yield partial("Docker Compose runs the services; there are no Kubernetes manifests", ours[0])
            return
