# The controller, as controller/deploy runs it. After `make programs`.
FROM scratch
COPY dist/linux/gamma-controller /gamma-controller
USER 65532:65532
EXPOSE 8080
ENTRYPOINT ["/gamma-controller"]
