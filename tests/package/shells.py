"""Real shells that complete a line as if somebody sat before them."""

import abc
import os
import pty
import select
import shlex
import signal
import subprocess
import threading

LIMIT = 30  # seconds, of a busy machine
ALL, TAB, SHOW = "\x18a", "\t", "\x18s"


class Typed(abc.ABC):
    """A shell on a terminal. Its start file binds two keys: ALL inserts all candidates, SHOW sends
    the line to a pipe and empties it."""

    def __init__(self, case, completions, arguments, start):
        self.answers, answers = os.pipe()
        terminal, terminal_of_shell = pty.openpty()
        self.terminal = terminal
        start_file = case.dir / arguments.pop()
        start_file.write_text(start.format(fd=answers, completions=completions), encoding="utf-8")
        self.shell = subprocess.Popen(
            arguments, stdin=terminal_of_shell, stdout=terminal_of_shell, stderr=terminal_of_shell,
            pass_fds=[answers], start_new_session=True, cwd=case.dir,
            env={**case.env, "ZDOTDIR": str(case.dir)})
        os.close(answers)
        os.close(terminal_of_shell)
        self.screen = b""
        self.reader = threading.Thread(target=self.watch, daemon=True)
        self.reader.start()
        case.addCleanup(self.close)
        self.answer()

    def watch(self):
        try:
            while shown := os.read(self.terminal, 65536):
                self.screen += shown
        except OSError:
            pass  # the shell is gone

    def close(self):
        os.killpg(self.shell.pid, signal.SIGKILL)
        self.shell.wait()
        self.reader.join()
        os.close(self.terminal)
        os.close(self.answers)

    def answer(self):
        text = b""
        while not text.endswith(b"\0"):
            if not select.select([self.answers], [], [], LIMIT)[0]:
                raise AssertionError(f"no answer; the terminal shows {self.screen!r}")
            text += os.read(self.answers, 65536)
        return text[:-1].decode()

    def line_after(self, line, key=TAB):
        """The line as it is when a key is pressed at its end."""
        os.write(self.terminal, (line + key + SHOW).encode())
        return self.answer()

    def candidates(self, line, current=""):
        """All words that a shell offers behind a line for the word that begins so."""
        completed = self.line_after(f"{line} {current}", ALL)
        words = shlex.split(completed)[len(shlex.split(line)):]
        return [] if words == [current] else words


class Bash(Typed):
    START = r"""
PS1='$ '
set +o history
bind 'set bell-style none'
bind 'set enable-bracketed-paste off'
bind '"\C-xa": insert-completions'
bind -x '"\C-xs": show'
show() {{ printf '%s\0' "$READLINE_LINE" >&{fd}; READLINE_LINE=; READLINE_POINT=0; }}
PROMPT_COMMAND='PROMPT_COMMAND=; printf "ready\0" >&{fd}'
"""

    def __init__(self, case, completions, before=""):
        super().__init__(case, completions, ["bash", "--rcfile", str(case.dir / "bashrc"), "-i", "bashrc"],
                         before + "source {completions}/katafix.bash\n" + self.START)


class BashWithHelpers(Bash):
    """With the package bash-completion, which loads the file by itself."""
    PACKAGE = "/usr/share/bash-completion/bash_completion"

    def __init__(self, case, completions):
        super().__init__(case, completions, f"source {self.PACKAGE}\n")


class Zsh(Typed):
    START = r"""
PS1='% '
LISTMAX=10000
setopt no_beep
fpath=({completions} $fpath)
autoload -Uz compinit && compinit -u -D
zstyle ':completion:*' completer _complete
zstyle ':completion:all:*' completer _all_matches _complete
zstyle ':completion:all:*' insert yes
zle -C all complete-word _generic
bindkey -e
bindkey '^Xa' all
show() {{ print -rn -- "$BUFFER"$'\0' >&{fd}; BUFFER=; }}
zle -N show
bindkey '^Xs' show
zle-line-init() {{ print -n 'ready\0' >&{fd}; zle -D zle-line-init; }}
zle -N zle-line-init
"""

    def __init__(self, case, completions):
        super().__init__(case, completions, ["zsh", "-d", "-i", ".zshrc"], self.START)


class Fish:
    """fish itself tells what it would complete, and how it would write that."""

    def __init__(self, case, completions):
        self.case, self.completions = case, completions

    def described(self, line, *arguments):
        told = subprocess.run(
            ["fish", "--no-config", "--private", "-c", "source $argv[1]; complete $argv[2..]",
             str(self.completions / "katafix.fish"), *arguments, "-C", line],
            cwd=self.case.dir, env=self.case.env, capture_output=True, text=True, check=True,
            timeout=LIMIT)
        self.case.assertEqual(told.stderr, "")
        return dict((entry + "\t").split("\t")[:2] for entry in told.stdout.splitlines())

    def candidates(self, line, current=""):
        return list(self.described(f"{line} {current}"))

    def line_after(self, line):
        before, _, _ = line.rpartition(" ")
        [candidate] = self.described(line, "--escape")
        return f"{before} {candidate} "
