# The dashboard: needs all packages to be built, and none of them to run.
FROM node:24-bookworm-slim AS dashboard
WORKDIR /app
ENV PRISMA_SCHEMA_ENGINE_BINARY=/bin/true
COPY package.json package-lock.json .npmrc ./
COPY apps/web/package.json apps/web/
COPY packages/shared/package.json packages/shared/
RUN npm ci --ignore-scripts --workspace=apps/web --workspace=packages/shared \
  || npm install --ignore-scripts --no-save --workspace=apps/web --workspace=packages/shared
COPY apps/web apps/web
COPY packages/shared packages/shared
COPY scripts scripts
COPY tsconfig.json ./
RUN node scripts/build.ts

# One image for the API, the worker and the migrations: they differ by their command only (see docker-compose.yml).
FROM node:24-bookworm-slim AS build
WORKDIR /app
# Prisma's engine binary is not used; naming an executable keeps prisma from looking for it.
ENV PRISMA_SCHEMA_ENGINE_BINARY=/bin/true
COPY package.json package-lock.json .npmrc ./
COPY apps/api/package.json apps/api/
COPY apps/web/package.json apps/web/
COPY apps/worker/package.json apps/worker/
COPY packages/broker/package.json packages/broker/
COPY packages/db/package.json packages/db/
COPY packages/shared/package.json packages/shared/
# The lock file may lack other platforms' optional packages, which "npm ci" refuses; the second command installs the same
# versions without that check. No package that runs here needs an install script.
RUN npm ci --omit=dev --ignore-scripts || npm install --omit=dev --ignore-scripts --no-save
COPY . .
RUN cd packages/db && node ../../node_modules/prisma/build/index.js generate

FROM node:24-bookworm-slim
WORKDIR /app
ENV NODE_ENV=production
# Owned by root: the processes may read the program, not change it.
COPY --from=build /app ./
COPY --from=dashboard /app/apps/web/dist ./apps/web/dist
USER node
EXPOSE 8000
# For the API. A worker listens on no port; that the queue is consumed is what /ready of the API says.
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT || 8000}/health`).then((a) => process.exit(a.ok ? 0 : 1), () => process.exit(1))"]
# The .ts files run as they are. The process ends by itself within 10 seconds of SIGTERM.
CMD ["node", "apps/api/src/main.ts"]
