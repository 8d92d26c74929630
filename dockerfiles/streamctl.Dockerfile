# streamctl itself, for work inside the network of a stack of containers. The build context is the folder with the executable that
# `make build` wrote, because the executable holds everything else:
#
#   make image
#   docker run --rm --network NAME_default streamctl data --brokers kafka:19092 -n 1000
#
# NAME is that of the compose project, as `docker ps` shows it. The base needs a glibc no older than that of the build.
ARG DEBIAN_IMAGE=debian:bookworm-slim

# hadolint ignore=DL3006
FROM ${DEBIAN_IMAGE}
ARG VERSION
LABEL org.opencontainers.image.title="streamctl" \
  org.opencontainers.image.version="${VERSION}" \
  org.opencontainers.image.licenses="Apache-2.0" \
  org.opencontainers.image.source="dockerfiles/streamctl.Dockerfile of streamctl"
RUN useradd --system --uid 10001 --no-create-home --shell /usr/sbin/nologin streamctl \
  && install -d -o streamctl -g streamctl /data
COPY streamctl /usr/local/bin/streamctl
USER 10001
WORKDIR /data
ENV STREAMCTL_CACHE_DIR=/data/cache
HEALTHCHECK NONE
ENTRYPOINT ["streamctl"]
