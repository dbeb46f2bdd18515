# SPDX-License-Identifier: GPL-2.0
"""How far a run is: a line that changes on a terminal, nothing elsewhere."""

import sys
import time


class Progress:
    """Steps have weights, roughly seconds; their sum is known beforehand."""

    def __init__(self, total):
        self.total = max(total, 1)
        self.done = 0.0
        self.weight = 0.0
        self.start = time.monotonic()
        self.live = sys.stderr.isatty()

    def step(self, text, weight=0.2):
        """Begin a step; the one before is done."""
        self.done += self.weight
        self.weight = weight
        self.show(text)

    def at(self, text, done):
        """Somewhere in a long step: so much is done of all."""
        self.done, self.weight = done, 0.0
        self.show(text)

    def left(self):
        share = min(self.done / self.total, 1.0)
        spent = time.monotonic() - self.start
        return self.total if share < 0.02 else spent * (1 - share) / share

    def show(self, text):
        if not self.live:
            return
        left = int(self.left())
        sys.stderr.write("\r\033[K%3d %%, %d:%02d left: %s" % (
            min(100 * self.done / self.total, 99), left // 60, left % 60,
            text[:60]))
        sys.stderr.flush()

    def finish(self):
        if self.live:
            sys.stderr.write("\r\033[K")
            sys.stderr.flush()
