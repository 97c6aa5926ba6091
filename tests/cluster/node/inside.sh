# What runs in the node's namespaces, and how to get there.

# inside COMMAND...: in the network, process and mount namespaces of the running node.
inside() {
  local supervisor
  [ -e "$state/pid" ] || die "no cluster is up: make cluster"
  supervisor=$(pgrep -P "$(cat "$state/pid")" | head -n 1) || die "no cluster is up: make cluster"
  nsenter -t "$supervisor" -n -m -p --wd="$PWD" \
    env KUBECONFIG="$state/kubeconfig" PATH="$bin:$PATH" GAMMA_CLUSTER="$home" "$@"
}

# keep NAME COMMAND...: starts it in the background, and again whenever it ends, as a node's service manager would.
keep() {
  local name=$1
  shift
  while :; do
    "$@" >> "$name.log" 2>&1 || true
    sleep 0.2
  done &
}

# Process 1 of the node's own namespace: everything ends with it.
supervise() {
  cd "$state"
  mkdir -p /var/run/netns
  mount -t tmpfs none /var/run/netns
  ip link set lo up
  # There is no dummy device everywhere; a pair carries the node's address just as well.
  ip link add node0 type veth peer name node1
  ip addr add 10.90.0.1/24 dev node0
  ip link set node0 up
  ip link set node1 up
  ip route add default dev node0
  sysctl -qw net.ipv4.ip_forward=1 net.ipv4.conf.all.route_localnet=1
  export KUBECONFIG=$state/kubeconfig PATH=$bin:$PATH
  keep etcd etcd --data-dir etcd --unsafe-no-fsync
  keep containerd containerd -c containerd.toml
  keep registry crane registry serve --address 0.0.0.0:5000
  keep apiserver kube-apiserver --etcd-servers=http://127.0.0.1:2379 --cert-dir=certs --bind-address=0.0.0.0 \
    --advertise-address=10.90.0.1 --secure-port=6443 --service-cluster-ip-range=10.96.0.0/16 \
    --service-account-issuer=https://kubernetes.default.svc --service-account-key-file=sa.key \
    --service-account-signing-key-file=sa.key --authorization-mode=Node,RBAC --token-auth-file=tokens.csv \
    --allow-privileged --kubelet-preferred-address-types=InternalIP
  until [ "$(curl -sk -H 'Authorization: Bearer admin' https://127.0.0.1:6443/readyz)" = ok ]; do sleep 0.1; done
  keep controllers kube-controller-manager --kubeconfig=kubeconfig --service-account-private-key-file=sa.key \
    --leader-elect=false --root-ca-file=certs/apiserver.crt --cert-dir=certs
  keep scheduler kube-scheduler --kubeconfig=kubeconfig --leader-elect=false --cert-dir=certs
  keep kubelet kubelet --kubeconfig=kubeconfig --config=kubelet.yaml --root-dir="$state/kubelet" \
    --cert-dir="$state/kubelet/pki" --hostname-override=node --node-ip=10.90.0.1
  keep proxy kube-proxy --config proxy.yaml
  touch ready
  wait
}

logs() {
  local log
  for log in "$state"/*.log; do
    [ -s "$log" ] || continue
    printf '\n== %s\n' "$(basename "$log")"
    tail -n 15 "$log"
  done
  [ -e "$state/ready" ] || return 0
  printf '\n== pods\n'
  inside kubectl get pods -A -o wide || true
  inside kubectl get events -A --field-selector type=Warning --sort-by=.lastTimestamp 2>/dev/null | tail -n 20 || true
}
