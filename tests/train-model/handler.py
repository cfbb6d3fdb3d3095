"""Runs the handler on each event of standard input, a line of JSON each, and answers what came of it: all in one process."""

import json
import sys

from longhaul.testing import test_job
from main import train_model

for line in sys.stdin:
    run = test_job(train_model, json.loads(line))
    print(json.dumps({"outcome": run.outcome, "message": str(run.error), "result": run.result}), flush=True)
