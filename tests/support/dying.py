"""Work for a pool's processes, some of which die of it."""

import os
import time

from autograder.batch.importing.pool import Job
from autograder.batch.importing.trial import Trial


def run(job: Job) -> Trial:
    """End the process if the job knows of a cell; find nothing otherwise."""
    if job.known:
        os._exit(1)
    time.sleep(0.1)
    return Trial({}, {})
