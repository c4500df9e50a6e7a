"""Every parser with the fragments and keys of the format that it reads, for tests that hold for all of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from analyzer.artifacts import (
    ci,
    cloud_templates,
    dependencies,
    dvc,
    kubernetes,
    makefile,
    monitoring,
    orchestration,
    project_tasks,
    tasks,
    tox,
)
from analyzer.artifacts.compose import parse_compose
from analyzer.artifacts.dockerfile import parse_dockerfile
from analyzer.artifacts.ecs import parse_task_definition
from analyzer.artifacts.infrastructure_code import read_infrastructure
from analyzer.artifacts.markdown import parse_markdown
from analyzer.artifacts.notebook import parse_notebook
from analyzer.artifacts.precommit import parse_precommit
from analyzer.artifacts.python_source import parse_python
from analyzer.artifacts.rst import parse_rst
from analyzer.artifacts.shell import parse_shell
from analyzer.artifacts.terraform import parse_terraform
from analyzer.artifacts.yaml_reader import read_yaml

__all__ = ["FORMATS", "Format"]


@dataclass(frozen=True, repr=False)
class Format:
    """A parser, pieces of its format's syntax, and for YAML and JSON the keys that it looks for."""

    name: str
    parse: Callable[[str], Any]
    fragments: tuple[str, ...]
    keys: tuple[str, ...] = ()


def _two(parse: Callable[[str, str], Any], path: str) -> Callable[[str], Any]:
    return lambda text: parse(path, text)


def _workflows(text: str) -> Any:
    objects, _ = kubernetes.parse_kubernetes("k8s/flow.yaml", text)
    return objects, [orchestration.parse_argo(item) for item in objects]


YAML = (
    "a: b\n", "- ", "  ", "\n", ": ", "? ", "key:\n", "- item\n", "&x ", "*x", "<<: *x\n", "<<: [*x, *x]\n", "{", "}", "[", "]",
    ", ", "|\n", ">-\n", "  text\n", '"quoted" ', "'single' ", '"two\\nlines"', "!Ref ", "!Sub ", "---\n", "...\n", "# comment\n", "\t",
    "{{ value }}", "{% if x %}\n", "{{- range }}\n", "%YAML 1.2\n", "`", "@", "a: [b\n", "a: {b: c\n", "\n\n", ":", "''", "~", "true",
)  # fmt: skip
TOML = (
    "[", "]", "[[", "]]", "=", '"', "'", "\n", "[project]\n", "[tool.poetry.dependencies]\n", "[packages]\n", 'name = "demo"\n',
    'dependencies = ["pandas>=2", "numpy==1.26"]\n', "[project.optional-dependencies]\n", 'dev = ["pytest"]\n', "[dependency-groups]\n",
    'requests = "*"\n', 'torch = {version = "2.1", extras = ["cuda"]}\n', "[tool.uv]\n", "[tool.pdm]\n", "[tool.pdm.scripts]\n",
    'dev-dependencies = ["ruff"]\n', "[tool.pdm.dev-dependencies]\n", "[tool.poe.tasks]\n", 'test = "pytest"\n', "[tool.hatch.envs.default.scripts]\n",
    'test = ["ruff check", "pytest"]\n', '[tool.poe.tasks.lint]\ncmd = "ruff"\n', "a.b.c = 1\n", f"big = {'1' * 4400}\n", "# comment\n", '"""\n',
)  # fmt: skip
INI = (
    "[options]\n", "[testenv]\n", "[testenv:lint]\n", "[tox:tox]\n", "[DEFAULT]\n", "install_requires =\n", "    pandas>=2\n", "    numpy==1.26\n",
    "commands =\n", "commands = pytest {posargs}\n", "commands: pytest\n", "commands\n", "    pytest\n", "commands_pre =\n", "    # comment\n",
    "; comment\n", "[options.extras_require]\n", "dev = pytest\n", "=\n", ":\n", "[", "]\n", "key\n", "%(x)s", "\n",
)  # fmt: skip
JSON = (
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    "\n",
    '"',
    "null",
    "true",
    "1",
    "1e999",
    "NaN",
    '"a"',
    '"\\ud800"',
    "\\n",
    " ",
    f"{'9' * 4400}",
)
DOCKER = (
    "FROM python:3.12 AS build\n", "FROM ${BASE}\n", "FROM\n", "ARG BASE=python:3.12\n", "ARG X\n", "ENV A=b C=d\n", "ENV A b\n",
    "RUN pip install .\n", "RUN --mount=type=cache,target=/x --network=none pip install .\n", "RUN <<EOF\n", "RUN python <<'EOF'\n", "EOF\n",
    'CMD ["python", "app.py"]\n', "CMD [[[\n", "ENTRYPOINT python app.py\n", "COPY --from=build /a /b\n", 'COPY ["a", "b"]\n', "COPY <<x /etc/x\n", "x\n",
    "ADD https://example.org/x /x\n", "COPY\n", " \\\n", "# comment\n", "# escape=`\n", "ONBUILD RUN x\n", "HEALTHCHECK CMD curl\n", "USER app\n",
    "MAINTAINER\n", "BOGUS x\n", "$", "${", "}", "${X:-y}", "${X:+y}", "\n", "  ", "\t",
)  # fmt: skip
SHELL = (
    "python train.py\n", "cmd || true\n", "a && b\n", "a || echo no\n", "if x; then\n", "fi\n", "for f in *; do\n", "done\n", "$(date)", "`date`", "<(x)",
    "cat <<EOF\n", "EOF\n", "<<-'E'\n", "> out.txt", "2>&1", "| ", "; ", "& ", '"', "'", "\\\n", "${x}", "${{ secrets.X }}", "${{\n", "}}", "f() {\n", "}\n",
    "((", "))", "[[ ", " ]]\n", "case x in\n", "esac\n", "A=b ", "#!/bin/sh\n", "# comment\n", "\n", "<<<", "$'", "!",
)  # fmt: skip
PYTHON = (
    "import os\n", "from a.b import c as d\n", "from . import x\n", "from __future__ import y\n", "def f(a, b: int = 1, *c, **d):\n", "    ", "\n", "class A(B):\n",
    "return x\n", "x = y(1, k='v')\n", "print 'two'\n", "exec 'x'\n", "if a < b:\n", "else:\n", "elif x:\n", "try:\n", "except Exception:\n", "except E, e:\n", "finally:\n",
    "pass\n", "raise X\n", "assert a > 1\n", "with open(p) as f:\n", "for i in x:\n", "while True:\n", "lambda: 0", "async def g():\n", "await x\n", "f'{a}{b!r}'", '"""', "'",
    "(", ")", "[", "]", "{", "}", ",", ":", "@d\n", "@d(1)\n", "self.x = y\n", "x['k'] = z * 2\n", "a = b = c\n", "a, b = c\n", "x: int = 1\n", "x += 1\n", "\\\n", "# c\n", "\t",
    "match x:\n", "case 1:\n", "if __name__ == '__main__':\n", "yield\n", "*a", "a if b < c else d\n", "os.path.join('a', b)", "os.getenv('A', 'b')", "-1", "'a' + b", "not a < b",
    "import pulumi\n", "import pulumi_aws as aws\n", "aws.s3.Bucket('b')\n", "pulumi.export('x', y)\n", "import aws_cdk as cdk\n", "cdk.Stack(self, 'x')\n",
    "import nox\n", "@nox.session\n", "session.run('pytest', '-q')\n", "import invoke\n", "@invoke.task\n", "c.run('ls\\nls')\n", "\x0c", "0777\n", "1_000\n", "\u00e9 = 1\n",
)  # fmt: skip
TERRAFORM = (
    'resource "aws_s3_bucket" "data" {\n', 'data "aws_iam_policy" "p" {\n', 'variable "region" {\n', 'output "url" {\n', 'module "net" {\n', "locals {\n",
    "terraform {\n", 'backend "s3" {\n', "cloud {\n", 'provider "aws" {\n', "}\n", "bucket = var.name\n", 'default = "x"\n', 'source = "./net"\n', "a = [1, 2]\n",
    "b = { c = d }\n", "x = <<EOF\n", "EOF\n", "x = <<-EOT\n", "EOT\n", '"${var.x}"', "for_each = toset([])\n", 'dynamic "x" {\n', "# c\n", "// c\n", "/* ", " */", "\n", "=", "{", "}", '"',
    "$", "a ? b : c\n", "module.net.id\n", "data.aws_iam_policy.p.arn\n", "aws_s3_bucket.data.id\n", 'resource "x" {}\n', 'terraform { backend "gcs" {} }\n', "resource {}\n", "()", "!", "\t",
)  # fmt: skip
MARKDOWN = (
    "# Title\n", "#Glued\n", "## Two\n", "Title\n=====\n", "Title\n-----\n", "~~~~\n", "- item\n", "  - nested\n", "1. one\n", "- [ ] task\n", "```python\n", "```\n", "    code\n",
    "| a | b |\n|---|---|\n| 1 | 2 |\n", "> quote\n", "[text](https://example.org)", "![alt](a.png)", "[![b](b.svg)](https://example.org)", "**Bold**\n\n", "`code`", "<!-- ", " -->",
    "<div hidden>", "</div>", '<p style="display:none">', "</p>", "<h2>Head</h2>\n", '<a href="x">', "</a>", '<img src="a.png" alt="a">', "<br>\n", "https://example.org/x.", "\n", "\n\n", "text ",
    "[ref]: https://example.org\n", "[ref]", "---\n", "***\n", "\\", "&amp;", "\u200b", ".. image:: a.png\n", ".. code-block:: python\n", "   x = 1\n", "Example::\n", "`t <https://example.org>`_", "\t", "é",
)  # fmt: skip
MAKE = (
    "test: build\n", "\tpytest\n", "\t-rm x\n", "\t@echo $(X)\n", "X = y\n", "X := $(X)$(X)\n", "export A ?= b\n", ".PHONY: test\n", "all: ; echo\n", "a b: c\n", "    spaces\n", "\\\n", "\t\\\n",
    "ifeq (a,b)\n", "endif\n", "define x\n", "endef\n", "include y.mk\n", "# c\n", "\n", "%.o: %.c\n", "$(MAKE) -C x\n", "::", ":=", "$$", "\t$(MAKE) x\n",
)  # fmt: skip
JUST = (
    "test: build\n", "    pytest\n", "\t@ls\n", "t a='x' *b: (build 'y') && z\n", "set shell := ['bash']\n", "alias t := test\n", "x := 'y'\n", "@quiet:\n", "[private]\n", "# c\n", "\n", "    {{x}}\n", ":", "=",
)  # fmt: skip
REQUIREMENTS = (
    "pandas==2.1\n", "numpy>=1\n", "-r base.txt\n", "-e .\n", "git+https://example.org/x@v1#egg=x\n", "git+x#egg=y\n", "git+", "https://", "#egg=z", "pkg @ https://example.org/p.whl\n", "a[b]==1 ; python_version<'3'\n",
    "    --hash=sha256:0\n", " \\\n", "# c\n", "\n", "--extra-index-url x\n", "-c", "-r ", "::", "==", "\t",
)  # fmt: skip
LOCK = ('[[package]]\nname = "x"\n', '        "numpy": {\n', "- name: numpy\n", "\n", "version = 1\n", "{", "}\n")
JENKINS = (
    "pipeline {\n", "stage('Test') {\n", "sh 'pytest'\n", 'sh "make"\n', "sh '''\n", "'''\n", 'sh """\n', '"""\n', "sh(script: 'x', returnStdout: true)\n", "dir('a') {\n", "docker.build('x')\n", "app.push('y')\n",
    "triggers { cron('H 4 * * *') }\n", "/* ", " */", "// c\n", "'**/*.xml'\n", "}\n", "'", '"', "\\", "\n", "pollSCM('x')\n", "stage", "sh", "(",
)  # fmt: skip
PROGRAM = (
    'new aws.s3.Bucket("b")\n', "new Cfn.Table(this, 'x')\n", 'import "aws-cdk-lib"\n', "export const url = x\n", 's3.NewBucket(ctx, "b")\n', "new pulumi.Config()\n", "config.require('x')\n", "\n", "{", "}", '"', "new ",
)  # fmt: skip
BICEP = (
    "param x string = 'a'\n",
    "resource s 'Microsoft.Web/sites@2022-03-01' = {\n",
    "output y string = s.id\n",
    "module m './m.bicep' = {\n",
    "}\n",
    "'",
    "\n",
    "  ",
    "@description('x')\n",
)
HELM = (
    "kind: Deployment\n",
    "apiVersion: apps/v1\n",
    "image: {{ .Values.image.tag }}\n",
    "- image: x\n",
    "---\n",
    "{{- if .Values.on }}\n",
    "{{ end }}\n",
    "\n",
    "  ",
    "kind:",
    "metadata:\n",
)

_CI_KEYS = (
    "on", "push", "branches", "paths", "schedule", "cron", "jobs", "build", "steps", "run", "uses", "with", "name", "if", "needs", "container", "image", "services", "environment", "defaults", "script", "before_script",
    "after_script", "extends", "rules", "only", "when", "trigger", "pr", "stages", "job", "deployment", "strategy", "runOnce", "deploy", "task", "inputs", "inlineScript", "bash", "commands", "workflows", "triggers", "docker",
    "command", "args", "entrypoint", "runs", "default", "allow_failure", "include", "spec", ".x", "job1", "refs",
)  # fmt: skip
_MORE_KEYS = {
    "compose": ("services", "web", "image", "build", "context", "dockerfile", "dockerfile_inline", "command", "entrypoint", "ports", "expose", "environment", "volumes", "source", "depends_on"),
    "kubernetes": ("apiVersion", "kind", "List", "items", "metadata", "name", "spec", "templates", "dag", "tasks", "steps", "schedule", "workflowSpec", "image", "predictor", "storageUri", "argoproj.io/v1", "Workflow", "dependencies"),
    "monitoring": (
        "scrape_configs", "job_name", "static_configs", "targets", "metrics_path", "rule_files", "groups", "rules", "alert", "expr", "title", "condition", "data", "model", "spec", "receivers", "name", "x_configs", "datasources",
        "type", "providers", "contactPoints", "dashboard", "panels", "rows", "row", "datasource", "query", "rawSql",
    ),
    "cloud": ("Resources", "Type", "Properties", "Parameters", "Default", "Outputs", "Value", "Transform", "AWS::Serverless::Function", "AWS::S3::Bucket", "functions", "handler", "resources", "custom", "type", "config", "default", "outputs", "backend", "url"),
    "flows": ("blocks", "uuid", "name", "type", "triggers", "schedule_interval", "status", "deployments", "schedule", "schedules", "cron", "interval", "active", "entrypoint", "resources", "jobs", "tasks", "task_key", "quartz_cron_expression", "StartAt", "States", "Comment", "id", "cases", "then", "else", "disabled"),
    "tasks": ("tasks", "cmds", "cmd", "deps", "task", "entry_points", "command", "scripts", "test", "stages", "outs", "metrics", "do", "path", "repos", "hooks", "id", "repo", "entry", "dependencies", "pip", "pkg::", "::", "numpy=1"),
    "notebook": ("cells", "worksheets", "cell_type", "code", "markdown", "source", "input", "%%bash", "!ls", "%time x", "x = 1\n", "outputs", "text", "data", "text/plain", "execution_count", "prompt_number"),
}  # fmt: skip


def _yaml(name: str, parse: Callable[[str, str], Any], path: str, keys: tuple[str, ...]) -> Format:
    return Format(name, _two(parse, path), YAML, keys)


def _json(name: str, parse: Callable[[str, str], Any], path: str, keys: tuple[str, ...]) -> Format:
    return Format(name, _two(parse, path), JSON, keys)


FORMATS = (
    Format("yaml", read_yaml, YAML, ("<<", "a", "b")),
    Format("shell", parse_shell, SHELL),
    Format("dockerfile", _two(parse_dockerfile, "Dockerfile"), DOCKER),
    Format("terraform", _two(parse_terraform, "main.tf"), TERRAFORM),
    Format("python", _two(parse_python, "app.py"), PYTHON),
    Format("infrastructure in python", lambda text: read_infrastructure(parse_python("__main__.py", text)), PYTHON),
    Format("nox", lambda text: project_tasks.parse_nox(parse_python("noxfile.py", text), "nox"), PYTHON),
    Format("invoke", lambda text: project_tasks.parse_nox(parse_python("tasks.py", text), "invoke"), PYTHON),
    Format("markdown", _two(parse_markdown, "README.md"), MARKDOWN),
    Format("rst", _two(parse_rst, "README.rst"), MARKDOWN),
    Format("helm template", _two(kubernetes.parse_template, "templates/x.yaml"), HELM),
    Format("bicep", _two(cloud_templates.parse_bicep, "main.bicep"), BICEP),
    Format("typescript program", _two(cloud_templates.parse_pulumi_program, "index.ts"), PROGRAM),
    Format("go program", _two(cloud_templates.parse_pulumi_program, "main.go"), PROGRAM),
    Format("jenkins", _two(ci.parse_jenkins, "Jenkinsfile"), JENKINS),
    Format("requirements", _two(dependencies.parse_requirements, "requirements.txt"), REQUIREMENTS),
    Format("pyproject", _two(dependencies.parse_pyproject, "pyproject.toml"), TOML),
    Format("pipfile", _two(dependencies.parse_pipfile, "Pipfile"), TOML),
    Format("setup.cfg", _two(dependencies.parse_setup_cfg, "setup.cfg"), INI),
    Format("lock", lambda text: dependencies.parse_lock("uv.lock", "uv", text), LOCK),
    Format("makefile", _two(makefile.parse_makefile, "Makefile"), MAKE),
    Format("justfile", _two(tasks.parse_justfile, "justfile"), JUST),
    Format("tox", _two(tox.parse_tox, "tox.ini"), INI),
    Format("tox.toml", _two(tox.parse_tox, "tox.toml"), TOML),
    Format("pipfile scripts", _two(project_tasks.parse_pipfile_scripts, "Pipfile"), TOML),
    Format("pixi.toml", _two(project_tasks.parse_pyproject_tasks, "pixi.toml"), TOML),
    Format("pyproject tasks", _two(project_tasks.parse_pyproject_tasks, "pyproject.toml"), TOML),
    Format("dvc config", _two(dvc.parse_dvc_config, ".dvc/config"), (*INI, "['remote \"s\"']\n", "url = s3://b\n")),
    _json("package.json", project_tasks.parse_package_json, "package.json", _MORE_KEYS["tasks"]),
    _json("notebook", parse_notebook, "eda.ipynb", _MORE_KEYS["notebook"]),
    _json("dashboard", monitoring.parse_dashboard, "dashboard.json", _MORE_KEYS["monitoring"]),
    _json("state machine", orchestration.parse_state_machine, "flow.asl.json", _MORE_KEYS["flows"]),
    _yaml("github", ci.parse_github, ".github/workflows/ci.yml", _CI_KEYS),
    _yaml("github action", ci.parse_action, "action.yml", _CI_KEYS),
    _yaml("gitlab", ci.parse_gitlab, ".gitlab-ci.yml", _CI_KEYS),
    _yaml("circleci", ci.parse_circleci, ".circleci/config.yml", _CI_KEYS),
    _yaml("azure", ci.parse_azure, "azure-pipelines.yml", _CI_KEYS),
    Format("other ci", lambda text: ci.parse_other("cloudbuild.yaml", "cloudbuild", text), YAML, _CI_KEYS),
    _yaml("compose", parse_compose, "compose.yaml", _MORE_KEYS["compose"]),
    Format("kubernetes", _workflows, YAML, _MORE_KEYS["kubernetes"]),
    _yaml(
        "task definition",
        parse_task_definition,
        "task.json",
        ("taskDefinition", "containerDefinitions", "image", "family"),
    ),
    _yaml("chart", kubernetes.parse_chart, "chart/Chart.yaml", _MORE_KEYS["kubernetes"]),
    _yaml("prometheus", monitoring.parse_prometheus, "prometheus.yml", _MORE_KEYS["monitoring"]),
    _yaml("rules", monitoring.parse_rules, "rules.yml", _MORE_KEYS["monitoring"]),
    _yaml("alertmanager", monitoring.parse_alertmanager, "alertmanager.yml", _MORE_KEYS["monitoring"]),
    _yaml("provisioning", monitoring.parse_provisioning, "grafana.yml", _MORE_KEYS["monitoring"]),
    _yaml("cloudformation", cloud_templates.parse_cloudformation, "template.yaml", _MORE_KEYS["cloud"]),
    _yaml("serverless", cloud_templates.parse_serverless, "serverless.yml", _MORE_KEYS["cloud"]),
    _yaml("pulumi yaml", cloud_templates.parse_pulumi_yaml, "Pulumi.yaml", _MORE_KEYS["cloud"]),
    _yaml("mage pipeline", orchestration.parse_mage_pipeline, "pipelines/x/metadata.yaml", _MORE_KEYS["flows"]),
    _yaml("mage triggers", orchestration.parse_mage_triggers, "pipelines/x/triggers.yaml", _MORE_KEYS["flows"]),
    _yaml("prefect", orchestration.parse_prefect, "prefect.yaml", _MORE_KEYS["flows"]),
    _yaml("databricks", orchestration.parse_databricks, "databricks.yml", _MORE_KEYS["flows"]),
    _yaml("kestra", orchestration.parse_kestra, "flow.yaml", _MORE_KEYS["flows"]),
    _yaml("taskfile", tasks.parse_taskfile, "Taskfile.yml", _MORE_KEYS["tasks"]),
    _yaml("mlproject", tasks.parse_mlproject, "MLproject", _MORE_KEYS["tasks"]),
    _yaml("dvc pipeline", dvc.parse_dvc_pipeline, "dvc.yaml", _MORE_KEYS["tasks"]),
    _yaml("dvc pointer", dvc.parse_dvc_pointer, "data.dvc", _MORE_KEYS["tasks"]),
    _yaml("conda", dependencies.parse_conda, "environment.yml", _MORE_KEYS["tasks"]),
    _yaml("pre-commit", parse_precommit, ".pre-commit-config.yaml", _MORE_KEYS["tasks"]),
)
