"""Values -> matplotlib figures, for files to keep; made directly, never through pyplot, which keeps every figure alive."""
