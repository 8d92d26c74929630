# The jars of one engine, resolved from the same pom as the local runtime's, on a Java runtime. Build it from the project's root:
#
#   docker build -f dockerfiles/engine.Dockerfile --build-arg ENGINE=kafka -t streamctl-kafka .
#
# ENGINE is kafka or pinot (which holds ZooKeeper too). Configuration and command are given when it is run: this version starts no
# containers by itself.
ARG BUILD_IMAGE=maven:3.9-eclipse-temurin-17
ARG BASE_IMAGE=eclipse-temurin:17-jre

# hadolint ignore=DL3006
FROM ${BUILD_IMAGE} AS jars
ARG ENGINE
WORKDIR /engine
COPY config/${ENGINE}/pom.xml pom.xml
RUN mvn -B -ntp org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies \
  -DincludeScope=runtime -DoutputDirectory=/engine/lib

# hadolint ignore=DL3006
FROM ${BASE_IMAGE}
ARG ENGINE
LABEL org.opencontainers.image.title="streamctl ${ENGINE}"
RUN useradd --system --uid 10001 --create-home streamctl
COPY --from=jars /engine/lib /engine/lib
COPY config/${ENGINE} /engine/config
USER 10001
WORKDIR /home/streamctl
ENTRYPOINT ["java", "-cp", "/engine/lib/*"]
