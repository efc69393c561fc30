# syntax=docker/dockerfile:1
# Agents on vLLM, on the image that its makers publish. Built from the root of the repository:
#   docker build -f docker/vllm.Dockerfile -t arena-vllm .

ARG VLLM_VERSION=0.33.0

FROM python:3.12-slim-bookworm AS build
WORKDIR /src
COPY pyproject.toml LICENSE ./
COPY arena arena
RUN pip wheel --no-cache-dir --no-deps --wheel-dir /wheels .

FROM vllm/vllm-openai:v${VLLM_VERSION}
COPY --from=build /wheels /wheels
RUN python3 -m pip install --no-cache-dir /wheels/*.whl \
    && useradd --system --uid 10001 --create-home --home-dir /home/arena arena
ENV PYTHONUNBUFFERED=1 \
    HF_HUB_OFFLINE=1 \
    VLLM_NO_USAGE_STATS=1 \
    ARENA_SERVER=server:7777
USER 10001
WORKDIR /home/arena
# A model's folder: weights, config, tokenizer.
VOLUME /models
# The agent itself listens nowhere; what it can lose is the server that it plays on.
HEALTHCHECK --interval=30s --timeout=10s --start-period=10m --retries=3 CMD ["arena", "health"]
ENTRYPOINT ["arena"]
CMD ["join", "--help"]
