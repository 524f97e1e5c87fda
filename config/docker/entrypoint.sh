#!/bin/bash
# Entry point of the Odoo container.
#
#   serve             wait for PostgreSQL, create the database if there is none, serve (the default)
#   update            run the addons' updates on the database, then stop: after a new image, before "serve"
#   anything else     is executed as it is, e.g. "odoo shell"
#
# A database is created under another name and renamed when it is complete, with our addons installed and the
# generated password of "admin" set. So an interrupted start leaves nothing that looks ready: the next one begins anew.
# The finished database is never dropped or changed here.
#
# Environment: DATABASE; ADDONS (comma-separated, default: all in ADDONS_DIR); WITH_DEMO (yes or no); LANGUAGES
# (e.g. de_DE,nl_NL); PUBLIC_URL (the address in mails); SECRETS_DIR with "admin_password"; POSTGRES_TIMEOUT in
# seconds; and libpq's PGHOST, PGPORT, PGUSER, PGPASSFILE.
set -euo pipefail

database=${DATABASE:-customer_services}
staging=${database}_init
data_dir=${ODOO_DATA_DIR:-/var/lib/odoo}
addons_dir=${ADDONS_DIR:-/opt/customer-services/addons}
secrets_dir=${SECRETS_DIR:-/secrets}
here=$(dirname "$(readlink -f "$0")")

say() { echo "customer-services: $*" >&2; }

all_addons() {
    local manifest names=()
    for manifest in "$addons_dir"/*/__manifest__.py; do
        names+=("$(basename "$(dirname "$manifest")")")
    done
    (IFS=,; echo "${names[*]}")
}

query() { psql --no-psqlrc --tuples-only --no-align --quiet --set ON_ERROR_STOP=1 --dbname "$1" --command "$2"; }

database_exists() { [ "$(query postgres "SELECT count(*) FROM pg_database WHERE datname = '$1'")" = 1 ]; }

wait_for_postgres() {
    local deadline=$((SECONDS + ${POSTGRES_TIMEOUT:-120}))
    until pg_isready --quiet --dbname postgres; do
        if [ "$SECONDS" -ge "$deadline" ]; then
            say "PostgreSQL does not answer at ${PGHOST:-the local socket}:${PGPORT:-5432}"
            exit 1
        fi
        sleep 1
    done
}

# Odoo only warns about an addon that it could not install; this makes it an error.
check_installed() {
    local missing
    missing=$(query "$1" "SELECT string_agg(name, ', ') FROM unnest(string_to_array('$addons', ',')) AS name
        WHERE name NOT IN (SELECT name FROM ir_module_module WHERE state = 'installed')")
    if [ -n "$missing" ]; then
        say "not installed: $missing"
        exit 1
    fi
}

# The second half of the renaming, also when the first start was interrupted just before it.
adopt_filestore() {
    if [ -d "$data_dir/filestore/$staging" ] && ! [ -e "$data_dir/filestore/$database" ]; then
        mv "$data_dir/filestore/$staging" "$data_dir/filestore/$database"
    fi
}

create_database() {
    local demo=--without-demo
    [ "${WITH_DEMO:-no}" = yes ] && demo=--with-demo
    if [ -e "$data_dir/filestore/$database" ]; then
        say "there is a filestore but no database $database: restore the database, or move" \
            "$data_dir/filestore/$database away"
        exit 1
    fi
    say "creating the database $database with $addons (demo data: ${WITH_DEMO:-no})"
    query postgres "DROP DATABASE IF EXISTS \"$staging\" WITH (FORCE)"
    rm -rf "$data_dir/filestore/$staging"
    odoo --database "$staging" --init "$addons" "$demo" ${LANGUAGES:+--load-language "$LANGUAGES"} \
        --no-http --workers 0 --max-cron-threads 0 --stop-after-init
    check_installed "$staging"
    ADMIN_PASSWORD_FILE=$secrets_dir/admin_password \
        odoo shell --database "$staging" --no-http --workers 0 --max-cron-threads 0 < "$here/first_start.py"
    query postgres "ALTER DATABASE \"$staging\" RENAME TO \"$database\""
    say "the database $database is ready; log in as admin with the password in $secrets_dir/admin_password"
}

addons=${ADDONS:-$(all_addons)}

case "${1:-serve}" in
    serve)
        wait_for_postgres
        database_exists "$database" || create_database
        adopt_filestore
        exec odoo --database "$database"
        ;;
    update)
        wait_for_postgres
        exec odoo --database "$database" --update "$addons" --no-http --workers 0 --max-cron-threads 0 --stop-after-init
        ;;
    *)
        exec "$@"
        ;;
esac
