# An engine's jars, resolved by Maven from the same pom as the local runtime's, on a Java runtime, with its rendered configuration. The
# build context is a folder that streamctl writes:
#
#   maven/               pom.xml, and a source of ours where the engine has one
#   conf/                rendered configuration, one folder a service
#   ca/                  root certificates (*.crt) that the build trusts, for users behind a proxy; none of them stays in the image
#   start, healthcheck
ARG BUILD_IMAGE=maven:3.9.9-eclipse-temurin-17
ARG BASE_IMAGE=eclipse-temurin:17.0.13_11-jre-jammy

# hadolint ignore=DL3006
FROM ${BUILD_IMAGE} AS jars
WORKDIR /engine
COPY ca/ /ca/
RUN for file in /ca/*.crt; do \
    [ ! -e "$file" ] || keytool -importcert -noprompt -cacerts -storepass changeit -alias "$(basename "$file")" -file "$file"; \
  done
COPY maven/ ./
RUN mkdir -p target/classes && mvn -B -ntp \
  org.apache.maven.plugins:maven-compiler-plugin:3.13.0:compile \
  org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies \
  -DincludeScope=runtime -DoutputDirectory=/engine/lib

# hadolint ignore=DL3006
FROM ${BASE_IMAGE}
ARG ENGINE
ARG VERSION
LABEL org.opencontainers.image.title="streamctl ${ENGINE}" \
  org.opencontainers.image.version="${VERSION}" \
  org.opencontainers.image.licenses="Apache-2.0" \
  org.opencontainers.image.source="dockerfiles/engine.Dockerfile of streamctl"
RUN useradd --system --uid 10001 --no-create-home --shell /usr/sbin/nologin streamctl \
  && install -d -o streamctl -g streamctl /data
COPY --from=jars /engine/lib /engine/lib
COPY --from=jars /engine/target/classes /engine/classes
COPY start healthcheck /engine/
COPY conf/ /engine/conf/
ENV CLASSPATH=/engine/classes:/engine/lib/*
USER 10001
WORKDIR /data
VOLUME /data
HEALTHCHECK --interval=5s --timeout=10s --start-period=90s --retries=3 CMD ["/engine/healthcheck"]
ENTRYPOINT ["/engine/start"]
