"""Small projects without what a start would add."""

from __future__ import annotations

__all__ = ["POETRY", "PROJECTS", "SERVICE", "STREAMLIT", "UV"]

SERVICE = {
    "README.md": "# Queue times\n\nTells how long one waits at the counter of a town hall.\n",
    "requirements.txt": "fastapi==0.115.0\njoblib==1.4.2\nscikit-learn==1.5.2\n",
    "requirements-dev.txt": "pytest==8.3.3\nruff==0.6.9\n",
    "counter/__init__.py": "",
    "counter/features.py": "def hour_of(minutes):\n    return minutes // 60 % 24\n",
    "counter/service.py": (
        "import joblib\nfrom fastapi import FastAPI\n\nfrom counter.features import hour_of\n\napp = FastAPI()\n"
        "model = joblib.load('model.joblib')\n\n\n@app.post('/predict')\ndef predict(minutes: int) -> dict:\n"
        "    return {'wait': float(model.predict([[hour_of(minutes)]])[0])}\n"
    ),
    "counter/train.py": (
        "import json\nfrom pathlib import Path\n\nimport joblib\nfrom sklearn.linear_model import LinearRegression\n"
        "from sklearn.metrics import mean_absolute_error\n\n\ndef train(hours, waits):\n    model = LinearRegression()\n"
        "    model.fit(hours, waits)\n    joblib.dump(model, 'model.joblib')\n"
        "    mae = mean_absolute_error(waits, model.predict(hours))\n"
        "    Path('reports/metrics.json').write_text(json.dumps({'mae': mae}))\n\n\n"
        "if __name__ == '__main__':\n    train([[8], [9]], [4, 12])\n"
    ),
    "tests/test_features.py": (
        "from counter.features import hour_of\n\n\ndef test_noon():\n    assert hour_of(720) == 12\n\n\n"
        "def test_midnight():\n    assert hour_of(1440) == 0\n"
    ),
}
UV = {
    "README.md": "# Bread\n\nHow many loaves a bakery bakes tomorrow.\n",
    "pyproject.toml": (
        '[project]\nname = "loaves"\nversion = "0.1.0"\nrequires-python = ">=3.11"\ndependencies = ["flask"]\n\n'
        "[tool.ruff]\nline-length = 100\n\n[tool.mypy]\nstrict = true\n"
    ),
    "uv.lock": "version = 1\n",
    "src/loaves/__init__.py": "",
    "src/loaves/web.py": (
        "from flask import Flask\n\napp = Flask(__name__)\n\n\n@app.route('/predict')\ndef predict():\n    return {'loaves': 3}\n"
    ),
    "tests/unit/test_web.py": (
        "import unittest\n\nfrom loaves.web import predict\n\n\nclass WebTest(unittest.TestCase):\n"
        "    def test_loaves(self):\n        self.assertEqual(predict(), {'loaves': 3})\n"
    ),
}
POETRY = {
    "pyproject.toml": (
        '[tool.poetry]\nname = "swim"\nversion = "0.1.0"\n\n[tool.poetry.dependencies]\npython = "^3.10"\nflask = "*"\n'
        'gunicorn = "*"\n\n[tool.poetry.group.dev.dependencies]\nblack = "*"\n'
    ),
    "poetry.lock": "# begun\n",
    "web/app.py": "from flask import Flask\n\napp = Flask('swim')\n\n\n@app.route('/predict')\ndef predict():\n    return {'t': 21}\n",
    "compose.yaml": "services:\n  pool:\n    build: .\n    ports: ['5000:5000']\n",
    "explore.ipynb": (
        '{"cells": [{"cell_type": "code", "execution_count": 1, "metadata": {}, "outputs": [], "source": ["x = 1"]}],'
        ' "metadata": {}, "nbformat": 4, "nbformat_minor": 5}'
    ),
}
STREAMLIT = {
    "requirements.txt": "streamlit==1.40.0\n",
    "app.py": "import streamlit as st\n\nst.title('Snow depth')\nst.write(st.slider('metres', 0, 3000) / 100)\n",
}
PROJECTS = {"service": SERVICE, "uv": UV, "poetry": POETRY, "streamlit": STREAMLIT}
