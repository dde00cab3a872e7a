# One image for both processes: the api by default, the projector by `bin/projector.cjs`.
# Runs as an unprivileged user on a read-only root file system; nothing is written but what DATA_DIR holds (embedded engines only).
FROM node:24.21.0-bookworm-slim AS build
WORKDIR /tierbook
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY nest-cli.json tsconfig.json tsconfig.build.json ./
COPY scripts scripts
COPY libs libs
COPY apps apps
RUN node scripts/build.cjs && npm prune --omit=dev --ignore-scripts --no-audit --no-fund

FROM node:24.21.0-bookworm-slim AS run
ENV NODE_ENV=production
WORKDIR /tierbook
COPY --from=build /tierbook/package.json ./
COPY --from=build /tierbook/node_modules node_modules
COPY --from=build /tierbook/dist dist
COPY bin bin
COPY docs docs
RUN mkdir /audit && chown 10001:10001 /audit
USER 10001:10001
EXPOSE 3000
# As `npm run start:api` starts it; docs/operations.md says why.
ENTRYPOINT ["node", "--max-semi-space-size=32"]
CMD ["bin/api.cjs"]
