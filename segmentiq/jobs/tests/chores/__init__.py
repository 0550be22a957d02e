"""An application for tests of the worker: jobs that end in every way a job can end."""
