#include "pending.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <sys/random.h>
#include <utility>

namespace katafix {

namespace {

constexpr mode_t kPermissions = 0777;
constexpr int kTemporary = O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW;

/// Ends in no suffix that an engine loads.
std::string random_name() {
  std::array<unsigned char, 8> random{};
  if (::getrandom(random.data(), random.size(), 0) != static_cast<ssize_t>(random.size())) {
    fail("random name", "get one");
  }
  constexpr std::string_view digits = "0123456789abcdef";
  std::string name = ".katafix-";
  for (const unsigned char byte : random) {
    name.push_back(digits[byte >> 4U]);
    name.push_back(digits[byte & 0xFU]);
  }
  return name + ".tmp";
}

/// Integrity signatures are of the old bytes; an ACL that the directory hands down is not ours.
bool is_copied(std::string_view attribute) {
  return attribute != "security.ima" && attribute != "security.evm";
}

std::vector<std::string> attribute_names(System& system, const File& file,
                                         const std::string& shown) {
  std::string names;
  ssize_t size = 0;
  do {
    const ssize_t wanted = system.list_attributes(file.descriptor(), nullptr, 0);
    if (wanted < 0 && errno == ENOTSUP) {
      return {};
    }
    names.resize(static_cast<std::size_t>(std::max<ssize_t>(wanted, 0)));
    size =
        wanted < 0 ? wanted : system.list_attributes(file.descriptor(), names.data(), names.size());
  } while (size < 0 && errno == ERANGE);
  if (size < 0) {
    fail(shown, "list its extended attributes");
  }
  std::vector<std::string> list;
  for (const char* name = names.data(); name < names.data() + size; name += std::strlen(name) + 1) {
    list.emplace_back(name);
  }
  return list;
}

}  // namespace

std::string temporary_directory(const std::string& target) {
  constexpr std::array<std::string_view, 5> loaded = {"conf.d", "config.d", "containerd.d",
                                                      "config.toml.d", "config-v3.toml.d"};
  const std::size_t crio = target.find("/crio.conf.d/");
  if (crio != std::string::npos) {
    return crio == 0 ? "/" : target.substr(0, crio);
  }
  const SplitPath file = split_path(target);
  const SplitPath directory = split_path(file.directory);
  const bool is_loaded = std::find(loaded.begin(), loaded.end(), directory.name) != loaded.end();
  return is_loaded ? directory.directory : file.directory;
}

Pending::Pending(System& system, const Replacement& replacement)
    : system_(&system),
      replacement_(&replacement),
      target_(split_path(replacement.target)),
      target_directory_(system, AT_FDCWD, target_.directory, O_RDONLY | O_DIRECTORY,
                        replacement.path),
      temporary_directory_(system, AT_FDCWD, temporary_directory(replacement.target),
                           O_RDONLY | O_DIRECTORY, replacement.path),
      temporary_name_(random_name()) {
  try {
    write();
  } catch (...) {
    system.unlink_at(temporary_directory_.descriptor(), temporary_name_.c_str(), 0);
    throw;
  }
}

Pending::Pending(Pending&& other) noexcept
    : system_(other.system_),
      replacement_(other.replacement_),
      target_(std::move(other.target_)),
      target_directory_(std::move(other.target_directory_)),
      temporary_directory_(std::move(other.temporary_directory_)),
      temporary_name_(std::exchange(other.temporary_name_, {})) {}

Pending::~Pending() {
  if (!temporary_name_.empty()) {
    system_->unlink_at(temporary_directory_.descriptor(), temporary_name_.c_str(), 0);
  }
}

void Pending::write() {
  const std::string& shown = replacement_->path;
  const File old(*system_, target_directory_.descriptor(), target_.name, O_RDONLY | O_NOFOLLOW,
                 shown);
  const struct stat info = old.info();
  const Metadata kept{info.st_mode & kPermissions, info.st_uid, info.st_gid, {}};
  const Metadata wanted = replacement_->metadata.value_or(kept);

  const File file(*system_, temporary_directory_.descriptor(), temporary_name_, kTemporary, shown,
                  0600, "make a new file in its directory");
  file.write_all(replacement_->after);
  const struct stat created = file.info();
  if ((created.st_uid != wanted.user || created.st_gid != wanted.group) &&
      system_->change_owner(file.descriptor(), wanted.user, wanted.group) != 0) {
    fail(shown, "keep its owner");
  }
  copy_attributes(old, file);
  // Last, for until then 0600 keeps everybody else out, whatever ACL the directory hands down.
  if (system_->change_mode(file.descriptor(), wanted.mode) != 0) {
    fail(shown, "keep its mode");
  }
  if (replacement_->metadata) {
    const std::array<struct timespec, 2> times{{{0, UTIME_NOW}, wanted.modified}};
    if (system_->set_times(file.descriptor(), times.data()) != 0) {
      fail(shown, "restore its time of modification");
    }
  }
  file.sync();
}

void Pending::copy_attributes(const File& from, const File& to) const {
  const std::string& shown = replacement_->path;
  const std::vector<std::string> wanted = attribute_names(*system_, from, shown);
  for (const std::string& name : attribute_names(*system_, to, shown)) {
    if (std::find(wanted.begin(), wanted.end(), name) == wanted.end() && is_copied(name) &&
        system_->remove_attribute(to.descriptor(), name.c_str()) != 0) {
      fail(shown, "keep its extended attributes");
    }
  }
  for (const std::string& name : wanted) {
    if (!is_copied(name)) {
      continue;
    }
    std::string value(65536, '\0');
    const ssize_t size =
        system_->get_attribute(from.descriptor(), name.c_str(), value.data(), value.size());
    if (size < 0 || system_->set_attribute(to.descriptor(), name.c_str(), value.data(),
                                           static_cast<std::size_t>(size)) != 0) {
      fail(shown, "keep its extended attribute " + name);
    }
  }
}

void Pending::commit() {
  (void)examine(*system_, *replacement_);
  if (system_->rename_at(temporary_directory_.descriptor(), temporary_name_.c_str(),
                         target_directory_.descriptor(), target_.name.c_str()) != 0) {
    const std::string advice =
        errno == EBUSY ? "it is a mount of its own: mount the directory that it is in instead"
        : errno == EXDEV
            ? "its directory is a mount of its own, and a new file must not be made in it: "
              "mount the directory above"
            : "";
    throw Error(Code::write_failed, replacement_->path,
                std::string("cannot put the new file in its place: ") + std::strerror(errno),
                advice);
  }
  temporary_name_.clear();
}

void Pending::sync_directories() const {
  target_directory_.sync();
  if (temporary_directory(replacement_->target) != target_.directory) {
    temporary_directory_.sync();
  }
}

}  // namespace katafix
