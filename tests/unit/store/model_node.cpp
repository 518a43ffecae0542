#include "store/model_node.hpp"

#include <algorithm>

namespace katafix::test {

namespace {

constexpr const char* kBackups = "/var/lib/katafix";

std::string old_bytes(std::size_t index) { return "old bytes of " + std::to_string(index) + "\n"; }
std::string new_bytes(std::size_t index) {
  return "the new bytes of " + std::to_string(index) + ", which are more\n";
}
RunsPlace model_place() { return {{AT_FDCWD, ""}, {AT_FDCWD, ""}, kBackups, "the model", {}}; }

std::string directory_of(std::string_view path) {
  return std::string(path.substr(0, path.rfind('/')));
}

}  // namespace

ModelNode::ModelNode(std::size_t count, bool is_mount) : count_(count), is_mount_(is_mount) {
  machine_.make_directory("/var/lib");
  machine_.make_directory("/etc/crio");
  machine_.set_attribute("/etc/crio", "system.posix_acl_default", "everybody may read");
  for (std::size_t index = 0; index < count; ++index) {
    machine_.write(std::string(kPaths.at(index)), file(index, is_mount && index == 0));
    before_.push_back(old_bytes(index));
    after_.push_back(new_bytes(index));
  }
}

Inode ModelNode::file(std::size_t index, bool is_mount) {
  Inode file;
  file.mode = S_IFREG | 0640;
  file.user = 1000;
  file.group = 2000;
  file.modified = {1'000'000'000, 5};
  file.bytes = old_bytes(index);
  file.attributes = {{"security.selinux", "label"}};
  file.is_mount = is_mount;
  return file;
}

std::vector<FileChange> ModelNode::changes() const {
  std::vector<FileChange> all;
  for (std::size_t index = 0; index < count_; ++index) {
    const std::string path(kPaths.at(index));
    const std::string directory = directory_of(path);
    all.push_back({path,
                   path,
                   directory.ends_with("conf.d") ? directory_of(directory) : directory,
                   before_[index],
                   after_[index],
                   {},
                   is_mount_});
  }
  return all;
}

Run ModelNode::apply(System& system, const std::vector<FileChange>& changes) const {
  return Runs(system, model_place(), Runs::Create::yes).apply(changes, 1);
}

Run ModelNode::restore(System& system) const {
  std::vector<Finding> passed_over;
  Runs runs(system, model_place(), Runs::Create::no);
  return runs.restore(runs.choose({}, passed_over)).run;
}

void ModelNode::recover(System& system) const {
  try {
    (void)Runs(system, model_place(), Runs::Create::no).recover();
  } catch (const Error& error) {
    if (error.finding().code != Code::no_such_run) {
      throw;
    }
  }
}

ModelNode::Bytes ModelNode::bytes(const Machine& machine) const {
  std::size_t fresh = 0;
  for (std::size_t index = 0; index < count_; ++index) {
    const std::string path(kPaths.at(index));
    const std::string bytes = machine.has(path) ? machine.at(path).bytes : "";
    if (bytes != old_bytes(index) && bytes != new_bytes(index)) {
      return Bytes::torn;
    }
    fresh += bytes == new_bytes(index) ? 1 : 0;
  }
  return fresh == 0 ? Bytes::old : fresh == count_ ? Bytes::fresh : Bytes::mixed;
}

std::string ModelNode::wrong_file(const Machine& machine) const {
  for (std::size_t index = 0; index < count_; ++index) {
    const std::string path(kPaths.at(index));
    if (!machine.has(path)) {
      return path + " is gone";
    }
    const Inode now = machine.at(path);
    const Inode then = file(index, false);
    if (now.mode != then.mode || now.user != then.user || now.group != then.group) {
      return path + " has another mode or owner";
    }
    if (now.attributes != then.attributes) {
      return path + " has other attributes";
    }
    if (now.bytes == old_bytes(index) && now.modified.tv_sec != then.modified.tv_sec &&
        !is_mount_) {
      return path + " is old and has another time";
    }
  }
  return {};
}

std::string ModelNode::wrong_name_loaded(const Machine& machine) const {
  for (const std::string& path : machine.paths()) {
    const std::string directory = directory_of(path);
    const bool is_loaded = directory.ends_with("conf.d");
    if (is_loaded && std::find(kPaths.begin(), kPaths.end(), path) == kPaths.end()) {
      return path;
    }
  }
  return {};
}

std::string ModelNode::temporary(const Machine& machine) const {
  const std::vector<std::string> before = machine_.paths();
  for (const std::string& path : machine.paths()) {
    if (!path.starts_with(kBackups) &&
        std::find(before.begin(), before.end(), path) == before.end()) {
      return path;
    }
  }
  return {};
}

std::string ModelNode::unended_run(const Machine& machine) const {
  const std::vector<std::string> paths = machine.paths();
  const auto has = [&](const std::string& path) {
    return std::find(paths.begin(), paths.end(), path) != paths.end();
  };
  for (const std::string& path : paths) {
    const std::string run = directory_of(path);
    if (path.ends_with("/manifest.json") && !has(run + "/done") && !has(run + "/undone")) {
      return path;
    }
  }
  return {};
}

}  // namespace katafix::test
