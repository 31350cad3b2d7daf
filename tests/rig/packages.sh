# Debian packages, for the scripts of the rig. Sourced.

installed_version() { # PACKAGE: its version, or nothing
  # dpkg ends with 1 for a package that it has never heard of: an answer here, and no reason for a script under pipefail to end without a word.
  { dpkg-query -W -f='${db:Status-Status} ${Version}' "$1" 2>/dev/null || true; } | sed -n 's/^installed //p'
}

as_root() {
  if [[ $EUID -eq 0 ]]; then "$@"
  elif command -v sudo > /dev/null; then sudo -- "$@"
  else echo "rig: needs root or sudo to run: $*" >&2; return 1
  fi
}

install_missing() { # PACKAGE...: asks apt only for what is not there
  local missing=() package
  for package in "$@"; do [[ -n $(installed_version "$package") ]] || missing+=("$package"); done
  [[ ${#missing[@]} -gt 0 ]] || return 0
  command -v apt-get > /dev/null || { echo "rig: no apt-get here; install by hand: ${missing[*]}" >&2; return 1; }
  echo "rig: installing ${missing[*]}" >&2
  as_root apt-get update -qq >&2
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" > /dev/null
}
