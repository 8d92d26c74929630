# ksqlDB on Confluent's public image, which contains its jars and a Java, with the rendered configuration. Without access to that image, a
# folder with an installed ksqlDB can be used: then KSQLDB_IMAGE is any Java runtime, and the jars are in jars/ of the build context. VALUES
# and the rest of the context are as in engine.Dockerfile.
ARG BASE_IMAGE
ARG KSQLDB_IMAGE=docker.io/confluentinc/ksqldb-server:0.29.0

# hadolint ignore=DL3006
FROM ${BASE_IMAGE} AS configuration
ARG VALUES
COPY dockerfiles/render /
COPY dockerfiles/start dockerfiles/healthcheck /engine/
COPY jars/ /engine/jars/
COPY config/ksqldb/ /engine/conf/
# Files keep their modes from the build context, such as 0600 with umask 077, but another user must read them.
RUN sh /render /engine/conf && chmod -R u=rwX,go=rX /engine && chmod 0755 /engine/start /engine/healthcheck

# hadolint ignore=DL3006
FROM ${KSQLDB_IMAGE}
ARG VERSION
ARG JARS=/usr/share/java/ksqldb-rest-app/*
LABEL org.opencontainers.image.title="streamctl ksqldb" \
  org.opencontainers.image.version="${VERSION}" \
  org.opencontainers.image.licenses="LicenseRef-Confluent-Community-1.0" \
  org.opencontainers.image.source="dockerfiles/ksqldb.Dockerfile of streamctl"
USER 0
RUN useradd --system --uid 10001 --no-create-home --shell /usr/sbin/nologin streamctl \
  && install -d -o streamctl -g streamctl /data
COPY --from=configuration /engine /engine
ENV CLASSPATH="${JARS}"
USER 10001
WORKDIR /data
VOLUME /data
HEALTHCHECK --interval=5s --timeout=10s --start-period=90s --retries=3 CMD ["/engine/healthcheck"]
ENTRYPOINT ["/engine/start"]
