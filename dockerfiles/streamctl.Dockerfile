# streamctl itself, for use inside the network of a stack of containers. The build context contains the project's sources and a folder ca/ with
# root certificates (*.crt) that the build trusts:
#
#   make image
#   docker run --rm --network NAME_default streamctl data --brokers kafka:19092 -n 1000
#
# NAME is the name of the compose project, as `docker ps` shows it. Both stages have the same base, because the executable needs a glibc at
# least as new as that of its build. The base has no digest, because the packages installed on it are the newest of its release too.
ARG DEBIAN_IMAGE=docker.io/library/debian:bookworm-slim

# hadolint ignore=DL3006
FROM ${DEBIAN_IMAGE} AS build
# Package versions are those of the Debian release. Debian's own trust store is saved for the last stage, without the certificates of ca/.
# hadolint ignore=DL3008
RUN apt-get update \
  && apt-get install -y --no-install-recommends \
    ca-certificates g++ gcc libc6-dev libssl-dev libzstd-dev make nodejs npm patch python3 zlib1g-dev \
  && cp /etc/ssl/certs/ca-certificates.crt /public.crt
COPY ca/ /usr/local/share/ca-certificates/
RUN update-ca-certificates
ENV NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt
# An npm registry in place of the public one.
ARG NPM_CONFIG_REGISTRY
WORKDIR /streamctl
# Copied in order of how seldom they change, so that later builds reuse the layers.
COPY Makefile package.json bun.lock bunfig.toml ./
COPY scripts/ scripts/
RUN make setup
COPY native/ native/
RUN make build/streamctl_native.node
COPY config/ config/
COPY dockerfiles/ dockerfiles/
COPY flink/ flink/
COPY ksql/ ksql/
COPY pinot/ pinot/
COPY superset/ superset/
COPY src/ src/
RUN make build

# hadolint ignore=DL3006
FROM ${DEBIAN_IMAGE}
ARG VERSION
LABEL org.opencontainers.image.title="streamctl" \
  org.opencontainers.image.version="${VERSION}" \
  org.opencontainers.image.licenses="Apache-2.0" \
  org.opencontainers.image.source="dockerfiles/streamctl.Dockerfile of streamctl"
RUN useradd --system --uid 10001 --no-create-home --shell /usr/sbin/nologin streamctl \
  && install -d -o streamctl -g streamctl /data
COPY --from=build /public.crt /etc/ssl/certs/ca-certificates.crt
COPY --from=build /streamctl/streamctl /usr/local/bin/streamctl
USER 10001
WORKDIR /data
ENV STREAMCTL_CACHE_DIR=/data/cache
HEALTHCHECK NONE
ENTRYPOINT ["streamctl"]
