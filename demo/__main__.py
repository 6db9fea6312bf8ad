"""`python -m demo`, which is `make demo`; Ctrl-C is quiet even while it is being read."""

import signal

signal.signal(signal.SIGINT, signal.SIG_DFL)

from demo.run import main  # noqa: E402 - reading it takes a second

main()
