"""Register the project's own pytest plugins for every test, wherever it lies."""

pytest_plugins = ["segmentiq.testing.plugin", "segmentiq.testing.browsers"]
