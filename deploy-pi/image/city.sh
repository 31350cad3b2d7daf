# Sourced by test-image behind accepted.sh, whose hands it uses: a city as the README of the centre makes it, with its own authority, a broker that asks
# for certificates, the real centre, and a card with the station.json that enroll has written. Then the field guide from B to H against it.
broker_files='authorities.pem broker.crt broker.key revoked.pem access.acl'
center() { (cd "$work/city" && "$root/artifacts/bin/Call112.Center/release/call112-center" "$@"); }
asked() { center "$@" --center "http://127.0.0.1:$api_port" --api-key-file key; } # VERB ...
api() { curl -s -f -H "X-Api-Key: $(cat "$work/city/key")" "http://127.0.0.1:$api_port/api/$1" "${@:2}"; }
is_so() { api stations | jq -e ".[] | select(.stationId == \"$station\") | $1" > /dev/null; } # what the centre shows of the station
step_of() { api "dispatches/$1" | has "\"$2\""; }                                        # DISPATCH STEP

city_up() {
  dotnet build -c Release "$root/src/Call112.Center" -v quiet -clp:NoSummary || return 1
  mkdir -p "$work/city"
  tls_port=$(free_port) api_port=$(free_port)
  head -c 32 /dev/urandom | base64 | tr -d '\n' > "$work/city/key"
  center enroll --server 10.0.2.2 localhost && center enroll --center || return 1
  # As the package's, with its files where this user may read them, and nothing kept behind the test.
  sed -e "s#^listener 8883#listener $tls_port 127.0.0.1#" -e "s#/etc/mosquitto/call112#$work/city/identities/broker#" -e 's/^persistence true/persistence false/' \
    -e '/^autosave/d' "$root/deploy-pi/center/mosquitto.conf" > "$work/city/mosquitto.conf"
  echo 'user root' >> "$work/city/mosquitto.conf"
  mosquitto -c "$work/city/mosquitto.conf" 2> "$work/city/mosquitto.log" &
  city_broker=$!
  (cd "$work/city" && exec "$root/artifacts/bin/Call112.Center/release/call112-center" --broker "mqtts://localhost:$tls_port" \
    --broker-ca identities/broker/authorities.pem --broker-cert identities/center/center.crt --broker-key identities/center/center.key \
    --identities identities --db center.db --listen "127.0.0.1:$api_port" --api-key-file key > center.log 2>&1) &
  city_center=$!
  within 60 curl -s -f -o /dev/null "http://127.0.0.1:$api_port/healthz"
}
city_down() { ended "$city_center" "$city_broker"; }
enrolled() { center enroll "$station" --output new "$@"; }
reload() { kill -HUP "$city_broker"; }
drill() { # a drill from the centre, to TERIMA and SELESAI
  drilled=$(asked dispatch --station "$station" --category Fire --exercise) || return 1
  within 20 step_of "$drilled" Sounding || return 1
  press acknowledge || return 1
  within 20 step_of "$drilled" Acknowledged || return 1
  touch_panel Complete || return 1
  within 20 step_of "$drilled" Completed
}
hands_of_city() { # as hands, but the drill comes from the centre
  local line
  while read -r line; do
    case $line in
      'Minta pusat mengirim LATIHAN'*) asked dispatch --station "$station" --category Fire --exercise ;;
      *) hands <<< "$line" ;;
    esac
  done
}

scene_city() {
  check "off" off
  local former=$card was sha
  card=$work/card.city.img
  cp --sparse=always "$raw" "$card"
  kernel_words "$card" board-1 "call112.within=180 call112.spread=0"
  check "a city: authority, broker, centre" city_up

  # A: the card. B: the post.
  check "the post is enrolled" enrolled --name "Puskesmas Uji" --kind Puskesmas --group puskesmas --broker "mqtts://10.0.2.2:$tls_port" --board simulated
  reload
  card_put "$card" "$work/city/new/station.json" station.json
  card_put "$card" "$work/ssh.pub" authorized_keys
  boot
  check "A, B: armed" armed
  check "B: the centre sees it green" within 60 is_so '.online == true and .verdict == "Up"'
  reachable 60
  page_up
  check "B: a drill sounds, TERIMA and SELESAI are seen" drill

  # F: the monthly test.
  inside 'nohup sh -c "sleep 2; nmcli networking off; sleep 45; nmcli networking on" > /dev/null 2>&1 &'
  check "F: the network cable out: the centre sees it" within 60 is_so '.online == false or .verdict == "Down"'
  check "F: and back, with every report" within 120 is_so '.online == true and .verdict == "Up" and .missingReports == 0'
  said_so() { inside call112-gateway journal --config /etc/call112/station.json | tee /dev/stderr | has CenterLost; }
  check "F: meanwhile the box told its staff that it was cut off" said_so
  noticed() { hold "$1" 3; within 20 is_so ".recentAlarms | tostring | test(\"$2\")"; }
  check "F: mains off: the centre sees it" noticed mainsFail MainsLost
  check "F: the door open: the centre sees it" noticed tamper TamperOpened

  # H: the acceptance.
  accepts() {
    inside 'chronyc manual on && chronyc settime now' && within 60 is_so '.clock == "Synchronized"' || return 1
    printf 'A. Mokoagow\ny\ny\ny\n' | inside 'call112-gateway commission --config /etc/call112/station.json' | tee "$work/talk" > >(hands_of_city > /dev/null 2>&1)
    [[ ${PIPESTATUS[1]} -eq 0 ]]
  }
  check "H: commission, all done by hand, the drill from the centre: accepted" accepts
  sed 's/^/      /' "$work/talk" | tail -n 4
  touch_panel Complete
  check "H: in service, by a record that the city's authority vouches for" within 30 is_so '.service == "InService" and .acceptance.signature == "Valid" and .acceptance.technician == "A. Mokoagow"'

  # An update, offered by the centre.
  was=$(slot)
  made 99.3 "$image/keys" || return
  check "an update is offered" asked offer "$work/web/99.3.raucb" --url "http://10.0.2.2:$web_port/99.3.raucb" --version 99.3 "$station"
  page_down
  mark
  check "it is fetched, installed, proves itself" said $((boot_limit + 600)) "call112: system $(other_of "$was") has proved itself"
  check "the centre sees that it runs, and the box is still in service" within 90 is_so '.update == "99.3: runs" and .service == "InService"'

  # E: another card for the same post.
  reachable 60
  off
  cp --sparse=always "$card" "$work/card.former.img"
  rm -r "$work/city/new"
  # For 30 days only: with --identities the centre asks for a renewal as soon as it sees that.
  check "E: enroll --renew" enrolled --renew --days 30
  reload
  card_put "$card" "$work/city/new/station.json" station.json
  boot
  check "E: the new station.json on the card that was there: armed" armed
  fresh() { reachable 60; within 60 is_so '.online == true' && card_get "$card" call112-ok.txt > /dev/null && inside call112-gateway journal --config /etc/call112/station.json --count 100000 | has "$drilled"; }
  check "E: the centre sees it, and the record of tasks stayed" fresh
  local later
  later=$(date -d '+700 days' +%Y-%m-%d)
  check "a certificate that ends soon is renewed over the line, and led to a connection" within 120 is_so ".online == true and .certificateUntil > \"$later\""
  takes_back() { center revoke "$station" --former && reload; }
  check "E: the former certificate is taken back" takes_back
  check "E: the box with the new one stays" within 30 is_so '.online == true'
  off
  local newer=$card
  card=$work/card.former.img
  boot
  armed
  told_why() { inside journalctl -u call112-gateway --no-pager | tee /dev/stderr | has 'alert certificate revoked; shown was'; }
  turned_away() { reachable 60 && within 60 told_why && is_so '.online == false'; }
  check "E: the former card gets in no more, and says which certificate it has shown" turned_away
  power_cut
  card=$newer
  city_down
  card=$former
}
