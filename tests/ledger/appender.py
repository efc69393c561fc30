"""A process that appends sets to a ledger: `appender.py URL STATE SETS`. It prints each match once it is durable."""

import sys
from pathlib import Path

from arena.ledger import Ledger
from tests.ledger.samples import results, set_plan


def main(url: str, state: str, sets: int) -> None:
    with Ledger.open(url, Path(state)) as ledger:
        futures = [
            (match.plan.match_id, ledger.append(plan, [match]))
            for plan in (set_plan(set_id=f"shared-{number}") for number in range(sets))
            for match in results(plan)
        ]
        for match_id, future in futures:
            future.result(60)
            sys.stdout.write(f"{match_id}\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
