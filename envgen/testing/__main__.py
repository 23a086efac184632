"""`python -m envgen.testing PATH…`: checks packs and prints a summary of each."""

from __future__ import annotations

import argparse
import sys

from envgen.testing.check_pack import SAMPLE, check_pack


def main(arguments: list[str] | None = None) -> int:
    """Check packs; return 0 if all keep their promises, else 1."""
    parser = argparse.ArgumentParser(prog="python -m envgen.testing", description="Check packs.")
    parser.add_argument("path", nargs="+", help="folder or .zip of a pack")
    parser.add_argument(
        "--sample",
        type=int,
        default=SAMPLE,
        help=f"variants for the checks that simulate, spread evenly; 0 for all (default {SAMPLE})",
    )
    options = parser.parse_args(arguments)
    failed = False
    for path in options.path:
        try:
            print(check_pack(path, sample=options.sample or None))
        except AssertionError as error:
            failed = True
            print(error, file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
