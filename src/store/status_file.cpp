#include "katafix/store/status_file.hpp"

#include "file.hpp"
#include "signals.hpp"
#include "target.hpp"

namespace katafix {

namespace {

constexpr mode_t kReadable = 0644;

/// Throws where writing would do harm. The result is nothing when there is no file yet.
std::optional<std::string> look_at(System& system, const std::string& path) {
  if (is_loaded_directory(split_path(path).directory)) {
    throw Error(Code::unsafe_target, path, "a container engine would load it from here",
                "name a file in another directory");
  }
  if (!open_if_there(system, path, path)) {
    return std::nullopt;
  }
  return read_target(system, path, path);
}

}  // namespace

void replace_status_file(System& system, const std::string& path, std::string_view bytes) {
  (void)look_at(system, path);
  const SignalsHeld held;
  const SplitPath target = split_path(path);
  const File directory(system, AT_FDCWD, target.directory, O_RDONLY | O_DIRECTORY, path, 0,
                       "open its directory");
  const std::string name = new_temporary();
  const File file(system, directory.descriptor(), name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW,
                  path, kReadable, "make a new file in its directory");
  try {
    file.write_all(bytes);
    // The umask may have taken from it.
    if (system.change_mode(file.descriptor(), kReadable) != 0) {
      fail(path, "set its mode");
    }
    file.sync();
    if (system.rename_at(directory.descriptor(), name.c_str(), directory.descriptor(),
                         target.name.c_str()) != 0) {
      fail(path, "put it in its place");
    }
  } catch (...) {
    system.unlink_at(directory.descriptor(), name.c_str(), 0);
    throw;
  }
}

void overwrite_status_file(System& system, const std::string& path, std::string_view bytes,
                           std::string_view mark) {
  const std::optional<std::string> before = look_at(system, path);
  if (before && !before->empty() && !before->starts_with(mark)) {
    throw Error(Code::unsafe_target, path, "it holds something else, which would be lost",
                "name a file that is empty, or not there yet");
  }
  const SignalsHeld held;
  const File file(system, AT_FDCWD, path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW, path,
                  kReadable);
  file.write_all(bytes);
}

}  // namespace katafix
