#!/bin/bash
# Generates what no file of the repository may contain, once; what exists already is kept.
# One folder for each reader, its files readable by that user only:
#
#   db/superuser_password  db/odoo_password       PostgreSQL
#   odoo/pgpass            odoo/admin_password    Odoo
#   nginx/mail.htpasswd                           nginx: login "mail" of the mail catcher
#   nginx/mail_password                           the same password, for a person to read
#   tls/fullchain.pem      tls/privkey.pem        nginx: self-signed, unless a certificate is there
#
# Environment: SECRETS (the folder above, default /secrets), TLS_HOST (name in the certificate),
# DB_OWNER, ODOO_OWNER, NGINX_OWNER (user ids; empty: leave the owner alone).
set -euo pipefail
umask 077

root=${SECRETS:-/secrets}
tls_host=${TLS_HOST:-localhost}
mkdir -p "$root"/{db,odoo,nginx,tls}

random() { openssl rand -hex 24; }

# put OWNER FILE: stores standard input under its name at once or not at all
put() {
    cat > "$2.new"
    chmod 400 "$2.new"
    if [ -n "$1" ]; then chown "$1" "$2.new"; fi
    mv "$2.new" "$2"
}

if ! [ -s "$root/db/superuser_password" ]; then
    random | put "${DB_OWNER:-}" "$root/db/superuser_password"
fi
if ! [ -s "$root/db/odoo_password" ]; then
    random | put "${DB_OWNER:-}" "$root/db/odoo_password"
fi
if ! [ -s "$root/odoo/pgpass" ]; then
    echo "*:*:*:odoo:$(cat "$root/db/odoo_password")" | put "${ODOO_OWNER:-}" "$root/odoo/pgpass"
fi
if ! [ -s "$root/odoo/admin_password" ]; then
    random | put "${ODOO_OWNER:-}" "$root/odoo/admin_password"
fi
if ! [ -s "$root/nginx/mail_password" ]; then
    random | put "${NGINX_OWNER:-}" "$root/nginx/mail_password"
fi
if ! [ -s "$root/nginx/mail.htpasswd" ]; then
    echo "mail:$(openssl passwd -6 -stdin < "$root/nginx/mail_password")" | put "${NGINX_OWNER:-}" "$root/nginx/mail.htpasswd"
fi
if ! [ -s "$root/tls/fullchain.pem" ]; then
    work=$(mktemp -d)
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 3650 -subj "/CN=$tls_host" \
        -addext "subjectAltName=DNS:$tls_host" -keyout "$work/key" -out "$work/cert" 2> /dev/null
    put "${NGINX_OWNER:-}" "$root/tls/privkey.pem" < "$work/key"
    put "${NGINX_OWNER:-}" "$root/tls/fullchain.pem" < "$work/cert"
    rm -rf "$work"
fi
