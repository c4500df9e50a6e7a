"""Questions for a conversation about a repository, as data: topic, weight, the question, what a good answer covers.

Fields in braces are filled from one repository: places as ``path:line``, code as it stands there. ``weight`` orders
questions: of one topic the heaviest that has ground is asked; of topics beside the guide's four, heavy ones first.
What finds the ground of a question stands in ``analyzer.interview``, under the same id.
"""

from __future__ import annotations

from msgspec import Struct

__all__ = ["GUIDE_TOPICS", "QUESTIONS", "TOPICS", "Template"]

TOPICS: dict[str, str] = {
    "retraining": "System design with retraining",
    "accuracy-drop": "A sudden drop in accuracy",
    "versioning": "Model versioning",
    "rollout": "Rollback and canary",
    "data-quality": "Data quality",
    "decision": "A decision in the code",
    "secrets": "Secrets",
    "results": "A number worth explaining",
    "cost": "Cost",
    "claims": "Named, not shown",
    "next": "A next step",
}

GUIDE_TOPICS: dict[str, str] = {
    "retraining": "trains",
    "accuracy-drop": "watches",
    "versioning": "saves",
    "rollout": "serves",
}
"""The topics that the career guide names; each is asked where anything in the repository does to a model what stands here."""


class Template(Struct, frozen=True):
    """One question. ``weight`` is 0 to 4."""

    id: str
    topic: str
    weight: float
    text: str
    covers: tuple[str, ...]


QUESTIONS: tuple[Template, ...] = (
    # -- system design with retraining -----------------------------------------------------------------------
    Template(
        "retraining.gated", "retraining", 4,
        "{schedule} starts training by itself{how}, and {gate} decides whether the new model is used. "
        "One Monday the source delivers broken data: which step notices, which model answers on Tuesday, "
        "and who is told?",
        ("the whole path of a run, with what happens when each step fails",
         "bad data are stopped before training; the comparison of models alone does not notice them",
         "both models are measured on the same recent data",
         "how to start, stop and repeat a run by hand"),
    ),
    Template(
        "retraining.drift", "retraining", 3.5,
        "{trigger} starts training when a watched number crosses its limit. How was the limit chosen, and what keeps "
        "a broken feed from training the model on broken data, again and again?",
        ("drift of inputs is not loss of quality; what the limit costs when it is too low or too high",
         "a check of the data, a pause between runs or a person in between",
         "how long labels take to arrive, and what is used until then",
         "what decides that the retrained model replaces the old one"),
    ),
    Template(
        "retraining.scheduled", "retraining", 3,
        "{schedule} starts training by itself{how}; no comparison with the model in use was found. "
        "What reaches users after a bad batch of data, and where in this pipeline would you put the check "
        "that stops it?",
        ("what happens to the served model at the end of a scheduled run today",
         "a check of the data before training, and of the model before release",
         "comparison with the current model on the same recent data, not with a fixed number alone",
         "who hears of a run that was stopped"),
    ),
    Template(
        "retraining.flow", "retraining", 2,
        "{flow} is the flow that comes to training, and nothing was found that starts it by itself. Design the trigger: "
        "when does it run, on which window of data, and what must hold before its model replaces the one in use?",
        ("schedule, drift or labels as a trigger, and why one of them fits this problem",
         "which window of data, and how training and test are separated in time",
         "a gate against the current model, and a way back",
         "what happens to a run that fails at night"),
    ),
    Template(
        "retraining.script", "retraining", 1.5,
        "{training} trains {model}{when}. Design the system that does it without you: "
        "what starts a run, on which data, what approves its model, and what happens when it fails at night?",
        ("how fast this problem changes, and so how often training pays",
         "ingestion, training and evaluation as steps that can be repeated on their own",
         "a gate against the current model, and a way back",
         "where data, parameters and model of a run are recorded"),
    ),
    Template(
        "retraining.notebook", "retraining", 1,
        "{model} is trained in a notebook cell ({training}). It now has to be trained anew every week without you: "
        "which cells become a module first, what do they take and return, and what starts them?",
        ("state that cells hand on invisibly; order of execution",
         "functions for data, features and training, with tests",
         "parameters and data of a run recorded",
         "a schedule, and a comparison before the model is replaced"),
    ),
    # -- a sudden drop in accuracy ---------------------------------------------------------------------------
    Template(
        "drop.watched", "accuracy-drop", 4,
        "{drift} looks for drift and {quality}measures quality on new data. Overnight the quality falls by a third, "
        "and drift stays quiet: what are your first three hypotheses, and which table, log or metric "
        "of this system answers each?",
        ("late, wrong or missing labels before anything else: is the drop real?",
         "a changed relation between inputs and outcome, which drift of inputs cannot show",
         "what was released that day: model, features, upstream data; and which group of users is hit",
         "first reduce the damage (roll back), then find the cause"),
    ),
    Template(
        "drop.quality", "accuracy-drop", 3.5,
        "{quality} measures the model's quality on new data. From one day to the next it falls by a third: "
        "what do you look at first, second and third, and which of it could this repository not tell you?",
        ("late, wrong or missing labels: is the drop real?",
         "inputs of the bad days against those of training, by feature and by group",
         "what was released that day: model, features, upstream data",
         "first reduce the damage (roll back), then find the cause"),
    ),
    Template(
        "drop.drift", "accuracy-drop", 3,
        "{drift} compares current data with a reference ({line}). Users report wrong predictions while it stays quiet: "
        "what can have changed that it cannot see, and how would you find out with what this system records?",
        ("a changed relation between inputs and outcome; drift in a small group that the total hides",
         "an old or wrongly chosen reference, thresholds, sample size",
         "a fault in the service: features computed otherwise than in training, the wrong model loaded",
         "labels or a proxy for them, joined with the predictions"),
    ),
    Template(
        "drop.metrics", "accuracy-drop", 2.5,
        "{metrics} exports {name}. Predictions become a third worse overnight: which of the numbers "
        "that you export would move, which would not, and what would you have had to record to know more?",
        ("requests, latency and errors can be healthy while predictions are wrong",
         "distribution of predictions and of inputs, labels that arrive later",
         "comparison with the day before: release, upstream data, traffic",
         "first reduce the damage (roll back), then find the cause"),
    ),
    Template(
        "drop.kept", "accuracy-drop", 2.5,
        "{kept} writes predictions down. A user says that they have been wrong since Tuesday: what is the first query, "
        "what do you compare it with, and which column is missing?",
        ("inputs, model version and time beside each prediction",
         "predictions and inputs before and after Tuesday, by group",
         "labels that arrive later, joined by an id",
         "what was released on Tuesday"),
    ),
    Template(
        "drop.served", "accuracy-drop", 2,
        "{route} answers with a prediction, and nothing was found that counts or keeps it. "
        "A user says that predictions have been wrong since Tuesday: how do you find out whether that is true, "
        "and what would have to be recorded from now on?",
        ("inputs, prediction, model version and time of each request, with privacy in mind",
         "replaying recent inputs against the old and the new model",
         "what changed on Tuesday: release, upstream data, traffic",
         "an alert on the distribution of predictions, long before labels arrive"),
    ),
    Template(
        "drop.split", "accuracy-drop", 2,
        "{split} splits the data at random ({line}). The model keeps its score on that split, and in the first week of use it is "
        "a third worse: what about the split can explain that, and how would you show it?",
        ("time, users or places on both sides of the split: leakage",
         "features that are not known yet at the time of prediction",
         "a split by time or group, and the score on it",
         "training and serving compute features differently"),
    ),
    Template(
        "drop.trained", "accuracy-drop", 1,
        "{training} trains {model}. It keeps its score on its own test data, and in the first week of use it is "
        "a third worse. How do you find the cause with what is in this repository, and what is missing for it?",
        ("leakage: features or rows that are not known at the time of prediction",
         "data in use differ from those of training: compare by feature",
         "training and serving compute features differently",
         "which predictions and labels would have to be kept"),
    ),
    # -- model versioning ------------------------------------------------------------------------------------
    Template(
        "version.two-sources", "versioning", 4,
        "{register} registers the model, but {load} loads {source}. How do you know that both are the same model, "
        "and what would it take for the service to ask the registry?",
        ("who copies the file, and when; what happens when a step is left out",
         "loading by name and alias or version, with the version in every answer or log line",
         "the service starts without the registry: a cache or the model in the image",
         "a check at start-up that fails loudly"),
    ),
    Template(
        "version.registry", "versioning", 3,
        "{register} registers the model and {load} {does}. Somebody asks which data, code and parameters "
        "made the answer that a user got last Tuesday: follow it back from the answer, and say where the trail ends.",
        ("the version of the model in the answer or the log",
         "from version to run, parameters and commit",
         "from run to the exact data, versioned or at least dated",
         "how long each of these is kept"),
    ),
    Template(
        "version.tracked", "versioning", 2.5,
        "{track} gives the model its version. Somebody asks which version answers in production and which data and code "
        "made it: which commands give the answer, and where does the trail end?",
        ("from the running service to the version of its model",
         "from version to commit, parameters and data",
         "who may change which version is used, and what is checked before",
         "how long old versions are kept"),
    ),
    Template(
        "version.unregistered", "versioning", 2.5,
        "{load} loads {source}; no code was found that registers a model under that name. Who or what puts a version there, "
        "what is checked before, and how does a colleague do it again in a year?",
        ("registering as a step of the training run instead of by hand",
         "from version to run, data and commit",
         "who may move an alias or stage, and what is checked before",
         "what the service does when the name points to nothing"),
    ),
    Template(
        "version.registered", "versioning", 2.5,
        "{register} registers the model; no code was found that loads it by name or version. "
        "Which version runs where, how would you find that out today, and what would you change?",
        ("loading by alias or version instead of by run or file",
         "the version in every answer or log line",
         "who may move an alias, and what is checked before",
         "from version to run, data and commit"),
    ),
    Template(
        "version.overwritten", "versioning", 2,
        "{dump} writes the model to {source}, and the next run writes over it. Last week's model was better: "
        "how do you get it back today, and what is the smallest change that makes it easy?",
        ("rebuild from commit, data and seed, if these are known",
         "a registry or versioned storage; versions with names instead of files",
         "parameters, metrics and data recorded with each version",
         "the service names the version that it answers with"),
    ),
    Template(
        "version.committed", "versioning", 2,
        "{file} is committed to the repository. Which run, data and parameters made it, how would a reviewer check that, "
        "and what happens here when the model is trained every week?",
        ("from file to run: nothing in git tells it",
         "size and history of the repository",
         "registry, DVC or a bucket with versions instead",
         "pickled files run code when they are loaded"),
    ),
    Template(
        "version.saved", "versioning", 1.5,
        "{dump} saves the model without registering it. When ten such models exist, how do you know which one is in use, "
        "which data made it, and which one to go back to?",
        ("names and versions instead of paths and dates",
         "parameters, metrics, data and commit recorded with each version",
         "an alias or stage for the one in use, and who may move it",
         "the service names the version that it answers with"),
    ),
    Template(
        "version.unsaved", "versioning", 1,
        "{training} trains {model}, and nothing was found that saves it. What would you save besides the fitted object, "
        "under which name, so that a colleague can load it in a year?",
        ("preprocessing and model as one object",
         "signature of the inputs and versions of the libraries",
         "data, parameters, metrics and commit of the run",
         "a registry instead of a file in the repository"),
    ),
    # -- rollback and canary ---------------------------------------------------------------------------------
    Template(
        "rollout.canary", "rollout", 4,
        "{canary} splits traffic between versions. You send 5 % of the requests to a new model: which numbers do you "
        "compare, how long do you wait, and what takes the decision to go on or back?",
        ("technical health and quality of predictions; labels that arrive late",
         "enough requests for the difference to mean something",
         "the same user always sees the same version",
         "an automatic way back"),
    ),
    Template(
        "rollout.alias", "rollout", 3.5,
        "{load} loads {source}{when}. You move the name to a new version and it turns out to be wrong: which replicas "
        "answer with which model, how do you get back, and how would 5 % of the requests have tried it first?",
        ("when a running replica notices a new version",
         "way back: move the alias, restart or reload, and check what answers",
         "a second deployment or a shadow copy for the canary, with the version in its metrics",
         "what if the registry is down when a replica starts"),
    ),
    Template(
        "rollout.kubernetes", "rollout", 3,
        "{workload} runs the service on Kubernetes. A new model passes every test and is wrong for one group of users: "
        "how do you notice, which command brings the old one back, and what do these manifests lack for a canary of 5 %?",
        ("rollout undo or the earlier release brings back the image; does it bring back the model?",
         "readiness that includes a loaded model",
         "a second deployment with its share of traffic (ingress, mesh, Argo Rollouts)",
         "metrics by version, and the number that decides"),
    ),
    Template(
        "rollout.baked", "rollout", 3,
        "{copy} copies the model into the image, so that releasing a model means building an image. How do you return "
        "to last week's model, how long does it take, and how would the two run side by side?",
        ("immutable tags by commit or version, never only latest",
         "the same image for code and model: what a rollback of one does to the other",
         "two deployments with a share of traffic each",
         "the version in every answer or log line"),
    ),
    Template(
        "rollout.cloud", "rollout", 2.5,
        "{resource} provisions {kind}. A new model behind it passes every test and is wrong for one group of users: "
        "how do you notice, what exactly do you change to bring the old one back, and how would you give it 5 % of the traffic first?",
        ("versions, revisions or variants with weights, as this service offers them",
         "way back: by infrastructure code or by hand, and how many minutes it takes",
         "metrics by version, and the number that decides",
         "model and code are rolled back together or apart"),
    ),
    Template(
        "rollout.ci", "rollout", 2.5,
        "{deploy} releases from CI. Ten minutes after a release the predictions are wrong: what do you do first, "
        "how long until users get the old model, and what would a canary of 5 % look like here?",
        ("a way back that needs no new build: earlier tag, revision or alias",
         "revert in git against roll-back of the deployment",
         "a smoke test after the release that stops it",
         "a second revision with a share of the traffic"),
    ),
    Template(
        "rollout.batch", "rollout", 2,
        "{scoring} makes predictions in a run of its own. Last night's were made by a bad model, and others have read them "
        "already: how do you undo that, and how could a part of the batch have tried the model first?",
        ("predictions with model version and run, so that they can be found and replaced",
         "runs that can be repeated for one date with the earlier model",
         "old and new model on the same batch, compared before publishing",
         "who has to be told"),
    ),
    Template(
        "rollout.route", "rollout", 2,
        "{route} serves the predictions of one model. How do you put a second version beside it, give it 5 % "
        "of the requests, and take it away again within a minute?",
        ("the version as configuration, not as code",
         "a router, a second process or a shadow call",
         "the version in every answer or log line, and metrics by version",
         "the number that decides, and an automatic way back"),
    ),
    Template(
        "rollout.saved", "rollout", 1,
        "{dump} {does} the model; nothing was found that serves it. You release it to a few users first: what do you build "
        "around it, and how do you take it back when it is wrong?",
        ("API or scheduled batch, and why for this problem",
         "the version as configuration; the earlier version stays available",
         "a share of users, metrics by version, and the number that decides",
         "what users get when there is no model: a simple rule"),
    ),
    # -- decisions, data, secrets, cost, claims, numbers ----------------------------------------------------
    Template(
        "decision.gate", "decision", 3,
        "{gate} lets a model through on {test}. Why this bound, on which data is each side measured, "
        "and how often would a model that is no better pass by chance?",
        ("the same, recent data for both models, unseen by either",
         "a margin larger than the noise between runs",
         "groups of users for whom it may be worse although the total is better",
         "what happens to a model that is refused"),
    ),
    Template(
        "decision.record", "decision", 2.5,
        "{record} records the decision {title}. Which alternatives were on the table, what has shown since whether "
        "it was right, and what would make you reverse it?",
        ("the forces at the time: load, money, skills, deadlines",
         "a real alternative and its price",
         "a number or an event that would reopen the decision",
         "what reversing it would cost now"),
    ),
    Template(
        "decision.against", "decision", 2.4,
        "{place} weighs {named}, and the repository does not use it. What spoke against it, what would it have given you, "
        "and at which size of the system would you choose it after all?",
        ("the forces at the time: load, money, skills, deadlines",
         "what it does that the chosen way does not",
         "a number or an event that would reopen the decision",
         "what a change would cost now"),
    ),
    Template(
        "decision.state", "decision", 2,
        "{resource} is provisioned from code, and no remote state was found. A colleague applies the same code "
        "from another machine this afternoon: what happens, and how do you prevent it?",
        ("state says what exists: without it, resources are made twice or fail",
         "a remote backend with locking, and how to move the state there",
         "plan in CI, apply from one place",
         "secrets that lie in the state"),
    ),
    Template(
        "decision.tool", "decision", 1,
        "{flow} ties the stages together with {tool}. What does it give you here that a scheduled script would not, "
        "and what would change with ten models instead of one?",
        ("retries, visible runs, parameters, backfills, as far as this project uses them",
         "the price: a server to run, concepts to learn",
         "what is shared between ten pipelines, and what is configured",
         "where a step runs, and with which dependencies"),
    ),
    Template(
        "data.stops", "data-quality", 2.5,
        "{check} stops the run when the data do not pass ({line}). At three in the morning two per cent of a column are missing: "
        "is stopping right, what do users see in the meantime, and who decides?",
        ("hard limits that stop, soft ones that warn",
         "the last good data or model goes on serving",
         "rows set aside instead of a whole batch refused",
         "where the limits come from, and who may change them"),
    ),
    Template(
        "data.counted", "data-quality", 2.5,
        "{check} checks the data ({line}), and nothing was found that stops when a check fails. Which of these checks should stop "
        "the run, which should only warn, and why?",
        ("what each failure would do to the model",
         "hard limits that stop, soft ones that warn somebody",
         "the last good data or model goes on serving",
         "where the limits come from"),
    ),
    Template(
        "data.unchecked", "data-quality", 2,
        "{read} reads the data ({line}), and no check of them was found. The source renames a field, or changes the unit "
        "of one: where in this pipeline does it show first, and after how many days?",
        ("a renamed field fails fast, a changed unit fails silently",
         "schema, ranges and share of missing values, checked where data enter",
         "an agreement with whoever owns the source",
         "what the pipeline does when the check fails"),
    ),
    Template(
        "secrets.written", "secrets", 3,
        "{place} holds a value for {name} in the repository. Is it a real one anywhere, where does it come from "
        "in production, and what do you do today if a real one was committed?",
        ("rotate first; deleting the line leaves it in the history",
         "environment, secret store or workload identity instead of a value in a file",
         "a scan for secrets in a hook and in CI",
         "who can read it, and how it is changed without an outage"),
    ),
    Template(
        "secrets.sample", "secrets", 1.4,
        "{place} gives {name} a sample value for work on one machine. How does the real value reach production, "
        "how is it changed without an outage, and what would stop you from committing it by mistake?",
        ("environment, secret store or workload identity instead of a value in a file",
         "a scan for secrets in a hook and in CI",
         "rotation, and how running services pick up the new value",
         "what is exposed to the network while the sample value is in use"),
    ),
    Template(
        "secrets.kept", "secrets", 1.5,
        "{place} keeps a secret outside the code. Who and what can read it, how is it changed without an outage, "
        "and how would you notice that it leaked?",
        ("least privilege: a role for each service",
         "rotation, and how running services pick up the new value",
         "does the value stand in plain text in state, logs or images?",
         "access logs and alerts"),
    ),
    Template(
        "cost.resource", "cost", 2,
        "{resource} runs {kind}{size}. What does it cost in a month without a single request, {one}"
        "and what would you change first to halve the bill?",
        ("fixed against variable cost, in numbers",
         "smaller size, scaling to zero, batch instead of an always-on service, spot capacity",
         "what each saving costs in latency or reliability",
         "a budget alert, and who gets it"),
    ),
    Template(
        "results.number", "results", 2.5,
        "{place} says {quote}. How was it measured, against which simple baseline, and how sure are you "
        "that it would hold next month?",
        ("which data, split how, and how many times repeated",
         "a baseline that anybody would try first",
         "what the number means for the user, in money or time",
         "where in the repository a reader can reproduce it"),
    ),
    Template(
        "claims.readme", "claims", 2,
        "{named}; no code or configuration was found for {them}. What did you do with {them}, "
        "where does that stand, and what would you add so that a reader sees it?",
        ("an honest line between used, tried and planned",
         "what it gave the project, and what it cost",
         "the file that would show it"),
    ),
    Template(
        "next.step", "next", 0.5,
        "From {place} the step that gains most is: {title}. What is the smallest version of it that you would merge "
        "this week, and how would you know that it works?",
        ("a first version within a day, and what it leaves out",
         "what could break, and how to notice",
         "a test or a number that shows it works"),
    ),
)  # fmt: skip
