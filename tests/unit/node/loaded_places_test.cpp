#include "node/loaded_places.hpp"

#include "node/files.hpp"
#include "support.hpp"
#include "temp_dir.hpp"

namespace katafix {
namespace {

using test::TempDir;

/// Where the temporary files of a root go.
struct Root {
  std::string operator()(const std::string& file) {
    const RootReader reader(directory.path());
    NodeFiles files(reader);
    const std::vector<EngineTree> trees = discover(files, {});
    return LoadedPlaces(files, trees).temporary_directory(file);
  }
  TempDir directory;
};

TEST_CASE("A temporary file goes beside its file unless an engine would load it there", "[node]") {
  Root place;
  (void)place.directory.write("etc/crio/crio.conf.d/a/b/c.conf", "");
  for (const auto& [file, directory] :
       {std::pair{"/etc/containerd/config.toml", "/etc/containerd"},
        std::pair{"/etc/crio/crio.conf", "/etc/crio"},
        std::pair{"/etc/crio/crio.conf.d/99-kata", "/etc/crio"},
        std::pair{"/etc/crio/crio.conf.d/a/b/c.conf", "/etc/crio"},
        std::pair{"/etc/crio/crio.conf.d2/x", "/etc/crio/crio.conf.d2"},
        std::pair{"/etc/containerd/conf.d/a.toml", "/etc/containerd"},
        std::pair{"/etc/k0s/containerd.d/a.toml", "/etc/k0s"},
        std::pair{"/x/agent/etc/containerd/config.toml.d/a.toml", "/x/agent/etc/containerd"},
        std::pair{"/f", "/"}}) {
    CHECK(place(file) == directory);
  }
}

TEST_CASE("An import that takes whatever is in a directory keeps temporary files out of it",
          "[node]") {
  for (const char* imports : {"/etc/containerd/runtimes.d/*", "runtimes.d/*", "/etc/*/*/*"}) {
    CAPTURE(imports);
    Root place;
    (void)place.directory.write("etc/containerd/config.toml",
                                "version = 2\nimports = [\"" + std::string(imports) + "\"]\n");
    (void)place.directory.write("etc/containerd/runtimes.d/k.toml", "version = 2\n");
    CHECK(place("/etc/containerd/runtimes.d/k.toml") == "/etc/containerd");
  }
}

TEST_CASE("An import of names that end in .toml leaves room beside them", "[node]") {
  Root place;
  (void)place.directory.write("etc/containerd/config.toml",
                              "imports = [\"/etc/containerd/runtimes.d/*.toml\"]\n");
  (void)place.directory.write("etc/containerd/runtimes.d/k.toml", "version = 2\n");
  CHECK(place("/etc/containerd/runtimes.d/k.toml") == "/etc/containerd/runtimes.d");
}

TEST_CASE("A loaded directory behind a link is known by where it is", "[node]") {
  Root place;
  (void)place.directory.write("etc/containerd/config.toml",
                              "imports = [\"/etc/containerd/runtimes.d/*\"]\n");
  (void)place.directory.write("opt/runtimes/k.toml", "version = 2\n");
  (void)place.directory.link("etc/containerd/runtimes.d", "../../opt/runtimes");
  CHECK(place("/opt/runtimes/k.toml") == "/opt");
}

TEST_CASE("A directory that an engine loads is known by its path alone", "[node]") {
  for (const char* path :
       {"/etc/crio/crio.conf.d", "/etc/crio/crio.conf.d/a/b", "/etc/containerd/conf.d",
        "/etc/containerd/conf.d/backups", "/etc/k0s/containerd.d",
        "/x/agent/etc/containerd/config.toml.d", "/x/agent/etc/containerd/config-v3.toml.d/x"}) {
    CAPTURE(path);
    CHECK(is_loaded_whole(path));
  }
  for (const char* path : {"/etc/crio/crio.conf.d2", "/conf.d", "/etc/containerd", "/etc/crio"}) {
    CAPTURE(path);
    CHECK_FALSE(is_loaded_whole(path));
  }
}

}  // namespace
}  // namespace katafix
