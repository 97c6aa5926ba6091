# Builds every program of the node from its Go module; the versions are in modules/*/go.mod.

# module NAME PACKAGE...: builds packages of one module into the folder $into.
module() {
  local name=$1
  shift
  say "building $name"
  (cd "$here/modules/$name" && go build "${flags[@]}" -ldflags "-s -w ${variables:-}" -o "$into/" "$@")
}

# version_of NAME MODULE
version_of() { (cd "$here/modules/$1" && go list -m -f '{{.Version}}' "$2"); }
folder_of() { (cd "$here/modules/$1" && go list -m -f '{{.Dir}}' "$2"); }

build() {
  local into=$bin flags=() variables="" now kubernetes part
  now=$(cat "$here"/modules/*/go.mod "$here"/modules/*/*.go "$here/node/build.sh" | sha256sum)
  [ "$(cat "$home/built" 2>/dev/null)" = "$now" ] && return
  mkdir -p "$bin" "$home/cni" "$home/share"
  rm -f "$home/built"
  export CGO_ENABLED=0 GOFLAGS="-mod=readonly -buildvcs=false"

  # Programs of different projects have modules of their own, or they would choose each other's versions.
  kubernetes=$(version_of kubernetes k8s.io/kubernetes)
  # Without a version the API server calls itself something that kubectl can't read.
  variables="-X k8s.io/component-base/version.gitVersion=$kubernetes"
  variables+=" -X k8s.io/component-base/version.gitMajor=1"
  part=${kubernetes#v1.}
  variables+=" -X k8s.io/component-base/version.gitMinor=${part%%.*}"
  module kubernetes k8s.io/kubernetes/cmd/{kube-apiserver,kube-controller-manager,kube-scheduler,kubelet,kube-proxy}
  variables=""
  say "building etcd"
  (cd "$here/modules/kubernetes" && go build -o "$bin/etcd" go.etcd.io/etcd/server/v3)
  flags=(-tags no_btrfs)
  module containerd github.com/containerd/containerd/v2/cmd/{containerd,containerd-shim-runc-v2,ctr}
  flags=()
  into=$home/cni module containerd github.com/containernetworking/plugins/plugins/{main/ptp,main/loopback,ipam/host-local}
  module coredns github.com/coredns/coredns
  module registry github.com/google/go-containerregistry/cmd/crane
  module istio istio.io/istio/{pilot/cmd/pilot-discovery,pilot/cmd/pilot-agent,istioctl/cmd/istioctl,pkg/test/echo/cmd/server,pkg/test/echo/cmd/client}
  module flagger github.com/fluxcd/flagger/cmd/flagger
  # Kubernetes is all that it has to discover; for the rest there would be a dozen clouds in it.
  flags=(-tags remove_all_sd,enable_kubernetes_sd)
  module prometheus github.com/prometheus/prometheus/cmd/prometheus
  flags=()
  module pause .
  say "building the Gateway API's conformance suite"
  (cd "$here/modules/conformance" && go test -c -ldflags '-s -w' -o "$bin/conformance.test" sigs.k8s.io/gateway-api/conformance)

  # What is needed of their sources when the node runs.
  cp -f "$(folder_of istio istio.io/istio)/tools/packaging/common/envoy_bootstrap.json" "$home/share/"
  rm -rf "$home/share/crds"
  cp -R "$(folder_of conformance sigs.k8s.io/gateway-api)/config/crd/experimental" "$home/share/crds"
  rm -rf "$home/share/flagger"
  cp -R "$(folder_of flagger github.com/fluxcd/flagger)/kustomize" "$home/share/flagger"
  chmod -R u+w "$home/share"
  version_of istio istio.io/istio > "$home/share/istio.version"
  version_of flagger github.com/fluxcd/flagger > "$home/share/flagger.version"
  # v0.316.0 is that of the Go module of release v3.16.0.
  version_of prometheus github.com/prometheus/prometheus | sed -E 's/^v0\.([0-9])([0-9]{2})\./v\1.\2./' > "$home/share/prometheus.version"
  version_of conformance sigs.k8s.io/gateway-api > "$home/share/gateway-api.version"
  # The images that upstream's manifests name.
  grep -rhoE 'registry.k8s.io/gateway-api/echo-advanced:[A-Za-z0-9_.-]+' \
    "$(folder_of conformance sigs.k8s.io/gateway-api/conformance)" | sort -u > "$home/share/echo-images"
  echo "$now" > "$home/built"
}
