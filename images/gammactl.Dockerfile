# gammactl alone: for jobs of a CI, and to copy it from. After `make programs`.
FROM scratch
COPY dist/linux/gammactl /usr/local/bin/gammactl
USER 65532:65532
ENTRYPOINT ["/usr/local/bin/gammactl"]
