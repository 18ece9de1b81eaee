"""A real Apache Kafka without containers: its published jars, free ports, a folder of its own."""

from deploy.kafka.broker import Broker
from deploy.kafka.jars import KafkaUnavailable, has_java
from deploy.kafka.topics import create_topics

__all__ = ["Broker", "KafkaUnavailable", "create_topics", "has_java"]
