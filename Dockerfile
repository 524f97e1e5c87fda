# Odoo 19 with the customer services addons. docker-compose.yml builds and runs it; docs/operations.md explains.
FROM odoo:19

USER root
COPY config/docker/requirements.txt /opt/customer-services/requirements.txt
# WeasyPrint loads Pango, HarfBuzz and fonts from the system. The image's Python is Ubuntu's own, hence the flag.
RUN apt-get update \
    && apt-get install --yes --no-install-recommends \
        fontconfig \
        fonts-dejavu-core \
        libharfbuzz-subset0 \
        libpango-1.0-0 \
        libpangoft2-1.0-0 \
    && rm -rf /var/lib/apt/lists/* \
    && python3 -m pip install --no-cache-dir --break-system-packages --requirement /opt/customer-services/requirements.txt \
    && python3 -c 'import weasyprint'

COPY config/odoo.conf /etc/odoo/odoo.conf
COPY config/docker/entrypoint.sh config/docker/secrets.sh config/docker/first_start.py /opt/customer-services/bin/
COPY addons /opt/customer-services/addons

# The configuration listens on the loopback interface; in a container the proxy is on another one.
ENV ODOO_RC=/etc/odoo/odoo.conf \
    ODOO_HTTP_INTERFACE=0.0.0.0

USER odoo
ENTRYPOINT ["/opt/customer-services/bin/entrypoint.sh"]
CMD ["serve"]
