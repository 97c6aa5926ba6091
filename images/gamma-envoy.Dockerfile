# An Envoy with the filter, which follows the manifests that are mounted at /routes. After `make module programs`.
ARG BASE=envoyproxy/envoy:distroless-v1.40.0
FROM ${BASE}
COPY dist/gamma-filter.wasm /etc/gamma/gamma-filter.wasm
COPY dist/linux/gammactl dist/linux/gamma-entrypoint /usr/local/bin/
USER 65532:65532
EXPOSE 10000
HEALTHCHECK --interval=5s --timeout=3s --start-period=60s CMD ["/usr/local/bin/gamma-entrypoint", "healthy"]
ENTRYPOINT ["/usr/local/bin/gamma-entrypoint"]
