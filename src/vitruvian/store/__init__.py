"""The record: tables, migrations, and one module of functions per table. The only SQL.

Open a database with :func:`open_store`; every other function takes one of its connections first.
"""

from vitruvian.store.engine import Store, open_store

__all__ = ["Store", "open_store"]
