"""Images: what Dockerfiles copy and run, who builds, pushes and runs which image under which name."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from analyzer.argv import image_build
from analyzer.artifacts.compose import ComposeService
from analyzer.artifacts.dockerfile import Dockerfile
from analyzer.commands import Invocation
from analyzer.findings import Place
from analyzer.inventory import Kind, kind_of
from analyzer.knowledge.paths import MODEL_FILE
from analyzer.queries.containers import Packaging, packagings
from analyzer.queries.programs import started_by
from analyzer.repository import Repository
from analyzer.wiring.code import module_id
from analyzer.wiring.files import FileNames
from analyzer.wiring.graph import Draft
from analyzer.wiring.names import Names, image_name, unresolved

__all__ = ["Images"]

_MOST_COPIES = 80


class Images:
    """Draws images and knows them by the names under which they are built."""

    def __init__(self, repo: Repository, draft: Draft, names: Names, files: FileNames) -> None:
        self._repo, self._draft, self._names, self._files = repo, draft, names, files
        self._tags: dict[str, dict[str, None]] = {}
        self._by_file = {file.path: file for file in repo.dockerfiles}

    def draw(self) -> None:
        """Add the images of Dockerfiles, and what each copies and runs."""
        for packaging in self._repo.once(packagings):
            node = self.of(packaging.dockerfile)
            self._copies(packaging, node)
            self._runs(packaging, node)
            for image in packaging.dockerfile.images:
                self._base(packaging.dockerfile, node, image)

    def of(self, dockerfile: Dockerfile) -> str:
        """The node of a Dockerfile's image."""
        return self._draft.node("image", dockerfile.path, dockerfile.path, dockerfile.place)

    def _copies(self, packaging: Packaging, node: str) -> None:
        own = set(packaging.code)
        place = packaging.decisive.place if packaging.decisive else packaging.dockerfile.place
        programs = [path for path in packaging.code if kind_of(path) in (Kind.PYTHON, Kind.NOTEBOOK)]
        for path in programs[:_MOST_COPIES]:
            self._draft.edge(node, module_id(path), "copies", place)
        for path in sorted(own - set(programs)):
            if MODEL_FILE.search(path):
                self._files.mention(node, "copies", path, place, model=True)

    def _runs(self, packaging: Packaging, node: str) -> None:
        for target, place in started_by(self._repo, packaging):
            self._to_program(node, target.path, target.written, "runs", place)

    def _to_program(self, source: str, path: str, written: str, verb: str, place: Place) -> None:
        if path:
            self._draft.edge(source, module_id(path), verb, place)
        else:
            self._draft.gap(source, "program", written, "is no file of the repository", place)

    def _base(self, file: Dockerfile, node: str, image: str) -> None:
        for name in self._tags.get(image_name(image), ()):
            self._draft.edge(node, name, "builds on", file.place)

    # -- names -----------------------------------------------------------------------------------------------

    def name(self, reference: str, node: str, path: str = "") -> None:
        """Note that an image of ours is built under a name."""
        plain = self._plain(reference, path)
        key = image_name(plain)
        if key:
            self._tags.setdefault(key, {})[node] = None
        if plain and unresolved(plain):
            self._tags.setdefault(f"{posixpath.dirname(path)}\0{plain.split(':', 1)[0]}", {})[node] = None

    def rename(self, old: str, new: str, path: str) -> None:
        """Note that an image of ours gets another name."""
        for node in self.named(old, path):
            self.name(new, node, path)

    def named(self, reference: str, path: str = "") -> tuple[str, ...]:
        """The images of ours that a reference means: by their name, or by the very same unresolved text."""
        plain = self._plain(reference, path)
        key = image_name(plain)
        found = self._tags.get(key, {}) if key else {}
        return tuple(found or self._tags.get(f"{posixpath.dirname(path)}\0{plain.split(':', 1)[0]}", {}))

    def _plain(self, reference: str, path: str) -> str:
        return self._names.text(reference.strip("\"' "), path)

    def refer(self, source: str, reference: str, verb: str, place: Place) -> None:
        """Draw an edge from ``source`` to the image it names: ours, somebody else's, or a gap."""
        own = self.named(reference, place.path)
        for node in own:
            self._draft.edge(source, node, verb, place)
        plain = self._plain(reference, place.path)
        if own:
            return
        if unresolved(image_name(plain)) or unresolved(plain.rsplit(":", 1)[0]):
            self._draft.gap(source, "image", plain, "the image's name is only known when it is run", place)
        else:
            label = plain.split("@", 1)[0]
            bare = label.rsplit(":", 1)[0] if ":" in label.rsplit("/", 1)[-1] else label
            self._draft.edge(source, self._draft.node("image", f"of:{bare}", label, place), verb, place)

    # -- builds ----------------------------------------------------------------------------------------------

    def build(self, source: str, dockerfile: str, tags: tuple[str, ...], place: Place) -> None:
        """Note that ``source`` builds a Dockerfile under some names."""
        file = self._by_file.get(dockerfile)
        if file is None:
            self._draft.gap(source, "dockerfile", dockerfile, "is no Dockerfile of the repository", place)
            return
        node = self.of(file)
        self._draft.edge(source, node, "builds", place)
        for tag in tags:
            self.name(tag, node, place.path)

    def service(self, service: ComposeService, node: str) -> None:
        """Note what a compose service builds and under which name."""
        if service.builds and service.dockerfile:
            tags = (service.image,) if service.image else ()
            self.build(node, service.dockerfile, tags, Place(service.path, service.build_line))

    def built_by(self, item: Invocation) -> Iterator[tuple[str, tuple[str, ...]]]:
        """(path of the Dockerfile, names) of each image that a command builds."""
        build = image_build(item.argv)
        if build:
            yield self.dockerfile(build.dockerfile, build.context, item.folder, item.origin.path), build.tags

    def dockerfile(self, name: str, context: str, folder: str, path: str) -> str:
        """The path of the Dockerfile that a build with these words means."""
        name, context = self._names.text(name, path), self._names.text(context, path)
        base = (
            posixpath.normpath(posixpath.join(folder, context.strip("\"'") or "."))
            if not unresolved(context or ".")
            else folder
        )
        tries = (
            [posixpath.normpath(posixpath.join(folder, name)), posixpath.normpath(posixpath.join(base, name))]
            if name
            else []
        )
        tries += [posixpath.normpath(posixpath.join(base, "Dockerfile"))] if not name else []
        tries += [posixpath.normpath(posixpath.join(base, "dockerfile"))] if not name else []
        prefixed = [posixpath.normpath(posixpath.join(self._repo.subdir, item)) for item in tries]
        return next((item for item in (*tries, *prefixed) if item in self._by_file), tries[0] if tries else "")
