# syntax=docker/dockerfile:1
# The match server with the games that need nothing but Python. Built from the root of the repository:
#   docker build -f docker/server.Dockerfile -t arena-server .

FROM python:3.12-slim-bookworm AS build
WORKDIR /src
COPY pyproject.toml LICENSE ./
COPY arena arena
COPY plugins plugins
RUN python -m venv /opt/arena \
    && /opt/arena/bin/pip install --no-cache-dir --disable-pip-version-check ".[postgres,report]" \
       ./plugins/drone_volleyball ./plugins/negotiation ./plugins/openspiel ./plugins/werewolf ./plugins/who_is_the_spy

FROM python:3.12-slim-bookworm
RUN useradd --system --uid 10001 --create-home --home-dir /data arena
COPY --from=build /opt/arena /opt/arena
ENV PATH=/opt/arena/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    ARENA_DB=sqlite:////data/arena.db \
    ARENA_STATE=/data/state
USER 10001
WORKDIR /data
# The ledger, the key that signs it, and what a restart goes on from.
VOLUME /data
EXPOSE 7777
HEALTHCHECK --interval=30s --timeout=10s --start-period=30s --retries=3 CMD ["arena", "health"]
ENTRYPOINT ["arena"]
CMD ["serve", "--host", "0.0.0.0"]
