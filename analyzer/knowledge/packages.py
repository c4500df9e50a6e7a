"""Python packages: which distribution an import comes from, what comes with what, what the platform brings.

``DISTRIBUTIONS`` are the import names whose distribution is known; where it has the same name the second column is
empty. ``COMES_WITH`` are imports that a distribution brings along: used without being declared, they work.
"""

from __future__ import annotations

__all__ = ["COMES_WITH", "DISTRIBUTIONS", "FOUNDATION", "IMAGE_PACKAGES", "PLATFORM_MODULES", "PUBLIC_DATA", "STDLIB"]

STDLIB = frozenset(
    """
    __future__ __main__ _collections_abc _csv _io _json _pickle _socket _ssl _thread _typeshed _weakref abc aifc
    annotationlib antigravity argparse array ast asynchat asyncio asyncore atexit audioop base64 bdb binascii
    bisect builtins bz2 cProfile calendar cgi cgitb chunk cmath cmd code codecs codeop collections colorsys
    compileall compression concurrent configparser contextlib contextvars copy copyreg crypt csv ctypes curses
    dataclasses datetime dbm decimal difflib dis distutils doctest email encodings ensurepip enum errno
    faulthandler fcntl filecmp fileinput fnmatch fractions ftplib functools gc genericpath getopt getpass gettext
    glob graphlib grp gzip hashlib heapq hmac html http idlelib imaplib imghdr imp importlib inspect io ipaddress
    itertools json keyword lib2to3 linecache locale logging lzma mailbox mailcap marshal math mimetypes mmap
    modulefinder msilib msvcrt multiprocessing netrc nis nntplib nt ntpath nturl2path numbers opcode operator
    optparse os ossaudiodev pathlib pdb pickle pickletools pipes pkgutil platform plistlib poplib posix posixpath
    pprint profile pstats pty pwd py_compile pyclbr pydoc pydoc_data pyexpat queue quopri random re readline
    reprlib resource rlcompleter runpy sched secrets select selectors shelve shlex shutil signal site smtpd
    smtplib sndhdr socket socketserver spwd sqlite3 sre_compile sre_constants sre_parse ssl stat statistics string
    stringprep struct subprocess sunau symtable sys sysconfig syslog tabnanny tarfile telnetlib tempfile termios
    textwrap this threading time timeit tkinter token tokenize tomllib trace traceback tracemalloc tty turtle
    turtledemo types typing unicodedata unittest urllib uu uuid venv warnings wave weakref webbrowser winreg
    winsound wsgiref xdrlib xml xmlrpc zipapp zipfile zipimport zlib zoneinfo
    """.split()
)
"""Modules of the standard library of Python 3.8 to 3.14."""

PLATFORM_MODULES = frozenset(
    """
    IPython awsglue dbruntime dbutils google.colab kaggle_secrets mage_ai pip pkg_resources pyspark setuptools wheel
    azureml_user certifi typing_extensions six packaging urllib3 bpy cv sagemaker_containers sagemaker_inference cygrpc apt pythoncom win32api win32com
    """.split()
)
"""Modules that the place where code runs brings along, or that any Python environment has."""

PUBLIC_DATA = frozenset(
    """
    datasets fastf1 fredapi kaggle kagglehub meteostat nba_api opendatasets openmeteo_requests openml
    pandas_datareader pybaseball seaborn sklearn sodapy tensorflow_datasets ucimlrepo wbgapi yfinance
    """.split()
)
"""Modules whose calls that read or download data get public data sets, without an address in the code."""

FOUNDATION = frozenset(
    """
    PIL altair attr attrs botocore certifi charset_normalizer click cloudpickle dateutil dill dotenv fsspec google h5py httpx idna
    jinja2 joblib jsonschema markdown matplotlib networkx numpy packaging pandas pendulum plotly psutil pyarrow pydantic pytz
    requests rich ruamel scipy sklearn sqlalchemy starlette tabulate tenacity toml tqdm typer urllib3 uvicorn werkzeug yaml
    """.split()
)
"""Imports that so many distributions bring along that an unknown one may be what brings them."""

_DISTRIBUTIONS = """
PIL pillow
aiohttp
airflow apache-airflow apache-airflow-core apache-airflow-task-sdk astronomer-cosmos
alembic
alibi_detect alibi-detect
altair
arize
bentoml
boto3
botocore botocore boto3
bs4 beautifulsoup4 bs4
catboost
category_encoders category-encoders
celery
chromadb
comet_ml comet-ml
confluent_kafka confluent-kafka
cv2 opencv-python opencv-python-headless opencv-contrib-python opencv-contrib-python-headless
dagster
dask
databricks_cli databricks-cli
datasets
deepchecks
deepdiff
deltalake
docker docker docker-compose
dotenv python-dotenv dotenv
duckdb
dvc
dvclive
elasticsearch
evidently
fastapi fastapi fastapi-slim
fastparquet
feast
flask
flask_cors flask-cors
flask_sqlalchemy flask-sqlalchemy
flwr
folium
fsspec
gcsfs
geopandas
geopy
gradio
great_expectations great-expectations great-expectations-cloud acryl-great-expectations
gspread
h5py
holidays
httpx
hydra hydra-core
hyperopt
imblearn imbalanced-learn imblearn
implicit
jax
joblib
kafka kafka-python kafka-python-ng
kaggle
kagglehub
kedro
keras keras tensorflow keras-nightly
kfp
kubernetes
langchain
lightfm
lightgbm
lightning
litserve
locust
loguru
marshmallow
matplotlib
metaflow
mlflow mlflow mlflow-skinny databricks-connect
mlxtend
motor
mysql mysql-connector-python mysql-connector
nannyml
neptune neptune neptune-client
networkx
nltk
numba
numpy
omegaconf
onnx
onnxruntime onnxruntime onnxruntime-gpu
openai
openpyxl
optuna
orjson
pandas
pandera
pendulum
plotly
polars
prefect prefect prefect-client
prefect_aws prefect-aws
prefect_docker prefect-docker
prefect_email prefect-email
prefect_gcp prefect-gcp
prefect_sqlalchemy prefect-sqlalchemy
prometheus_client prometheus-client
prometheus_fastapi_instrumentator prometheus-fastapi-instrumentator
psutil
psycopg psycopg psycopg-binary
psycopg2 psycopg2 psycopg2-binary
pyarrow
pydantic
pydantic_settings pydantic-settings
pymongo
pymysql pymysql
pytest
pytorch_lightning pytorch-lightning
ray
redis
requests
rich
s3fs
sagemaker
scipy
seaborn
selenium
sentence_transformers sentence-transformers
shap
skl2onnx
sklearn scikit-learn sklearn scikit-learn-intelex
skopt scikit-optimize
spacy
speech_recognition speechrecognition
sqlalchemy sqlalchemy
sqlmodel
starlette
statsmodels
streamlit
tensorflow tensorflow tensorflow-cpu tensorflow-gpu tensorflow-macos tf-nightly intel-tensorflow tensorflow-intel tensorflow-cpu-aws
testcontainers
torch torch pytorch torch-cpu pytorch-cpu pytorch-gpu
torchaudio
torchvision
tqdm
transformers
typer
ucimlrepo
uvicorn
wandb
whylogs
xgboost xgboost xgboost-cpu py-xgboost py-xgboost-cpu py-xgboost-gpu libxgboost
yaml pyyaml pyyaml-include
yfinance
zenml
"""

DISTRIBUTIONS: dict[str, frozenset[str]] = {
    words[0]: frozenset(words[1:] or [words[0]]) for line in _DISTRIBUTIONS.split("\n") if (words := line.split())
}
"""Import name: normalised names of the distributions (pip and conda) that hold it."""

_SCIENCE = "numpy scipy joblib threadpoolctl"
_FRAMES = "numpy pytz dateutil tzdata six"
_WEB = "starlette pydantic anyio typing_extensions sniffio annotated_types pydantic_core idna"
_JUPYTER = "IPython ipykernel traitlets nbformat nbconvert jupyter_core ipywidgets tornado zmq jinja2 requests yaml bs4 psutil httpx"

COMES_WITH: dict[str, frozenset[str]] = {
    name: frozenset(" ".join(parts).split())
    for name, *parts in (
        ("pandas", _FRAMES),
        ("geopandas", _FRAMES, "pandas shapely pyproj fiona pyogrio"),
        ("scikit-learn", _SCIENCE),
        ("scipy", "numpy"),
        ("statsmodels", _FRAMES, "pandas scipy patsy packaging"),
        ("seaborn", _FRAMES, "pandas matplotlib"),
        ("matplotlib", "numpy PIL dateutil cycler kiwisolver packaging pyparsing six"),
        ("plotly", "packaging tenacity narwhals"),
        ("xgboost", "numpy scipy"),
        ("lightgbm", _SCIENCE),
        ("catboost", _FRAMES, "pandas scipy matplotlib plotly graphviz"),
        ("imbalanced-learn", _SCIENCE, "sklearn"),
        ("category-encoders", _FRAMES, _SCIENCE, "sklearn pandas statsmodels patsy"),
        ("mlxtend", _FRAMES, _SCIENCE, "sklearn pandas matplotlib"),
        ("shap", _FRAMES, _SCIENCE, "sklearn pandas tqdm numba cloudpickle slicer packaging"),
        ("scikit-optimize", _SCIENCE, "sklearn"),
        ("hyperopt", "numpy scipy networkx future tqdm cloudpickle six"),
        ("optuna", "numpy sqlalchemy alembic tqdm yaml colorlog packaging"),
        ("tensorflow", "numpy keras h5py requests google tensorboard absl six wrapt grpc ml_dtypes packaging typing_extensions"),
        ("tensorflow-cpu", "numpy keras h5py requests google tensorboard absl six wrapt grpc packaging"),
        ("torch", "numpy sympy networkx jinja2 fsspec filelock typing_extensions"),
        ("torchvision", "numpy torch PIL"),
        ("pytorch-lightning", "torch numpy yaml tqdm fsspec torchmetrics packaging lightning_utilities lightning_fabric"),
        ("lightning", "torch numpy yaml tqdm fsspec torchmetrics packaging pytorch_lightning lightning_utilities"),
        ("transformers", "numpy requests yaml tqdm huggingface_hub tokenizers regex filelock packaging safetensors"),
        ("sentence-transformers", "transformers torch numpy scipy sklearn tqdm PIL huggingface_hub nltk"),
        ("datasets", _FRAMES, "pandas pyarrow requests tqdm fsspec dill huggingface_hub aiohttp yaml xxhash multiprocess"),
        ("mlflow", _FRAMES, _SCIENCE, "pandas sklearn flask sqlalchemy alembic docker matplotlib yaml requests gunicorn pyarrow",
         "packaging jinja2 click cloudpickle git google graphene sqlparse markdown querystring_parser entrypoints databricks_cli databricks",
         "importlib_metadata opentelemetry cachetools pydantic werkzeug waitress urllib3 typing_extensions fastapi uvicorn"),
        ("mlserver-mlflow", "mlflow mlserver"), ("mlserver-sklearn", "sklearn joblib mlserver"), ("mlserver-xgboost", "xgboost mlserver"),
        ("mlflow-skinny", "yaml requests packaging click cloudpickle git google sqlparse databricks databricks_cli pytz entrypoints"),
        ("prefect", "pydantic httpx pendulum sqlalchemy fastapi uvicorn typer yaml dateutil pytz anyio click cloudpickle rich docker",
         "kubernetes jinja2 orjson fsspec croniter packaging toml cryptography asyncpg aiosqlite alembic tabulate numpy griffe",
         "dask distributed marshmallow requests starlette websockets typing_extensions cachetools prometheus_client humanize"),
        ("prefect-aws", "boto3 botocore prefect mypy_boto3_s3 tenacity"),
        ("prefect-gcp", "google prefect pandas pyarrow"),
        ("prefect-sqlalchemy", "sqlalchemy prefect psycopg2 asyncpg"),
        ("prefect-email", "prefect"),
        ("evidently", _FRAMES, _SCIENCE, "pandas sklearn plotly statsmodels requests yaml nltk litestar uvicorn pydantic rich typer watchdog",
         "jinja2 fsspec ujson typing_inspect dynaconf certifi iterative_telemetry uuid6 cryptography typing_extensions",
         "dotenv httptools watchfiles websockets click"),
        ("nannyml", _FRAMES, _SCIENCE, "pandas sklearn plotly matplotlib lightgbm flaml yaml pydantic rich pyarrow s3fs gcsfs fsspec jinja2"),
        ("alibi-detect", _FRAMES, _SCIENCE, "pandas sklearn matplotlib PIL skimage cv2 requests numba tqdm pydantic dill transformers"),
        ("deepchecks", _FRAMES, _SCIENCE, "pandas sklearn plotly matplotlib statsmodels category_encoders PIL tqdm requests"),
        ("whylogs", "google typing_extensions requests numpy pandas"),
        ("great-expectations", _FRAMES, "pandas numpy scipy jinja2 requests ruamel tqdm marshmallow pydantic packaging pyparsing jsonschema altair",
         "IPython nbformat notebook mistune cryptography click tzlocal urllib3 importlib_metadata makefun posthog typing_extensions"),
        ("pandera", _FRAMES, "pandas pydantic typeguard typing_inspect packaging multimethod wrapt"),
        ("fastapi", _WEB, "httpx uvicorn jinja2 email_validator multipart"),
        ("fastapi-slim", _WEB),
        ("starlette", "anyio typing_extensions"),
        ("flask", "werkzeug jinja2 click markupsafe itsdangerous blinker importlib_metadata"),
        ("flask-sqlalchemy", "sqlalchemy flask"),
        ("flask-restx", "flask werkzeug"),
        ("flask-restful", "flask werkzeug"),
        ("flask-cors", "flask werkzeug"),
        ("connexion", "flask requests yaml jinja2 werkzeug"),
        ("flasgger", "flask yaml jsonschema"),
        ("streamlit", _FRAMES, "pandas requests altair PIL pyarrow google toml tornado packaging click rich tenacity cachetools git pydeck",
         "typing_extensions validators blinker watchdog jinja2"),
        ("gradio", _FRAMES, _WEB, "pandas fastapi requests httpx PIL matplotlib jinja2 uvicorn yaml orjson aiohttp typer huggingface_hub altair"),
        ("dash", "flask plotly werkzeug requests"),
        ("bentoml", _WEB, "numpy requests yaml uvicorn attr attrs click rich jinja2 prometheus_client opentelemetry httpx aiohttp cloudpickle",
         "pathspec psutil fs simple_di cattr cattrs deepmerge watchfiles schema docker packaging dateutil pip_requirements_parser circus"),
        ("litserve", _WEB, "fastapi uvicorn httpx requests"),
        ("ray", "numpy yaml requests click jsonschema msgpack filelock google aiosignal frozenlist pandas pyarrow fastapi starlette"),
        ("dagster", "sqlalchemy alembic click yaml pydantic jinja2 requests grpc pendulum coloredlogs croniter docstring_parser rich toml tqdm"),
        ("zenml", "pydantic click sqlalchemy sqlmodel pymysql pandas numpy yaml rich docker git requests alembic passlib distro psutil cloudpickle"),
        ("kedro", "yaml click jinja2 git toml rope pluggy omegaconf fsspec rich cachetools dynaconf more_itertools"),
        ("kedro-datasets", "kedro pandas"),
        ("metaflow", "requests boto3 botocore"),
        ("kfp", "yaml click google kubernetes requests docstring_parser absl cloudpickle jsonschema typer pydantic tabulate urllib3 kfp_server_api"),
        ("feast", _FRAMES, _WEB, "pandas fastapi sqlalchemy pyarrow dask click yaml jinja2 requests uvicorn google grpc mypy toml tqdm tabulate",
         "fastavro bigtree pygments dill gunicorn psutil prometheus_client tenacity colorama httpx cloudpickle jsonschema proto fastparquet"),
        ("apache-airflow", "jinja2 flask sqlalchemy pendulum requests click yaml alembic attr attrs dateutil croniter cryptography dill docutils gunicorn",
         "httpx jsonschema markdown marshmallow packaging psutil pygments rich tabulate tenacity werkzeug lockfile markupsafe flask_appbuilder connexion",
         "itsdangerous setproctitle typing_extensions pytz opentelemetry lazy_object_proxy wtforms fsspec cattr pluggy pathspec universal_pathlib upath",
         "pydantic fastapi uvicorn starlette"),
        ("apache-airflow-providers-amazon", "boto3 botocore jmespath watchtower"),
        ("apache-airflow-providers-cncf-kubernetes", "kubernetes kubernetes_asyncio"),
        ("apache-airflow-providers-docker", "docker"),
        ("apache-airflow-providers-google", "google googleapiclient pandas"),
        ("apache-airflow-providers-postgres", "psycopg2 asyncpg"),
        ("boto3", "botocore s3transfer jmespath dateutil urllib3 six"),
        ("s3fs", "fsspec aiobotocore aiohttp botocore"),
        ("awswrangler", _FRAMES, "boto3 botocore pandas pyarrow"),
        ("sagemaker", _FRAMES, "boto3 botocore pandas yaml cloudpickle attr attrs google requests tqdm docker psutil jsonschema schema fastapi uvicorn"),
        ("localstack", "boto3 requests click yaml rich"),
        ("moto", "boto3 botocore requests jinja2 werkzeug responses cryptography xmltodict dateutil"),
        ("gcsfs", "fsspec google aiohttp requests decorator"),
        ("google-cloud-storage", "google requests"),
        ("google-cloud-bigquery", "google requests packaging dateutil"),
        ("google-cloud-aiplatform", "google vertexai requests yaml pydantic packaging shapely numpy"),
        ("azure-ai-ml", "azure msrest yaml marshmallow jsonschema tqdm pydash colorama isodate opencensus"),
        ("azureml-core", "azure msrest requests dateutil pytz docker"),
        ("wandb", "requests click yaml psutil git docker google setproctitle sentry_sdk platformdirs pydantic packaging"),
        ("comet-ml", "requests wurlitzer rich psutil jsonschema sentry_sdk"),
        ("neptune", "requests pandas boto3 git yaml click"),
        ("clearml", "numpy requests yaml psutil PIL attr furl jsonschema pathlib2 dateutil pyparsing six jwt urllib3"),
        ("dvc", "yaml requests tqdm rich ruamel fsspec git configobj pathspec networkx funcy dictdiffer psutil tabulate omegaconf hydra dvclive",
         "dvc_data dvc_objects dvc_render scmrepo iterative_telemetry tomlkit shortuuid packaging pyparsing pydot"),
        ("dvclive", "dvc dvc_render psutil funcy ruamel yaml requests tqdm"),
        ("hydra-core", "omegaconf yaml antlr4 packaging"),
        ("requests", "urllib3 certifi idna charset_normalizer chardet"),
        ("httpx", "httpcore certifi anyio idna sniffio h11"),
        ("sqlmodel", "sqlalchemy pydantic"),
        ("aiohttp", "yarl multidict attr frozenlist aiosignal async_timeout"),
        ("kaggle", "requests tqdm urllib3 dateutil slugify certifi six bleach"),
        ("kagglehub", "requests tqdm packaging yaml"),
        ("ucimlrepo", "pandas numpy certifi"),
        ("yfinance", _FRAMES, "pandas requests bs4 lxml multitasking peewee frozendict"),
        ("pytest", "pluggy iniconfig packaging _pytest py"),
        ("pytest-mock", "pytest"), ("pytest-cov", "pytest coverage"), ("pytest-asyncio", "pytest"), ("pytest-docker", "pytest attr"),
        ("testcontainers", "docker urllib3 wrapt requests"),
        ("locust", "requests gevent flask msgpack psutil geventhttpclient zmq werkzeug"),
        ("typer", "click rich shellingham typing_extensions"),
        ("pydantic", "typing_extensions annotated_types pydantic_core"),
        ("pydantic-settings", "pydantic dotenv"),
        ("uvicorn", "click h11 dotenv watchfiles websockets httptools uvloop yaml"),
        ("jupyter", _JUPYTER), ("notebook", _JUPYTER), ("jupyterlab", _JUPYTER), ("ipykernel", "IPython traitlets tornado zmq psutil"),
        ("langchain", "pydantic requests yaml sqlalchemy tenacity numpy aiohttp langchain_core langsmith langchain_text_splitters jsonpatch"),
        ("spacy", "numpy requests tqdm typer pydantic jinja2 thinc srsly catalogue wasabi"),
        ("nltk", "click joblib regex tqdm"),
        ("polars", "numpy"), ("dask", "yaml fsspec toolz cloudpickle packaging click partd pandas numpy distributed"),
        ("autogluon", _FRAMES, _SCIENCE, "pandas sklearn lightgbm xgboost catboost torch matplotlib tqdm networkx boto3 psutil"),
        ("pycaret", _FRAMES, _SCIENCE, "pandas sklearn lightgbm matplotlib plotly imblearn category_encoders yellowbrick tqdm"),
        ("flaml", _SCIENCE, "pandas sklearn lightgbm xgboost"),
        ("ultralytics", "torch torchvision numpy cv2 PIL yaml requests tqdm pandas matplotlib scipy seaborn psutil"),
        ("mage-ai", _FRAMES, _SCIENCE, "pandas sklearn requests sqlalchemy yaml jinja2 pyarrow boto3 dotenv pytz matplotlib dateutil psycopg2 google"),
        ("prometheus-fastapi-instrumentator", "prometheus_client starlette"),
        ("prometheus-flask-exporter", "prometheus_client flask"),
        ("starlette-exporter", "prometheus_client starlette"),
        ("starlette-prometheus", "prometheus_client starlette"),
        ("opentelemetry-sdk", "opentelemetry"),
        ("psycopg", "psycopg_binary psycopg_pool psycopg_c"),
        ("darts", _FRAMES, _SCIENCE, "pandas sklearn matplotlib torch pytorch_lightning statsmodels xarray tqdm"),
        ("prophet", _FRAMES, "pandas numpy matplotlib cmdstanpy holidays tqdm"),
        ("skops", _SCIENCE, "sklearn"), ("skl2onnx", "numpy onnx onnxconverter_common sklearn"),
        ("sklearn-pandas", _SCIENCE, "sklearn pandas"), ("feature-engine", _FRAMES, _SCIENCE, "sklearn pandas statsmodels"),
        ("ydata-profiling", _FRAMES, _SCIENCE, "pandas matplotlib pydantic yaml jinja2 seaborn statsmodels tqdm requests"),
        ("scikit-learn-intelex", _SCIENCE, "sklearn"),
    )
}  # fmt: skip

IMAGE_PACKAGES: tuple[tuple[str, str], ...] = (
    ("mageai/", "*"),
    ("apache/airflow", "airflow pandas numpy google boto3 docker kubernetes requests sqlalchemy redis celery psycopg2"),
    ("astrocrpublic", "airflow *"),
    ("quay.io/astronomer", "airflow *"),
    ("jupyter/", "*"),
    ("quay.io/jupyter", "*"),
    ("tensorflow/", "tensorflow keras numpy"),
    ("pytorch/", "torch torchvision torchaudio numpy"),
    ("public.ecr.aws/lambda", "boto3"),
    ("amazon/aws-lambda", "boto3"),
    ("amazonaws.com", "*"),
    ("mlflow", "mlflow"),
    ("mcr.microsoft.com/azureml", "*"),
    ("prefecthq/", "prefect"),
    ("continuumio/", "*"),
    ("bitnami/spark", "pyspark"),
    ("rapidsai", "*"),
    ("nvcr.io", "*"),
    ("huggingface", "*"),
    ("rayproject", "ray"),
    ("bentoml", "bentoml"),
    ("locustio/", "locust"),
    ("lambci/", "boto3"),
)
"""Parts of image names, and the imports that code in such an image finds; ``*`` where that cannot be known."""
