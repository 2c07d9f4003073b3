# In mongo's place: the embedded engine as mongod, and npm's mongosh.
FROM octavo-check-service
USER root
RUN useradd --system mongodb && mkdir -p /data/db && chown mongodb /data/db
COPY shell /shell
COPY mongod docker-entrypoint.sh mongosh /usr/local/bin/
RUN chmod 755 /usr/local/bin/* && ln -s mongod /usr/local/bin/mongos
ENV PYTHONPATH=/app
VOLUME /data/db
HEALTHCHECK NONE
ENTRYPOINT ["docker-entrypoint.sh"]
CMD ["mongod"]
