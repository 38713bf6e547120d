"""What is decided without a table: limits, thresholds, words, counting of votes."""
