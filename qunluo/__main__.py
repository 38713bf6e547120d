"""`python -m qunluo` is the same as the command `qunluo`."""

import sys

from qunluo.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
