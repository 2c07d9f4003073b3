#!/bin/bash
# Starts mongod, or MONGO_PROGRAM=mongos, with access control. The members of a replica set know each other by one key file,
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
if [ "${MONGO_PROGRAM:-mongod}" = mongod ]; then
    set -- --setParameter transactionLifetimeLimitSeconds=15 "$@"
fi
exec docker-entrypoint.sh "${MONGO_PROGRAM:-mongod}" --bind_ip_all --keyFile "$key" "$@"
