"""A small production system in files, whole from data to alert, and short questions to its graph."""

from __future__ import annotations

from analyzer.repository import Repository
from analyzer.wiring import build_wiring

SYSTEM: dict[str, str] = {
    "pipeline/ingest.py": """
import pandas as pd

def ingest():
    frame = pd.read_csv("https://example.org/rides.csv")
    frame.to_parquet("data/rides.parquet")

if __name__ == "__main__":
    ingest()
""",
    "pipeline/config.py": 'MODEL_NAME = "ride-duration"\n',
    "pipeline/train.py": """
import mlflow
import pandas as pd
from sklearn.linear_model import LinearRegression

from pipeline.config import MODEL_NAME

def train():
    frame = pd.read_parquet("data/rides.parquet")
    model = LinearRegression()
    model.fit(frame[["distance"]], frame["minutes"])
    mlflow.sklearn.log_model(model, "model", registered_model_name=MODEL_NAME)

if __name__ == "__main__":
    train()
""",
    "service/app.py": """
import os

import mlflow
from fastapi import FastAPI
from prometheus_client import Counter, make_asgi_app

NAME = os.getenv("MODEL_NAME")
PREDICTIONS = Counter("ride_predictions", "Answers given")
app = FastAPI()
app.mount("/metrics", make_asgi_app())
model = mlflow.pyfunc.load_model(f"models:/{NAME}@champion")

@app.post("/predict")
def predict(ride: dict):
    PREDICTIONS.inc()
    return model.predict([ride["distance"]])
""",
    "Dockerfile": """
FROM python:3.12-slim
WORKDIR /app
COPY pipeline ./pipeline
COPY service ./service
CMD ["uvicorn", "service.app:app", "--host", "0.0.0.0"]
""",
    "docker-compose.yml": """
services:
  api:
    build: .
    environment:
      MODEL_NAME: ride-duration
    ports: ["8000:8000"]
  prometheus:
    image: prom/prometheus:v3
""",
    ".github/workflows/deploy.yml": """
on: push
env:
  IMAGE: registry.example.org/rides/duration-api
jobs:
  deploy:
    runs-on: ubuntu-latest
    steps:
      - run: docker build -t ${{ env.IMAGE }}:${{ github.sha }} .
      - run: docker push ${{ env.IMAGE }}:${{ github.sha }}
      - run: kubectl apply -f k8s/
""",
    "k8s/api.yaml": """
apiVersion: apps/v1
kind: Deployment
metadata: {name: duration-api}
spec:
  template:
    metadata: {labels: {app: duration}}
    spec:
      containers:
        - name: api
          image: registry.example.org/rides/duration-api:latest
""",
    "monitoring/prometheus.yml": """
scrape_configs:
  - job_name: duration
    static_configs:
      - targets: ["api:8000"]
rule_files: [rules.yml]
""",
    "monitoring/rules.yml": """
groups:
  - name: service
    rules:
      - alert: NoPredictions
        expr: rate(ride_predictions_total[10m]) == 0
""",
}


def edges(repo: Repository, *kinds: str) -> set[tuple[str, str, str]]:
    """(source, kind, target) of the edges of these kinds."""
    return {(edge.source, edge.kind, edge.target) for edge in build_wiring(repo).edges if edge.kind in kinds}
