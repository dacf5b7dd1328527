"""What all tests share: the order of the slow ones, Hypothesis's profile, and the fixtures."""

import signal

import hypothesis
import pytest

pytest_plugins = ["support.bundles", "support.fixtures", "support.grading", "support.klass"]

hypothesis.settings.register_profile("course", deadline=None, print_blob=True)
hypothesis.settings.load_profile("course")

# Whoever is started in the background ignores this signal, and so would all that the tests start.
signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The slowest files first, so that no process works alone at the end."""
    items.sort(key=_seconds, reverse=True)


def _seconds(item: pytest.Item) -> float:
    """How long the item's file takes, as its marker says; nothing where it has none."""
    marker = item.get_closest_marker("slow")
    return float(marker.kwargs["seconds"]) if marker else 0.0
