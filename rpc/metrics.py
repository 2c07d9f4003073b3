"""The metrics that Prometheus fetches at /metrics."""

import os

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.exposition import generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

from repository.mongo.read_cache import CACHE_EVENTS, CacheCounters

SHARED_FOLDER = "PROMETHEUS_MULTIPROC_DIR"
"""Names the folder of the metrics that the workers of one service share; the supervisor sets it."""

SECONDS_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
GROUP_BUCKETS = (1, 2, 4, 8, 16, 32, 64, 128, 256, 512)


class KeptAnswersMetrics:
    """How often kept answers are given, and how many bytes they take."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.hits = Counter(
            "octavo_kept_answers_hits", "Answers given as they were kept.", registry=registry
        )
        self.misses = Counter("octavo_kept_answers_misses", "Answers made anew.", registry=registry)
        self.joined = Counter(
            "octavo_kept_answers_joined",
            "Calls that got an answer that was being made for another call.",
            registry=registry,
        )
        self.size = Gauge(
            "octavo_kept_answers_bytes",
            "Bytes of kept answers with their keys.",
            registry=registry,
            multiprocess_mode="livesum",
        )


class Metrics:
    """The metrics of this process; with several workers, each of them shows the sums of all."""

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
        self.group_changes = Histogram(
            "octavo_group_changes",
            "Changes that share one transaction.",
            buckets=GROUP_BUCKETS,
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
        self.kept_answers = KeptAnswersMetrics(self.registry)
        self.requests_in_flight = Gauge(
            "octavo_requests_in_flight",
            "HTTP requests being worked on or queued.",
            registry=self.registry,
            multiprocess_mode="livesum",
        )

    def show_cache(self, counters: CacheCounters) -> None:
        """Add a read cache's counters."""
        shown = {
            event: Counter(
                f"octavo_read_cache_{event}", f"Read cache: {event}.", registry=self.registry
            )
            for event in CACHE_EVENTS
        }
        counters.observe(lambda event, by: shown[event].inc(by))

    def exposition(self) -> bytes:
        """All metrics in Prometheus's text format."""
        if SHARED_FOLDER not in os.environ:
            return generate_latest(self.registry)
        shared = CollectorRegistry()
        MultiProcessCollector(shared)  # type: ignore[no-untyped-call] # not annotated there
        return generate_latest(shared)
