"""The technologies of the checklist and what shows each in code or configuration. One more is one more row.

Columns: id, area, Python packages (used imports), commands (first words), images (parts of image names),
resources (beginnings of infrastructure types), CI actions (beginnings), words by which prose names it.
Kinds of files that show a technology by themselves stand in ``KINDS``.
"""

from __future__ import annotations

from msgspec import Struct

__all__ = ["KINDS", "PUBLIC_IMAGES", "TECHNOLOGIES", "Marks"]


class Marks(Struct, frozen=True):
    """What shows one technology. ``packages`` are names of dependencies where they differ from the imports."""

    id: str
    area: str
    imports: tuple[str, ...] = ()
    commands: tuple[str, ...] = ()
    images: tuple[str, ...] = ()
    resources: tuple[str, ...] = ()
    actions: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    packages: tuple[str, ...] = ()


_TABLE = """
python | languages | | python;python3 | python | | actions/setup-python | |
bash | languages | | | | | | bash script;bash scripts;shell script;shell scripts |
go | languages | | go | golang | | actions/setup-go | golang |
rust | languages | | cargo;rustc | rust: | | | rust |
tensorflow | ml-frameworks | tensorflow;tensorflow_datasets;tflite_runtime | | tensorflow/ | | | tensorflow |
pytorch | ml-frameworks | torch;torchvision;torchaudio;pytorch_lightning;lightning;torchmetrics | | pytorch/ | | | pytorch |
scikit-learn | ml-frameworks | sklearn | | | | | scikit-learn;sklearn |
jax | ml-frameworks | jax;flax;haiku;optax | | | | | jax |
keras | ml-frameworks | keras;tensorflow.keras | | | | | keras |
xgboost | ml-frameworks | xgboost | | | | | xgboost |
lightgbm | ml-frameworks | lightgbm | | | | | lightgbm |
catboost | ml-frameworks | catboost | | | | | catboost |
huggingface-transformers | ml-frameworks | transformers;sentence_transformers;peft;diffusers | huggingface-cli | huggingface/ | | huggingface/ | hugging face;huggingface |
docker | containers | docker | docker;docker-compose | | docker_ | docker/ | docker |
docker-compose | containers | | docker compose;docker-compose | | | | docker compose;docker-compose |
kubernetes | containers | kubernetes | kubectl;minikube;kind;k3s;eksctl | | kubernetes_;kubernetes.;aws_eks;google_container_cluster;azurerm_kubernetes;AWS::EKS;aws.eks;gcp.container.Cluster;k8s. | azure/setup-kubectl;azure/k8s-deploy | kubernetes;k8s |
helm | containers | | helm;helmfile | | helm_release;k8s.helm | azure/setup-helm | helm |
kustomize | containers | | kustomize | | | | kustomize |
istio | containers | | istioctl | istio/ | | | istio |
github-actions | ci-cd | | | | | | github actions |
gitlab-ci | ci-cd | | gitlab-runner | gitlab/gitlab-runner | | | gitlab ci |
jenkins | ci-cd | | | jenkins/ | | | jenkins |
circleci | ci-cd | | circleci | cimg/ | | | circleci |
azure-pipelines | ci-cd | | | | | | azure pipelines;azure devops |
cml | ci-cd | | cml | iterativeai/cml | | iterative/setup-cml | cml |
dvc | ci-cd | dvc;dvclive | dvc | | | iterative/setup-dvc | dvc |
argo-cd | ci-cd | | argocd | argoproj/argocd | | | argo cd;argocd |
flux | ci-cd | | flux | fluxcd/ | | | flux cd;fluxcd |
pre-commit | ci-cd | | pre-commit;prek | | | pre-commit/action | pre-commit |
aws-sagemaker | cloud-ml | sagemaker;sagemaker_training;smexperiments | aws sagemaker | sagemaker | aws_sagemaker;AWS::SageMaker;aws.sagemaker | | sagemaker |
google-vertex-ai | cloud-ml | vertexai;google.cloud.aiplatform;google_cloud_pipeline_components | gcloud ai | | google_vertex_ai;gcp.vertex | | vertex ai |
azure-ml | cloud-ml | azureml;azure.ai.ml;mltable | az ml | azureml/ | azurerm_machine_learning;Microsoft.MachineLearningServices;azure.machinelearning | azure/aml | azure ml;azure machine learning;azureml |
aws | cloud | boto3;botocore;s3fs;awswrangler;aiobotocore;prefect_aws;moto;aws_lambda_powertools | aws;awslocal;eksctl;sam | amazon/;public.ecr.aws;amazonaws.com | aws_;AWS::;aws.;aws: | aws-actions/ | aws;amazon web services |
gcp | cloud | google.cloud;gcsfs;firebase_admin;prefect_gcp;pydata_google_auth;google.oauth2 | gcloud;gsutil;bq | gcr.io;pkg.dev;google/cloud-sdk | google_;gcp.;gcp: | google-github-actions/ | gcp;google cloud |
azure | cloud | azure;adlfs;azureml;prefect_azure | az;azcopy | mcr.microsoft.com/azure;azurecr.io | azurerm_;Microsoft.;azure.;azure_native.;azure:;azure-native: | azure/login;azure/webapps-deploy;azure/aci-deploy;azure/cli;azure/container;azure/functions | azure |
localstack | cloud | localstack_client;localstack | localstack;awslocal;samlocal;tflocal | localstack/ | | localstack/ | localstack |
prometheus | monitoring | prometheus_client;prometheus_fastapi_instrumentator;prometheus_flask_exporter;starlette_exporter;starlette_prometheus;prometheus_api_client;aioprometheus | prometheus;promtool | prom/prometheus;prometheus/ | aws_prometheus;AWS::APS | | prometheus |
grafana | monitoring | grafanalib;grafana_client | grafana-server | grafana/grafana | grafana_;aws_grafana | | grafana |
alertmanager | monitoring | | amtool | prom/alertmanager | | | alertmanager |
evidently | monitoring | evidently | evidently | evidently/ | | | evidently |
whylabs | monitoring | whylogs;whylabs_client;whylabs_toolkit | | whylabs/ | | | whylabs;whylogs |
arize | monitoring | arize;phoenix | | arizephoenix/ | | | arize |
nannyml | monitoring | nannyml | | nannyml/ | | | nannyml |
alibi-detect | monitoring | alibi_detect | | | | | alibi detect;alibi-detect |
deepchecks | monitoring | deepchecks | | | | | deepchecks |
opentelemetry | monitoring | opentelemetry | otelcol | otel/ | | | opentelemetry |
datadog | monitoring | datadog;ddtrace | datadog-agent | datadog/ | datadog_ | datadog/ | datadog |
sentry | monitoring | sentry_sdk;raven | sentry-cli | getsentry/ | sentry_ | getsentry/ | sentry |
loki | monitoring | logging_loki | | grafana/loki;grafana/promtail | | | loki |
terraform | infrastructure | cdktf;python_terraform | terraform;tofu;terragrunt;tflocal | hashicorp/terraform | | hashicorp/setup-terraform;opentofu/;dflook/terraform | terraform |
pulumi | infrastructure | pulumi;pulumi_aws;pulumi_gcp;pulumi_azure_native;pulumi_kubernetes;pulumi_docker | pulumi | pulumi/ | | pulumi/actions | pulumi |
cloudformation | infrastructure | | aws cloudformation;cfn-lint | | aws_cloudformation | aws-actions/aws-cloudformation | cloudformation |
aws-cdk | infrastructure | aws_cdk;constructs | cdk | | | | aws cdk |
aws-sam | infrastructure | | sam;samlocal | | AWS::Serverless | aws-actions/setup-sam | aws sam |
bicep | infrastructure | | az bicep;az deployment | | | azure/arm-deploy | bicep |
ansible | infrastructure | ansible;ansible_runner | ansible;ansible-playbook;ansible-galaxy | ansible/ | | | ansible |
serverless | infrastructure | | serverless;sls | | | serverless/ | serverless framework |
feast | feature-stores | feast | feast | feastdev/ | | | feast |
tecton | feature-stores | tecton | tecton | | | | tecton |
databricks-feature-store | feature-stores | databricks.feature_store;databricks.feature_engineering | | | | | databricks feature store |
tensorflow-serving | serving | tensorflow_serving | tensorflow_model_server | tensorflow/serving;bitnami/tensorflow-serving | | | tensorflow serving;tf serving |
seldon-core | serving | seldon_core;mlserver | seldon-core-microservice;mlserver | seldonio/ | | | seldon |
bentoml | serving | bentoml | bentoml | bentoml/ | | | bentoml |
fastapi | serving | fastapi | fastapi | tiangolo/uvicorn | | | fastapi |
flask | serving | flask;flask_restful;flask_cors | flask | | | | flask |
streamlit | serving | streamlit | streamlit | | | | streamlit |
gradio | serving | gradio | gradio | | | | gradio |
kserve | serving | kserve;kfserving | | kserve/ | | | kserve |
triton | serving | tritonclient | tritonserver | tritonserver | | | triton |
torchserve | serving | ts.torch_handler | torchserve;torch-model-archiver | pytorch/torchserve | | | torchserve |
ray-serve | serving | ray.serve | serve run | rayproject/ | | | ray serve |
mlflow | lifecycle | mlflow | mlflow | mlflow/mlflow;mlflow | | | mlflow |
great-expectations | lifecycle | great_expectations | great_expectations | | | | great expectations |
pandera | lifecycle | pandera | | | | | pandera |
wandb | lifecycle | wandb | wandb | wandb/ | | | weights & biases;weights and biases;wandb |
comet | lifecycle | comet_ml | comet | | | | comet ml;comet.ml;comet |
neptune | lifecycle | neptune | neptune | | | | neptune |
clearml | lifecycle | clearml | clearml;clearml-agent | allegroai/clearml | | | clearml |
airflow | orchestration | airflow | airflow;astro | apache/airflow;astro-runtime;quay.io/astronomer | aws_mwaa;google_composer | | airflow |
prefect | orchestration | prefect;prefect_aws;prefect_gcp;prefect_docker;prefect_email;prefect_sqlalchemy | prefect | prefecthq/ | | prefecthq/ | prefect |
dagster | orchestration | dagster;dagster_mlflow;dagster_aws | dagster;dagit | dagster/ | | dagster-io/ | dagster |
kubeflow | orchestration | kfp;kubeflow | kfp | kubeflow/ | | | kubeflow |
zenml | orchestration | zenml | zenml | zenmldocker/ | | | zenml |
mage | orchestration | mage_ai | mage | mageai/ | | | mage |
metaflow | orchestration | metaflow | metaflow | | | | metaflow |
kedro | orchestration | kedro | kedro | | | | kedro |
flyte | orchestration | flytekit;union | pyflyte;flytectl | flyteorg/ | | | flyte |
luigi | orchestration | luigi | luigi;luigid | | | | luigi |
argo-workflows | orchestration | hera;argo_workflows | argo | argoproj/argo | | | argo workflows |
spark | data | pyspark;sparkmagic | spark-submit;pyspark | bitnami/spark;apache/spark | aws_emr;google_dataproc | | spark;pyspark |
kafka | data | kafka;confluent_kafka;aiokafka;faust | kafka-topics | confluentinc/;bitnami/kafka;apache/kafka | aws_msk | | kafka |
lakefs | data | lakefs;lakefs_client;lakefs_sdk | lakectl | treeverse/lakefs | | | lakefs |
poetry | packaging | | poetry | | | snok/install-poetry;abatilo/actions-poetry | poetry |
uv | packaging | | uv;uvx | astral-sh/uv | | astral-sh/setup-uv | |
pipenv | packaging | | pipenv | | | | pipenv |
conda | packaging | | conda;mamba;micromamba | continuumio/;condaforge/;mambaorg/ | | conda-incubator/ | conda;miniconda |
"""


def _row(line: str) -> Marks:
    cells = [cell.strip() for cell in line.split("|")]
    lists = [tuple(item for item in cell.split(";") if item) for cell in cells[2:8]]
    return Marks(cells[0], cells[1], *lists)


TECHNOLOGIES: tuple[Marks, ...] = tuple(_row(line) for line in _TABLE.strip().splitlines())

# Beginnings of images that somebody publishes in a cloud's registry for everybody: to pull one is no use of that cloud.
PUBLIC_IMAGES: tuple[str, ...] = (
    "gcr.io/cadvisor/", "gcr.io/distroless/", "gcr.io/google-containers/", "gcr.io/google_containers/", "gcr.io/google-samples/",
    "gcr.io/istio-release/", "gcr.io/k8s-", "gcr.io/kaniko-project/", "gcr.io/knative-releases/", "gcr.io/kubebuilder/",
    "gcr.io/kubeflow-images-public/", "gcr.io/ml-pipeline/", "gcr.io/tekton-releases/", "k8s.gcr.io/", "us.gcr.io/k8s-",
    "public.ecr.aws/bitnami/", "public.ecr.aws/datadog/", "public.ecr.aws/docker/", "public.ecr.aws/nginx/", "public.ecr.aws/ubuntu/",
)  # fmt: skip

# Kinds of files that show a technology by being there with content.
KINDS: dict[str, tuple[str, ...]] = {
    "python": ("python", "notebook"),
    "bash": ("shell",),
    "docker": ("dockerfile", "compose"),
    "docker-compose": ("compose",),
    "github-actions": ("github-workflow",),
    "gitlab-ci": ("gitlab-ci",),
    "jenkins": ("jenkinsfile",),
    "circleci": ("circleci",),
    "azure-pipelines": ("azure-pipelines",),
    "dvc": ("dvc-pipeline", "dvc-pointer", "dvc-config"),
    "terraform": ("terraform",),
    "bicep": ("bicep",),
    "pulumi": ("pulumi-yaml",),
    "serverless": ("serverless",),
    "helm": ("helm-chart",),
    "kustomize": ("kustomization",),
    "pre-commit": ("pre-commit",),
    "mage": ("mage-pipeline",),
    "prefect": ("prefect-yaml",),
    "mlflow": ("mlproject",),
}
