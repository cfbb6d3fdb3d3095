#!/bin/sh
# The work of my-job. Exit code 0: done; 65: it can never work; 75: interrupted, start again at once; any other: try again.
set -eu

if [ -n "${STP_TRIGGER_EVENT_URI:-}" ]; then
  echo "The event is too large for a variable. It is in $STP_TRIGGER_EVENT_URI" >&2
  exit 65
fi

work() {
  echo "This is $STP_JOB_NAME, execution $STP_EXECUTION_ID, attempt $STP_CURRENT_ATTEMPT of $STP_MAXIMUM_ATTEMPTS"
  # A program like jq (in the Dockerfile: RUN apk add --no-cache jq) takes the event apart.
  printf '%s\n' "Hello! The event is $STP_TRIGGER_EVENT_DATA"
}

# SIGTERM: the container is being stopped. 75 has it started again at once. A shell hears it while it waits, and not while a
# program runs in the foreground: so the work runs in the background, and ends with the container.
trap 'echo "Told to stop"; exit 75' TERM
work &
wait $!
