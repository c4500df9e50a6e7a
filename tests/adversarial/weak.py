"""Weak repositories: honest beginnings with little in them."""

from __future__ import annotations

import json

from tests.adversarial.kit import Tree, fixture

__all__ = ["WEAK"]


def _notebook(*cells: str) -> str:
    written = [
        {"cell_type": "code", "execution_count": 1, "metadata": {}, "outputs": [], "source": cell.splitlines(True)}
        for cell in cells
    ]
    return json.dumps({"cells": written, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}, indent=1)


NOTEBOOK: Tree = {
    "README.md": "# Ice cream sales\nHow much ice cream will the kiosk at the lake sell tomorrow? A first look, in one notebook.\n",
    "sales.csv": "day,temperature,weekend,scoops\n2024-06-01,24,1,310\n2024-06-02,27,1,402\n",
    "kiosk.ipynb": _notebook(
        "import pandas as pd\nfrom sklearn.linear_model import LinearRegression\nsales = pd.read_csv('sales.csv')",
        "model = LinearRegression()\nmodel.fit(sales[['temperature', 'weekend']], sales['scoops'])",
        "print(model.predict([[30, 1]]))",
    ),
}

SCRIPT: Tree = {
    "README.md": (
        "# Parking spaces\nPredicts how many spaces of the car park at the station are free.\n\n"
        "```bash\npip install -r requirements.txt\npython train.py\n```\n"
    ),
    "requirements.txt": "pandas\nscikit-learn\n",
    "spaces.csv": "hour,weekday,free\n7,1,120\n8,1,64\n9,1,12\n",
    "train.py": (
        "import pandas as pd\n"
        "from sklearn.ensemble import RandomForestRegressor\n\n"
        "spaces = pd.read_csv('spaces.csv')\n"
        "model = RandomForestRegressor()\n"
        "model.fit(spaces[['hour', 'weekday']], spaces['free'])\n"
        "print(model.score(spaces[['hour', 'weekday']], spaces['free']))\n"
    ),
}

MODULES: Tree = {
    "README.md": (
        "# Coffee beans\n\nTells from a roast's temperature curve whether the batch will taste sour. "
        "Run `python beans/main.py` in the folder.\n"
    ),
    "requirements.txt": "joblib==1.4.2\npandas==2.2.3\nscikit-learn==1.5.2\n",
    "beans/main.py": (
        "from roast import read_curves\nfrom taste import fit\n\n"
        "if __name__ == '__main__':\n    fit(read_curves('roasts.csv'))\n"
    ),
    "beans/roast.py": (
        "import pandas as pd\n\n\ndef read_curves(path):\n    curves = pd.read_csv(path)\n"
        "    curves['rise'] = curves['peak'] - curves['start']\n    return curves\n"
    ),
    "beans/taste.py": (
        "import joblib\nfrom sklearn.linear_model import LogisticRegression\n\n\ndef fit(curves):\n"
        "    model = LogisticRegression()\n    model.fit(curves[['rise']], curves['sour'])\n"
        "    joblib.dump(model, 'taste.joblib')\n"
    ),
    "roasts.csv": "start,peak,sour\n90,208,1\n92,221,0\n",
}

WEAK: dict[str, Tree] = {
    "one notebook": NOTEBOOK,
    "one script": SCRIPT,
    "three modules": MODULES,
    "two notebooks": fixture("notebook-only"),
    "stubs already": fixture("empty-claims"),
}
