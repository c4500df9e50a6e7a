"""What runs where: resources by class, workloads, deploy commands, platforms."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from analyzer.artifacts.ecs import TaskDefinition
from analyzer.artifacts.infrastructure import InfraFile, Resource, local_source
from analyzer.artifacts.kubernetes import KubernetesObject
from analyzer.artifacts.python_source import Text
from analyzer.findings import Place
from analyzer.inventory import Kind
from analyzer.knowledge.resources import EMULATOR, resource_class
from analyzer.remembered import remembered
from analyzer.repository import Repository

__all__ = [
    "RUNS_CODE",
    "cloud_hosts",
    "cloud_remotes",
    "emulated",
    "kept_for_platform",
    "other_workloads",
    "own_task_definitions",
    "own_workloads",
    "resources",
    "runs_nothing",
    "space_header",
    "telling_first",
    "workloads",
]

RUNS_CODE = frozenset({"serving", "ml", "registry", "cluster", "database", "queue", "compute"})
_WORKLOADS = frozenset(
    [
        "Deployment",
        "StatefulSet",
        "DaemonSet",
        "Job",
        "CronJob",
        "Pod",
        "ReplicaSet",
        "Rollout",
        "InferenceService",
        "SeldonDeployment",
        "Service",
        "RayService",
        "RayJob",
        "RayCluster",
        "CronWorkflow",
        "Workflow",
        "WorkflowTemplate",
        "TrainedModel",
        "PyTorchJob",
        "TFJob",
        "MPIJob",
        "FlinkDeployment",
        "SparkApplication",
        "BentoDeployment",
        "ScaledObject",
        "InferenceGraph",
        "Model",
    ]
)
_RUNS = _WORKLOADS - {"Service", "ScaledObject"}
_CONTAINERS = frozenset({"Deployment", "StatefulSet", "DaemonSet", "Job", "CronJob", "Pod", "ReplicaSet"})
_THIRD_PARTY = re.compile(
    r"^(?:docker\.io/|registry\.k8s\.io/|quay\.io/|ghcr\.io/mlflow/)?(?:library/|bitnami/|prom/|grafana/|prefecthq/|apache/|minio/|mageai/|confluentinc/|hashicorp/)?"
    r"(?:postgres|postgresql|mysql|mariadb|redis|mongo|mongodb|rabbitmq|nginx|traefik|prometheus|grafana|alertmanager|adminer|minio|mc|mlflow"
    r"|kafka|zookeeper|airflow|prefect|localstack|busybox|alpine|ubuntu|elasticsearch|kibana|node-exporter|cadvisor|loki|jaeger|pgadmin4?|mageai|pushgateway)(?:[:@/]|$)"
)


def _idle_modules(repo: Repository) -> frozenset[str]:
    """Folders of modules of Terraform that no file takes, where it takes others of the same folder."""
    called = {
        folder for file in repo.infrastructure for module in file.modules if (folder := local_source(file, module))
    }
    beside = {posixpath.dirname(folder) for folder in called}
    folders = {posixpath.dirname(file.path) for file in repo.infrastructure}
    return frozenset(
        folder
        for folder in folders - called
        if posixpath.dirname(folder) in beside and posixpath.basename(posixpath.dirname(folder)) == "modules"
    )


@remembered
def resources(repo: Repository) -> Iterator[tuple[Resource, str, InfraFile]]:
    """Every resource with its class and file, but for those of modules that nobody calls beside others that are."""
    idle = _idle_modules(repo)
    for file in repo.infrastructure:
        if posixpath.dirname(file.path) in idle:
            continue
        for resource in file.resources:
            yield resource, resource_class(resource.type), file


_TELLING = ("serving", "ml", "compute", "cluster", "database", "registry", "queue")
_BALANCES = re.compile(
    r"(?i)_lb$|_lb_|_alb$|load_?balancer|elasticloadbalancing|appautoscaling"
)  # it leads to what runs, and runs nothing
_SMALL_PARTS = re.compile(
    r"(?i)namespace|service_account|_policy|attachment|project_service|config_?map|secret|stage|deployment$|target_group|listener|helm_release|autoscaling"
)


@remembered
def telling_first(repo: Repository) -> tuple[tuple[Resource, str, InfraFile], ...]:
    """Resources with those first that say most about what the system runs on."""

    def key(item: tuple[Resource, str, InfraFile]) -> tuple[bool, int, bool]:
        resource, kind, _ = item
        rank = _TELLING.index(kind) if kind in _TELLING else len(_TELLING)
        return bool(_BALANCES.search(resource.type)), rank, bool(_SMALL_PARTS.search(resource.type))

    return tuple(sorted(resources(repo), key=key))


def emulated(repo: Repository, file: InfraFile) -> bool:
    """Whether the folder's providers point to an emulator."""
    return _emulated(repo, posixpath.dirname(file.path))


@remembered
def _emulated(repo: Repository, folder: str) -> bool:
    return any(
        EMULATOR.search(repo.text(path) or "")
        and any(EMULATOR.search(_ASIDE.sub("", line)) for line in repo.lines(path) if not _is_switch(line))
        for path in repo.once(_by_folder).get(folder, ())
    )


def _by_folder(repo: Repository) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for item in repo.infrastructure:
        found.setdefault(posixpath.dirname(item.path), []).append(item.path)
    return found


# Comments, and the names of switches.
_ASIDE = re.compile(r"(?:^|[ \t])(?:#|//).*$|\b(?:var|local)\.\w+|\bvariable[ \t]+\"\w+\"")


def _is_switch(line: str) -> bool:
    """Whether a value is for an emulator where somebody asks for it, and else left to the cloud."""
    return "?" in line and line.rstrip().endswith(": null")


def runs_nothing(repo: Repository, resource: Resource) -> bool:
    """Whether a resource of a class that computes runs nothing by itself: a balancer, or a cluster without a task."""
    if _BALANCES.search(resource.type):
        return True
    return bool(_EMPTY.search(resource.type)) and not any(_TASKS.search(other.type) for other, _, _ in resources(repo))


_EMPTY = re.compile(r"(?i)ecs_?(?:::)?cluster$")
_TASKS = re.compile(r"(?i)ecs_?(?:::)?(?:service|task|express)")


def workloads(repo: Repository) -> Iterator[KubernetesObject]:
    """Kubernetes objects that run containers or models."""
    return (item for item in repo.kubernetes if item.kind in _RUNS and (item.images or item.kind not in _CONTAINERS))


def own_workloads(repo: Repository) -> Iterator[KubernetesObject]:
    """Workloads whose image is not only a well-known product of others."""
    elsewhere = not repo.inventory.of(Kind.DOCKERFILE, Kind.PYTHON, Kind.NOTEBOOK)  # images of another repository
    packaged = any(file.copies for file in repo.dockerfiles) or elsewhere
    for item in workloads(repo):
        if item.kind in ("InferenceService", "SeldonDeployment") or (
            packaged and any(not _THIRD_PARTY.match(image) for image in item.images)
        ):
            yield item


def own_task_definitions(repo: Repository) -> Iterator[TaskDefinition]:
    """Task definitions of ECS whose images are not all well-known products of others."""
    if any(file.copies for file in repo.dockerfiles):
        for item in repo.task_definitions:
            if any(not _THIRD_PARTY.match(image) for image, _ in item.images):
                yield item


def other_workloads(repo: Repository) -> Iterator[KubernetesObject]:
    """Workloads that run nothing but well-known products."""
    for item in workloads(repo):
        if all(_THIRD_PARTY.match(image) for image in item.images):
            yield item


_OF_CLOUD_HOSTS = ("amazonaws", "run.app", "azure", "digitalocean", "dagshub", "s3://", "gs://", "abfs", "wasb")
_CLOUD_HOST = re.compile(
    r"(?i)\b(?:[\w-]+\.)+(?:compute(?:-\d)?\.amazonaws\.com|elb\.amazonaws\.com|rds\.amazonaws\.com|run\.app|cloudapp\.azure\.com|azurewebsites\.net|azuredatabricks\.net|ondigitalocean\.com)\b"
    r"|^https://(?:www\.)?dagshub\.com/[^\s/]+/[^\s/]+\.mlflow\b"
    r"|^(?:s3|gs|abfss?|wasbs?)://(?!(?:your|my|example|some)\b|[^/]*(?:example|placeholder|your[-_]))\w"
)


def cloud_remotes(repo: Repository) -> Iterator[Place]:
    """Remotes of DVC that are buckets in a cloud, where something is kept with DVC."""
    if not any(file.tracked or file.stages for file in repo.dvc_files):
        return
    for file in repo.dvc_files:
        if any(_BUCKET.match(remote) for remote in file.remotes) and not _AT_HOME.search(repo.text(file.path) or ""):
            yield file.place


# A store of one's own that speaks as a cloud does: https://dvc.org/doc/user-guide/data-management/remote-storage/amazon-s3
_AT_HOME = re.compile(r"(?m)^\s*endpointurl\s*=\s*https?://(?:localhost|127\.0\.0\.1|minio|host\.docker\.internal)\b")


_OWN_STORE = re.compile(r"(?i)minio|localstack|seaweed|azurite")
_BUCKET = re.compile(r"(?:s3|gs|azure|gdrive|oss)://")


def kept_for_platform(repo: Repository) -> str | None:
    """The file that names the Python of a hosting platform, of a project that has a page to host."""
    path = repo.find("runtime.txt", repo.subdir)
    names_one = path and repo.is_candidates(path) and re.match(r"\s*(?:python-?)?\d", repo.text(path) or "")
    return path if names_one and any(repo.code.calls("serve.ui")) else None


def cloud_hosts(repo: Repository) -> Iterator[Text]:
    """Addresses of servers and buckets in a cloud that stand in the code, that of notebooks after the others."""
    own_store = any(
        _OWN_STORE.search(f"{service.name} {service.image}") for file in repo.compose_files for service in file.services
    )
    for code in (repo.code, repo.notebook_code):
        yield from (
            text for text in code.texts(_CLOUD_HOST, *_OF_CLOUD_HOSTS) if not (own_store and _BUCKET.match(text.value))
        )
    # The host of the server is often kept elsewhere, the account that opens its bucket is told beside it.
    tracking = {call.path for call in repo.code.calls("track.run") if call.last == "set_tracking_uri"}
    yield from (text for text in repo.code.texts(_PROFILE, "aws_profile") if text.path in tracking)


_PROFILE = re.compile(r"^AWS_PROFILE$")


_HEADER = re.compile(r"\A---\n(?:.*\n)*?sdk:\s*(\w+)", re.MULTILINE)


def space_header(repo: Repository) -> Place | None:
    """The front matter by which Hugging Face runs the repository as a Space, or a folder of it that holds the app.

    Source: https://huggingface.co/docs/hub/spaces-config-reference
    """
    pages = (item.path for item in repo.documents if item.path.endswith("README.md") and item.path != repo.front_page)
    for path in (repo.front_page, *pages):
        text = (repo.text(path) or "") if path else ""
        match = _HEADER.match(text)
        if match and (path == repo.front_page or _has_app(repo, path, text)):
            return Place(path, match.group().count("\n") + 1)
    return None


_APP_FILE = re.compile(r"(?m)^app_file:\s*[\"']?([\w./-]+)")


def _has_app(repo: Repository, readme: str, text: str) -> bool:
    """Whether the program that the front matter of a page names lies beside it and is an app."""
    match = _APP_FILE.search(text)
    path = posixpath.join(posixpath.dirname(readme), match.group(1) if match else "app.py")
    return any(call.path == path for call in repo.code.calls("serve.ui", "serve.app"))
