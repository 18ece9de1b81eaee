"""Tests of a real broker are collected where one can run."""

from deploy.kafka import has_java

collect_ignore = [] if has_java() else ["test_kafka.py", "test_runner_on_kafka.py"]
