"""What the projects of these tests have in common: a first paragraph, a script that trains, and a service."""

from __future__ import annotations

__all__ = ["API", "TITLE", "TRAIN"]

TITLE = "# Docks\n\nHow long ships wait at the docks is predicted from tides and cargo.\n\n"
TRAIN = "from sklearn.linear_model import Ridge\n\n\ndef train():\n    return Ridge().fit([[1]], [1])\n\n\ntrain()\n"
API = """\
import joblib
import uvicorn
from fastapi import FastAPI

app = FastAPI()
model = joblib.load("model.joblib")


@app.post("/predict")
def predict(wait: float) -> float:
    return model.predict([[wait]])[0]


uvicorn.run(app)
"""
