"""Campaigns: what their budgets have given, what caps that span purchases have counted, and whom
they cut.
"""

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

CAMPAIGN_BUDGET = """
CREATE TABLE campaign_budget (
    campaign    text COLLATE "C" NOT NULL,
    point_type  text COLLATE "C" NOT NULL,
    budget      bigint NOT NULL,
    spent       bigint NOT NULL,
    spent_at    timestamptz,
    PRIMARY KEY (campaign, point_type),
    CHECK (spent BETWEEN 0 AND budget)
) WITH (fillfactor = 10)"""

CAP_COUNTER = """
CREATE TABLE cap_counter (
    member_id   text COLLATE "C" NOT NULL,
    point_type  text COLLATE "C" NOT NULL,
    cap         text COLLATE "C" NOT NULL,
    period      text COLLATE "C" NOT NULL,
    points      bigint NOT NULL,
    PRIMARY KEY (member_id, point_type, cap, period),
    CHECK (points >= 0)
)"""

ALLOWANCE_CUT = """
CREATE TABLE allowance_cut (
    member_id    text COLLATE "C" NOT NULL,
    fact_id      text COLLATE "C" NOT NULL,
    point_type   text COLLATE "C" NOT NULL,
    name         text COLLATE "C" NOT NULL,
    given        bigint NOT NULL,
    cut          bigint NOT NULL,
    by           text COLLATE "C" NOT NULL,
    recorded_at  timestamptz NOT NULL,
    PRIMARY KEY (member_id, fact_id, point_type, name),
    CHECK (given >= 0),
    CHECK (cut > 0)
)"""


def upgrade() -> None:
    """A budget is one row that many write: its page keeps room for the versions of that row."""
    for statement in (CAMPAIGN_BUDGET, CAP_COUNTER, ALLOWANCE_CUT):
        op.execute(statement)
    op.execute("""
        CREATE INDEX allowance_cut_by_name
        ON allowance_cut (name, point_type, recorded_at, member_id, fact_id)""")
    op.execute("""
        CREATE TRIGGER allowance_cut_is_append_only BEFORE UPDATE OR DELETE ON allowance_cut
        FOR EACH ROW EXECUTE FUNCTION refuse_change()""")
    op.execute("""
        CREATE TRIGGER allowance_cut_is_never_emptied BEFORE TRUNCATE ON allowance_cut
        FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()""")
