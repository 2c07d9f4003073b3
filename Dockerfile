# All compiled packages come as wheels: the image needs no build tools. A pure one has no wheel.
FROM python:3.11.14-slim

ENV PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    PIP_NO_CACHE_DIR=1 \
    PIP_DISABLE_PIP_VERSION_CHECK=1

WORKDIR /app
COPY requirements.txt .
COPY requirements-tracing.txt .
RUN pip install --only-binary=:all: --no-binary=jsonrpcserver -r requirements.txt -r requirements-tracing.txt \
    && useradd --system --no-create-home --shell /usr/sbin/nologin octavo \
    && install --directory --owner=octavo --group=octavo /data
COPY domain domain
COPY repository repository
COPY rpc rpc
COPY data data

USER octavo
# The folder serves the embedded engine only, when OCTAVO_MONGO_URL is not set.
ENV OCTAVO_HOST=0.0.0.0 \
    OCTAVO_PORT=8000 \
    OCTAVO_DATA_DIR=/data \
    OCTAVO_LOG_FORMAT=json
VOLUME /data
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=4s --start-period=30s --retries=3 \
    CMD ["python", "-c", "import os, urllib.request as u; u.urlopen(f'http://127.0.0.1:{os.environ[\"OCTAVO_PORT\"]}/readyz', timeout=3)"]
CMD ["python", "-m", "rpc"]
