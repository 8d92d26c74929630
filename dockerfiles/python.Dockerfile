# A Python service: the packages that its requirements file pins, in a virtual environment, and the rendered configuration. The build context is
# a folder with config/, dockerfiles/ and ca/, as `streamctl eject` writes it. ENGINE is a folder of config/. VALUES are the values of its
# templates, as in "port=8090 host=pinot"; dockerfiles/render documents the encoding of spaces. PYTHON_IMAGE is a Linux with bash and Python
# with venv.
ARG PYTHON_IMAGE=docker.io/library/python:3.11.13-slim-bookworm@sha256:86adf8dbadc3d6e82ee5dd2c74bec2e1c2467cdad47886280501df722372d2e1

# hadolint ignore=DL3006
FROM ${PYTHON_IMAGE} AS packages
ARG ENGINE
WORKDIR /engine
# Root certificates (*.crt) that the build trusts, for users behind a proxy. They do not become part of the image.
COPY ca/ /ca/
COPY config/${ENGINE}/requirements.txt ./
RUN python3 -m venv venv \
  && { cat /etc/ssl/certs/ca-certificates.crt > /ca/all.pem; for file in /ca/*.crt; do [ ! -e "$file" ] || cat "$file" >> /ca/all.pem; done; } \
  && PIP_CERT=/ca/all.pem venv/bin/python -m pip install --no-cache-dir --no-input --disable-pip-version-check -r requirements.txt

# hadolint ignore=DL3006
FROM ${PYTHON_IMAGE} AS configuration
ARG ENGINE
ARG VALUES
COPY dockerfiles/render /
COPY dockerfiles/start-python dockerfiles/healthcheck /engine/
COPY config/${ENGINE}/ /engine/conf/
# Files keep their modes from the build context, such as 0600 with umask 077, but another user must read them.
RUN sh /render /engine/conf && chmod -R u=rwX,go=rX /engine && chmod 0755 /engine/start-python /engine/healthcheck

# hadolint ignore=DL3006
FROM ${PYTHON_IMAGE}
ARG ENGINE
ARG VERSION
LABEL org.opencontainers.image.title="streamctl ${ENGINE}" \
  org.opencontainers.image.version="${VERSION}" \
  org.opencontainers.image.licenses="Apache-2.0" \
  org.opencontainers.image.source="dockerfiles/python.Dockerfile of streamctl"
RUN useradd --system --uid 10001 --no-create-home --shell /usr/sbin/nologin streamctl \
  && install -d -o streamctl -g streamctl /data
COPY --from=packages /engine/venv /engine/venv
COPY --from=configuration /engine /engine
ENV PATH=/engine/venv/bin:$PATH HOME=/data
USER 10001
WORKDIR /data
VOLUME /data
HEALTHCHECK --interval=5s --timeout=10s --start-period=120s --retries=3 CMD ["/engine/healthcheck"]
ENTRYPOINT ["/engine/start-python"]
