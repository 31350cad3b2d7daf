# Sourced by test-image: a card in a QEMU machine, from U-Boot on, with a broker outside. The caller sets `work`, `uboot` and `boot_limit`; every
# process is ended by its own number. Traffic stays on this machine: QEMU's own network, whose 10.0.2.2 is this machine's loopback.

qemu='' broker='' web='' port=0 ssh_port=0 web_port=0 passed=0 failed=0
free_port() { # one that nobody answers on
  local found
  until found=$((20000 + RANDOM % 12000)) && ! answers "$found"; do :; done
  echo "$found"
}

answers() { (exec 3<> "/dev/tcp/127.0.0.1/$1") 2> /dev/null; } # PORT
broker_up() { # on `port`, if one is set: a card knows where its broker is
  [[ $port -ne 0 ]] || port=$(free_port)
  printf 'listener %s 127.0.0.1\nallow_anonymous true\npersistence false\n' "$port" > "$work/mosquitto.conf"
  mosquitto -c "$work/mosquitto.conf" > "$work/mosquitto.log" 2>&1 &
  broker=$!
  within 10 answers "$port"
  # A centre that lives: its state, and a heartbeat every 3 s (contract, "Topics").
  heart &
  heart=$!
}
heart() {
  local body
  while true; do
    body="{\"sentAt\":\"$(date -u +%Y-%m-%dT%H:%M:%S.000Z)\"}"
    mosquitto_pub -p "$port" -q 0 -t call112/v1/center/heartbeat -m "$body" 2> /dev/null || true
    sleep 3
  done
}
web_up() { # FOLDER, with ranges, which RAUC's streaming asks for
  web_port=$(free_port)
  cat > "$work/web.conf" <<X
server.document-root="$1"
server.bind="127.0.0.1"
server.port=$web_port
server.modules=("mod_accesslog")
accesslog.filename="$work/web.requests"
accesslog.format="%s %{Range}i"
X
  web_again
}
web_again() { # [KIB A SECOND]: on the same port
  cat "$work/web.conf" - > "$work/web.now.conf" <<< "server.kbytes-per-second=${1:-0}"
  lighttpd -D -f "$work/web.now.conf" > "$work/web.log" 2>&1 &
  web=$!
}
web_down() { # writes what it still has of its log
  ended "$web"
}

ended() { { kill "$@"; wait "$@"; } 2> /dev/null; } # PROCESS...: the shell's own word on each, "Terminated", is not for the reader of the results

at() { sfdisk -d "$1" | sed -n "s/.*start= *\([0-9]*\),.*name=\"$2\".*/\1/p"; }     # CARD PARTITION: its first sector
on_card() { echo "$1@@$(($(at "$1" bootcfg) * 512))"; }
card_put() { mcopy -o -i "$(on_card "$1")" "$2" "::/$3"; }                             # CARD FILE NAME
card_get() { mtype -i "$(on_card "$1")" "::/$2" 2> /dev/null; }                        # CARD NAME
card_has() { card_get "$1" "$2" > /dev/null; }
kernel_words() { printf 'serial#=%s\nextra=%s\n' "$2" "${3:-}" > "$work/kernel.txt"; card_put "$1" "$work/kernel.txt" kernel.txt; } # CARD SERIAL [EXTRA]
partition_of() { dd if="$1" bs=512 skip="$(at "$1" "$2")" count="$3" status=none; } # CARD PARTITION SECTORS

start() { # CARD CONSOLE [BLOCKS]: switches the machine on; with BLOCKS every write to the card is recorded there
  local drive=(-drive "file=$1,format=raw,if=none,id=card,cache=writeback")
  if [[ -n ${3:-} ]]; then
    : > "$3"
    drive=(-blockdev "driver=file,filename=$1,node-name=file" -blockdev "driver=file,filename=$3,node-name=blocks" -blockdev driver=raw,file=file,node-name=raw
      -blockdev driver=raw,file=blocks,node-name=log -blockdev driver=blklogwrites,file=raw,log=log,log-sector-size=512,node-name=card)
  fi
  ssh_port=$(free_port)
  : > "$2"
  log=$2 from=0
  qemu-system-aarch64 -M virt,gic-version=3 -cpu cortex-a72 -smp 2 -m 1024 -accel tcg,thread=multi -nodefaults -no-user-config -display none \
    -bios "$uboot" "${drive[@]}" -device virtio-blk-pci,drive=card,write-cache=on \
    -netdev "user,id=net,hostfwd=tcp:127.0.0.1:$ssh_port-:22" -device virtio-net-pci,netdev=net -device virtio-rng-pci \
    -device i6300esb -action watchdog=reset -serial "file:$2" -monitor "unix:$work/monitor,server=on,wait=off" 2> "$work/qemu.log" &
  qemu=$!
  disown "$qemu"
}
power_cut() { # at once
  [[ -n $qemu ]] || return 0
  kill -9 "$qemu" 2> /dev/null
  while kill -0 "$qemu" 2> /dev/null; do sleep 0.1; done
  qemu=''
}
mark() { from=$(wc -c < "$log"); }             # what was said before does not count from here on
spoken() { tail -c "+$((from + 1))" "$log" | tr -d '\r'; }
said() { # SECONDS PATTERN: until the machine's console has said it
  local deadline=$((SECONDS + $1))
  until [[ $(spoken | grep -a -c -E "$2") -gt 0 ]]; do
    kill -0 "$qemu" 2> /dev/null || { echo "the machine has ended"; return 1; }
    [[ $SECONDS -lt $deadline ]] || { echo "not said within $1 s: $2"; tail -n 15 "$log"; return 1; }
    sleep 0.5
  done
}
inside() { ssh -q -i "$work/ssh" -p "$ssh_port" -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o ConnectTimeout=20 root@127.0.0.1 "$@"; }
reachable() { within "$1" inside true; } # SECONDS
within() { # SECONDS COMMAND...
  local deadline=$((SECONDS + $1))
  shift
  until "$@"; do [[ $SECONDS -lt $deadline ]] || return 1; sleep 1; done
}

station_json() { # ID [BROKER PORT]
  cat <<X
{ "station": { "id": "$1", "name": "Puskesmas Uji", "kind": "Puskesmas" },
  "uplinks": [{ "name": "lan", "broker": "mqtt://10.0.2.2:${2:-$port}" }],
  "board": { "profile": "simulated" }, "journal": { "path": "/var/lib/call112/journal.db" }, "panel": { "listen": "127.0.0.1:8112" } }
X
}
dispatch() { # STATION ID [STATUS]
  local now
  now=$(date -u +%s)
  mosquitto_pub -p "$port" -V mqttv5 -q 1 -t "call112/v1/stations/$1/dispatch" -m "{\"dispatchId\":\"$2\",\"messageType\":\"Alert\",\"status\":\"${3:-Actual}\",
    \"sentAt\":\"$(date -u -d "@$now" +%Y-%m-%dT%H:%M:%S.000Z)\",\"expiresAt\":\"$(date -u -d "@$((now + 900))" +%Y-%m-%dT%H:%M:%S.000Z)\",
    \"incident\":{\"incidentId\":\"UJI-1\",\"category\":\"Medical\"}}"
}
listen() { # STATION: from now on its reports are in $work/reports
  mosquitto_sub -p "$port" -t "call112/v1/stations/$1/#" -F '%t %p' > "$work/reports" &
  listener=$!
}
said_of() { # EVENT: the dispatches of which the box has said it, whatever the order of a report's fields
  sed -n 's/^[^ ]*\/report //p' "$work/reports" | jq -R -r --arg event "$1" 'fromjson? | select(.event == $event) | .dispatchId' | sort -u
}
reported() { [[ -n $(said_of "$1" | grep -x -F "$2") ]]; } # EVENT DISPATCH

check() { # "what must hold" COMMAND...
  local what=$1 began=$SECONDS
  shift
  if "$@" > "$work/said" 2>&1; then passed=$((passed + 1)); printf '  passed: %s (%d s)\n' "$what" $((SECONDS - began))
  else
    failed=$((failed + 1))
    echo "$scene: $what" >> "$work/failures"
    printf '  FAILED: %s (%d s)\n' "$what" $((SECONDS - began))
    sed 's/^/      /' "$work/said" | tail -n 16
  fi
}
not() { ! "$@"; }
has() { [[ $(grep -c "$@") -gt 0 ]]; } # OPTION... PATTERN: reads to the end; -q leaves at the first hit, and the writer's broken pipe fails the line (pipefail)
figure() { # NAME VALUE UNIT [AT MOST]
  jq -n -c --arg name "$1" --argjson value "$2" --arg unit "$3" --argjson most "${4:-null}" \
    '{name: $name, value: $value, unit: $unit, atMost: $most, atLeast: null, isMet: (if $most == null then null else $value <= $most end)}' >> "$work/figures"
}
told() { # and leaves the part "image" for the campaign's page, if a folder for it is named
  if [[ -n ${CALL112_RESULTS:-} ]]; then
    touch "$work/figures" "$work/failures" "$work/exercised"
    figure "what must hold, and did" "$passed" "checks"
    mkdir -p "$CALL112_RESULTS"
    jq -n --slurpfile figures "$work/figures" --rawfile failures "$work/failures" --rawfile exercised "$work/exercised" --argjson seconds "$SECONDS" \
      --arg command "deploy-pi/test-image${only:+ --only '$only'}" \
      '{name: "image", title: "The card in QEMU, from U-Boot on", failures: ($failures | split("\n") | map(select(. != ""))),
        covers: ([$exercised | scan("F[0-9]+")] | unique_by(.[1:] | tonumber)),
        figures: $figures, seconds: $seconds, command: $command}' > "$CALL112_RESULTS/image.json"
  fi
  echo
  echo "$passed passed, $failed failed, 0 skipped"
  [[ $failed -eq 0 ]]
}
all_down() {
  power_cut
  ended ${listener:-} ${heart:-} $broker $web ${page:-} ${city_center:-} ${city_broker:-}
}
