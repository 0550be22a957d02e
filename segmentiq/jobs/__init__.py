"""Work that outlives a request: the life of a job, the leased worker that does it, the child that computes."""
