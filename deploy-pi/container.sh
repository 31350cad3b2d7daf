# Sourced by test-deb and test-center-deb: a small Debian under systemd-nspawn, made once, and the words of the tests in it.
# They set `keep`, and call `boot NAME FILE...`; then `inside COMMAND...` runs there, and `check` counts.

cannot() { echo "deploy-pi/$(basename "$0"): $*" >&2; exit 4; }
[[ $EUID -eq 0 ]] || cannot "needs root, for a system of its own in namespaces"

suite=bookworm
# What Debian's own installation has and the smallest one has not, and a broker.
extra=(iproute2 systemd systemd-sysv dbus udev polkitd libgpiod2 mosquitto mosquitto-clients ca-certificates tzdata libssl3 openssl zlib1g curl procps)
tree='' guardian='' leader='' passed=0 failed=0

# Every file is in the tree's /root. CAP_SYS_TIME lifts nspawn's own ban on adjtimex(2), without which a unit's filter could not be seen; nothing in
# there sets a clock.
boot() { # NAME FILE...
  local name=$1 cache base mirror state
  shift
  cache=${XDG_CACHE_HOME:-$HOME/.cache}/call112/debian
  base=$cache/$suite-$(printf '%s\n' "${extra[@]}" | sha256sum | cut -c1-16).tar
  if [[ ! -e $base ]]; then
    mkdir -p "$cache"
    mirror=$(apt-get indextargets --format '$(SITE)' 2>/dev/null | grep -E '/debian/?$' | sed -n 1p)
    mmdebstrap --quiet --variant=minbase --include="$(IFS=,; echo "${extra[*]}")" "$suite" "$base.new.tar" "$mirror" > "$cache/mmdebstrap.log" 2>&1 \
      || { tail -n 20 "$cache/mmdebstrap.log" >&2; cannot "mmdebstrap failed"; }
    mv "$base.new.tar" "$base"
  fi
  tree=$(mktemp -d "${TMPDIR:-/var/tmp}/$name.XXXXXX")
  trap shut_down EXIT
  tar -C "$tree" -xf "$base"
  # Debian's installer writes it; the smallest Debian has none, and "localhost" would be asked of a name server.
  [[ -s $tree/etc/hosts ]] || echo '127.0.0.1 localhost' > "$tree/etc/hosts"
  cp "$@" "$tree/root/"
  systemd-nspawn --quiet --register=no --keep-unit --private-network --capability=CAP_SYS_TIME --machine="$name" --directory="$tree" --boot \
    > "$tree.log" 2>&1 < /dev/null &
  guardian=$!
  for _ in $(seq 100); do
    leader=$(pgrep --parent "$guardian" | head -n 1)
    [[ -n $leader ]] && nsenter --target "$leader" --all -- systemctl is-system-running --quiet 2>/dev/null && break
    kill -0 "$guardian" 2>/dev/null || break
    sleep 0.2
  done
  state=$(inside systemctl is-system-running 2>&1)
  [[ $state == running || $state == degraded ]] || { tail -n 20 "$tree.log" >&2; cannot "systemd does not boot in a container here ($state)"; }
  rm -f "$tree.log"
  echo "deploy-pi/$(basename "$0"): $(basename -a "$@" | tr '\n' ' ')on $(inside sed -n 's/^PRETTY_NAME="\(.*\)"/\1/p' /etc/os-release), $(inside systemctl --version | head -n 1)"
}
shut_down() {
  if [[ -n $guardian ]]; then
    [[ -z $leader ]] || kill -RTMIN+4 "$leader" 2>/dev/null    # poweroff.target
    for _ in $(seq 50); do kill -0 "$guardian" 2>/dev/null || break; sleep 0.2; done
    kill -9 "$guardian" 2>/dev/null
    wait "$guardian" 2>/dev/null
  fi
  if $keep; then echo "deploy-pi/$(basename "$0"): the system is in $tree" >&2; else rm -rf "$tree"; fi
}
inside() { nsenter --target "$leader" --all -- env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 HOME=/root "$@"; }

within() { # SECONDS COMMAND...: until it succeeds
  local deadline=$((SECONDS + $1))
  shift
  until "$@"; do
    [[ $SECONDS -lt $deadline ]] || return 1
    sleep 0.2
  done
}
check() { # "what must hold" COMMAND...
  local what=$1
  shift
  if "$@" > "$tree/said" 2>&1; then passed=$((passed + 1)); echo "  passed: $what"
  else
    failed=$((failed + 1))
    echo "  FAILED: $what"
    sed 's/^/      /' "$tree/said" | tail -n 12
    echo
  fi
}
not() { ! "$@"; }
has() { [[ $(grep -c "$@") -gt 0 ]]; } # OPTION... PATTERN: reads to the end; -q leaves at the first hit, and the writer's broken pipe fails the line (pipefail)
property() { inside systemctl show --property "$2" --value "$1"; } # UNIT PROPERTY
is() { [[ $(property "$1" "$2") == "$3" ]]; }                       # UNIT PROPERTY VALUE
up() { is "$1" ActiveState active && is "$1" SubState running; }    # UNIT
# A unit's process, by the number that the container knows; kill is a word of the shell there. A unit that does not run has 0, which would be this script.
signal() { # UNIT SIGNAL
  local pid
  pid=$(property "$1" MainPID)
  [[ $pid -gt 0 ]] && inside sh -c "kill -$2 $pid"
}
restarts_beyond() { [[ $(property "$1" NRestarts) -gt $2 ]]; }      # UNIT COUNT
told() { # the last line, and the exit code
  echo
  echo "$passed passed, $failed failed, 0 skipped"
  [[ $failed -eq 0 ]]
}
