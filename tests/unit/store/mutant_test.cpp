// The harness proves itself: each mistake that others make in replacing files is planted, and
// found.

#include "store/crash_explorer.hpp"
#include "support.hpp"

#include <algorithm>
#include <cstdio>
#include <string_view>

namespace katafix {
namespace {

using test::CrashExplorer;
using test::ModelNode;
using test::ModelSystem;

class NoFileSync final : public ModelSystem {
 public:
  using ModelSystem::ModelSystem;
  int sync(int file) override { return is_directory(file) ? ModelSystem::sync(file) : 0; }
};

class NoDirectorySync final : public ModelSystem {
 public:
  using ModelSystem::ModelSystem;
  int sync(int file) override { return is_directory(file) ? 0 : ModelSystem::sync(file); }
};

class TruncateInPlace final : public ModelSystem {
 public:
  using ModelSystem::ModelSystem;
  int exchange_at(int one_directory, const char* one, int other_directory,
                  const char* other) override {
    const std::string fresh = read_name(one_directory, one);
    const std::string old = read_name(other_directory, other);
    write_name(other_directory, other, fresh);
    write_name(one_directory, one, old);
    return 0;
  }

 private:
  std::string read_name(int directory, const char* name) {
    const int file = open_at(directory, name, O_RDONLY, 0);
    std::string bytes(4096, '\0');
    bytes.resize(static_cast<std::size_t>(read_at(file, bytes.data(), bytes.size(), 0)));
    (void)close(file);
    return bytes;
  }
  void write_name(int directory, const char* name, const std::string& bytes) {
    const int file = open_at(directory, name, O_WRONLY | O_TRUNC, 0);
    (void)write(file, bytes.data(), bytes.size());
    (void)sync(file);
    (void)close(file);
  }
};

class OriginalRenamedAway final : public ModelSystem {
 public:
  using ModelSystem::ModelSystem;
  int exchange_at(int one_directory, const char* one, int other_directory,
                  const char* other) override {
    (void)rename_at(other_directory, other, one_directory, "backup");
    (void)rename_at(one_directory, one, other_directory, other);
    return rename_at(one_directory, "backup", one_directory, one);
  }
};

class TemporaryInLoadedDirectory final : public ModelSystem {
 public:
  using ModelSystem::ModelSystem;
  int open_at(int directory, const char* name, int flags, mode_t mode) override {
    return ModelSystem::open_at(instead_of(directory, name), name, flags, mode);
  }
  int exchange_at(int one_directory, const char* one, int other_directory,
                  const char* other) override {
    return ModelSystem::exchange_at(instead_of(one_directory, one), one, other_directory, other);
  }
  int unlink_at(int directory, const char* name, int flags) override {
    return ModelSystem::unlink_at(instead_of(directory, name), name, flags);
  }

 private:
  int instead_of(int directory, std::string_view name) {
    return name.starts_with(".katafix-")
               ? ModelSystem::open_at(AT_FDCWD, "/etc/crio/crio.conf.d", O_DIRECTORY, 0)
               : directory;
  }
};

class ModeAfterRename final : public ModelSystem {
 public:
  using ModelSystem::ModelSystem;
  int change_mode(int, mode_t mode) override {
    mode_ = mode;
    return 0;
  }
  int stat(int file, struct stat& info) override {
    const int result = ModelSystem::stat(file, info);
    info.st_mode = mode_ != 0 && !is_directory(file) ? S_IFREG | mode_ : info.st_mode;
    return result;
  }
  int exchange_at(int one_directory, const char* one, int other_directory,
                  const char* other) override {
    (void)ModelSystem::exchange_at(one_directory, one, other_directory, other);
    const int file = open_at(other_directory, other, O_RDONLY, 0);
    (void)ModelSystem::change_mode(file, mode_);
    (void)sync(file);
    return close(file);
  }

 private:
  mode_t mode_ = 0;
};

/// Is a crash found that does this?
template <class Mutant>
bool is_caught(std::string_view violation) {
  const ModelNode node(1);
  Mutant system(node.machine());
  CrashExplorer explorer(node);
  explorer.explore(
      system, [&](System& calls) { (void)node.apply(calls); }, ModelNode::Bytes::fresh);
  CAPTURE(explorer.violations());
  const auto& found = explorer.violations();
  const bool caught = std::any_of(found.begin(), found.end(), [&](const std::string& what) {
    return test::contains(what, violation);
  });
  CHECK(caught);
  return caught;
}

TEST_CASE("Each planted mistake is caught by the crashes that are enumerated", "[store][mutant]") {
  int caught = 0;
  caught += is_caught<NoFileSync>("neither old nor new") ? 1 : 0;
  caught += is_caught<NoDirectorySync>("what was done is not durable") ? 1 : 0;
  caught += is_caught<TruncateInPlace>("neither old nor new") ? 1 : 0;
  caught += is_caught<OriginalRenamedAway>("is gone") ? 1 : 0;
  caught += is_caught<TemporaryInLoadedDirectory>("would be loaded") ? 1 : 0;
  caught += is_caught<ModeAfterRename>("has another mode") ? 1 : 0;
  std::printf("summary: mutants caught: %d\n", caught);
  CHECK(caught == 6);
}

}  // namespace
}  // namespace katafix
