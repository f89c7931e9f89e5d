"""How fast mlpkit is, how much memory it takes, and how both grow."""
