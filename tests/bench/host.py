"""A server for the remote benchmarks, in a process of its own: prints its port when it serves, stops on SIGTERM.

Usage: host.py DB WORKERS PATIENCE. It is `arena serve` but for two settings that the command does not offer: any
free port, and how long an agent waits for another owner before it is given self-play.
"""

import argparse

from arena.server.run import serve
from arena.server.settings import Settings


def main() -> None:
    """Serve until stopped."""
    parser = argparse.ArgumentParser()
    parser.add_argument("db")
    parser.add_argument("workers", type=int)
    parser.add_argument("patience", type=float)
    asked = parser.parse_args()
    settings = Settings(port=0, db=asked.db, workers=asked.workers, patience=asked.patience)
    serve(settings, lambda port: print(port, flush=True))


if __name__ == "__main__":
    main()
