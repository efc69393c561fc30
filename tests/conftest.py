"""What holds for all tests."""

import signal

# Whoever runs them in the background may ignore interrupts, and processes that tests start would inherit that.
signal.signal(signal.SIGINT, signal.default_int_handler)
