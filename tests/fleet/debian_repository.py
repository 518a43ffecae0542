"""An apt repository of one package, for a host that gets all of its packages from there."""

import hashlib
import shutil
import subprocess


def give(host, package, program):
    """Gives a host an empty database of packages, and one package to install: this program."""
    var = host.folder / "var/lib"
    for name in ("apt/lists/partial", "dpkg/info", "dpkg/updates"):
        (var / name).mkdir(parents=True)
    (var / "dpkg/status").touch()
    built = var / "repository" / f"{package}.deb"
    place = var / "package/usr/local/bin"
    place.mkdir(parents=True)
    shutil.copy2(program, place / package)
    control = (f"Package: {package}\nVersion: 0.1.0\nMaintainer: nobody <nobody@example.org>\n"
               "Architecture: all\nDescription: a program\n")
    (var / "package/DEBIAN").mkdir()
    (var / "package/DEBIAN/control").write_text(control, encoding="ascii")
    built.parent.mkdir()
    subprocess.run(["dpkg-deb", "--build", "-Znone", var / "package", built], check=True,
                   capture_output=True)
    data = built.read_bytes()
    (built.parent / "Packages").write_text(
        f"{control}Filename: ./{built.name}\nSize: {len(data)}\n"
        f"SHA256: {hashlib.sha256(data).hexdigest()}\n", encoding="ascii")
    apt = host.folder / "etc/apt"
    shutil.rmtree(apt / "sources.list.d", ignore_errors=True)
    (apt / "sources.list").write_text("deb [trusted=yes] file:/var/lib/repository ./\n",
                                      encoding="ascii")
    # The folders of a test are closed to apt's own user.
    (apt / "apt.conf.d/99-test").write_text('APT::Sandbox::User "root";\n', encoding="ascii")
