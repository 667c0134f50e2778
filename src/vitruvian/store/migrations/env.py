"""Alembic's entry: runs the scripts of this folder on the connection that `store.migrate` opened."""

from alembic import context

from vitruvian.store.schema import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
