#!/bin/sh
# restore.sh BACKUP: put a backup made by backup.sh back. Stop Qunluo first; what is there is replaced.
set -eu
backup=${1:?"give the folder of the backup, for example /var/backups/qunluo/qunluo-20260101T034000Z"}
data=${QUNLUO_DATA_DIR:-var}
mkdir -p "$data"
if command -v flock >/dev/null && ! flock -n "$data/running.lock" true; then
    echo "Qunluo still runs on $data: stop it first." >&2
    exit 1
fi
case ${QUNLUO_DATABASE_URL:-} in
    postgres*)
        [ -f "$backup/database.dump" ] || { echo "$backup holds no PostgreSQL database." >&2; exit 1; }
        pg_restore --clean --if-exists --no-owner --exit-on-error --single-transaction \
            --dbname="$QUNLUO_DATABASE_URL" "$backup/database.dump"
        ;;
    *)
        [ -f "$backup/database.sqlite3" ] || { echo "$backup holds no SQLite database." >&2; exit 1; }
        path=${QUNLUO_DATABASE_URL:-sqlite:///$data/qunluo.sqlite3}
        path=${path#sqlite:///}
        rm -f "$path" "$path-wal" "$path-shm"
        cp "$backup/database.sqlite3" "$path"
        ;;
esac
if [ -f "$backup/media.tar.gz" ]; then
    rm -rf "$data/media"
    tar --extract --gzip --file "$backup/media.tar.gz" --directory "$data"
fi
echo "Restored. Run \`qunluo migrate\`, then start Qunluo."
