"""The network: sessions, matchmaking and live matches over the same parts that local play uses."""
