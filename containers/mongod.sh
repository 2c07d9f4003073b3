#!/bin/bash
# Starts mongod with access control. The members of a replica set know each other by one key file,
# which the first of them makes in the folder that they share.
set -euo pipefail
umask 077
key=/key/file
if [ ! -s "$key" ]; then
    new=$(mktemp /key/new.XXXXXX)
    head -c 741 /dev/urandom | base64 --wrap=0 > "$new"
    chown mongodb: "$new"
    ln "$new" "$key" 2>/dev/null || true # another member was first
    rm "$new"
fi
exec docker-entrypoint.sh mongod --bind_ip_all --keyFile "$key" \
    --setParameter transactionLifetimeLimitSeconds=15 "$@"
