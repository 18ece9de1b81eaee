"""Numbers for the on-call engineer. Names are API: documented in docs/metrics.md, tested, never
reused.

Each is told by the service that it is about, so that several of them can live in one process.
"""

import time

from prometheus_client import Counter, Gauge, Histogram

REQUESTS = Histogram(
    "laurel_request_seconds", "Time of a request", ["service", "method", "route", "status"]
)
REFUSALS = Counter("laurel_refusals", "Requests that a rule refused", ["service", "code"])
TRANSACTIONS_RETRIED = Counter(
    "laurel_transactions_retried", "Transactions run again after a lost race", ["service", "where"]
)
STATEMENTS = Counter("laurel_statements", "Statements by name", ["service", "name"])
JOB_DONE = Counter("laurel_job_done", "What jobs worked off", ["service", "job"])
JOB_FAILED = Counter("laurel_job_failed", "Rounds of a job that failed", ["service", "job"])
JOB_SECONDS = Histogram("laurel_job_seconds", "Time of a job's round", ["service", "job"])
OUTBOX_UNSENT = Gauge(
    "laurel_outbox_unsent", "Transactions whose events are not on the bus yet", ["service"]
)
OUTBOX_AGE = Gauge("laurel_outbox_age_seconds", "Age of the oldest unsent transaction", ["service"])
RELAYED = Counter("laurel_relayed", "Records sent to the bus", ["service", "topic"])
RELAY_FAILED = Counter("laurel_relay_failed", "Rounds of the relay that failed", ["service"])
READER_AGE = Gauge(
    "laurel_bus_reader_age_seconds",
    "Time since a reader of the local log has said where it stands",
    ["service", "reader"],
)
CONSUMER_LAG = Gauge("laurel_consumer_lag", "Records not consumed yet", ["service", "topic"])
CONSUMER_STOPPED = Gauge(
    "laurel_consumer_stopped", "1 while a consumer does not go on", ["service", "reason"]
)
BATCH_RECORDS = Histogram(
    "laurel_batch_records",
    "Records in a batch",
    ["service", "topic"],
    buckets=(1, 5, 20, 50, 100, 200, 500, 1000, 2000),
)
BATCH_SECONDS = Histogram("laurel_batch_seconds", "Time of a batch", ["service", "topic"])
CONSUMER_FAILED = Counter(
    "laurel_consumer_failed", "Batches that failed and were tried again", ["service", "topic"]
)
CONSUMER_RECREATED = Counter(
    "laurel_consumer_recreated", "Clients replaced by the watchdog", ["service"]
)
CONSUMER_REWOUND = Counter(
    "laurel_consumer_rewound",
    "Logs that had lost their tail and are heard again",
    ["service", "topic"],
)
PARKED = Counter(
    "laurel_parked",
    "Records put aside because they could not be understood",
    ["service", "reason"],
)
ANCHOR_AGE = Gauge(
    "laurel_anchor_age_seconds",
    "Age of the last anchor outside the database; -1 where there is no such place",
    ["service"],
)
AUDIT_AGE = Gauge("laurel_audit_age_seconds", "Age of the auditor's oldest check", ["service"])
AUDIT_VIOLATIONS = Gauge(
    "laurel_audit_violations", "What the auditor's last whole round found wrong", ["service"]
)

CAMPAIGN_LEFT = Gauge(
    "laurel_campaign_left_points",
    "What is left of a campaign's budget",
    ["service", "campaign", "point_type"],
)


def tell_age(gauge: Gauge, service: str, since: float) -> None:
    """Have a gauge tell the seconds since a Unix time whenever it is asked, also when whoever set
    it has stopped.
    """
    gauge.labels(service).set_function(lambda: time.time() - since)
