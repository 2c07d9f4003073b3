#!/bin/sh
# As the real one does: from root to the user of the database.
chown mongodb /data/db
exec setpriv --reuid=mongodb --clear-groups "$@"
