"""What templates of the shop say."""
