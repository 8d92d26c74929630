# An engine on a Java runtime: jars that Maven resolves from the same pom as for the local runtime, and the rendered configuration. The build
# context is a folder with config/, dockerfiles/ and ca/, as `streamctl eject` writes it. ENGINE is a folder of config/. VALUES are the values
# of its templates, as in "port=9092 host=kafka"; dockerfiles/render documents the encoding of spaces. SOURCES are the
# names of its Java sources, if it has some. With TRAINING the image contains class-data archives; dockerfiles/train documents it.
ARG BUILD_IMAGE=docker.io/library/maven:3.9.9-eclipse-temurin-17@sha256:f58d59b6273e785ac0a4477f6e9b5ba1d7731c75b906c0f7b34076f1851318cc
ARG BASE_IMAGE=docker.io/library/eclipse-temurin:17.0.19_10-jre-jammy@sha256:475d8e96b4b2bfe08999e5e854755c773af1581acdf959a4545d88f0696a2339

# hadolint ignore=DL3006
FROM ${BUILD_IMAGE} AS jars
ARG ENGINE
WORKDIR /engine
# Root certificates (*.crt) that the build trusts, for users behind a proxy. They do not become part of the image.
COPY ca/ /ca/
RUN for file in /ca/*.crt; do \
    [ ! -e "$file" ] || keytool -importcert -noprompt -cacerts -storepass changeit -alias "$(basename "$file")" -file "$file"; \
  done
COPY config/${ENGINE}/pom.xml ./
RUN mkdir -p src/main/java \
  && mvn -B -ntp org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies \
    -DincludeScope=runtime -DoutputDirectory=/engine/lib
# After the jars, so that an edited source does not download them again.
ARG SOURCES=""
COPY config/*/*.java /sources/
RUN for file in ${SOURCES}; do cp "/sources/$file" src/main/java/; done \
  && { [ -z "${SOURCES}" ] \
    || { mvn -B -ntp org.apache.maven.plugins:maven-compiler-plugin:3.13.0:compile && jar --create --file lib/streamctl.jar -C target/classes .; }; }

# hadolint ignore=DL3006
FROM ${BASE_IMAGE} AS configuration
ARG ENGINE
ARG VALUES
COPY dockerfiles/render /
COPY dockerfiles/start dockerfiles/healthcheck dockerfiles/train /engine/
COPY config/${ENGINE}/ /engine/conf/
# Files keep their modes from the build context, such as 0600 with umask 077, but another user must read them.
RUN sh /render /engine/conf && rm -f /engine/conf/pom.xml /engine/conf/*.java \
  && chmod -R u=rwX,go=rX /engine && chmod 0755 /engine/start /engine/healthcheck /engine/train

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
COPY --from=configuration /engine /engine
ENV CLASSPATH=/engine/lib/*
ARG TRAINING=""
RUN [ -z "${TRAINING}" ] || /engine/train
USER 10001
WORKDIR /data
VOLUME /data
HEALTHCHECK --interval=5s --timeout=10s --start-period=90s --retries=3 CMD ["/engine/healthcheck"]
ENTRYPOINT ["/engine/start"]
