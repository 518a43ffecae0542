"""The command on a real pseudo-terminal."""

import fcntl
import os
import pty
import re
import struct
import subprocess
import termios

import harness

ESCAPE = b"\x1b["
UNSET = ("NO_COLOR", "CLICOLOR_FORCE", "TERM")


def uncolored(data):
    return re.sub(rb"\x1b\[[0-9;]*m", b"", data)


class Case(harness.Case):

    def on_terminal(self, *args, stream="stdout", columns=0, **more):
        """What the command prints where that stream is a terminal, and the other not there; with
        "both" it is one terminal for both. Without columns the terminal does not know its width."""
        reader, terminal = pty.openpty()
        fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
        env = {key: more.pop(key) for key in list(more) if key.isupper()}
        variables = {key: value for key, value in os.environ.items() if key not in UNSET}
        streams = {name: terminal if stream in (name, "both") else subprocess.DEVNULL
                   for name in ("stdout", "stderr")}
        with subprocess.Popen([harness.KATAFIX, *args], stdin=subprocess.DEVNULL, cwd=self.dir,
                              env={**variables, "TERM": "xterm", **env}, **streams, **more) as process:
            os.close(terminal)
            data = b""
            while True:
                try:
                    piece = os.read(reader, 65536)
                except OSError:  # all ends of the terminal are closed
                    break
                if not piece:
                    break
                data += piece
            process.wait(timeout=60)
        os.close(reader)
        return data
