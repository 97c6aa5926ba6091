# Brings the node up, and takes it down.

# fill FILE: a file of node/ with the paths of this cluster.
fill() { sed -e "s|@state@|$state|g" -e "s|@home@|$home|g" "$here/node/$1"; }

# or_logs COMMAND...: where it fails, the logs say why.
or_logs() {
  "$@" || {
    logs >&2
    die "did not come up: $*"
  }
}

up() {
  local tries
  build
  down
  rm -rf "$state"
  mkdir -p "$state/net.d"
  openssl genrsa -out "$state/sa.key" 2048 2>/dev/null
  echo 'admin,admin,admin,system:masters' > "$state/tokens.csv"
  # Names that are not the cluster's are nobody's.
  echo 'nameserver 127.0.0.1' > "$state/resolv.conf"
  for file in kubeconfig containerd.toml kubelet.yaml proxy.yaml; do fill "$file" > "$state/$file"; done
  fill pods.conflist > "$state/net.d/10.conflist"
  ln -sf "$root/.tools/kubectl/bin/kubectl" "$bin/kubectl"

  say "starting the node"
  setsid unshare --net --mount --pid --fork --kill-child --mount-proc \
    bash "$here/rig" supervise > "$state/supervise.log" 2>&1 < /dev/null &
  echo $! > "$state/pid"
  disown
  for tries in $(seq 600); do
    [ -e "$state/ready" ] && break
    sleep 0.1
  done
  or_logs test -e "$state/ready"
  say "making images"
  or_logs images
  or_logs inside kubectl apply --server-side -f "$here/node/dns.yaml" > /dev/null
  or_logs inside kubectl apply --server-side -k "$home/share/crds" > /dev/null
  say "installing Istio $(cat "$home/share/istio.version")"
  istio
  or_logs inside kubectl -n kube-system rollout status deploy/coredns --timeout=60s > /dev/null
  say "up: $here/rig exec kubectl get pods -A"
}

# As `istioctl install` would, with images that are here.
istio() {
  # A stock Envoy has none of Istio's own filters: metadata exchange, alpn and stats stay off. istiod
  # leaves HTTPRoutes to us; the tests turn that on where they compare.
  or_logs inside istioctl manifest generate --set profile=minimal --set hub=localhost/istio --set tag=1 \
    --set values.global.imagePullPolicy=Never --set meshConfig.accessLogFile=/dev/stdout \
    --set values.telemetry.enabled=false \
    --set values.pilot.resources.requests.cpu=10m --set values.pilot.resources.requests.memory=100Mi \
    --set values.global.proxy.resources.requests.cpu=1m --set values.global.proxy.resources.requests.memory=10Mi \
    --set values.pilot.env.PILOT_ENABLE_METADATA_EXCHANGE=false \
    --set values.pilot.env.PILOT_ENABLE_ALPN_FILTER=false \
    --set values.pilot.env.PILOT_ENABLE_GATEWAY_API=false > "$state/istio.yaml" 2> "$state/istioctl.log"
  inside kubectl create namespace istio-system > /dev/null
  # Its CRDs are in the same file as objects of them: the second time they are known.
  inside kubectl apply --server-side -f "$state/istio.yaml" > "$state/istio-apply.log" 2>&1 ||
    or_logs inside kubectl apply --server-side -f "$state/istio.yaml" > "$state/istio-apply.log" 2>&1
  or_logs inside kubectl -n istio-system rollout status deploy/istiod --timeout=120s > /dev/null
  # `istioctl install` adds a validator for objects of no revision; without one Istio would seem to
  # take everything.
  or_logs inside kubectl patch validatingwebhookconfiguration istio-validator-istio-system --type=json \
    -p '[{"op":"remove","path":"/webhooks/0/objectSelector"}]' > /dev/null
}

down() {
  [ -e "$state/pid" ] || return 0
  kill -9 "$(cat "$state/pid")" 2>/dev/null || true
  # The kernel ends the processes of a namespace with its first.
  sleep 1
  find /sys/fs/cgroup -depth -type d -path '*/kubepods*' -exec rmdir {} + 2>/dev/null || true
  rm -f "$state/pid" "$state/ready"
}
