"""Where images and code run: Kubernetes workloads, infrastructure resources, platform files, and who deploys them."""

from __future__ import annotations

import posixpath
import re

from analyzer.artifacts.ci import Step
from analyzer.artifacts.infrastructure import Resource
from analyzer.artifacts.kubernetes import KubernetesObject
from analyzer.artifacts.shell import ShellCommand
from analyzer.commands import Invocation
from analyzer.findings import Place
from analyzer.knowledge.resources import resource_class
from analyzer.queries.cloud import emulated, resources, space_header, workloads
from analyzer.queries.programs import targets
from analyzer.repository import Repository
from analyzer.wiring.code import module_id
from analyzer.wiring.graph import Draft
from analyzer.wiring.images import Images
from analyzer.wiring.names import Names, image_name

__all__ = ["NODE_CLASSES", "Clusters"]

NODE_CLASSES = frozenset(
    {"serving", "ml", "registry", "cluster", "database", "queue", "compute", "storage", "alarm", "dashboard", "docker"}
)
"""Classes of resources that are parts of the system; roles, networks and local helpers are left out."""
_PLUMBING = re.compile(
    r"(?i)namespace|role|secret|config_?map|service_account|policy|event_(?:rule|target)|subscription|permission"
)
_MACHINES = re.compile(
    r"(?i)compute_instance|droplet|linode|hcloud|virtual_?machine|aws_instance|ec2|launch_|lightsail|node_group|node_pool"
)
"""Resources whose ``image`` is that of a machine, not of a container."""
_RUNS_CODE = frozenset({"serving", "ml", "cluster", "compute", "registry"})
_CONTEXT = re.compile(r"""\bcontext\s*=\s*"([^"]*)"|docker\s+build\b[^\n"]*?\s([\w./${}-]+)\s*(?:\\n|$|\n|")""")
_PLAIN_WORD = re.compile(r"^[A-Za-z][\w.-]*$")
_HANDLER = re.compile(r"^[A-Za-z_][\w/.]*\.\w+$")
_IMAGE_TEXT = re.compile(
    r"""["']?(?:image|image_uri|imageUri|ImageUri|Image|container_image|image_identifier|imageName)["']?\s*[:=]\s*(?P<value>"[^"\n]+"|'[^'\n]+'|[\w.\[\]${}/:@-]+)"""
)
_REFERENCE = re.compile(r"\b((?:aws|google|azurerm|kubernetes|docker|helm)_\w+)\.([A-Za-z_][\w-]*)(?:\[[^\]]*\])?\.")
_CODE_IN_PLATFORM = re.compile(r"([A-Za-z_][\w.]*):\w+|([\w./-]+\.py)\b")
_DEPLOYS_FOLDER = re.compile(r"^(?:terraform|tofu|terragrunt|pulumi|sam|cdk|serverless|sls)$")


class Clusters:
    """Draws workloads and resources, and the deployments that reach them."""

    def __init__(self, repo: Repository, draft: Draft, names: Names, images: Images) -> None:
        self._repo, self._draft, self._names, self._images = repo, draft, names, images
        self._registries: dict[tuple[str, str], str] = {}

    def draw(self, deployments: list[tuple[str, Invocation | Step]]) -> None:
        """Add all of it; ``deployments`` are commands and steps that deploy, with the node that holds each."""
        for workload in workloads(self._repo):
            self._workload(workload)
        self._cluster_services()
        for definition in self._repo.task_definitions:
            label = f"task definition {definition.family}".strip()
            node = self._draft.node("workload", f"ecs:{definition.path}", label, definition.place)
            for image, line in definition.images:
                self._images.refer(node, image, "runs", Place(definition.path, line))
        found = [
            (item, kind)
            for item, kind, file in resources(self._repo)
            if kind in NODE_CLASSES and not _PLUMBING.search(item.type) and not emulated(self._repo, file)
        ]
        for item, _ in found:
            self._draft.node("resource", _key(item), f"{item.type} {item.name}".strip(), item.place)
        self._know_registries([item for item, kind in found if kind == "registry"])
        known = {(posixpath.dirname(item.path), item.type, item.name): _key(item) for item, _ in found}
        for item, _ in found:
            self._resource(item, known)
        for path in self._repo.platform_files:
            self._platform(path)
        header = space_header(self._repo)
        if header:
            self._draft.node("resource", f"space:{header.path}", "Hugging Face Space", header)
        for node, deployment in deployments:
            self._deploy(node, deployment)

    # -- Kubernetes ------------------------------------------------------------------------------------------

    def _workload(self, item: KubernetesObject) -> None:
        node = self._draft.node("workload", _object_key(item), f"{item.kind} {item.name}".strip(), item.place)
        for image in item.images:
            if "://" not in image:
                self._images.refer(node, self._names.helm(image, item.path), "runs", item.place)
        for place, words in item.commands:
            command = ShellCommand(words, place.line)
            for invocation in self._repo.resolver.follow((command,), lambda _, at=place: at):  # type: ignore[misc]
                for target in targets(self._repo, invocation):
                    if target.path:
                        self._draft.edge(node, module_id(target.path), "runs", place)

    def _cluster_services(self) -> None:
        """Services of Kubernetes, by the labels of the workloads that they select; those of their folder first."""
        labelled = [
            (item, item.node.get("spec", "template", "metadata", "labels"))
            for item in workloads(self._repo)
            if item.node
        ]
        for service in self._repo.kubernetes:
            if service.kind != "Service" or service.template or service.node is None or not service.name:
                continue
            wanted = {key: value.text for key, _, value in service.node.get("spec", "selector").items()}
            node = self._draft.node("service", f"{service.path}#{service.name}", service.name, service.place)
            chosen = [
                item
                for item, labels in labelled
                if wanted and all(labels.get(key).text == value for key, value in wanted.items())
            ]
            folder = posixpath.dirname(service.path)
            beside = [item for item in chosen if posixpath.dirname(item.path) == folder]
            for item in beside or chosen:
                self._draft.edge(node, f"workload:{_object_key(item)}", "selects", service.place)

    # -- infrastructure --------------------------------------------------------------------------------------

    def _know_registries(self, found: list[Resource]) -> None:
        for item in found:
            name = (
                item.attributes.get("name")
                or item.attributes.get("repository_id")
                or item.attributes.get("RepositoryName", "")
            )
            self._registries[item.type, item.name] = image_name(self._names.terraform(name, item.path))

    def _resource(self, item: Resource, known: dict[tuple[str, str, str], str]) -> None:
        node = f"resource:{_key(item)}"
        handler = item.attributes.get("handler") or item.attributes.get("Handler") or ""
        if _HANDLER.match(handler):
            dotted = handler.rpartition(".")[0].replace("/", ".")
            path = self._repo.world.local.find(dotted, item.path)
            if path:
                self._draft.edge(node, module_id(path), "runs", item.place)
            else:
                self._draft.gap(node, "program", handler, "no module of that name is in the repository", item.place)
        if item.type.startswith("docker_"):
            self._built(node, item)
        for match in _IMAGE_TEXT.finditer(item.body) if not _MACHINES.search(item.type) else ():
            self._image(node, item, match.group("value").strip("\"'"))
        for kind, name in _REFERENCE.findall(item.body):
            other = known.get((posixpath.dirname(item.path), kind, name))
            if other:
                self._draft.edge(node, f"resource:{other}", "uses", item.place)

    def _built(self, node: str, item: Resource) -> None:
        """An image that Terraform's docker provider builds."""
        for match in _CONTEXT.finditer(item.body):
            folder = posixpath.dirname(item.path)
            written = self._names.terraform(match.group(1) or match.group(2), item.path)
            context = posixpath.normpath(re.sub(r"\$\{path\.(?:module|cwd|root)\}", folder, written))
            path = self._images.dockerfile("", context, "", item.path)
            if self._draft.has(f"image:{path}"):
                self._draft.edge(node, f"image:{path}", "builds", item.place)

    def _image(self, node: str, item: Resource, written: str) -> None:
        value = self._names.terraform(written, item.path)
        for reference in re.finditer(r"(\w+)\.([\w-]+)(?:\[[^\]]*\])?\.(?:repository_url|repository_id|name)", value):
            key = (reference.group(1), reference.group(2))
            if key in self._registries:
                self._draft.edge(node, f"resource:{self._key_of(key)}", "uses", item.place)
                value = self._registries[key] or value
        if re.match(r"(?:var|local|data|module|each|aws_\w+|google_\w+|azurerm_\w+|docker_\w+)\.", value):
            value = f"${{{value}}}"
        if re.search(r"[.\"'/:]|\w{3}", value) and value not in ("null", "true", "false"):
            self._images.refer(node, value, "runs", item.place)

    def _key_of(self, key: tuple[str, str]) -> str:
        found = (item for item, _, _ in resources(self._repo) if (item.type, item.name) == key)
        return next((_key(item) for item in found), "")

    def _platform(self, path: str) -> None:
        node = self._draft.node("resource", f"platform:{path}", path, Place(path, 1))
        folder = posixpath.dirname(path)
        text = self._repo.text(path) or ""
        docker = posixpath.join(folder, "Dockerfile")
        for number, line in enumerate(text.split("\n"), 1):
            for module, script in _CODE_IN_PLATFORM.findall(line) if not line.lstrip().startswith("#") else ():
                found = (
                    self._repo.world.local.find(module, posixpath.join(folder, "x.py"))
                    if module
                    else self._repo.find(script, folder)
                )
                if found and found.endswith(".py"):
                    self._draft.edge(node, module_id(found), "runs", Place(path, number))
        if re.search(r"(?i)docker", text) or path.endswith("fly.toml"):
            self._draft.edge(node, f"image:{docker}", "runs", Place(path, 1))

    # -- deployments -----------------------------------------------------------------------------------------

    def _deploy(self, node: str, item: Invocation | Step) -> None:
        if isinstance(item, Step):
            self._deploy_step(node, item)
            return
        place, name = item.origin, item.argv[0].rsplit("/", 1)[-1]
        reached = False
        if name in ("kubectl", "helm", "kustomize", "helmfile"):
            reached = self._deploy_manifests(node, item)
        elif _DEPLOYS_FOLDER.match(name):
            reached = self._deploy_folder(node, item)
        if not reached:
            label = " ".join(word for word in item.argv[:5] if _PLAIN_WORD.match(word))
            target = self._draft.node("resource", f"command:{place.path}:{place.line}", label, place)
            self._draft.edge(node, target, "deploys", place)
            for flag, value in zip(item.argv, item.argv[1:], strict=False):
                if (
                    flag in ("--image", "--image-uri", "--docker-image", "-i")
                    or flag == f"deployment/{value.split('=')[0]}"
                ):
                    self._images.refer(target, value.rpartition("=")[2] or value, "runs", place)
            for word in item.argv[2:]:
                if word.startswith(("--image=", "--image-uri=")):
                    self._images.refer(target, word.partition("=")[2], "runs", place)

    def _deploy_manifests(self, node: str, item: Invocation) -> bool:
        words = [word.rstrip("/") for word in item.argv[1:] if not word.startswith("-")]
        reached = False
        for word in words:
            for base in (item.folder, ""):
                path = posixpath.normpath(posixpath.join(base, word))
                for thing in workloads(self._repo):
                    if path not in (".", "") and (thing.path == path or thing.path.startswith(f"{path}/")):
                        self._draft.edge(node, f"workload:{_object_key(thing)}", "deploys", item.origin)
                        reached = True
            named = re.match(r"deployments?(?:\.apps)?/([\w-]+)$", word)
            for thing in workloads(self._repo) if named else ():
                if named and thing.name == named.group(1):
                    self._draft.edge(node, f"workload:{_object_key(thing)}", "deploys", item.origin)
                    reached = True
        return reached

    def _deploy_folder(self, node: str, item: Invocation) -> bool:
        folder = next((word.partition("=")[2] for word in item.argv if word.startswith("-chdir=")), "")
        base = posixpath.normpath(posixpath.join(item.folder, folder)) if folder else item.folder
        base = "" if base == "." else base
        tool = {"tofu": "terraform", "terragrunt": "terraform", "sls": "serverless"}.get(item.argv[0], item.argv[0])
        files = [file for file in self._repo.infrastructure if file.tool == tool]
        roots = {posixpath.dirname(file.path) for file in files}
        near = [
            file
            for file in files
            if not base or file.path.startswith(f"{base}/") or posixpath.dirname(file.path) == base
        ]
        if not near and len(roots) != 1 and "$" not in base:
            return False
        reached = False
        for file in near or files:
            for resource in file.resources:
                runs = resource_class(resource.type) in _RUNS_CODE
                if runs and self._draft.has(f"resource:{_key(resource)}"):
                    self._draft.edge(node, f"resource:{_key(resource)}", "deploys", item.origin)
                    reached = True
        return reached

    def _deploy_step(self, node: str, step: Step) -> None:
        target = self._draft.node("resource", f"step:{step.path}:{step.line}", step.uses.split("@", 1)[0], step.place)
        self._draft.edge(node, target, "deploys", step.place)
        for key in ("image", "images", "image-uri", "container-image"):
            if step.inputs.get(key):
                self._images.refer(target, step.inputs[key], "runs", step.place)


def _key(item: Resource) -> str:
    return f"{item.path}#{item.type}.{item.name}"


def _object_key(item: KubernetesObject) -> str:
    return f"{item.path}#{item.kind}.{item.name or item.line}"
