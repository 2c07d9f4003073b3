"""What is counted, for Prometheus to fetch at /metrics."""

from collections.abc import Iterator
from dataclasses import asdict

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.exposition import generate_latest
from prometheus_client.metrics_core import CounterMetricFamily, Metric
from prometheus_client.registry import Collector

from repository.read_cache import CacheCounters

SECONDS_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


class Metrics:
    """The counters of one process."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.calls = Counter(
            "octavo_calls",
            "Calls answered, by method and outcome (ok, or the error's type).",
            ["method", "outcome"],
            registry=self.registry,
        )
        self.call_seconds = Histogram(
            "octavo_call_seconds",
            "Time from a call's start to its answer.",
            ["method"],
            buckets=SECONDS_BUCKETS,
            registry=self.registry,
        )
        self.refused_notifications = Counter(
            "octavo_refused_notifications",
            "Changes that came as notifications and were refused.",
            ["method"],
            registry=self.registry,
        )
        self.refused_requests = Counter(
            "octavo_refused_requests",
            "HTTP requests refused as a whole, by status.",
            ["status"],
            registry=self.registry,
        )
        self.requests_in_flight = Gauge(
            "octavo_requests_in_flight",
            "HTTP requests being worked on or queued.",
            registry=self.registry,
        )

    def show_cache(self, counters: CacheCounters) -> None:
        """Show a read cache's counters along with the rest."""
        self.registry.register(_CacheCollector(counters))

    def exposition(self) -> bytes:
        """All of it in Prometheus's text format."""
        return generate_latest(self.registry)


class _CacheCollector(Collector):
    """Reads a cache's counters when they are fetched, so that counting costs nothing more."""

    def __init__(self, counters: CacheCounters) -> None:
        self._counters = counters

    def collect(self) -> Iterator[Metric]:
        """One counter a field."""
        for name, value in asdict(self._counters).items():
            yield CounterMetricFamily(
                f"octavo_read_cache_{name}", f"Read cache: {name}.", value=value
            )
