#include "pending.hpp"

#include "attributes.hpp"
#include "target.hpp"

#include <cerrno>
#include <cstring>
#include <optional>
#include <utility>

namespace katafix {

namespace {

constexpr int kTemporary = O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW;
constexpr mode_t kPrivate = 0600;

/// What an exchange fails with where there is none: old kernels, NFS, and seccomp filters that do
/// not know the call.
bool knows_no_exchange(int error) {
  return error == EINVAL || error == ENOSYS || error == EOPNOTSUPP || error == EPERM;
}

}  // namespace

Pending::Pending(System& system, const Replacement& replacement)
    : system_(&system),
      replacement_(&replacement),
      target_(split_path(replacement.target)),
      original_(examine(system, replacement)),
      target_directory_(open_directory(system, target_.directory, replacement.path)) {
  const std::string other = temporary_directory(replacement.target);
  if (other != target_.directory) {
    other_directory_.emplace(open_directory(system, other, replacement.path));
  }
  if (original_.in_place) {
    // Tells early what may not be written.
    const File file(system, target_directory_.descriptor(), target_.name, O_WRONLY | O_NOFOLLOW,
                    replacement.path);
    return;
  }
  const std::string& name = replacement.temporary;
  temporary_name_ = name.empty() ? new_temporary() : name;
  write();
}

Pending::Pending(Pending&& other) noexcept
    : system_(other.system_),
      replacement_(other.replacement_),
      target_(std::move(other.target_)),
      original_(other.original_),
      target_directory_(std::move(other.target_directory_)),
      other_directory_(std::move(other.other_directory_)),
      temporary_name_(std::exchange(other.temporary_name_, {})),
      was_renamed_(other.was_renamed_) {}

Pending::~Pending() {
  if (!temporary_name_.empty()) {
    system_->unlink_at(temporary_place().descriptor(), temporary_name_.c_str(), 0);
  }
}

void Pending::write() {
  const std::string& shown = replacement_->path;
  const File old(*system_, target_directory_.descriptor(), target_.name, O_RDONLY | O_NOFOLLOW,
                 shown);
  const Metadata wanted = replacement_->metadata.value_or(original_.metadata);
  const File file(*system_, temporary_place().descriptor(), temporary_name_, kTemporary, shown,
                  kPrivate, "make a new file in its directory");
  try {
    file.write_all(replacement_->after);
    set_owner(*system_, file, wanted, shown);
    copy_attributes(*system_, old, file, shown);
    // Last, for until then 0600 keeps everybody else out, whatever ACL the directory hands down.
    set_mode(*system_, file, wanted, shown);
    if (replacement_->metadata) {
      set_time(*system_, file, wanted.modified, shown);
    }
    file.sync();
    if (!file.holds(replacement_->after)) {
      throw Error(Code::write_failed, shown, "what was written to a new file is not what it holds",
                  "check the disk");
    }
  } catch (...) {
    system_->unlink_at(temporary_place().descriptor(), temporary_name_.c_str(), 0);
    throw;
  }
}

bool Pending::temporary_holds(std::string_view bytes) const {
  return File(*system_, temporary_place().descriptor(), temporary_name_, O_RDONLY | O_NOFOLLOW,
              replacement_->path)
      .holds(bytes);
}

void Pending::commit() {
  const Metadata now = examine(*system_, *replacement_).metadata;
  const Metadata& then = original_.metadata;
  if (now.mode != then.mode || now.user != then.user || now.group != then.group) {
    throw Error(Code::conflict, replacement_->path,
                "its owner or mode was changed by someone else in the meantime",
                "run katafix again");
  }
  if (original_.in_place) {
    overwrite(*system_, *replacement_);
    return;
  }
  if (!exchange(replacement_->after, replacement_->before)) {
    rename();
  }
}

void Pending::take_back() {
  const Replacement undo = inverse(*replacement_, original_.metadata);
  if (original_.in_place) {
    (void)examine(*system_, undo);
    overwrite(*system_, undo);
  } else if (was_renamed_) {
    Pending pending(*system_, undo);
    pending.commit();
    pending.finish();
  } else {
    if (!exchange(replacement_->before, replacement_->after)) {
      fail_to_place();
    }
  }
}

bool Pending::swap_names() const {
  return system_->exchange_at(temporary_place().descriptor(), temporary_name_.c_str(),
                              target_directory_.descriptor(), target_.name.c_str()) == 0;
}

bool Pending::exchange(const std::string& ours, const std::string& theirs) {
  if (!swap_names()) {
    if (knows_no_exchange(errno)) {
      return false;
    }
    fail_to_place();
  }
  // The temporary name has what was really replaced: an edit in the last moment is found here.
  std::optional<Error> trouble;
  const auto holds = [&](const std::string& bytes) {
    try {
      return temporary_holds(bytes);
    } catch (const Error& error) {
      trouble = error;
      return false;
    }
  };
  if (holds(theirs)) {
    return true;
  }
  if (!trouble) {
    trouble.emplace(Code::conflict, replacement_->path,
                    "it was changed by someone else in the meantime", "run katafix again");
  }
  if (!swap_names() || !holds(ours)) {
    const std::string kept = temporary_directory(replacement_->target) + "/" + temporary_name_;
    temporary_name_.clear();
    throw Error(Code::partly_written, replacement_->path,
                std::string(trouble->what()) + "; one version of it is now " + kept,
                "compare the two and decide by hand");
  }
  throw Error(*trouble);
}

void Pending::rename() {
  if (system_->rename_at(temporary_place().descriptor(), temporary_name_.c_str(),
                         target_directory_.descriptor(), target_.name.c_str()) != 0) {
    fail_to_place();
  }
  temporary_name_.clear();
  was_renamed_ = true;
}

void Pending::fail_to_place() const {
  const char* const advice =
      errno == EBUSY
          ? "it is a mount of its own: mount the directory that it is in instead, or overwrite it "
            "with --in-place"
      : errno == EXDEV ? "its directory is a mount of its own, and a new file must not be made in "
                         "it: mount the directory above"
                       : "";
  fail(replacement_->path, "put the new file in its place", Code::write_failed, advice);
}

void Pending::finish() {
  if (!temporary_name_.empty()) {
    if (system_->unlink_at(temporary_place().descriptor(), temporary_name_.c_str(), 0) != 0) {
      fail(replacement_->path, "remove its temporary file " + temporary_name_);
    }
    temporary_name_.clear();
  }
  target_directory_.sync();
  if (other_directory_) {
    other_directory_->sync();
  }
}

}  // namespace katafix
