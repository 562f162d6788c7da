# syntax=docker/dockerfile:1
FROM python:3.13-slim AS build
RUN pip install --no-cache-dir uv==0.13.9
WORKDIR /srv
ENV UV_PROJECT_ENVIRONMENT=/srv/.venv UV_LINK_MODE=copy UV_COMPILE_BYTECODE=1
COPY pyproject.toml uv.lock README.md ./
RUN uv sync --frozen --no-dev --extra s3 --no-install-project
COPY app app
COPY alembic alembic
RUN uv sync --frozen --no-dev --extra s3

FROM python:3.13-slim
RUN useradd --system --uid 10001 --home /srv yinfeng && install -d -o yinfeng /data
WORKDIR /srv
COPY --from=build /srv /srv
# `yinfeng serve` runs with -OO, and its user may write no bytecode here.
RUN python -OO -m compileall -q /usr/local/lib/python3.13 .venv app
USER yinfeng
ENV PATH=/srv/.venv/bin:$PATH YINFENG_MODE=production YINFENG_HOST=0.0.0.0 YINFENG_DATA_DIR=/data
EXPOSE 8000
HEALTHCHECK CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8000/health/ready', timeout=3)"]
CMD ["yinfeng", "serve"]
