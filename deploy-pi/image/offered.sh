# Sourced by test-image behind scenes.sh, whose means it uses: an update that the centre offers, and the box fetches.
offer() { # VERSION BUNDLE SHA256 BYTES: as the centre does
  mosquitto_pub -p "$port" -V mqttv5 -q 1 -t "call112/v1/stations/$station/command" -m "{\"command\":\"Update\",
    \"commandId\":\"$(cat /proc/sys/kernel/random/uuid)\",
    \"update\":{\"version\":\"$1\",\"url\":\"http://10.0.2.2:$web_port/$2.raucb\",\"bytes\":$4,\"sha256\":\"$3\"}}"
}
written() { sed 's/+/\\u002B/g' <<< "$1"; } # TEXT: as the gateway's JSON has it
tells() { within "$1" grep -q -F "\"update\":\"$(written "$2")" "$work/reports"; } # SECONDS WORDS: the state has said it since `listen`
scene_update_offered() { # a city does no more than this: the box fetches, installs, proves
  check "the machine is up" ensure_up
  local was version sha bytes
  was=$(slot) version=$(inside cat /etc/call112/image-version)
  made 99.1 "$image/keys" || return
  sha=$(sha256sum "$work/web/99.1.raucb" | cut -d' ' -f1)
  bytes=$(stat -c %s "$work/web/99.1.raucb")
  web_down
  web_again 4096 # slowly, so that there is a middle
  mark
  offer 99.1 99.1 "$sha" "$bytes"
  comes() { within 120 inside "test \$(stat -c %s /data/update/$sha.part) -gt 16000000"; }
  check "a bundle that the centre offers comes over the line" comes
  web_down
  check "the line is cut in the middle: the state says that it waits" tells 60 '99.1: waits for an unmetered line'
  web_again
  resumed() { within 150 grep '^206 bytes=' "$work/web.requests"; }
  check "then it goes on where it was cut, by a range" resumed
  check "it is installed, starts on trial and proves itself" said $((boot_limit + 600)) "call112: system $(other_of "$was") has proved itself"
  runs() { reachable 60 && [[ $(slot) == "$(other_of "$was")" ]] && tells 60 '99.1: runs' && grep -q -F "\"system\":\"$(written "$version")\"" "$work/reports"; }
  check "the state tells that it runs, and which image" runs
  empty() { [[ -z $(inside 'ls /data/update | grep -v -x said; ls /data/rauc | grep trial') ]]; }
  check "nothing of it is left on data" empty

  offer "$version" good "$sha" "$bytes"
  check "an offer of the version that runs is left alone" tells 60 "$version: runs"
  printf 'no bundle at all' > "$work/web/99.2.raucb"
  offer 99.2 99.2 "$(sha256sum "$work/web/99.2.raucb" | cut -d' ' -f1)" 16
  check "one that RAUC does not take is given up" tells 120 '99.2: given up'
  kept() { [[ $(slot) == "$(other_of "$was")" ]] && inside "grep -q . /data/update/refused && ! test -e /data/update/next && ! test -e /data/rauc/trial"; }
  check "and nothing has changed" kept
}
