#include "status_file.hpp"

#include "file.hpp"
#include "signals.hpp"
#include "target.hpp"

#include <cerrno>
#include <unistd.h>

namespace katafix {

namespace {

constexpr mode_t kReadable = 0644;

/// The directory of a status file, and what is there by its name.
class StatusFile {
 public:
  StatusFile(System& system, const std::string& path)
      : system_(system),
        path_(path),
        name_(split_path(path).name),
        directory_(system, AT_FDCWD,
                   path.find('/') == std::string::npos ? "." : split_path(path).directory,
                   O_RDONLY | O_DIRECTORY, path, 0, "open its directory") {
    const struct stat info = directory_.info();
    const bool is_own = info.st_uid == 0 || info.st_uid == ::geteuid();
    others_may_write_ = !is_own || (info.st_mode & (S_IWGRP | S_IWOTH)) != 0;
    struct stat there {};
    if (system_.stat_at(directory_.descriptor(), name_.c_str(), there) == 0 &&
        !S_ISREG(there.st_mode) && !(S_ISLNK(there.st_mode) && others_may_write_)) {
      throw Error(Code::unsafe_target, path_,
                  S_ISLNK(there.st_mode) ? "it is a link, which is not followed"
                                         : "it is not a regular file",
                  "name the file itself");
    }
  }

  [[nodiscard]] bool others_may_write() const { return others_may_write_; }

  void replace(std::string_view bytes) const {
    const std::string temporary = new_temporary();
    const int here = directory_.descriptor();
    const File file(system_, here, temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, path_,
                    kReadable, "make a new file in its directory");
    try {
      file.write_all(bytes);
      // The umask may have taken from it.
      if (system_.change_mode(file.descriptor(), kReadable) != 0) {
        fail(path_, "set its mode");
      }
      file.sync();
      if (system_.rename_at(here, temporary.c_str(), here, name_.c_str()) != 0) {
        fail(path_, "put it in its place");
      }
    } catch (...) {
      system_.unlink_at(here, temporary.c_str(), 0);
      throw;
    }
  }

  void overwrite(std::string_view bytes, std::string_view mark) const {
    const auto file = open_regular(system_, directory_.descriptor(), name_, O_RDWR, path_);
    if (!file) {
      replace(bytes);
      return;
    }
    const std::string before = file->read_all();
    if (!before.empty() && !before.starts_with(mark)) {
      throw Error(Code::unsafe_target, path_, "it holds something else, which would be lost",
                  "name a file that is empty, or not there yet");
    }
    file->write_all(bytes);
    if (system_.truncate(file->descriptor(), static_cast<off_t>(bytes.size())) != 0) {
      fail(path_, "cut it to its length");
    }
  }

 private:
  System& system_;
  const std::string& path_;
  std::string name_;
  File directory_;
  bool others_may_write_ = false;
};

}  // namespace

void replace_status_file(System& system, const std::string& path, std::string_view bytes) {
  const HeldSignals held;
  StatusFile(system, path).replace(bytes);
}

void overwrite_status_file(System& system, const std::string& path, std::string_view bytes,
                           std::string_view mark) {
  const HeldSignals held;
  const StatusFile file(system, path);
  if (file.others_may_write()) {
    file.replace(bytes);
  } else {
    file.overwrite(bytes, mark);
  }
}

}  // namespace katafix
