#!/usr/bin/env bash
# Starts N Celery workers of a service on this machine (workers.sh N), and ends them all with Ctrl-C or SIGTERM.
# The settings come from the environment, the same for the server and all workers: FOLIOSCOPE_EXECUTOR=celery,
# FOLIOSCOPE_DATABASE_URL and FOLIOSCOPE_BROKER_URL. Run it on as many machines as you like.
set -euo pipefail
count="${1:-}"
case "$count" in
    "" | *[!0-9]* | 0) echo "usage: workers.sh N" >&2; exit 2 ;;
esac
for name in FOLIOSCOPE_DATABASE_URL FOLIOSCOPE_BROKER_URL; do
    [ -n "${!name:-}" ] || { echo "workers: $name is not set; it must be that of the server" >&2; exit 2; }
done
pids=()
end() { kill "${pids[@]}" 2>/dev/null || true; wait; }
trap end EXIT
trap 'exit 0' INT TERM
for _ in $(seq "$count"); do
    folioscope worker --workers 1 &
    pids+=("$!")
done
wait -n  # one that ends by itself ends them all, so that whoever started this starts it anew
