# In python:3.11-slim's place: Debian's Python, and the certificates that this machine trusts.
FROM octavo-check-debian
COPY ca-certificates.crt /etc/ssl/certs/ca-certificates.crt
# What Debian installed stays where it is: pip can't remove it, and its own comes before it.
ENV PIP_CERT=/etc/ssl/certs/ca-certificates.crt PIP_IGNORE_INSTALLED=1
RUN rm -f /usr/lib/python3*/EXTERNALLY-MANAGED && ln -s python3 /usr/bin/python
