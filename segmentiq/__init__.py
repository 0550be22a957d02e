"""SegmentIQ: customers in, segments people can act on out."""
