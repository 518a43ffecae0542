#include "metadata.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <unistd.h>
#include <vector>

namespace katafix {

namespace {

constexpr std::size_t kLargestValue = 65536;  // XATTR_SIZE_MAX of linux/limits.h

/// Integrity signatures are of the old bytes.
bool is_kept(std::string_view attribute) {
  return attribute != "security.ima" && attribute != "security.evm";
}

std::vector<std::string> attribute_names(const File& file) {
  System& system = file.system();
  std::string names;
  ssize_t size = 0;
  do {
    const ssize_t wanted = system.list_attributes(file.descriptor(), nullptr, 0);
    if (wanted == 0 || (wanted < 0 && errno == ENOTSUP)) {
      return {};
    }
    names.resize(static_cast<std::size_t>(std::max<ssize_t>(wanted, 0)));
    size =
        wanted < 0 ? wanted : system.list_attributes(file.descriptor(), names.data(), names.size());
  } while (size < 0 && errno == ERANGE);
  if (size < 0) {
    fail(file.shown(), "list its extended attributes");
  }
  std::vector<std::string> list;
  for (const char* name = names.data(); name < names.data() + size; name += std::strlen(name) + 1) {
    if (is_kept(name)) {
      list.emplace_back(name);
    }
  }
  return list;
}

std::map<std::string, std::string> attributes_of(const File& file) {
  std::map<std::string, std::string> attributes;
  for (const std::string& name : attribute_names(file)) {
    std::string value(kLargestValue, '\0');
    const ssize_t size =
        file.system().get_attribute(file.descriptor(), name.c_str(), value.data(), value.size());
    if (size < 0) {
      fail(file.shown(), "read its extended attribute " + name);
    }
    value.resize(static_cast<std::size_t>(size));
    attributes.emplace(name, std::move(value));
  }
  return attributes;
}

/// What it does not have of its own, such as an ACL that the directory hands down, goes.
void set_attributes(const File& file, const std::map<std::string, std::string>& wanted) {
  System& system = file.system();
  const std::map<std::string, std::string> present = attributes_of(file);
  for (const auto& [name, value] : present) {
    if (!wanted.contains(name) && system.remove_attribute(file.descriptor(), name.c_str()) != 0) {
      fail(file.shown(), "keep it without the extended attribute " + name);
    }
  }
  for (const auto& [name, value] : wanted) {
    // A label that is right already need not be set, which may take a privilege.
    const auto now = present.find(name);
    if ((now == present.end() || now->second != value) &&
        system.set_attribute(file.descriptor(), name.c_str(), value.data(), value.size()) != 0) {
      fail(file.shown(), "keep its extended attribute " + name);
    }
  }
}

[[noreturn]] void fail_to_keep_owner(const std::string& shown) {
  fail(shown, "keep its owner", Code::write_failed, "run katafix as root, or as its owner");
}

}  // namespace

void check_keeping_owner(const struct stat& info, const std::string& shown) {
  const bool is_own = info.st_uid == ::geteuid();
  const bool is_of_own_group = info.st_gid == ::getegid() || ::group_member(info.st_gid) != 0;
  if (::geteuid() != 0 && !(is_own && is_of_own_group)) {
    errno = EPERM;
    fail_to_keep_owner(shown);
  }
}

Metadata metadata_of(const File& file, const struct stat& info) {
  return {info.st_mode & kPermissions, info.st_uid, info.st_gid, info.st_mtim, attributes_of(file)};
}

void set_rights(const File& file, const Metadata& wanted) {
  const struct stat created = file.info();
  if ((created.st_uid != wanted.user || created.st_gid != wanted.group) &&
      file.system().change_owner(file.descriptor(), wanted.user, wanted.group) != 0) {
    fail_to_keep_owner(file.shown());
  }
  set_attributes(file, wanted.attributes);
  if (file.system().change_mode(file.descriptor(), wanted.mode) != 0) {
    fail(file.shown(), "keep its mode");
  }
  const struct stat now = file.info();
  if (now.st_uid != wanted.user || now.st_gid != wanted.group ||
      (now.st_mode & ~mode_t{S_IFMT}) != wanted.mode) {
    throw Error(Code::write_failed, file.shown(), "its file system does not keep owner and mode",
                "mount it so that it does");
  }
}

void set_time(const File& file, const Metadata& wanted) {
  const std::array<struct timespec, 2> times{{{0, UTIME_NOW}, wanted.modified}};
  if (file.system().set_times(file.descriptor(), times.data()) != 0) {
    fail(file.shown(), "restore its time of modification");
  }
}

}  // namespace katafix
