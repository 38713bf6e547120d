"""Order without noise: reports and their queue, votes, and keeping away from each other."""
