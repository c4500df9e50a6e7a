"""Ready-made CI steps by what they do: GitHub actions, CircleCI orbs, Azure tasks. One more is one more word."""

from __future__ import annotations

from functools import lru_cache

__all__ = ["action_roles", "command_of"]

# Actions that run what the repository configures, with the command that they run.
_COMMANDS = {
    "pre-commit/action": "pre-commit run --all-files",
    "tox-dev/action-pre-commit-uv": "pre-commit run --all-files",
}

_ACTIONS: dict[str, str] = {
    "setup": """
        actions/checkout actions/setup-python actions/cache actions/setup-node actions/upload-artifact
        actions/download-artifact docker/setup-buildx-action docker/setup-qemu-action docker/login-action
        docker/metadata-action aws-actions/configure-aws-credentials aws-actions/amazon-ecr-login
        google-github-actions/auth google-github-actions/setup-gcloud azure/login hashicorp/setup-terraform
        azure/docker-login astral-sh/setup-uv snok/install-poetry abatilo/actions-poetry pre-commit-ci/lite-action
        conda-incubator/setup-miniconda iterative/setup-dvc iterative/setup-cml azure/setup-kubectl azure/setup-helm
        opentofu/setup-opentofu actions/github-script codecov/codecov-action checkout usepythonversion folioscope
    """,
    "test": """
        pavelzw/pytest-action cclauss/pytest-action python-pytest fylein/python-pytest-github-action
        python/test publish-unit-test-result-action dorny/test-reporter pmeier/pytest-results-action publishtestresults
    """,
    "lint": """
        astral-sh/ruff-action chartboost/ruff-action psf/black rickstaa/action-black py-actions/flake8
        pre-commit/action github/super-linter super-linter/super-linter oxsecurity/megalinter reviewdog/ sqlfluff
        isort/isort-action cclauss/github_actions_flake8 jpetrucciani/mypy-check hadolint/hadolint-action
        tsuyoshicho/action-mypy suo/flake8-github-action terraform-linters/ wearerequired/lint-action
        advanced-security/ ricardochaves/python-lint marian-code/python-lint-annotate
        codespell-project/actions-codespell bridgecrewio/checkov-action aquasecurity/tfsec-action deepsource
    """,
    "image.build": "docker/build-push-action docker/bake-action redhat-actions/buildah-build docker@",
    "image.push": """
        redhat-actions/push-to-registry mr-smithers-excellent/docker-build-push macbre/push-to-ghcr
        elgohr/publish-docker-github-action appleboy/docker-push-action circleci/docker aws-ecr/ kciter/aws-ecr-action
        jwsi/ecr-build-action whoan/docker-build-with-cache-action
    """,
    "deploy": """
        aws-actions/amazon-ecs-deploy-task-definition aws-actions/amazon-ecs-render aws-actions/aws-lambda-deploy
        google-github-actions/deploy-cloudrun google-github-actions/deploy-appengine google-github-actions/deploy-cloud-functions
        azure/webapps-deploy azure/k8s-deploy azure/container-apps-deploy-action azure/aci-deploy azure/functions-action
        azure/aml-deploy akhileshns/heroku-deploy superfly/flyctl-actions digitalocean/app_action appleboy/ssh-action
        appleboy/scp-action appleboy/lambda-action amondnet/vercel-action johnbeynon/render-deploy-action
        bervproject/railway-deploy einaras/beanstalk-deploy aws-actions/aws-cloudformation-github-deploy
        jsdaniell/create-json huggingface/ easingthemes/ssh-deploy serverless/github-action pulumi/actions
        youyo/aws-cdk-github-actions scoremedia/aws-cdk-github-actions
        aws-actions/aws-codebuild-run-build dflook/terraform-apply awslabs/aws-lambda nwtgck/actions-netlify
        argoproj/ weaveworks/ helmfile/helmfile-action wahyd4/kubectl-helm-action steebchen/kubectl
        actions-hub/kubectl prefecthq/actions-prefect-deploy databricks/ burnett01/rsync-deployments
        nghiempt/huggingface sealos kodermax/kubectl-aws-eks azure/arm-deploy kubernetes/ cloud-run/ heroku/deploy
        azurewebappcontainer kubernetesmanifest azurefunctionapp helmdeploy gcp-cloud-run/
    """,
    "terraform": "hashicorp/setup-terraform opentofu/setup-opentofu dflook/terraform-apply terraformtaskv",
    "cml": "iterative/setup-cml iterative/cml",
    "pages": "peaceiris/actions-gh-pages jamesives/github-pages-deploy-action actions/deploy-pages",
    "alert": """
        8398a7/action-slack slackapi/slack-github-action rtcamp/action-slack-notify act10ns/slack
        dawidd6/action-send-mail ravsamhq/notify-slack-action sarisia/actions-status-discord appleboy/telegram-action
        voxmedia/github-action-slack-notify-build ilshidur/action-discord
    """,
}


@lru_cache(maxsize=4096)
def action_roles(uses: str) -> frozenset[str]:
    """The roles of an action by its name; the version is not looked at."""
    name = uses.lower()
    return frozenset(
        role
        for role, actions in _ACTIONS.items()
        if any(name.startswith(item) or f"/{item}" in name for item in actions.split())
    )


def command_of(uses: str) -> str:
    """The command that an action stands for, or an empty string."""
    return _COMMANDS.get(uses.partition("@")[0].lower(), "")
