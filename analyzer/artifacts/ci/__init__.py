"""CI pipelines of every system in one shape: a pipeline has jobs, a job has steps."""

from analyzer.artifacts.ci.azure import parse_azure
from analyzer.artifacts.ci.circleci import parse_circleci
from analyzer.artifacts.ci.github import parse_action, parse_github
from analyzer.artifacts.ci.gitlab import parse_gitlab
from analyzer.artifacts.ci.jenkins import parse_jenkins
from analyzer.artifacts.ci.model import Finder, Job, Pipeline, Step, Trigger
from analyzer.artifacts.ci.others import parse_other

__all__ = [
    "Finder",
    "Job",
    "Pipeline",
    "Step",
    "Trigger",
    "parse_action",
    "parse_azure",
    "parse_circleci",
    "parse_github",
    "parse_gitlab",
    "parse_jenkins",
    "parse_other",
]
