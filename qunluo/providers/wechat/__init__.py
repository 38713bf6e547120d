"""WeChat official accounts: sealed callbacks in, template messages out."""
