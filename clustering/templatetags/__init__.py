"""What templates of other applications may ask of this one."""
