# Sourced by install and confirm: what becomes of an update that came over the line. The folder belongs to call112, the user of a service with a
# network: a link that somebody has put there must lead root nowhere, so files get there by renaming, and none of them is believed.
offers=/data/update

told() { # WORDS: the gateway says them in its state
  echo "$*"
  printf '%s\n' "$*" > /data/rauc/said && chmod 644 /data/rauc/said && mv -fT /data/rauc/said "$offers/said"
}
is_refused() { grep -qx "$1" /data/rauc/refused 2> /dev/null; } # SHA256
refuse() { # SHA256: this bundle is neither fetched nor installed again
  echo "$1" >> /data/rauc/refused && cp /data/rauc/refused /data/rauc/refused.new && chmod 644 /data/rauc/refused.new \
    && sync /data/rauc/refused /data/rauc/refused.new && mv -fT /data/rauc/refused.new "$offers/refused" && sync /data/rauc "$offers"
}
taken() { # FILE: is not to be installed any more; another one that was laid ready meanwhile is
  [ ! -f "$offers/next" ] || [ "$(head -n 1 "$offers/next" 2> /dev/null)" != "$1" ] || rm -f "$offers/next"
  sync "$offers"
}
