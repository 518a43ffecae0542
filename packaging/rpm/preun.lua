-- Erased, not upgraded. In Lua, for which the machine needs no shell.
if tonumber(arg[2]) == 0 and posix.access("/usr/bin/systemctl", "x") then
  os.execute("systemctl --quiet disable --now katafix.service katafix-check.timer")
end
