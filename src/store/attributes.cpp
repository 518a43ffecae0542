#include "attributes.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <vector>

namespace katafix {

namespace {

constexpr std::size_t kLargestValue = 65536;  // XATTR_SIZE_MAX of linux/limits.h

/// Integrity signatures are of the old bytes.
bool is_copied(std::string_view attribute) {
  return attribute != "security.ima" && attribute != "security.evm";
}

std::vector<std::string> attribute_names(System& system, const File& file,
                                         const std::string& shown) {
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
    fail(shown, "list its extended attributes");
  }
  std::vector<std::string> list;
  for (const char* name = names.data(); name < names.data() + size; name += std::strlen(name) + 1) {
    if (is_copied(name)) {
      list.emplace_back(name);
    }
  }
  return list;
}

std::string attribute(System& system, const File& file, const std::string& name,
                      const std::string& shown) {
  std::string value(kLargestValue, '\0');
  const ssize_t size =
      system.get_attribute(file.descriptor(), name.c_str(), value.data(), value.size());
  if (size < 0) {
    fail(shown, "read its extended attribute " + name);
  }
  value.resize(static_cast<std::size_t>(size));
  return value;
}

}  // namespace

void copy_attributes(System& system, const File& from, const File& to, const std::string& shown) {
  const std::vector<std::string> wanted = attribute_names(system, from, shown);
  const std::vector<std::string> present = attribute_names(system, to, shown);
  const auto is_in = [](const std::vector<std::string>& names, const std::string& name) {
    return std::find(names.begin(), names.end(), name) != names.end();
  };
  for (const std::string& name : present) {
    if (!is_in(wanted, name) && system.remove_attribute(to.descriptor(), name.c_str()) != 0) {
      fail(shown, "keep it without the extended attribute " + name);
    }
  }
  for (const std::string& name : wanted) {
    const std::string value = attribute(system, from, name, shown);
    // A label that is right already need not be set, which may take a privilege.
    if (is_in(present, name) && attribute(system, to, name, shown) == value) {
      continue;
    }
    if (system.set_attribute(to.descriptor(), name.c_str(), value.data(), value.size()) != 0) {
      fail(shown, "keep its extended attribute " + name);
    }
  }
}

void set_owner(System& system, const File& file, const Metadata& wanted, const std::string& shown) {
  const struct stat created = file.info();
  if ((created.st_uid != wanted.user || created.st_gid != wanted.group) &&
      system.change_owner(file.descriptor(), wanted.user, wanted.group) != 0) {
    fail(shown, "keep its owner", Code::write_failed, "run katafix as root, or as its owner");
  }
}

void set_mode(System& system, const File& file, const Metadata& wanted, const std::string& shown) {
  if (system.change_mode(file.descriptor(), wanted.mode) != 0) {
    fail(shown, "keep its mode");
  }
  const struct stat now = file.info();
  if (now.st_uid != wanted.user || now.st_gid != wanted.group ||
      (now.st_mode & ~mode_t{S_IFMT}) != wanted.mode) {
    throw Error(Code::write_failed, shown, "its file system does not keep owner and mode",
                "mount it so that it does");
  }
}

void set_time(System& system, const File& file, const struct timespec& modified,
              const std::string& shown) {
  const std::array<struct timespec, 2> times{{{0, UTIME_NOW}, modified}};
  if (system.set_times(file.descriptor(), times.data()) != 0) {
    fail(shown, "restore its time of modification");
  }
}

}  // namespace katafix
