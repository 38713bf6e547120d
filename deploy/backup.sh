#!/bin/sh
# backup.sh FOLDER [DAYS]: the database and the files of an installation, while it runs.
# Keeps the backups of the last DAYS days (14). Reads the same QUNLUO_ settings as the installation.
set -eu
umask 077
folder=${1:?"give the folder for the backups"}
days=${2:-14}
data=${QUNLUO_DATA_DIR:-var}
here=$(cd "$(dirname "$0")/.." && pwd)
python=${PYTHON:-$here/.venv/bin/python}
stamp=$(date -u +%Y%m%dT%H%M%SZ)
part="$folder/.qunluo-$stamp.part"
mkdir -p "$part"
trap 'rm -rf "$part"' EXIT

# The database first: a file that arrives later is not missed, a row without its file would be.
case ${QUNLUO_DATABASE_URL:-} in
    postgres*) pg_dump --format=custom --no-owner --file="$part/database.dump" "$QUNLUO_DATABASE_URL" ;;
    *)
        path=${QUNLUO_DATABASE_URL:-sqlite:///$data/qunluo.sqlite3}
        "$python" - "${path#sqlite:///}" "$part/database.sqlite3" <<'PYTHON'
import sqlite3
import sys
from pathlib import Path

source, target = sys.argv[1:]
if not Path(source).exists():
    sys.exit(f"There is no database at {source}.")
with sqlite3.connect(f"file:{source}?mode=ro", uri=True) as live, sqlite3.connect(target) as copy:
    live.backup(copy)
PYTHON
        ;;
esac
if [ -d "$data/media" ]; then
    # A file that is deleted meanwhile is no reason to have no backup.
    tar --create --gzip --file "$part/media.tar.gz" --directory "$data" media || [ $? -eq 1 ]
fi
mv "$part" "$folder/qunluo-$stamp"
find "$folder" -maxdepth 1 -name 'qunluo-*' -type d -mtime "+$days" -exec rm -rf {} +
touch "$data/last-backup"
echo "$folder/qunluo-$stamp"
