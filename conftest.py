"""Register the project's own pytest plugin for every test, wherever it lies."""

pytest_plugins = ["segmentiq.testing.plugin"]
