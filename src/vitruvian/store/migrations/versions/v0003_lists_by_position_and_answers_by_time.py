"""Indexes: a project's media by position, and the answers to routes by their time."""

from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_index("ix_media_project_id_id", "media", ["project_id", "id"])
    op.create_index("ix_route_label_set_id_resolved_at", "route", ["label_set_id", "resolved_at"])
