-- Erased, not upgraded. In Lua, for which the machine needs no shell.
if tonumber(arg[2]) == 0 then
  if posix.access("/usr/bin/systemctl", "x") then
    os.execute("systemctl --quiet disable --now katafix.service katafix-check.timer")
  end
  os.remove("/var/lib/systemd/timers/stamp-katafix-check.timer")
  -- An old result is no result: whoever watches it would be alarmed for ever.
  os.remove("/var/lib/prometheus/node-exporter/katafix.prom")
end
