# Sourced by test-image behind scenes.sh, whose means it uses: section H of the field guide, step by step, with hands that do what the talk asks for.
page_up() { # the panel's page of the machine, on this one: `page_port`
  page_port=$(free_port)
  ssh -q -N -i "$work/ssh" -p "$ssh_port" -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -L "127.0.0.1:$page_port:127.0.0.1:8112" root@127.0.0.1 &
  page=$!
  check "its page answers" within 30 curl -s -o /dev/null "http://127.0.0.1:$page_port/api/station"
}
page_down() { ended "$page"; }
press() { curl -s -f -X POST "http://127.0.0.1:$page_port/api/board/inputs/$1/press"; } # INPUT
hold() { # INPUT SECONDS
  local pressed
  for pressed in true false; do
    curl -s -f -H 'Content-Type: application/json' -d "{\"pressed\":$pressed}" "http://127.0.0.1:$page_port/api/board/inputs/$1"
    [[ $pressed == false ]] || sleep "$2"
  done
}
touch_panel() { curl -s -f -H 'Content-Type: application/json' -d "{\"action\":\"$1\"}" "http://127.0.0.1:$page_port/api/station/actions"; } # ACTION
hands() { # what a technician does when the talk asks for it, each once
  local line
  while read -r line; do
    case $line in
      'Putar kunci TEST'*) press test ;;
      'Minta pusat mengirim LATIHAN'*) dispatch "$station" 019ab3c4-7d1e-7c11-9a3b-2f6d4c8e0a33 Exercise ;;
      'Tekan tombol TERIMA'*) press acknowledge ;;
      'Sekarang tekan tombol BERANGKAT'*) press responding ;;
      'Beri tahu pusat dulu'*)
        press panic
        hold test 4
        ;;
      'Buka pintu'*) hold tamper 2 ;;
      'Matikan listrik'*) hold mainsFail 2 ;;
    esac
  done
}
scene_commission() {
  check "the machine is up" ensure_up
  # Where no network gives the time, somebody must; a box at a post has one.
  clock() { inside 'chronyc manual on && chronyc settime now && sleep 5 && timedatectl show -P NTPSynchronized'; }
  check "its clock is set" clock
  commissioning() { within 90 grep -q '"service":"Commissioning"' "$work/reports"; }
  check "nobody has accepted it: the centre sees it commissioning" commissioning
  page_up
  accepts() {
    printf 'A. Mokoagow\ny\ny\ny\n' \
      | inside 'call112-gateway commission --config /etc/call112/station.json' | tee "$work/talk" > >(hands)
    [[ ${PIPESTATUS[1]} -eq 0 ]]
  }
  check "commission over ssh, all done by hand: accepted" accepts
  sed 's/^/      /' "$work/talk"
  touch_panel Complete
  serves() { within 60 grep -q '"service":"InService"' "$work/reports" && grep -q '^call112/v1/stations/[^ ]*/acceptance ' "$work/reports"; }
  check "the centre sees it in service, and has the record" serves
  page_down
  closes() { inside call112-close && ! inside true && ! card_has "$card" authorized_keys; }
  check "call112-close: nobody gets in any more" closes
  power_cut
  boot
  check "nor after the next start" eval 'armed && sleep 5 && ! inside true'
  power_cut
  # The scenes behind this one need their way in.
  card_put "$card" "$work/ssh.pub" authorized_keys
  boot
  check "and by a card that brings a key again" eval 'armed && reachable 60'
  off
}
