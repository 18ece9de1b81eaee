"""Numbers for the on-call engineer. Names are API: documented in docs/metrics.md, tested, never
reused.
"""

from prometheus_client import Counter, Gauge, Histogram

REQUESTS = Histogram("laurel_request_seconds", "Time of a request", ["method", "route", "status"])
REFUSALS = Counter("laurel_refusals", "Requests that a rule refused", ["code"])
TRANSACTIONS_RETRIED = Counter(
    "laurel_transactions_retried", "Transactions run again after a lost race", ["where"]
)
STATEMENTS = Counter("laurel_statements", "Statements by name", ["name"])
JOB_DONE = Counter("laurel_job_done", "What jobs worked off", ["job"])
JOB_FAILED = Counter("laurel_job_failed", "Rounds of a job that failed", ["job"])
JOB_SECONDS = Histogram("laurel_job_seconds", "Time of a job's round", ["job"])
OUTBOX_UNSENT = Gauge("laurel_outbox_unsent", "Transactions whose events are not on the bus yet")
OUTBOX_AGE = Gauge("laurel_outbox_age_seconds", "Age of the oldest unsent transaction")
RELAYED = Counter("laurel_relayed", "Records sent to the bus", ["topic"])
RELAY_FAILED = Counter("laurel_relay_failed", "Rounds of the relay that failed")
CONSUMER_LAG = Gauge("laurel_consumer_lag", "Records not consumed yet", ["topic"])
BATCH_RECORDS = Histogram(
    "laurel_batch_records",
    "Records in a batch",
    ["topic"],
    buckets=(1, 5, 20, 50, 100, 200, 500, 1000, 2000),
)
BATCH_SECONDS = Histogram("laurel_batch_seconds", "Time of a batch", ["topic"])
CONSUMER_FAILED = Counter(
    "laurel_consumer_failed", "Batches that failed and were tried again", ["topic"]
)
CONSUMER_RECREATED = Counter("laurel_consumer_recreated", "Clients replaced by the watchdog")
PARKED = Counter(
    "laurel_parked", "Records put aside because they could not be understood", ["reason"]
)
