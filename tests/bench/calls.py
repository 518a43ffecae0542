"""The system calls of a command, one by one, with what each is for."""

import re

C_LIBRARY = "the C library starts"
ONCE = [
    (r"execve\(", "the start"),
    (r"exit_group\(", "the end"),
    (r"(brk|mmap|munmap|madvise)\(", "memory"),
    (r"(arch_prctl|set_tid_address|set_robust_list|rseq|prlimit64|mprotect)\(", C_LIBRARY),
    (r'readlink\("/proc/self/exe"|getrandom\(.*GRND_NONBLOCK', C_LIBRARY),
    (r"futex\(", "the C++ library makes something once"),
    (r"rt_sigaction\(SIGPIPE", "a reader that went away is an error, no death"),
    (r"rt_sigaction\(SIGXFSZ", "a limit of file size is an error, no death"),
    (r"rt_sigprocmask\(", "no signal ends it halfway"),
    (r"ioctl\(.*TCGETS", "is the output a terminal?"),
    (r"getcwd\(", "the whole name of FILE"),
    (r"readlink\(", "is this part of the name a link?"),
    (r"getrandom\(", "a name that nobody guesses"),
    (r"(geteuid|getuid)\(", "may others write to that directory?"),
    (r"flock\(", "one run at a time"),
    (r"write\([12]<", "the report"),
    (r".*(/etc/localtime|/zoneinfo/)", "the time zone"),
    (r"(clock_gettime|gettimeofday)\(", "the name of the run"),
]
OBJECTS = [
    (r"0\.orig", "the backup"),
    (r"manifest\.json", "the manifest of the run"),
    (r'"done"|/done>', "the mark of the run"),
    (r"\.katafix-", "the new file"),
    (r"config\.toml(?!\.)", "the file"),
    (r"config\.toml\.backup/runs(/|>, \")\d", "the run's directory"),
    (r"config\.toml\.backup", "the backups' directory"),
    (r'"/|<.*>', "the directory"),
]
VERBS = [
    (r"openat\(.*O_CREAT", "makes"),
    (r"openat\(", "opens"),
    (r"(newfstatat|statx|fstat|stat|lstat)\(", "what is it:"),
    (r"faccessat2?\(", "may it be written to:"),
    (r'read\(.*"", \d+\) += 0', "no more to read of"),
    (r"(read|pread64)\(", "reads"),
    (r"(write|pwrite64)\(", "writes"),
    (r"(fsync|fdatasync)\(", "waits for the disk:"),
    (r"close\(", "closes"),
    (r"renameat2\(.*RENAME_EXCHANGE", "exchanges, in one step, what is in"),
    (r"rename", "gives its name to"),
    (r"mkdirat\(", "makes"),
    (r"unlinkat\(", "removes what was exchanged for"),
    (r"(getdents64|lseek)\(", "lists"),
    (r"fcntl\(", "how it was opened:"),
    (r"f?(list|get|set)xattr\(", "attributes and ACL of"),
    (r"(fchmod|fchown)\(", "owner and mode of"),
]
UNKNOWN = "?"


def first(rules, call):
    return next((words for pattern, words in rules if re.match(pattern, call)), None)


def found(rules, call):
    return next((words for pattern, words in rules if re.search(pattern, call)), None)


def purpose(call):
    alone = first(ONCE, call)
    if alone:
        return alone
    verb, what = first(VERBS, call), found(OBJECTS, call)
    return f"{verb} {what}" if verb and what else UNKNOWN


def listed(calls, where):
    """The lines to show; where is the directory of the file, which is left out."""
    def short(call):
        return re.sub(r"(?<=[\dD])<[^>]*>", "", call).replace(str(where), "DIR")[:100]
    return [f"{number:4}  {purpose(call):48} {short(call)}" for number, call in enumerate(calls, 1)]
