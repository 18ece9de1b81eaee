"""A log that lost its tail is told by the record that stood before the offset."""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

PARKED_ONCE = """
CREATE UNIQUE INDEX parked_once ON parked
    (consumer, topic, incarnation, partition, record_offset, sha256(record))
"""


def upgrade() -> None:
    """The witness; and another record at the offset of a parked one can be parked too."""
    op.execute("ALTER TABLE consumer_offset ADD COLUMN witness bytea")
    op.execute(
        "ALTER TABLE parked DROP CONSTRAINT"
        " parked_consumer_topic_incarnation_partition_record_offset_key"
    )
    op.execute(PARKED_ONCE)
