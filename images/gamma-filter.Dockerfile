# The filter as Istio downloads it: an image with nothing but the module. In the root of the
# repository, after `make build`:
#
#   docker build -f images/gamma-filter.Dockerfile -t registry.example.com/gamma-filter:0.1.0 .
FROM scratch
COPY dist/gamma-filter.wasm plugin.wasm
