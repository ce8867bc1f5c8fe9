# syntax=docker/dockerfile:1

# Four images from one file:
#   docker build --build-arg APP=indexer .    a program: dispatcher, indexer or liquidator
#   docker build --target local .             what stands in for AWS and the ledger on a cluster of one machine
#   docker build --target dev --build-arg APP=indexer .    a program from its sources, for file sync
#
# Node is the entry point and the program the command, in all of them: kind's copy of the test key runs `node -e` so.
# A release names both base images by digest.
ARG BUILD_IMAGE=docker.io/library/node:24-trixie-slim
ARG RUN_IMAGE=gcr.io/distroless/nodejs24-debian13:nonroot

FROM ${BUILD_IMAGE} AS sources
WORKDIR /src
COPY . .

# What `npm ci` reads and nothing else: its layer lasts until a dependency changes.
FROM sources AS manifests
RUN mkdir /manifests && find . -name package.json -exec cp --parents {} /manifests ';' \
    && cp package-lock.json .npmrc /manifests

FROM ${BUILD_IMAGE} AS workspace
WORKDIR /src
COPY --from=manifests /manifests ./

FROM workspace AS bundles
ARG SOURCE_DATE_EPOCH=0
RUN --mount=type=cache,target=/root/.npm \
    npm ci --ignore-scripts --include-workspace-root -w apps/dispatcher -w apps/indexer -w apps/liquidator
COPY --from=sources /src ./
RUN node tools/build.mjs && find build -exec touch --date="@${SOURCE_DATE_EPOCH}" {} +

FROM workspace AS dev-dependencies
RUN --mount=type=cache,target=/root/.npm \
    npm ci --ignore-scripts --omit=dev --omit=optional --omit=peer -w apps/dispatcher -w apps/indexer -w apps/liquidator

# The embedded servers load parts of themselves by name, which no bundle can follow: they keep their node_modules.
FROM workspace AS local-dependencies
ARG SOURCE_DATE_EPOCH=0
RUN --mount=type=cache,target=/root/.npm \
    npm ci --ignore-scripts --omit=dev --omit=optional --omit=peer -w local \
    && find . -exec touch --no-dereference --date="@${SOURCE_DATE_EPOCH}" {} +

# Has a shell and tar, which file sync needs. Sources live in /tmp, the only place that a pod of ours may write to.
FROM ${BUILD_IMAGE} AS dev
ARG APP
WORKDIR /app
COPY --from=dev-dependencies /src/node_modules ./node_modules
COPY --from=sources /src/package.json ./seed/
COPY --from=sources /src/packages ./seed/packages
COPY --from=sources /src/apps/${APP} ./seed/apps/${APP}
COPY --from=sources /src/tools/dev-container.mjs ./
RUN ln -s /tmp/weft/packages packages
USER 65532:65532
ENTRYPOINT ["/usr/local/bin/node"]
CMD ["/app/dev-container.mjs"]

FROM ${RUN_IMAGE} AS local
ARG REVISION=unknown
ARG VERSION=0.1.0
LABEL org.opencontainers.image.title="weft-local" \
      org.opencontainers.image.description="Embedded SQS, S3 and DynamoDB and a ledger simulator, for a cluster on one machine" \
      org.opencontainers.image.source="https://github.com/weft-finance/weft-backend" \
      org.opencontainers.image.revision="${REVISION}" \
      org.opencontainers.image.version="${VERSION}"
ENV REVISION=${REVISION}
WORKDIR /app
COPY --from=local-dependencies /src/node_modules ./node_modules
COPY --from=sources /src/package.json ./
COPY --from=sources /src/packages/messages ./packages/messages
COPY --from=sources /src/packages/protocol ./packages/protocol
COPY --from=sources /src/packages/runtime ./packages/runtime
COPY --from=sources /src/packages/store ./packages/store
COPY --from=sources /src/local/package.json ./local/
COPY --from=sources /src/local/src/aws ./local/src/aws
COPY --from=sources /src/local/src/cluster ./local/src/cluster
COPY --from=sources /src/local/src/simulator ./local/src/simulator
USER 65532:65532
ENTRYPOINT ["/nodejs/bin/node"]
CMD ["/app/local/src/cluster/main.ts"]

FROM ${RUN_IMAGE} AS program
ARG APP
ARG REVISION=unknown
ARG VERSION=0.1.0
LABEL org.opencontainers.image.title="weft-${APP}" \
      org.opencontainers.image.description="The ${APP} of the Weft liquidation backend" \
      org.opencontainers.image.source="https://github.com/weft-finance/weft-backend" \
      org.opencontainers.image.revision="${REVISION}" \
      org.opencontainers.image.version="${VERSION}"
# What logs and metrics say of themselves.
ENV REVISION=${REVISION}
WORKDIR /app
COPY --from=bundles /src/build/${APP}/main.mjs /src/build/${APP}/main.mjs.map ./
# nonroot, by number: so the kubelet can tell that it is not root.
USER 65532:65532
ENTRYPOINT ["/nodejs/bin/node"]
CMD ["/app/main.mjs"]
