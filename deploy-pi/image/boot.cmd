# U-Boot's part, on a Pi and in QEMU alike: which of the two systems starts. (deploy-pi/README.md, "Two systems on one card")
#
# One sector of the partition "bootstate" holds BOOT_ORDER, BOOT_A_LEFT and BOOT_B_LEFT in the format of U-Boot's environment, with a checksum; RAUC
# writes the same sector. A torn or foreign sector is no state: then A goes first, each with three attempts. An attempt is taken off before the system
# is touched, and given back by the system that has proved itself.
setenv BOOT_ORDER "A B"
setenv BOOT_A_LEFT 3
setenv BOOT_B_LEFT 3
setexpr call112_state ${kernel_addr_r} + 0x01000000
setexpr call112_kernel ${kernel_addr_r} + 0x10000000
setexpr call112_initramfs ${kernel_addr_r} + 0x18000000
if test -n "${fdt_addr}"; then setenv call112_tree ${fdt_addr}; else setenv call112_tree ${fdtcontroladdr}; fi

${devtype} dev ${devnum}
part start ${devtype} ${devnum} bootstate call112_sector
if ${devtype} read ${call112_state} ${call112_sector} 1; then
  if env import -c ${call112_state} 200 BOOT_ORDER BOOT_A_LEFT BOOT_B_LEFT; then
    echo "call112: order ${BOOT_ORDER}, attempts left A ${BOOT_A_LEFT} B ${BOOT_B_LEFT}"
  else
    echo "call112: no valid boot state: A first, three attempts each"
  fi
fi

setenv call112_slot
for name in ${BOOT_ORDER}; do
  if test -z "${call112_slot}"; then
    if test "${name}" = "A" && test ${BOOT_A_LEFT} -gt 0; then
      setenv call112_slot a
      setenv call112_name A
      setexpr BOOT_A_LEFT ${BOOT_A_LEFT} - 1
    elif test "${name}" = "B" && test ${BOOT_B_LEFT} -gt 0; then
      setenv call112_slot b
      setenv call112_name B
      setexpr BOOT_B_LEFT ${BOOT_B_LEFT} - 1
    fi
  fi
done
if test -z "${call112_slot}"; then
  # Both have failed as often as they may. A box that stands still hears nothing: the round begins anew, for ever.
  echo "call112: no attempt left in either system: both get three again"
  setenv BOOT_A_LEFT 3
  setenv BOOT_B_LEFT 3
fi
env export -c -s 200 ${call112_state} BOOT_ORDER BOOT_A_LEFT BOOT_B_LEFT
${devtype} write ${call112_state} ${call112_sector} 1
if test -z "${call112_slot}"; then reset; fi

echo "call112: system ${call112_slot}"
part number ${devtype} ${devnum} boot_${call112_slot} call112_part
if load ${devtype} ${devnum}:${call112_part} ${call112_state} system.txt; then
  env import -t ${call112_state} ${filesize} roothash hashoffset
  if load ${devtype} ${devnum}:${call112_part} ${call112_kernel} kernel; then
    if load ${devtype} ${devnum}:${call112_part} ${call112_initramfs} initramfs; then
      setenv call112_size ${filesize}
      setenv console "console=tty1"
      setenv extra
      if load ${devtype} ${devnum}:1 ${call112_state} kernel.txt; then env import -t ${call112_state} ${filesize} console extra; fi
      if test "${devtype}" = "virtio"; then
        # Not a Pi but a test: the serial line is the screen, and the board's number comes from the card.
        setenv console "console=ttyAMA0"
        env import -t ${call112_state} ${filesize} serial#
      fi
      # "gpt": the kernel takes the copy of the partition table where a power cut has torn the first one (call112-grow).
      setenv bootargs "${console} panic=10 gpt quiet loglevel=5 systemd.show_status=0 net.ifnames=0 rauc.slot=${call112_name} call112.slot=${call112_slot} call112.roothash=${roothash} call112.hashoffset=${hashoffset} ${extra}"
      booti ${call112_kernel} ${call112_initramfs}:${call112_size} ${call112_tree}
    fi
  fi
fi
echo "call112: system ${call112_slot} does not start; again"
reset
