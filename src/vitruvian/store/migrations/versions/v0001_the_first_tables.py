"""The first tables."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "project",
        sa.Column("id", ID, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("settings", sa.Text(), server_default="{}", nullable=False),
        sa.Column("created_at", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_project")),
        sa.UniqueConstraint("name", name=op.f("uq_project_name")),
    )
    op.create_table(
        "media",
        sa.Column("id", ID, nullable=False),
        sa.Column("project_id", ID, nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("uri", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("frames", sa.Integer(), nullable=False),
        sa.Column("fps_num", sa.Integer(), server_default="0", nullable=False),
        sa.Column("fps_den", sa.Integer(), server_default="1", nullable=False),
        sa.Column("times", sa.LargeBinary(), nullable=True),
        sa.Column("rotation", sa.Integer(), server_default="0", nullable=False),
        sa.Column("extras", sa.Text(), server_default="{}", nullable=False),
        sa.Column("created_at", sa.String(), nullable=False),
        sa.CheckConstraint("kind IN ('image', 'video')", name=op.f("ck_media_kind")),
        sa.ForeignKeyConstraint(
            ["project_id"], ["project.id"], name=op.f("fk_media_project_id_project"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_media")),
        sa.UniqueConstraint("project_id", "sha256", "name", name=op.f("uq_media_project_id_sha256_name")),
    )
    op.create_table(
        "ontology",
        sa.Column("id", ID, nullable=False),
        sa.Column("project_id", ID, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("parent_id", ID, nullable=True),
        sa.Column("mapping", sa.Text(), nullable=True),
        sa.Column("created_at", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["parent_id"], ["ontology.id"], name=op.f("fk_ontology_parent_id_ontology")),
        sa.ForeignKeyConstraint(
            ["project_id"], ["project.id"], name=op.f("fk_ontology_project_id_project"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ontology")),
        sa.UniqueConstraint("project_id", "name", "version", name=op.f("uq_ontology_project_id_name_version")),
    )
    op.create_table(
        "label_set",
        sa.Column("id", ID, nullable=False),
        sa.Column("project_id", ID, nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("author", sa.String(), nullable=False),
        sa.Column("parent_id", ID, nullable=True),
        sa.Column("ontology_id", ID, nullable=False),
        sa.Column("extras", sa.Text(), server_default="{}", nullable=False),
        sa.Column("created_at", sa.String(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('person', 'model', 'gold', 'consensus', 'import')", name=op.f("ck_label_set_kind")
        ),
        sa.ForeignKeyConstraint(["ontology_id"], ["ontology.id"], name=op.f("fk_label_set_ontology_id_ontology")),
        sa.ForeignKeyConstraint(["parent_id"], ["label_set.id"], name=op.f("fk_label_set_parent_id_label_set")),
        sa.ForeignKeyConstraint(
            ["project_id"], ["project.id"], name=op.f("fk_label_set_project_id_project"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_label_set")),
    )
    with op.batch_alter_table("label_set", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_label_set_project_id"), ["project_id"], unique=False)

    op.create_table(
        "change",
        sa.Column("id", ID, nullable=False),
        sa.Column("label_set_id", ID, nullable=False),
        sa.Column("instance_id", sa.String(), nullable=False),
        sa.Column("media_id", ID, nullable=False),
        sa.Column("frame", sa.Integer(), nullable=False),
        sa.Column("author", sa.String(), nullable=False),
        sa.Column("at", sa.String(), nullable=False),
        sa.Column("request_id", sa.String(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("before", sa.Text(), nullable=False),
        sa.Column("after", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["label_set_id"], ["label_set.id"], name=op.f("fk_change_label_set_id_label_set"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["media_id"], ["media.id"], name=op.f("fk_change_media_id_media"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_change")),
        sa.UniqueConstraint(
            "label_set_id", "instance_id", "revision", name=op.f("uq_change_label_set_id_instance_id_revision")
        ),
    )
    with op.batch_alter_table("change", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_change_label_set_id_media_id_frame"), ["label_set_id", "media_id", "frame"], unique=False
        )

    op.create_table(
        "instance",
        sa.Column("label_set_id", ID, nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("media_id", ID, nullable=False),
        sa.Column("frame", sa.Integer(), nullable=False),
        sa.Column("track", sa.String(), nullable=True),
        sa.Column("category", sa.String(), nullable=False),
        sa.Column("xy", sa.LargeBinary(), nullable=False),
        sa.Column("visibility", sa.LargeBinary(), nullable=False),
        sa.Column("score", sa.LargeBinary(), nullable=True),
        sa.Column("keyed", sa.LargeBinary(), nullable=True),
        sa.Column("box", sa.LargeBinary(), nullable=True),
        sa.Column("mask", sa.Text(), nullable=True),
        sa.Column("attributes", sa.Text(), server_default="{}", nullable=False),
        sa.Column("extras", sa.Text(), server_default="{}", nullable=False),
        sa.Column("revision", sa.Integer(), server_default="0", nullable=False),
        sa.Column("deleted", sa.Integer(), server_default="0", nullable=False),
        sa.Column("updated_at", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["label_set_id"], ["label_set.id"], name=op.f("fk_instance_label_set_id_label_set"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["media_id"], ["media.id"], name=op.f("fk_instance_media_id_media"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("label_set_id", "id", name=op.f("pk_instance")),
    )
    with op.batch_alter_table("instance", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_instance_label_set_id_media_id_frame"), ["label_set_id", "media_id", "frame"], unique=False
        )

    op.create_table(
        "request",
        sa.Column("label_set_id", ID, nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("response", sa.Text(), nullable=False),
        sa.Column("at", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["label_set_id"], ["label_set.id"], name=op.f("fk_request_label_set_id_label_set"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("label_set_id", "id", name=op.f("pk_request")),
    )
    op.create_table(
        "route",
        sa.Column("id", ID, nullable=False),
        sa.Column("label_set_id", ID, nullable=False),
        sa.Column("media_id", ID, nullable=False),
        sa.Column("frame", sa.Integer(), nullable=False),
        sa.Column("instance_id", sa.String(), nullable=False),
        sa.Column("keypoint", sa.Integer(), nullable=True),
        sa.Column("priority", sa.Double(), nullable=False),
        sa.Column("reasons", sa.Text(), nullable=False),
        sa.Column("state", sa.String(), server_default="open", nullable=False),
        sa.Column("resolved_by", sa.String(), nullable=True),
        sa.Column("resolved_at", sa.String(), nullable=True),
        sa.CheckConstraint("state IN ('open', 'accepted', 'fixed', 'dismissed')", name=op.f("ck_route_state")),
        sa.ForeignKeyConstraint(
            ["label_set_id"], ["label_set.id"], name=op.f("fk_route_label_set_id_label_set"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["media_id"], ["media.id"], name=op.f("fk_route_media_id_media"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_route")),
    )
    with op.batch_alter_table("route", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_route_label_set_id_state_media_id"), ["label_set_id", "state", "media_id"], unique=False
        )
