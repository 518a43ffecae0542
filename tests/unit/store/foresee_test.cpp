// What is told of what apply would refuse, before anything is written.

#include "store/model_node.hpp"
#include "store/run_files.hpp"
#include "support.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <optional>
#include <sys/stat.h>

namespace katafix {
namespace {

using test::Call;
using test::ModelNode;
using test::ModelSystem;
using test::RunFiles;

constexpr std::array kWriting = {Call::write,
                                 Call::truncate,
                                 Call::change_owner,
                                 Call::change_mode,
                                 Call::set_times,
                                 Call::set_attribute,
                                 Call::remove_attribute,
                                 Call::sync,
                                 Call::rename,
                                 Call::exchange,
                                 Call::link,
                                 Call::unlink,
                                 Call::make_directory,
                                 Call::lock};

/// Fails whoever writes or locks, and one more call if it is told.
class ReadOnlySystem final : public test::HookedSystem {
 public:
  explicit ReadOnlySystem(std::optional<Call> denied = {}, int error = 0)
      : denied_(denied), error_(error) {}

  int open_at(int directory, const char* name, int flags, mode_t mode) override {
    CHECK((flags & (O_CREAT | O_TRUNC | O_ACCMODE)) == O_RDONLY);
    return HookedSystem::open_at(directory, name, flags, mode);
  }

 private:
  int error_for(Call call, int /*number*/) override {
    CHECK(std::find(kWriting.begin(), kWriting.end(), call) == kWriting.end());
    return denied_ == call ? error_ : 0;
  }

  std::optional<Call> denied_;
  int error_;
};

/// What is refused of the first file.
std::optional<Finding> foreseen(const RunFiles& node, test::HookedSystem& system) {
  try {
    check_target(system, node.place().node, RunFiles::changes(node.all()).front());
    return std::nullopt;
  } catch (const Error& error) {
    return error.finding();
  }
}

std::optional<Finding> foreseen_of_backups(const RunFiles& node, test::HookedSystem& system) {
  try {
    check_backup_directory(system, node.place());
    return std::nullopt;
  } catch (const Error& error) {
    return error.finding();
  }
}

TEST_CASE("Where apply would write nothing stands in the way", "[store]") {
  const RunFiles node;
  ReadOnlySystem system;
  CHECK_FALSE(foreseen(node, system));
  CHECK_FALSE(foreseen_of_backups(node, system));
  CHECK(node.directory.names().size() == 4);  // the node's alone
  (void)node.apply(node.all());
}

TEST_CASE("A right that is lacking and a read-only mount are for this user and this place alone",
          "[store]") {
  const RunFiles node;
  for (const int error : {EACCES, EROFS}) {
    ReadOnlySystem system(Call::access, error);
    for (const auto& told : {foreseen(node, system), foreseen_of_backups(node, system)}) {
      REQUIRE(told);
      CHECK(told->is_only_here);
    }
  }
  // Nobody has answered: it is tried.
  for (const int error : {ENOSYS, EPERM, EINVAL}) {
    ReadOnlySystem system(Call::access, error);
    CHECK_FALSE(foreseen(node, system));
    CHECK_FALSE(foreseen_of_backups(node, system));
  }
}

/// Holds what was foreseen against what apply says.
void check_foreseen(const std::optional<Finding>& told, const RunFiles& node) {
  REQUIRE(told);
  const Finding refused = test::error_of([&] { (void)node.apply(node.all()); });
  CHECK(told->code == refused.code);
  CHECK(told->message == refused.message);
  CHECK_FALSE(told->is_only_here);
}

TEST_CASE("What apply refuses of a directory is foreseen in the same words", "[store]") {
  const RunFiles node;
  REQUIRE(::chmod((node.root + "/etc").c_str(), 0777) == 0);
  ReadOnlySystem system;
  check_foreseen(foreseen(node, system), node);
}

TEST_CASE("What apply refuses of the backups is foreseen in the same words", "[store]") {
  const RunFiles node;
  const std::string runs = node.directory.make_directory("backups/runs");
  REQUIRE(::chmod(runs.c_str(), 0777) == 0);
  ReadOnlySystem system;
  check_foreseen(foreseen_of_backups(node, system), node);
}

TEST_CASE("The nearest directory that is there says whether the backups can be made", "[store]") {
  const RunFiles node;
  ReadOnlySystem system(Call::access, EROFS);
  const auto told = foreseen_of_backups(node, system);
  REQUIRE(told);
  CHECK(told->file == node.backups);
  CHECK(told->code == Code::bad_backup_dir);
}

TEST_CASE("A mount point is foreseen", "[store]") {
  const ModelNode node(1, true);
  ModelSystem system(node.machine());
  FileChange change = node.changes().front();
  change.in_place = false;
  CHECK(test::error_of([&] {
          check_target(system, {AT_FDCWD, ""}, change);
        }).code == Code::unsafe_target);
}

}  // namespace
}  // namespace katafix
