# Gives the owner of a PostgreSQL a new password, unless it has that one already. It can run as often as one likes.
# Reads PGHOST, PGPORT, PGUSER, POSTGRES_PASSWORD and POSTGRES_PASSWORD_BEFORE.
set -eu
export PGDATABASE=postgres PGCONNECT_TIMEOUT=10

psql_with() {
    password=$1
    shift
    PGPASSWORD=$password psql --no-psqlrc --quiet --no-password --set ON_ERROR_STOP=1 "$@"
}

accepts() {
    psql_with "$1" --command 'select 1' >/dev/null 2>&1
}

tries=1
until pg_isready --quiet; do
    if [ "$tries" -ge 60 ]; then
        echo "No PostgreSQL answers at $PGHOST." >&2
        exit 1
    fi
    tries=$((tries + 1))
    sleep 2
done

if accepts "$POSTGRES_PASSWORD"; then
    echo "$PGUSER has the new password already."
    exit 0
fi
if ! accepts "$POSTGRES_PASSWORD_BEFORE"; then
    echo "$PGHOST accepts neither the new password nor the one before: nothing was changed." >&2
    exit 1
fi
# A statement with a password in it must not get into the server's log.
psql_with "$POSTGRES_PASSWORD_BEFORE" <<'STATEMENTS'
\set new `printf %s "$POSTGRES_PASSWORD"`
set log_statement = 'none';
set log_min_duration_statement = -1;
set log_min_error_statement = 'panic';
alter role current_user password :'new';
STATEMENTS
accepts "$POSTGRES_PASSWORD"
echo "$PGUSER has the new password; connections that are open stay open."
