# Substitutes for the public base images, for machines that cannot pull them: a Debian with Java 17 (target jre), with a compiler and Maven
# (target build), and with Python (target python). scripts/base-images.sh can create DEBIAN_IMAGE with debootstrap. All trust the root certificates (*.crt) in the
# folder ca/ of the build context.
ARG DEBIAN_IMAGE=docker.io/library/debian:bookworm-slim

# hadolint ignore=DL3006
FROM ${DEBIAN_IMAGE} AS jre
COPY ca/ /usr/local/share/ca-certificates/
# Package versions are those of the Debian release.
# hadolint ignore=DL3008
RUN apt-get update \
  && apt-get install -y --no-install-recommends ca-certificates openjdk-17-jre-headless \
  && apt-get clean && rm -rf /var/lib/apt/lists/* /var/cache/apt/*

FROM jre AS build
# hadolint ignore=DL3008
RUN apt-get update \
  && apt-get install -y --no-install-recommends maven openjdk-17-jdk-headless \
  && apt-get clean && rm -rf /var/lib/apt/lists/* /var/cache/apt/*

# hadolint ignore=DL3006
FROM ${DEBIAN_IMAGE} AS python
COPY ca/ /usr/local/share/ca-certificates/
# hadolint ignore=DL3008
RUN apt-get update \
  && apt-get install -y --no-install-recommends ca-certificates python3 python3-venv \
  && apt-get clean && rm -rf /var/lib/apt/lists/* /var/cache/apt/*
