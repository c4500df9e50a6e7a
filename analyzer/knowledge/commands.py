"""Which command lines play which part. A row is a program and the words that must follow it."""

from __future__ import annotations

import re
from functools import lru_cache

__all__ = ["CANNOT_FAIL", "WRAPPERS", "command_roles"]

# Programs that run another one; the number of own words after the flags.
WRAPPERS: dict[str, int] = {
    "sudo": 0, "time": 0, "nohup": 0, "exec": 0, "command": 0, "env": 0, "nice": 0, "xvfb-run": 0, "stdbuf": 0,
    "timeout": 1, "npx": 0, "uvx": 0, "pipx run": 0, "poetry run": 0, "uv run": 0, "pipenv run": 0, "hatch run": 0,
    "pdm run": 0, "rye run": 0, "conda run": 0, "micromamba run": 0, "pixi run": 0, "coverage run": 0, "dvc exec": 0,
    "mamba run": 0, "uv tool run": 0, "aws-vault exec": 1, "doppler run": 0, "op run": 0, "wait-for-it": 0, "retry": 0,
}  # fmt: skip

_ROLES: dict[str, str] = {
    "test": r"pytest\b|py\.test\b|python -m (?:pytest|unittest)\b|unittest\b|nose2?\b|nosetests\b|tox\b|nox\b|behave\b"
    r"|robot\b|go test\b|cargo test\b|dotnet test\b|(?:mvn|\./mvnw)\b.*\s(?:test|verify)\b|(?:gradle|\./gradlew)\b.*\s(?:test|check)\b|(?:npm|yarn|pnpm) (?:run )?test\b|jest\b|vitest\b|green\b|hatch test\b"
    r"|manage\.py test\b|python setup\.py test\b|deepeval test\b|ward\b",
    "lint": r"(?:python -m )?(?:flake8|pylint|ruff|black|isort|mypy|pyright|basedpyright|autopep8|autoflake|yapf|pycodestyle|pydocstyle"
    r"|bandit|pyflakes|prospector|vulture|hadolint|shellcheck|yamllint|tflint|tfsec|checkov|sqlfluff|nbqa|codespell"
    r"|super-linter|eslint|prettier|golangci-lint|markdownlint\S*|interrogate|darglint|pytype|ty|djlint)\b"
    r"|pre-commit run\b|terraform (?:fmt|validate)\b|cargo (?:fmt|clippy)\b|gofmt\b|go vet\b|helm lint\b|trunk check\b"
    r"|kubeval\b|kubeconform\b|prek\b(?! (?:auto)?(?:un)?install)|hatch fmt\b|docformatter\b|pyupgrade\b|refurb\b|semgrep\b|(?:npm|yarn|pnpm) (?:run )?lint\b",
    "image.build": r"docker (?:buildx )?build\b|docker[- ]compose\b(?:.*)\bbuild\b|buildah (?:bud|build)\b|podman build\b"
    r"|kaniko\b|/kaniko/executor\b|gcloud builds submit\b|az acr build\b|bentoml containerize\b|pack build\b"
    r"|sam build\b|mlflow models build-docker\b|docker[- ]compose\b.*\bup\b.*--build|nixpacks build\b|executor --context\b",
    "image.push": r"docker (?:image )?push\b|docker buildx build\b.*--push\b|docker[- ]compose\b.*\bpush\b|podman push\b"
    r"|buildah push\b|skopeo copy\b|crane push\b|gcloud builds submit\b|az acr build\b|docker build\b.*--push\b"
    r"|bentoml push\b|heroku container:push\b|gcloud run deploy\b.*--source\b|docker manifest push\b"
    r"|(?:/kaniko/)?executor\b(?!.*--no-push\b).*\s(?:--destination|-d)\b",
    "deploy": r"terraform\b.*\bapply\b|tofu\b.*\bapply\b|terragrunt\b.*\bapply\b|pulumi\b.*\bup\b|kubectl\b.*\b(?:apply|rollout|set image|create|patch)\b"
    r"|helm\b.*\b(?:upgrade|install)\b|helmfile\b.*\b(?:apply|sync)\b|kustomize\b.*\bapply\b|aws cloudformation (?:deploy|create-stack|update-stack)\b"
    r"|sam deploy\b|cdk deploy\b|(?:serverless|sls) deploy\b|aws (?:ecs|eks|lambda|elasticbeanstalk|apprunner|sagemaker) (?:update(?!-kubeconfig)|create|deploy|register|publish(?!-layer))\S*"
    r"|gcloud (?:run|app|functions|ai|container|deploy|compute instances) (?:deploy|create|update|models|endpoints|jobs|services|clusters)\S*"
    r"|gcloud (?:run|app|functions) deploy\b|az (?:ml|webapp|containerapp|functionapp|aks|container|deployment|staticwebapp)\b"
    r"|flyctl? deploy\b|heroku\b.*\b(?:push|release|container:release)\b|git push\b.*\bheroku\b|railway up\b|vercel\b"
    r"|eb deploy\b|bentoml deploy\b|bentocloud\b|prefect\b.*\bdeploy\b|prefect deployment (?:build|apply)\b|databricks bundle deploy\b"
    r"|ansible-playbook\b|argocd app sync\b|dagster-cloud\b|modal deploy\b|huggingface-cli upload\b|hf upload\b"
    r"|skaffold run\b|copilot deploy\b|zappa (?:deploy|update)\b|chalice deploy\b|doctl apps\b|ssh\b|scp\b|rsync\b"
    r"|docker stack deploy\b|mlflow deployments\b|cf push\b|nomad job run\b|func azure functionapp publish\b|netlify deploy\b|render deploys\b|dokku\b"
    r"|curl\b.*(?:(?i:deploy[-_]?(?:hook|url))|api\.render\.com/(?:deploy|v1/services)|api\.vercel\.com/v1/integrations/deploy)"
    r"|git (?:push|clone|remote (?:add|set-url))\b.*(?:huggingface\.co/(?:spaces/|\$|\{)|\b(?:hf|huggingface|space)\b)"
    r"|aws deploy\b|supabase functions deploy\b|truss push\b|zenml .*deploy\b",
    "infra.apply": r"(?:terraform|tofu|terragrunt)\b.*\bapply\b|pulumi\b.*\bup\b|aws cloudformation (?:deploy|create-stack)\b|sam deploy\b|cdk deploy\b",
    "infra.plan": r"(?:terraform|tofu|terragrunt)\b.*\bplan\b|pulumi\b.*\bpreview\b|cdk diff\b",
    "train": r"python\b.* -c [\s\S]*\b(?:re)?train(?:_\w+)?\(|dvc (?:repro|exp run)\b|cml\b|mlflow run\b(?!.* (?:-e|--entry-point)[ =](?:valid|eval|test|transform|predict|score|deploy))|kedro run\b|python\b.*\btrain\w*(?:\.py)?\b|flyte\b.*run\b|pyflyte run\b"
    r"|(?:python3? -m )?spacy (?:train\b|project run\b)|metaflow\b|python\b.*\b(?:flow|pipeline|workflow|orchestrat\w*|retrain\w*|model_training)\w*\.py\b|zenml pipeline run\b"
    r"|gcloud ai custom-jobs create\b|az ml job create\b|aws sagemaker (?:create-training-job|start-pipeline-execution)\b"
    r"|prefect deployment run\b|airflow dags (?:trigger|test)\b|dagster (?:job execute|asset materialize)\b|databricks (?:jobs run-now|bundle run)\b"
    r"|curl\b.*/dagRuns\b|argo submit\b|kfp run\b|python -m [\w.]*(?:train|pipeline|flow)[\w.]*|autogluon\b",
    "run.python": r"python\b",
    "cml": r"cml\b",
    "dvc.repro": r"dvc (?:repro|exp run)\b",
    "dvc.pull": r"dvc (?:pull|fetch|push)\b",
    "compose.up": r"docker[- ]compose\b.*\b(?:up|run)\b",
    "download": r"wget\b|curl\b.*(?:-[oOJL]|--output|--remote-name|https?://\S+\.(?:csv|zip|parquet|gz|json|tgz|tar|xlsx?)\b)|kaggle\b.*\bdownload\b|gdown\b|aws s3 (?:cp|sync)\b|gsutil\b.*\b(?:cp|rsync)\b|azcopy\b"
    r"|dvc (?:pull|get|import)\S*|huggingface-cli download\b|hf download\b|unzip\b",
    "drift": r"evidently\b|nannyml\b|deepchecks\b",
    "serve": r"uvicorn\b|gunicorn\b|hypercorn\b|waitress-serve\b|flask run\b|bentoml serve\b|mlflow models serve\b|torchserve\b|tritonserver\b"
    r"|tensorflow_model_server\b|litserve\b|serve run\b|fastapi (?:run|dev)\b|vllm serve\b|mlserver start\b|seldon-core-microservice\b|functions-framework\b|granian\b|daphne\b",
    "ui": r"streamlit run\b|gradio\b|chainlit run\b|panel serve\b|voila\b",
    "echo": r"echo\b|printf\b|true\b|:|exit\b|cat\b(?!.*\|)|ls\b|pwd\b|sleep\b|which\b|date\b",
    "schedule": r"cron\b|crontab\b|prefect deployment (?:build|set-schedule)\b.*(?:--cron|--interval)|prefect\b.*\b(?:set-schedule|schedule create)\b|prefect deploy\b.*--(?:cron|interval)\b",
    "alert": r"amtool\b|slack\b|sendmail\b|mail\b|curl\b.*(?:hooks\.slack\.com|discord(?:app)?\.com/api/webhooks|api\.telegram\.org|SLACK_WEBHOOK\w*|WEBHOOK_URL)",
}  # fmt: skip

CANNOT_FAIL = re.compile(
    r"(?:flake8|ruff|pylint|pyright)\b.*\s--exit-zero\b|pylint\b.*--fail-under[= ]0(?![.\d]*[1-9])"
)
"""Checks that succeed whatever they find, by their flags."""

_COMPILED = {role: re.compile(rf"(?:{pattern})") for role, pattern in _ROLES.items()}


@lru_cache(maxsize=16_384)
def command_roles(text: str) -> frozenset[str]:
    """The roles of a command line whose wrappers are taken off."""
    return frozenset(role for role, pattern in _COMPILED.items() if pattern.match(text))
