#!/bin/sh
# The watch screen of a run of 10,000 epochs: from the file to the first drawing.
exec "$BENCH/watch"
