# The service: web process, workers and migrations, by the command that is given. See docs/deployment.md.

FROM python:3.13.15-slim-trixie@sha256:7c61056e61ac89e852de05f3dc6fa51a6dd2181797bceed46aa725dd7cb2cd3b AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 UV_COMPILE_BYTECODE=1 UV_LINK_MODE=copy UV_NO_CACHE=1
WORKDIR /src

# What builds stays in this stage. All that is installed are wheels, each checked against its hash.
COPY requirements-build.lock ./
RUN python -m venv /opt/build \
    && /opt/build/bin/python -m pip install --quiet --require-hashes --only-binary :all: --requirement requirements-build.lock

# What the service needs: a layer that changes with its lock file alone.
COPY requirements-service.lock ./
RUN /opt/build/bin/uv venv --quiet --no-python-downloads --python python /opt/folioscope \
    && /opt/build/bin/uv pip install --quiet --python /opt/folioscope --require-hashes --only-binary :all: --requirement requirements-service.lock

COPY pyproject.toml README.md LICENSE ./
COPY analyzer analyzer
COPY rules rules
COPY api api
# The three examples of the start page.
COPY fixtures/repos/exemplary fixtures/repos/exemplary
COPY fixtures/repos/course-subfolder fixtures/repos/course-subfolder
COPY fixtures/repos/notebook-only fixtures/repos/notebook-only
ARG SOURCE_DATE_EPOCH=315532800
RUN /opt/build/bin/python -m pip wheel --quiet --no-deps --no-build-isolation --no-index --wheel-dir /dist . \
    && /opt/build/bin/uv pip install --quiet --python /opt/folioscope --no-deps --no-index /dist/*.whl

FROM python:3.13.15-slim-trixie@sha256:7c61056e61ac89e852de05f3dc6fa51a6dd2181797bceed46aa725dd7cb2cd3b
# git reads repositories; tini ends the processes that a killed worker leaves behind. Debian keeps one version of a
# package in a release, so the base image's digest, not a version here, says which. The base image's own pip goes.
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install --yes --no-install-recommends git tini \
    && rm -rf /var/lib/apt/lists/* \
    && python -m pip uninstall --quiet --yes --root-user-action=ignore pip \
    && groupadd --gid 10001 folioscope \
    && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin folioscope \
    && install --directory --owner 10001 --group 10001 --mode 0750 /var/lib/folioscope

COPY --from=build /opt/folioscope /opt/folioscope

ENV PATH=/opt/folioscope/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    FOLIOSCOPE_DATA_FOLDER=/var/lib/folioscope \
    XDG_CACHE_HOME=/tmp/cache
USER 10001:10001
WORKDIR /var/lib/folioscope
VOLUME /var/lib/folioscope
EXPOSE 8000
HEALTHCHECK --interval=15s --timeout=5s --start-period=20s --retries=3 \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/readyz', timeout=4)"]
ENTRYPOINT ["tini", "--", "folioscope"]
CMD ["serve", "--host", "0.0.0.0", "--port", "8000"]
