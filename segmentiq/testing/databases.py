"""Mark every test that touches the database, so that the round on PostgreSQL (`bin/test.py`) can choose them.

A plugin of its own, switched on with ``-p``: the choice follows from the fixtures a test uses and cannot be forgotten.
"""

from __future__ import annotations

import pytest

FIXTURES = {"db", "transactional_db", "django_db_reset_sequences", "django_db_serialized_rollback"}


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        fixtures = set(getattr(item, "fixturenames", ()))
        if item.get_closest_marker("django_db") or fixtures & FIXTURES:
            item.add_marker("database")
