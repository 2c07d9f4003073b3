# In prom/prometheus's place: Debian's.
FROM octavo-check-debian
RUN mkdir /prometheus
WORKDIR /
ENTRYPOINT ["prometheus", "--storage.tsdb.path=/prometheus"]
