#!/bin/bash
# Run once by the PostgreSQL image when it creates its cluster: Odoo's role, which may create databases and no more.
set -euo pipefail
psql --no-psqlrc --set ON_ERROR_STOP=1 --username "${POSTGRES_USER:-postgres}" --dbname postgres <<SQL
\set password \`cat "${ODOO_PASSWORD_FILE:-/secrets/odoo_password}"\`
CREATE ROLE odoo LOGIN CREATEDB NOSUPERUSER NOCREATEROLE PASSWORD :'password';
SQL
