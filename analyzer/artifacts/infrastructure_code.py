"""Infrastructure written as Python programs: Pulumi and the AWS CDK."""

from __future__ import annotations

import re

from analyzer.artifacts.infrastructure import Declaration, InfraFile, Resource
from analyzer.artifacts.python_source import Call, PythonModule

__all__ = ["read_infrastructure"]

_PULUMI = re.compile(r"^pulumi_\w+(?:\.\w+)*\.[A-Z]\w*$")
_CDK = re.compile(r"^aws_cdk(?:\.\w+)*\.[A-Z]\w*$|^aws_cdk\.(?:\w+\.)*[A-Z]\w*\.(?:from_\w+)$")
_NO_RESOURCE = re.compile(
    r"(?:Args|Config|Output|Props|App|Stack|Duration|Environment|Tags?|CfnOutput|CfnParameter|RemovalPolicy|Provider|ResourceOptions|StackReference|AssetArchive|FileAsset|\.Asset)$|Options$"
)


def read_infrastructure(module: PythonModule) -> InfraFile | None:
    """Return the resources that a module declares, or None when it uses neither tool."""
    roots = {item.root for item in module.imports}
    pulumi = any(root == "pulumi" or root.startswith("pulumi_") for root in roots)
    if not pulumi and "aws_cdk" not in roots:
        return None
    tool, pattern = ("pulumi", _PULUMI) if pulumi else ("cdk", _CDK)
    resources = tuple(_resource(tool, call) for call in module.calls if pattern.match(call.name) and _is_resource(call))
    variables = [
        call
        for call in module.calls
        if re.search(r"(?:Config\.(?:require|get)\w*|CfnParameter|try_get_context)$", call.name)
    ]
    outputs = [call for call in module.calls if call.name == "pulumi.export" or call.name.endswith("CfnOutput")]
    components = [
        item
        for item in module.classes
        if any(base.endswith(("ComponentResource", "Stack", "Construct", "Stage")) for base in item.bases)
    ]
    return InfraFile(
        module.path,
        tool,
        resources,
        tuple(Declaration(module.path, _named(call), call.line) for call in variables),
        tuple(Declaration(module.path, _named(call), call.line) for call in outputs),
        tuple(Declaration(module.path, item.name, item.line) for item in components if tool == "pulumi"),
    )


def _is_resource(call: Call) -> bool:
    return not _NO_RESOURCE.search(call.name) and (bool(call.args) or bool(call.keywords))


def _resource(tool: str, call: Call) -> Resource:
    kind = call.name.removeprefix("pulumi_").removeprefix("aws_cdk.") if tool == "pulumi" else call.name
    texts = " ".join(call.texts())
    return Resource(
        call.path, tool, kind, _named(call), call.line, call.end_line, {}, f"{' '.join(call.keywords or {})} {texts}"
    )


def _named(call: Call) -> str:
    return next((text for text in call.texts() if text), "")
