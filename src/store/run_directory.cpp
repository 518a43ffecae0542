#include "run_directory.hpp"

#include "manifest.hpp"

#include <algorithm>
#include <cerrno>
#include <utility>
#include <vector>

namespace katafix {

namespace {

constexpr mode_t kPrivateFile = 0600;
constexpr const char* kManifest = "manifest.json";
constexpr const char* kNewManifest = "manifest.json.new";

}  // namespace

RunDirectory::RunDirectory(System& system, const std::string& path)
    : system_(system),
      path_(path),
      file_(system, AT_FDCWD, path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW, path) {}

void RunDirectory::write(const std::string& name, std::string_view bytes) const {
  const File file(system_, file_.descriptor(), name, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW,
                  path_ + "/" + name, kPrivateFile);
  file.write_all(bytes);
  file.sync();
  if (!open(name).holds(bytes)) {
    throw Error(Code::write_failed, path_ + "/" + name,
                "what was written to it is not what it holds", "check the disk");
  }
}

std::string RunDirectory::read(const std::string& name) const {
  try {
    return open(name).read_all();
  } catch (const Error& error) {
    throw Error(Code::bad_backup, path_ + "/" + name, error.what(),
                "compare the files of this run with the originals that are left, decide by hand, "
                "and remove its directory");
  }
}

File RunDirectory::open(const std::string& name) const {
  return {system_, file_.descriptor(), name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK,
          path_ + "/" + name};
}

void RunDirectory::sync() const { file_.sync(); }

void RunDirectory::write_manifest(const Run& run) const {
  write(kNewManifest, to_manifest(run));
  if (system_.rename_at(file_.descriptor(), kNewManifest, file_.descriptor(), kManifest) != 0) {
    fail(path_ + "/" + kManifest, "write it");
  }
  sync();
}

void RunDirectory::remove_all() const {
  std::vector<std::string> names;
  if (system_.list(file_.descriptor(), names) != 0) {
    fail(path_, "list it");
  }
  // The manifest first: what is left without one is no run, and one without backups is a damaged
  // one.
  system_.unlink_at(file_.descriptor(), kManifest, 0);
  sync();
  for (const std::string& name : names) {
    system_.unlink_at(file_.descriptor(), name.c_str(), 0);
  }
}

std::optional<Run> read_manifest(System& system, int runs, const std::string& name,
                                 const std::string& path) {
  const std::string manifest = name + "/" + kManifest;
  const int descriptor = system.open_at(runs, manifest.c_str(), O_RDONLY | O_NOFOLLOW, 0);
  if (descriptor < 0 && (errno == ENOENT || errno == ENOTDIR)) {
    return std::nullopt;
  }
  if (descriptor < 0) {
    fail(path + "/" + kManifest, "open it", Code::bad_backup);
  }
  return from_manifest(File(system, descriptor, path).read_all(), name, path + "/" + kManifest);
}

}  // namespace katafix
