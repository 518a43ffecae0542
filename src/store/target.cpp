#include "target.hpp"

#include "metadata.hpp"

#include <cerrno>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

namespace katafix {

namespace {

constexpr mode_t kSpecialBits = S_ISUID | S_ISGID | S_ISVTX;
constexpr mode_t kPrivate = 0600;
constexpr const char* kMakeFile = "make a new file in its directory";

/// What an exchange fails with where there is none: old kernels, NFS, and seccomp filters that do
/// not know the call.
bool knows_no_exchange(int error) {
  return error == EINVAL || error == ENOSYS || error == EOPNOTSUPP || error == EPERM;
}

/// What statx says of a file, or of its directory. Throws Error where that is marked.
struct statx unmarked(const File& file, const std::string& what) {
  struct statx info {};
  if (file.system().extended_stat(file.descriptor(), info) != 0) {
    fail(file.shown(), "examine " + what);
  }
  if ((info.stx_attributes & (STATX_ATTR_IMMUTABLE | STATX_ATTR_APPEND)) != 0) {
    throw Error(Code::write_failed, file.shown(), what + " is marked immutable or append-only",
                "remove the mark with chattr -i -a, if it is meant to change");
  }
  return info;
}

/// Throws Error where a name of a directory may not be written to. Whatever else keeps the question
/// from being answered does not keep anyone from trying.
void check_access(const File& directory, const char* name, const char* what) {
  if (directory.system().access_at(directory.descriptor(), name, W_OK) != 0 &&
      (errno == EACCES || errno == EROFS)) {
    fail(directory.shown(), what);
  }
}

/// Can it only be overwritten? Throws Error where that is so and not allowed.
bool needs_overwriting(const File& file, bool in_place) {
  const struct statx info = unmarked(file, "it");
  // Linux before 5.8 does not tell mount points; then leave to overwrite is taken to be needed.
  const bool can_tell = (info.stx_attributes_mask & STATX_ATTR_MOUNT_ROOT) != 0;
  const bool is_mount = (info.stx_attributes & STATX_ATTR_MOUNT_ROOT) != 0;
  const bool is_linked = info.stx_nlink > 1;
  if (in_place) {
    return is_mount || is_linked || !can_tell;
  }
  if (is_linked) {
    throw Error(Code::unsafe_target, file.shown(),
                "it has more than one hard link, and replacing it would part them",
                "remove the other links, or overwrite it with --in-place");
  }
  if (is_mount) {
    throw Error(Code::unsafe_target, file.shown(),
                "it is a mount of its own, which cannot be replaced",
                "mount the directory that it is in instead, or overwrite it with --in-place");
  }
  return false;
}

}  // namespace

SplitPath split_path(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  return {slash == 0 || slash == std::string::npos ? "/" : path.substr(0, slash),
          path.substr(slash + 1)};
}

int open_below(System& system, const Base& base, const std::string& path, int flags) {
  int descriptor = -1;
  do {
    descriptor = system.open_below(base.descriptor, path, flags);
  } while (descriptor < 0 && errno == EINTR);
  return descriptor;
}

File open_directory(System& system, const Base& base, const std::string& path,
                    const std::string& shown) {
  const int descriptor = open_below(system, base, path, O_RDONLY | O_DIRECTORY);
  if (descriptor < 0 && (errno == ELOOP || errno == ENOTDIR)) {
    throw Error(Code::conflict, shown,
                "its directory " + base.path + path +
                    " was moved or became a link in the meantime, and is not followed",
                "see who changes it, and run katafix again");
  }
  if (descriptor < 0) {
    fail(shown, "open its directory " + base.path + path);
  }
  File directory(system, descriptor, shown);
  if (!is_trusted(directory.info())) {
    throw Error(Code::unsafe_target, shown, "others may change its directory " + base.path + path,
                "give that to root with chown, and only to root with chmod go-w");
  }
  return directory;
}

Target::Target(System& system, const Base& node, const RunFile& file)
    : system_(system),
      file_(file),
      name_(split_path(file.target).name),
      temporary_(split_path(file.temporary).name),
      directory_(open_directory(system, node, split_path(file.target).directory, file.path)) {
  const std::string other = split_path(file.temporary).directory;
  if (other != split_path(file.target).directory) {
    other_directory_.emplace(open_directory(system, node, other, file.path));
  }
}

void Target::check_directories() const {
  const struct statx info =
      unmarked(directory_, "its directory " + split_path(file_.target).directory);
  check_access(directory_, ".", kMakeFile);
  if (!other_directory_) {
    return;
  }
  const struct statx other =
      unmarked(*other_directory_, "the directory " + split_path(file_.temporary).directory);
  check_access(*other_directory_, ".", kMakeFile);
  if ((info.stx_mask & other.stx_mask & STATX_MNT_ID) != 0 && info.stx_mnt_id != other.stx_mnt_id) {
    errno = EXDEV;
    fail_to_place();
  }
}

Target::Looks Target::look() const {
  const std::string& shown = file_.path;
  auto file = open_regular(system_, directory_.descriptor(), name_, O_RDONLY, shown);
  if (!file) {
    throw Error(Code::conflict, shown, "it was removed by someone else in the meantime",
                "run katafix again");
  }
  const struct stat info = file->info();
  const bool in_place = needs_overwriting(*file, file_.in_place);
  if ((info.st_mode & kSpecialBits) != 0) {
    throw Error(Code::unsafe_target, shown, "it has set-user-ID, set-group-ID or sticky bits",
                "no config file needs them; remove them with chmod a-s,-t");
  }
  check_rights(in_place);
  return {*std::move(file), info, in_place};
}

void Target::check_rights(bool in_place) const {
  if (in_place) {
    check_access(directory_, name_.c_str(), "write to it");
  } else {
    check_directories();
  }
}

Target::Found Target::examine(std::string_view before) const {
  const auto [file, info, in_place] = look();
  if (!file.holds(before)) {
    throw Error(Code::conflict, file_.path, "it was changed by someone else in the meantime",
                "run katafix again");
  }
  return {metadata_of(file, info), in_place};
}

void Target::check() const {
  const auto [file, info, in_place] = look();
  if (!in_place) {
    check_keeping_owner(info, file_.path);
  }
}

std::optional<std::string> Target::read(const File& directory, const std::string& name) const {
  try {
    const auto file = open_regular(system_, directory.descriptor(), name, O_RDONLY, file_.path);
    return file ? std::optional(file->read_all()) : std::nullopt;
  } catch (const Error& error) {
    if (error.finding().code == Code::unsafe_target || error.finding().code == Code::too_large) {
      return std::nullopt;
    }
    throw;
  }
}

std::optional<std::string> Target::read() const { return read(directory_, name_); }

std::optional<std::string> Target::read_temporary() const {
  return read(temporary_directory(), temporary_);
}

std::optional<Metadata> Target::metadata() const {
  const auto file = open_regular(system_, directory_.descriptor(), name_, O_RDONLY, file_.path);
  return file ? std::optional(metadata_of(*file, file->info())) : std::nullopt;
}

void Target::write_temporary(std::string_view bytes, const Metadata& metadata, Time time) const {
  const std::string& shown = file_.path;
  {
    const File file(system_, temporary_directory().descriptor(), part(),
                    O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW, shown, kPrivate, kMakeFile);
    file.write_all(bytes);
    set_rights(file, metadata);
    if (time == Time::as_before) {
      set_time(file, metadata);
    }
    file.sync();
    if (!file.holds(bytes)) {
      throw Error(Code::write_failed, shown, "what was written to a new file is not what it holds",
                  "check the disk");
    }
  }
  rename(temporary_directory(), part(), temporary_directory(), temporary_);
}

void Target::swap() const {
  if (system_.exchange_at(temporary_directory().descriptor(), temporary_.c_str(),
                          directory_.descriptor(), name_.c_str()) == 0) {
    return;
  }
  if (!knows_no_exchange(errno)) {
    fail_to_place();
  }
  // The old file is kept by a second name, so that an edit up to the last moment is not lost.
  const bool is_kept = system_.link_at(directory_.descriptor(), name_.c_str(),
                                       temporary_directory().descriptor(), old().c_str()) == 0;
  rename(temporary_directory(), temporary_, directory_, name_);
  if (is_kept) {
    rename(temporary_directory(), old(), temporary_directory(), temporary_);
  }
}

void Target::mend_names() const {
  remove(part());
  if (has(old())) {
    if (has(temporary_)) {
      remove(old());
    } else {
      rename(temporary_directory(), old(), temporary_directory(), temporary_);
    }
  }
}

bool Target::has(const std::string& name) const {
  struct stat info {};
  // What cannot be looked at may be there.
  return system_.stat_at(temporary_directory().descriptor(), name.c_str(), info) == 0 ||
         !is_gone(errno);
}

void Target::rename(const File& from_directory, const std::string& from, const File& to_directory,
                    const std::string& to) const {
  if (system_.rename_at(from_directory.descriptor(), from.c_str(), to_directory.descriptor(),
                        to.c_str()) != 0) {
    fail_to_place();
  }
}

void Target::remove(const std::string& name) const {
  // Where nothing may be written even what is not there cannot be removed.
  if (has(name) && system_.unlink_at(temporary_directory().descriptor(), name.c_str(), 0) != 0 &&
      errno != ENOENT) {
    fail(file_.path, "remove its temporary file " + name);
  }
}

void Target::remove_temporary() const { remove(temporary_); }

void Target::fail_to_place() const {
  const char* const advice =
      errno == EBUSY
          ? "it is a mount of its own: mount the directory that it is in instead, or overwrite it "
            "with --in-place"
      : errno == EXDEV ? "its directory is a mount of its own, and a new file must not be made in "
                         "it: mount the directory above"
                       : "";
  fail(file_.path, "put the new file in its place", Code::write_failed, advice);
}

void Target::overwrite(std::string_view bytes, const Metadata* metadata) const {
  const std::string& shown = file_.path;
  const auto file = open_regular(system_, directory_.descriptor(), name_, O_WRONLY, shown);
  if (!file) {
    throw Error(Code::conflict, shown, "it was removed by someone else in the meantime");
  }
  file->write_all(bytes);
  if (system_.truncate(file->descriptor(), static_cast<off_t>(bytes.size())) != 0) {
    fail(shown, "cut it to its length");
  }
  if (metadata != nullptr) {
    set_rights(*file, *metadata);
    set_time(*file, *metadata);
  }
  file->sync();
}

void Target::sync() const {
  try {
    if (const auto file =
            open_regular(system_, directory_.descriptor(), name_, O_RDONLY, file_.path)) {
      file->sync();
    }
  } catch (const Error& error) {
    if (error.finding().code != Code::unsafe_target) {
      throw;
    }
  }
}

}  // namespace katafix
