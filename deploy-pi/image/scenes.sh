# Sourced by test-image: what happens to a card. Each scene leaves the machine off. `boot_limit` is for a machine that has others beside it.
station=pkm-uji
boot_limit=420
number=0
boot() { number=$((number + 1)); start "$card" "$work/console.$number.log" "$@"; } # [BLOCKS]
armed() { said "$boot_limit" 'call112: system [AB] (is up|has proved itself)'; }
slot() { inside cat /proc/cmdline | grep -o 'rauc.slot=[AB]' | cut -d= -f2; }
off() { inside 'sync; systemctl poweroff' 2> /dev/null; for _ in $(seq 60); do kill -0 "$qemu" 2> /dev/null || break; sleep 1; done; power_cut; }
outcome() { card_get "$card" "$1" | tr -d '\r'; }
ensure_up() { # a machine that runs and answers, provisioned
  if [[ -n $qemu ]] && kill -0 "$qemu" 2> /dev/null && inside true; then return 0; fi
  power_cut
  [[ -n ${listener:-} ]] || listen "$station"
  boot
  armed && reachable 60
}
state_in() { inside "fw_printenv BOOT_ORDER BOOT_A_LEFT BOOT_B_LEFT" | tr '\n' ' '; }

scene_first() {
  kernel_words "$card" board-1
  boot
  check "a card as it comes boots to the end" said "$boot_limit" 'call112: system A is up'
  power_cut
  explains() { outcome call112-error.txt | tee /dev/stderr | has 'station.json'; }
  check "and says on the card that station.json is missing" explains
}

scene_provision() {
  # A system on trial has 3 min here to prove itself, not 10, and restarts at once.
  kernel_words "$card" board-1 "call112.within=180 call112.spread=0"
  station_json "$station" > "$work/station.json"
  card_put "$card" "$work/station.json" station.json
  card_put "$card" "$work/ssh.pub" authorized_keys
  listen "$station"
  boot
  check "station.json on the card: armed" armed
  check "the centre sees it online" within 60 grep -q '"online":true' "$work/reports"
  check "it can be reached by ssh, for the card brought a key" reachable 60
  phases
  gone() { ! card_has "$card" station.json && card_has "$card" call112-ok.txt; }
  check "station.json is gone from the card's first partition" gone
  wiped() { local found; found=$(partition_of "$card" bootcfg 131072 | { grep -a -c 'Puskesmas Uji", "kind"' || true; }) && [[ $found -eq 0 ]]; }
  check "and so are its bytes" wiped
  local id=019ab3c4-7d1e-7c11-9a3b-2f6d4c8e0a11
  dispatch "$station" $id
  check "a dispatch from outside sounds" within 20 reported Sounding $id
  keeps() { inside call112-gateway journal --config /etc/call112/station.json | tee /dev/stderr | has $id; }
  check "and is in the journal on data" keeps
  only_loopback() { # but for ssh, which the card asked for, and the question of DHCP
    local open
    open=$(inside ss -tulpnH)
    echo "$open"
    [[ -n $open ]] && ! awk '{ print $5 }' <<< "$open" | has -v -E '^(127\.0\.0\.1|\[::1\]):|:22$|:(68|546)$'
  }
  check "no port is open to the outside but ssh's" only_loopback
  sed 's/^/      /' "$work/said"
  score() { inside systemd-analyze security --threshold=20 --no-pager call112-gateway.service | tail -n 1; }
  check "systemd-analyze security: at most 2.0" score
  sed 's/^/      /' "$work/said"
  local available gateway
  available=$(inside "sed -n 's/^MemAvailable: *\([0-9]*\).*/\1/p' /proc/meminfo")
  gateway=$(inside systemctl show -P MemoryCurrent call112-gateway)
  echo "      memory: $((available / 1024)) MiB of 1,024 are available; the gateway takes $((gateway / 1048576)) MiB"
  figure "memory of the gateway at rest" $((gateway / 1048576)) MiB 128
  read_only() { inside 'mount | grep " / "; dmsetup status root' | tee /dev/stderr | has ' V'; }
  check "the root is verified while it is read (dm-verity)" read_only
  cancel "$id"
  check "off" off
}
phases() { # seconds since the power came
  inside systemd-analyze time | head -n 1 | sed 's/^/      /'
  inside 'journalctl -b -o short-monotonic --no-pager _TRANSPORT=kernel + _PID=1' | grep -E 'call112: |Started call112-gateway|Reached target multi-user' | sed 's/^/      /' | cut -c1-150
}
cancel() { # ID
  local now
  now=$(date -u +%s)
  mosquitto_pub -p "$port" -V mqttv5 -q 1 -t "call112/v1/stations/$station/dispatch" -m "{\"dispatchId\":\"$1\",\"messageType\":\"Cancel\",\"revision\":1,\"status\":\"Actual\",
    \"sentAt\":\"$(date -u -d "@$now" +%Y-%m-%dT%H:%M:%S.000Z)\",\"expiresAt\":\"$(date -u -d "@$((now + 900))" +%Y-%m-%dT%H:%M:%S.000Z)\"}"
  within 20 reported Cancelled "$1"
}

# Bundles: of the image as it is, with another version, or with a boot partition that does not start.
bundle_of() { # NAME KEYS [CHANGE]: $work/web/NAME.raucb
  local folder=$work/bundle
  mkdir -p "$work/web"
  rm -rf "$folder" "$work/web/$1.raucb"
  mkdir "$folder"
  partition_of "$raw" boot_a $((96 * 2048)) > "$folder/boot.img"
  local end
  end=$(mtype -i "$folder/boot.img" ::/system.txt | sed -n 's/^hashoffset=//p')
  # The tree of hashes is below one part in a hundred.
  partition_of "$raw" root_a $(((end + end / 100 + 1048576) / 512)) > "$folder/root.img"
  [[ -z ${3:-} ]] || "$3" "$folder/boot.img"
  printf '[update]\ncompatible=call112-pi\nversion=%s\n[bundle]\nformat=verity\n[image.boot]\nfilename=boot.img\n[image.rootfs]\nfilename=root.img\n' "$1" > "$folder/manifest.raucm"
  rauc bundle --cert="$2/sign.crt" --key="$2/sign.key" "$folder" "$work/web/$1.raucb" > "$work/rauc.log" 2>&1 || { cat "$work/rauc.log"; return 1; }
  [[ -n $web ]] || web_up "$work/web"
}
made() { check "bundle '$1' is made" bundle_of "$@" && [[ -s $work/web/$1.raucb ]]; }
foreign_hash() { mtype -i "$1" ::/system.txt | sed 's/^roothash=..../roothash=0000/' > "$work/system.txt"; mcopy -o -i "$1" "$work/system.txt" ::/system.txt; }
sleeps() { # an initramfs that never goes on, behind the one that is there: the last file of a name counts
  mcopy -o -i "$1" ::/initramfs "$work/initramfs"
  rm -rf "$work/sleepy"
  mkdir "$work/sleepy"
  sed '/^slot=/,$d' "$here/image/init" > "$work/sleepy/init"
  printf 'say "this system hangs"\nwhile :; do sleep 1; done\n' >> "$work/sleepy/init"
  chmod 755 "$work/sleepy/init"
  (cd "$work/sleepy" && find . | cpio --quiet --create --format=newc --owner=0:0) | zstd -q >> "$work/initramfs"
  mcopy -o -i "$1" "$work/initramfs" ::/initramfs
}
update() { inside "call112-update http://10.0.2.2:$web_port/$1.raucb"; }
other_of() { if [[ $1 == A ]]; then echo B; else echo A; fi; }
attempts() { spoken | grep -a -c "^call112: system $(other_of "$1" | tr AB ab)$"; } # SLOT that goes on
falls_back() { # SLOT SECONDS: the machine is again in the slot, armed, and nothing is left of the trial
  said "$2" "call112: the update in system . did not prove itself" && said "$boot_limit" "call112: system $1 is up" && reachable 60 && [[ $(slot) == "$1" ]]
}

scene_update_forged() {
  check "the machine is up" ensure_up
  local before
  before=$(state_in)
  mkdir -p "$work/foreign"
  cp "$image"/keys/* "$work/foreign/"
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 9 -subj '/CN=nobody' -keyout "$work/foreign/sign.key" -out "$work/foreign/sign.crt" \
    -addext extendedKeyUsage=critical,codeSigning 2> /dev/null
  made forged "$work/foreign" || return
  check "a bundle by a foreign key is refused" not update forged
  grep -a -i -E 'signature|verify' "$work/said" | tail -n 1 | cut -c1-150 | sed 's/^/      /'
  untouched() { [[ $(state_in) == "$before" ]] && ! inside test -e /data/rauc/trial; }
  check "and nothing has changed" untouched
}

scene_update_good() {
  check "the machine is up" ensure_up
  local was id=019ab3c4-7d1e-7c11-9a3b-2f6d4c8e0a22 began
  was=$(slot)
  made good "$image/keys" || return
  dispatch "$station" $id
  check "an alert is open" within 20 reported Sounding $id
  mark
  began=$SECONDS
  update good > "$work/update.log" 2>&1 &
  local updating=$!
  waits() { sleep 20; ! grep -q -i install "$work/update.log" && kill -0 $updating; }
  check "an update waits as long as an alert is open" waits
  cancel $id
  installed() { wait $updating; grep -a -i -E 'install|succeeded|Writing' "$work/update.log" | tail -n 5; grep -q succeeded "$work/update.log"; }
  check "then it is installed" installed
  check "the other system starts, on trial, and proves itself" said "$boot_limit" "call112: system $(other_of "$was") has proved itself"
  echo "      $((SECONDS - began)) s from the call to the proof"
  same() { reachable 60 && [[ $(slot) == "$(other_of "$was")" ]] && inside call112-gateway journal --config /etc/call112/station.json --count 200 | has $id; }
  check "with the journal of the system before" same
  echo "      $(state_in)"
}

scene_update_broken() { is_given_up broken foreign_hash "a system whose root is not what was built is tried three times, then the one before starts"; }
scene_update_hangs() { is_given_up hangs sleeps "a system that hangs is ended by the watchdog three times, then the one before starts"; }
is_given_up() { # BUNDLE CHANGE "what must hold"
  check "the machine is up" ensure_up
  local was
  was=$(slot)
  made "$1" "$image/keys" "$2" || return
  mark
  update "$1" > "$work/update.log" 2>&1
  check "$3" falls_back "$was" $((3 * boot_limit))
  echo "      $(attempts "$was") attempts; $(state_in)"
}

scene_update_unproved() {
  check "the machine is up" ensure_up
  local was
  was=$(slot)
  made unproved "$image/keys" || return
  # What the new system reaches is judged against the one before; from its restart on, the broker is gone.
  mark
  update unproved > "$work/update.log" 2>&1
  ended "$listener" "$heart" "$broker"
  check "a system that does not reach whom the one before reached is given up" said $((boot_limit + 700)) "has not proved itself: the other one starts"
  broker_up
  listen "$station"
  check "and the one before starts" falls_back "$was" "$boot_limit"
}

scene_update_cut() {
  check "the machine is up" ensure_up
  local was writes
  was=$(slot)
  [[ -e $work/web/good.raucb ]] || made good "$image/keys" || return
  for writes in 2 8; do
    mark
    update good > "$work/update.log" 2>&1 &
    within 60 inside 'test -s /data/rauc/trial && rauc status 2>&1 | grep -q . && pgrep -x rauc' > /dev/null
    sleep $writes
    power_cut
    boot
    check "cut $writes s into the writing of the other system: the same one starts" falls_back "$was" "$boot_limit"
  done
}

scene_state_torn() {
  check "off" off
  local kind
  for kind in noise zero half; do
    case $kind in
      noise) head -c 512 /dev/urandom ;;
      zero) head -c 512 /dev/zero ;;
      half) partition_of "$card" bootstate 1 | head -c 256; head -c 256 /dev/urandom ;;
    esac > "$work/sector"
    dd if="$work/sector" of="$card" bs=512 seek="$(at "$card" bootstate)" conv=notrunc status=none
    boot
    heals() { said "$boot_limit" 'no valid boot state: A first' && armed && reachable 60 && [[ $(slot) == A ]] && state_in; }
    check "boot state $kind: A starts, and the state is written anew" heals
    off
  done
}

scene_rot() {
  check "the machine is up" ensure_up
  local was
  was=$(slot)
  [[ -n $(inside "dd if=/dev/disk/by-partlabel/root_$(other_of "$was" | tr AB ab) bs=4 count=1 status=none") ]]
  check "off" off
  dd if=/dev/urandom of="$card" bs=1M oflag=seek_bytes seek=$((($(at "$card" "root_$(tr AB ab <<< "$was")") + 2048) * 512)) count=64 conv=notrunc status=none
  boot
  other() { said $((4 * boot_limit)) "call112: system $(other_of "$was") is up" && reachable 60 && [[ $(slot) == "$(other_of "$was")" ]] && inside systemctl is-active call112-gateway; }
  check "64 MiB of the default system rot: the other one starts and is armed" other
  off
}

scene_wrong() {
  station_json "$station" | sed 's/mqtt:/amqp:/' > "$work/station.json"
  card_put "$card" "$work/station.json" station.json
  boot
  check "a wrong station.json beside a good one before: armed with the one before" armed
  told_what() { reachable 60; inside systemctl is-active call112-gateway || return 1; off; outcome call112-error.txt | tee /dev/stderr | has 'uplinks\[0\].broker' && card_has "$card" station.json; }
  check "and the card says which field is wrong, and keeps the file" told_what
  sed 's/^/      /' "$work/said" | head -n 12
  mdel -i "$(on_card "$card")" ::/station.json
}

scene_cloned() {
  kernel_words "$card" board-2
  boot
  check "the same card in another board boots" said "$boot_limit" 'call112: system [AB] is up'
  mute() { reachable 60; ! inside systemctl is-active --quiet call112-gateway; }
  check "and does not speak as this station" mute
  page() { inside 'exec 3<>/dev/tcp/127.0.0.1/8112; printf "GET / HTTP/1.0\r\n\r\n" >&3; cat <&3' | tee /dev/stderr | has -i 'BELUM SIAP'; }
  check "its screen says so" page
  off
  why() { outcome call112-error.txt | tee /dev/stderr | has .; }
  check "and so does the card" why
  station_json "$station" > "$work/station.json"
  card_put "$card" "$work/station.json" station.json
  boot
  rebound() { armed && reachable 60 && inside systemctl is-active call112-gateway; }
  check "a fresh station.json binds it to the new board" rebound
  off
}

scene_own_log() { # F3: what babbles must not fill the card, nor stop the gateway
  check "the machine is up" ensure_up
  local before id=019ab3c4-7d1e-7c11-9a3b-2f6d4c8e0a44
  on_data() { inside 'sync; df --output=used -B 1M /data | tail -n 1'; }
  before=$(on_data)
  # Noise, for journald packs what repeats; in few long lines, for it drops what comes in too many.
  floods() { inside 'head -c 48M /dev/urandom | base64 -w 40000 | systemd-cat -t flood'; }
  check "64 MiB are said to the system's log" floods
  limited() {
    local kept
    kept=$(inside "find /run/log/journal -type f -printf '%s\n'" | awk '{ bytes += $1 } END { print int(bytes / 1048576) }')
    echo "$kept MiB of them are kept"
    [[ $kept -ge 8 && $kept -le 32 ]] && ! inside test -e /var/log/journal
  }
  check "it keeps the newest 32 MiB at most, in memory" limited
  sed 's/^/      /' "$work/said"
  spared() { local now; now=$(on_data); echo "data: $before MiB, then $now MiB"; [[ $now -le $((before + 1)) ]]; }
  check "and nothing of it is on the card" spared
  dispatch "$station" $id
  check "the gateway serves on: a dispatch sounds" within 20 reported Sounding $id
  cancel $id
  off
}

scene_cuts() { # what was acknowledged to the broker is in the journal after the power has gone
  check "the machine is up" ensure_up
  local round lost=0 sent=0
  for round in $(seq "$cuts"); do
    [[ -n $qemu ]] && kill -0 "$qemu" 2> /dev/null || { boot; armed > /dev/null || { echo "      round $round: not armed"; lost=$((lost + 1)); power_cut; continue; }; }
    stream "$round" &
    local streaming=$!
    sleep $((3 + RANDOM % 6))
    power_cut
    ended $streaming
    boot
    armed > /dev/null && reachable 60 || { echo "      round $round: not armed after the cut"; lost=$((lost + 1)); continue; }
    inside "call112-gateway journal --config /etc/call112/station.json --count 100000" > "$work/journal"
    local id
    # Received is reported only behind the commit, as PUBACK is.
    for id in $(said_of Received | grep "^$(printf '%08x' "$round")"); do
      sent=$((sent + 1))
      grep -q "$id" "$work/journal" || { lost=$((lost + 1)); echo "      lost: $id"; }
    done
  done
  echo "      $cuts cuts, $sent acknowledged dispatches, $lost lost"
  figure "power cuts in a stream of dispatches" "$cuts" "cuts"
  figure "dispatches acknowledged before them" "$sent" "dispatches"
  figure "of these, missing in the journal" "$lost" "dispatches" 0
  none_lost() { [[ $lost -eq 0 && $sent -gt 0 ]]; }
  check "after $cuts power cuts in a stream of dispatches none that was acknowledged is lost" none_lost
  off
}
stream() { # ROUND [DISPATCHES]
  local i
  for i in $(seq "${2:-200}"); do
    dispatch "$station" "$(printf '%08x-7d1e-7c11-9a3b-%012x' "$1" "$i")"
    sleep 0.1
  done
}

# What the card itself has when the power goes: QEMU records every write and flush, and tests/Call112.CardCuts replays that to random points. A kill of
# QEMU, as in scene_cuts, leaves in the host's memory what a card would have lost.
replay() { TMPDIR=/dev/shm dotnet run -c Release --no-build --project "$root/tests/Call112.CardCuts" -- --card "$work/before.img" --log "$work/blocks" "$@"; }
loses() { # a control that loses nothing sees nothing; what cannot be replayed is no loss
  replay "$@"
  [[ $? -eq 1 ]]
}
record_boot() { cp --sparse=always "$card" "$work/before.img"; boot "$work/blocks"; }
acknowledged() { # how long the record was when the centre heard that the box has it: behind the commit, as the PUBACK is
  local report
  mosquitto_sub -p "$port" -t "call112/v1/stations/$station/report" | grep --line-buffered '"event":"Received"' | grep --line-buffered -o '"dispatchId":"[^"]*' \
    | while read -r report; do echo "$(stat -c %s "$work/blocks") ${report##*\"}"; done > "$work/acknowledged"
}
record_stream() { # ROUND
  acknowledged &
  local recorder=$!
  sleep 1
  stream "$1" 300
  sleep 3
  power_cut
  { pkill -P $recorder; wait $recorder; } 2> /dev/null
}

scene_log() {
  dotnet build -c Release "$root/tests/Call112.CardCuts" -v quiet -clp:NoSummary || { check "Call112.CardCuts is built" false; return; }
  check "off" off
  local former=$card
  card=$work/card.log.img
  cp --sparse=always "$raw" "$card"
  kernel_words "$card" board-1
  station_json "$station" > "$work/station.json"
  card_put "$card" "$work/station.json" station.json
  card_put "$card" "$work/ssh.pub" authorized_keys
  record_boot
  check "first start, recorded: armed" armed
  power_cut
  check "cut at 300 points of it: station.json is whole on the card or in force, and the boot state is whole" replay --station "$work/station.json" --cuts 300
  sed 's/^/      /' "$work/said"

  record_boot
  check "an update, recorded: the machine is up" armed_and_reachable
  made good "$image/keys" || return
  update good > "$work/update.log" 2>&1 &
  check "the other system has proved itself" said $((3 * boot_limit)) "call112: system B has proved itself"
  power_cut
  check "cut at 300 points of it: what the boot state names first is whole" replay --update "$work/bundle" --cuts 300
  sed 's/^/      /' "$work/said"

  record_boot
  check "a start, recorded: armed" armed
  record_stream 80000001
  check "cut at 300 points of a stream of dispatches: none that was acknowledged is lost" replay --acknowledged "$work/acknowledged" --cuts 300
  sed 's/^/      /' "$work/said"

  kernel_words "$card" board-1 call112.data=barrier=0
  record_boot
  check "control, data mounted with barrier=0: armed" armed
  record_stream 80000002
  check "control: it loses" loses --acknowledged "$work/acknowledged" --cuts 100
  sed 's/^/      /' "$work/said"

  kernel_words "$card" board-1
  record_boot
  check "control, a WAL that is not flushed (as synchronous=NORMAL): armed" without_syncs
  record_stream 80000003
  check "control: it loses" loses --acknowledged "$work/acknowledged" --cuts 100
  sed 's/^/      /' "$work/said"
  card=$former
}
armed_and_reachable() { armed && reachable 60; }
without_syncs() {
  clang --target=aarch64-linux-gnu -shared -fPIC -fuse-ld=lld -o "$work/nosync.so" "$here/image/nosync.c" || return 1
  armed && reachable 60 && inside 'cat > /usr/lib/nosync.so' < "$work/nosync.so" || return 1
  inside 'mkdir -p /run/systemd/system/call112-gateway.service.d; printf "[Service]\nEnvironment=LD_PRELOAD=/usr/lib/nosync.so\n" > /run/systemd/system/call112-gateway.service.d/nosync.conf
    systemctl daemon-reload; systemctl restart call112-gateway; grep nosync "/proc/$(systemctl show -P MainPID call112-gateway)/maps"'
}
