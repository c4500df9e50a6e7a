"""CloudFormation, SAM, Serverless Framework, Pulumi and Bicep files as infrastructure files."""

from __future__ import annotations

import re
from collections.abc import Iterator

from analyzer.artifacts.infrastructure import Declaration, InfraFile, Resource
from analyzer.artifacts.text import line_starts
from analyzer.artifacts.yaml_reader import EMPTY, Node, read_yaml

__all__ = ["parse_bicep", "parse_cloudformation", "parse_pulumi_program", "parse_pulumi_yaml", "parse_serverless"]

_SAM = "AWS::Serverless"


def parse_cloudformation(path: str, text: str) -> InfraFile:
    """Parse a CloudFormation or SAM template, YAML with short tags or JSON; never raises."""
    file = read_yaml(text)
    root = file.documents[0] if file.documents else EMPTY
    resources = tuple(_cloudformation_resources(path, text, root.get("Resources")))
    sam = _SAM in root.get("Transform").text or any(item.type.startswith(_SAM) for item in resources)
    return InfraFile(
        path,
        "sam" if sam else "cloudformation",
        resources,
        tuple(_declarations(path, root.get("Parameters"), "Default")),
        tuple(_declarations(path, root.get("Outputs"), "Value")),
        references=tuple(_cloudformation_references(path, root)),
        error=file.error,
    )


def _cloudformation_references(path: str, root: Node) -> Iterator[Declaration]:
    """The logical names that ``Ref`` and ``GetAtt`` ask for; those of AWS (``AWS::Region``) are none."""
    for node in (*root.get("Resources").walk(), *root.get("Outputs").walk()):
        asked = node if node.tag in ("!Ref", "!GetAtt") else node.get("Ref") or node.get("Fn::GetAtt")
        name = next(iter(asked.texts()), "").partition(".")[0]
        if name.isalnum():
            yield Declaration(path, name, asked.line)


def _cloudformation_resources(path: str, text: str, node: Node) -> Iterator[Resource]:
    lines = text.split("\n")
    for name, line, value in node.items():
        kind = value.get("Type").text
        if kind:
            attributes = {key: item.text for key, _, item in value.get("Properties").items()}
            body = "\n".join(lines[line - 1 : value.end_line])
            tool = "sam" if kind.startswith(_SAM) else "cloudformation"
            yield Resource(path, tool, kind, name, line, value.end_line, attributes, body)


def _declarations(path: str, node: Node, key: str) -> Iterator[Declaration]:
    for name, line, value in node.items():
        yield Declaration(path, name, line, value.get(key).text, value.end_line)


def parse_serverless(path: str, text: str) -> InfraFile:
    """Parse a serverless.yml (https://www.serverless.com/framework/docs); functions are resources."""
    file = read_yaml(text)
    root = file.documents[0] if file.documents else EMPTY
    functions = tuple(
        Resource(path, "serverless", "function", name, line, value.end_line, {"handler": value.get("handler").text})
        for name, line, value in root.get("functions").items()
    )
    extra = tuple(_cloudformation_resources(path, text, root.get("resources", "Resources")))
    variables = tuple(_declarations(path, root.get("custom"), ""))
    return InfraFile(path, "serverless", functions + extra, variables, error=file.error)


def parse_pulumi_yaml(path: str, text: str) -> InfraFile:
    """Parse a Pulumi.yaml: the project, and for ``runtime: yaml`` its resources."""
    file = read_yaml(text)
    root = file.documents[0] if file.documents else EMPTY
    resources = tuple(
        Resource(path, "pulumi", value.get("type").text, name, line, value.end_line)
        for name, line, value in root.get("resources").items()
        if value.get("type").text
    )
    backend = root.get("backend", "url")
    backends = (Declaration(path, backend.text, backend.line),) if backend.text else ()
    return InfraFile(
        path,
        "pulumi",
        resources,
        tuple(_declarations(path, root.get("config"), "default")),
        tuple(Declaration(path, name, line, value.text) for name, line, value in root.get("outputs").items()),
        backends=backends,
        error=file.error,
    )


_NEW = re.compile(
    r"\bnew\s+((?:aws|gcp|azure|azure_native|k8s|kubernetes|docker|digitalocean|awsx|eks)(?:\.\w+){1,4})\s*\(\s*[\"'`]([^\"'`]*)"
)
_GO_NEW = re.compile(r"\b(\w+)\.New(\w+)\(\s*ctx\s*,\s*\"([^\"]+)\"")
_CDK_NEW = re.compile(r"\bnew\s+((?:\w+\.)?(?:Cfn)?[A-Z]\w+)\s*\(\s*this\s*,\s*[\"'`]([^\"'`]*)")
_CDK_VALUE = re.compile(r"Cfn(?:Output|Parameter)$")
_CDK_OUTPUT = re.compile(r"\bnew\s+(?:\w+\.)?CfnOutput\s*\(\s*this\s*,\s*[\"'`]([^\"'`]*)")
_CDK_CONFIG = re.compile(
    r"\bnew\s+(?:\w+\.)?CfnParameter\s*\(\s*this\s*,\s*[\"'`]([^\"'`]*)|\btryGetContext\(\s*[\"'`](\w+)"
)
_GO_OUTPUT = re.compile(r"\bctx\.Export\(\s*\"([^\"]+)\"")
_GO_CONFIG = re.compile(r"\b\w+\.(?:Require|Get|Try)\w*\(\s*(?:ctx\s*,\s*)?\"([^\"]+)\"|\bconfig\.New\(")
_TS_OUTPUT = re.compile(r"^export\s+const\s+(\w+)", re.MULTILINE)
_TS_CONFIG = re.compile(r"\bnew\s+pulumi\.Config\(|\bconfig\.(?:require|get)\w*\(\s*[\"'](\w+)")


def parse_pulumi_program(path: str, text: str) -> InfraFile:
    """Read resources from a Pulumi or CDK program in TypeScript, JavaScript or Go; never raises."""
    starts = line_starts(text)
    cdk = "aws-cdk-lib" in text or "@aws-cdk/" in text
    tool = "cdk" if cdk else "pulumi"
    found: list[Resource] = []
    go = path.endswith(".go")
    if go:
        matches = [(match, f"{match.group(1)}.{match.group(2)}", match.group(3)) for match in _GO_NEW.finditer(text)]
    else:
        pattern = _CDK_NEW if cdk else _NEW
        matches = [
            (match, match.group(1), match.group(2))
            for match in pattern.finditer(text)
            if not _CDK_VALUE.search(match.group(1))
        ]
    for match, kind, name in matches:
        line = _line(starts, match.start())
        found.append(Resource(path, tool, kind, name, line, line, {}, text[match.start() : match.start() + 2000]))
    returned, given = (
        (_GO_OUTPUT, _GO_CONFIG) if go else (_CDK_OUTPUT, _CDK_CONFIG) if cdk else (_TS_OUTPUT, _TS_CONFIG)
    )
    return InfraFile(
        path, tool, tuple(found), _named_by(path, text, starts, given), _named_by(path, text, starts, returned)
    )


def _named_by(path: str, text: str, starts: list[int], pattern: re.Pattern[str]) -> tuple[Declaration, ...]:
    """What a pattern finds, by the first name in it."""
    return tuple(
        Declaration(path, next((name for name in match.groups() if name), "config"), _line(starts, match.start()))
        for match in pattern.finditer(text)
    )


_BICEP_RESOURCE = re.compile(r"^[ \t]*resource\s+(\w+)\s+'([^'@]+)@?[^']*'", re.MULTILINE)
_BICEP_DECLARATION = re.compile(r"^(param|output|module)\s+(\w+)\s+([^\n=]*)", re.MULTILINE)


def parse_bicep(path: str, text: str) -> InfraFile:
    """Read the declarations of a Bicep file (https://learn.microsoft.com/azure/azure-resource-manager/bicep/)."""
    starts = line_starts(text)
    resources = tuple(
        Resource(path, "bicep", match.group(2), match.group(1), line := _line(starts, match.start(1)), line)
        for match in _BICEP_RESOURCE.finditer(text)
    )
    declared: dict[str, list[Declaration]] = {"param": [], "output": [], "module": []}
    for match in _BICEP_DECLARATION.finditer(text):
        line = _line(starts, match.start())
        declared[match.group(1)].append(Declaration(path, match.group(2), line, match.group(3).strip()))
    return InfraFile(
        path, "bicep", resources, tuple(declared["param"]), tuple(declared["output"]), tuple(declared["module"])
    )


def _line(starts: list[int], offset: int) -> int:
    from bisect import bisect_right

    return bisect_right(starts, offset)
