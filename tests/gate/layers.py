#!/usr/bin/env python3
"""Holds every #include of include/ and src/ against the layers that src/README.md draws."""

import pathlib
import re
import sys

# What each module may include besides itself. One direction: nothing to the right of it.
#   text -> toml -> engine -> fix -> node -> store -> daemon -> report -> cli
MAY_INCLUDE = {
    "text": set(),
    "toml": {"text"},
    "engine": {"text", "toml"},
    "fix": {"text", "toml", "engine"},
    "node": {"text", "toml", "engine", "fix"},
    "store": {"text"},
    "daemon": {"text", "toml", "engine", "fix", "node", "store"},
    "report": {"text", "toml", "engine", "fix", "node"},
    "cli": {"text", "toml", "engine", "fix", "node", "store", "daemon", "report"},
}

# Names below a root's descriptor are opened in one way, by whoever reads and whoever writes.
SHARED = {"node/root.hpp": {"store"}}

# Headers that only some modules may know.
ONLY_IN = [
    (re.compile(r"toml(\+\+|plusplus)[/.].*"), {"toml"}),
    (re.compile(r"unistd\.h|fcntl\.h|dirent\.h|sys/(stat|file|xattr)\.h|fstream|iostream|filesystem"),
     {"node", "store", "daemon", "cli"}),
    (re.compile(r"cxxopts[/.].*"), {"cli"}),
    (re.compile(r"(spdlog|fmt)[/.].*"), {"daemon", "cli"}),
    (re.compile(r"nlohmann/.*"), {"report", "store", "daemon"}),
    (re.compile(r"nghttp2/.*|sys/(socket|un)\.h"), {"daemon"}),
]

INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')


def module_of(path):
    """text for include/katafix/text/x.hpp and for src/text/x.cpp."""
    parts = path.parts
    return parts[2] if parts[0] == "include" else parts[1]


def fault(path, quote, name):
    """What is wrong with an include, or None."""
    module = module_of(path)
    if quote == '"' and "/" in name:
        is_public = name.startswith("katafix/")
        other = name.split("/")[1 if is_public else 0]
        if other != module and other not in MAY_INCLUDE[module] and module not in SHARED.get(name, ()):
            return f"{module} must not know {other}"
        if not is_public and (other == module or path.parts[0] == "include"):
            return "as katafix/..., or without its folder where it is of the same one"
        if not pathlib.Path("include" if is_public else "src", name).exists():
            return "there is no such header"
        return None
    if quote == '"':
        if path.parts[0] == "include":
            return "a public header includes public headers only, as katafix/..."
        if not (path.parent / name).exists():
            return "a private header is of the same folder"
        return None
    for pattern, modules in ONLY_IN:
        if pattern.fullmatch(name) and module not in modules:
            return f"only in {', '.join(sorted(modules))}"
    return None


def main():
    files = sorted(path for top in ("include", "src") for path in pathlib.Path(top).rglob("*.[ch]pp"))
    count = failed = 0
    for path in files:
        if module_of(path) not in MAY_INCLUDE:
            print(f"{path}: {module_of(path)} is no module of the layers")
            failed += 1
            continue
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            found = INCLUDE.match(line)
            if found:
                count += 1
                what = fault(path, *found.groups())
                if what:
                    print(f"{path}:{number}: {found[2]}: {what}")
                    failed += 1
    print(f"{count} includes in {len(files)} files: {failed} against the layers")
    return 1 if failed or not count else 0


if __name__ == "__main__":
    sys.exit(main())
