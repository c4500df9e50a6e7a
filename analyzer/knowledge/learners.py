"""Packages by which a repository shows that it is about learning or about data, whatever it does with them.

Names are those of imports and of distributions, in lower case with ``-`` for ``_``; a dotted import counts by each of its
beginnings. The lists are wide on purpose: they open criteria, and never earn one.
"""

from __future__ import annotations

__all__ = ["DATA_PACKAGES", "LEARNERS", "LEARNING_IMAGES", "MODEL_SUFFIXES"]

LEARNERS = frozenset(
    """
    @huggingface @tensorflow @xenova accelerate adapters aif360 alibi alibi-detect allennlp anthropic arize
    auto-sklearn autogluon autokeras automl azure-ai-ml azure.ai azureml azureml-core bentoml bertopic bitsandbytes
    boruta brain.js captum catboost category-encoders causalml clearml cohere comet-ml coremltools ctransformers cuml
    cv2 darts dask-ml databricks datasets deepchecks deepeval deepspeed dgl diffusers dlib dvc dvclive econml eli5
    evaluate evidently face-recognition facenet-pytorch fairlearn faiss faiss-cpu fastai fasttext fbprophet feast
    featuretools flair flaml flax flwr gensim google-cloud-aiplatform google-generativeai google.cloud.aiplatform
    google.genai google.generativeai gorgonia gpytorch gradio groq gym gymnasium h2o haiku hdbscan hmmlearn
    huggingface-hub hyperopt imbalanced-learn imblearn implicit instructor interpret jax joblib kats keras kfp kserve
    langchain langchain-community langchain-core langchain-openai langgraph librosa lifelines lightfm lightgbm
    lightning lime linfa litellm llama-cpp llama-cpp-python llama-index llamaindex mediapipe merlion metaflow mindsdb
    mistralai ml5 mlagents mleap mlem mlflow mlforecast mlserver mlxtend mmcv mmdet monai nannyml neptune
    neuralforecast nltk onnx onnxruntime onnxruntime-node onnxruntime-web openai opencv-python opencv-python-headless
    openvino optax optuna paddle paddleocr paddlepaddle peft pgmpy pmdarima prophet pycaret pymc pyod pyro pyspark.ml
    pyspark.mllib pystan pytesseract pytorch-lightning qdrant-client ragas ray raytune river s3prl sagemaker
    scikit-image scikit-learn scikit-surprise segmentation-models-pytorch seldon-core sentence-transformers setfit
    shap simpletransformers skl2onnx sklearn sklearnex skopt skorch sktime smartcore smolagents snorkel spacy
    speechbrain stable-baselines3 stanza statsforecast statsmodels surprise talos tensorboard tensorflow
    tensorflow-cpu tensorflow-gpu tensorflow-hub tensorflow-serving-api textblob tfjs tflite-runtime tfx thinc timm
    tokenizers torch torchmetrics torchserve torchtext torchvision tpot transformers trax treelite tritonclient trl
    tsai tsfresh ultralytics umap unsloth vadersentiment vertexai vllm vowpalwabbit wandb whisper whylogs xformers
    xgboost yellowbrick yolov5 zenml
    """.split()
)
"""Packages that learn, keep, judge, serve or ask models."""

DATA_PACKAGES = frozenset(
    """
    airbyte airflow apache-airflow apache-beam awswrangler beam beautifulsoup4 bonobo bs4 cudf dagster dask datatable
    dbt dbt-core delta deltalake dlt duckdb fastparquet geopandas google-cloud-bigquery google.cloud.bigquery
    great-expectations ibis kafka kaggle kedro kestra luigi mage-ai meltano modin netcdf4 numpy pandas pandera petl
    polars prefect pyarrow pydeequ pyflink pyspark rasterio scipy scrapy selenium singer snowflake-connector-python
    soda-core sqlmesh tabula vaex xarray yfinance
    """.split()
)
"""Packages that get, move, check or compute with data."""

MODEL_SUFFIXES = frozenset(
    """
    bst cbm gguf h5 hdf5 joblib keras mlmodel mojo onnx pickle pkl pmml pt pth safetensors tflite ubj
    """.split()
)
"""Endings of files that hold models."""

LEARNING_IMAGES = tuple(
    """
    bentoml feast huggingface jupyter kserve kubeflow label-studio mlflow mlserver nvcr.io ollama pytorch ray seldon sklearn
    tensorflow torchserve triton vllm xgboost zenml
    """.split()
)
"""Parts of the names of images that serve, train or keep models."""
