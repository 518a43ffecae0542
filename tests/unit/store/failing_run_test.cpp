#include "store/run_files.hpp"
#include "store/runs.hpp"
#include "store/systems.hpp"

#include <optional>

namespace katafix {
namespace {

using test::Call;
using test::FailingSystem;
using test::RunFiles;

template <class Work>
std::optional<Finding> error_or_nothing(Work work) {
  try {
    work();
    return std::nullopt;
  } catch (const Error& error) {
    return error.finding();
  }
}

bool has_temporary(const RunFiles& node) {
  for (const std::string& name : node.directory.names()) {
    if (test::contains(name, ".katafix-")) {
      return true;
    }
  }
  return false;
}

/// Runs `work` with each call of each kind failing once, on a node of its own.
template <class Work>
void for_each_failure(Work work) {
  for (int kind = 0; kind < test::kCalls; ++kind) {
    for (int number = 1;; ++number) {
      FailingSystem system(static_cast<Call>(kind), number);
      CAPTURE(kind, number);
      work(system);
      if (!system.failed()) {
        break;
      }
      REQUIRE(number < 1000);
    }
  }
}

TEST_CASE("Whatever call of an apply fails the files are all old or all new", "[store]") {
  for_each_failure([](FailingSystem& system) {
    const RunFiles node;
    const auto finding = error_or_nothing([&] { (void)node.apply(system, node.all()); });
    const bool is_new = test::TempDir::read_file(node.first) == "new 1";
    node.check(is_new ? "new 1" : "old 1", is_new ? "new 2" : "old 2");
    CHECK_FALSE(has_temporary(node));
    // Status 2 says that nothing was written.
    CHECK_FALSE((finding && exit_status(finding->code) == 2 && is_new));
    CHECK_FALSE((!finding && !is_new));
  });
}

TEST_CASE("Whatever call of an apply fails the runs can be listed and a change undone", "[store]") {
  for_each_failure([](FailingSystem& system) {
    const RunFiles node;
    (void)error_or_nothing([&] { (void)node.apply(system, node.all()); });
    const bool is_new = test::TempDir::read_file(node.first) == "new 1";
    if (is_new) {
      CHECK_NOTHROW(node.restore());
    } else if (std::filesystem::exists(node.backups + "/runs")) {
      CHECK_NOTHROW(node.list());
    }
    node.check("old 1", "old 2");
  });
}

TEST_CASE("Whatever call fails while old runs are removed the newest can be undone", "[store]") {
  for_each_failure([](FailingSystem& system) {
    const RunFiles node;
    (void)node.apply(node.change_first("older"), 20);
    (void)node.apply(node.change_first("old 1"), 20);
    const auto finding = error_or_nothing([&] { (void)node.apply(system, node.all(), 1); });
    const bool is_new = test::TempDir::read_file(node.first) == "new 1";
    CHECK_FALSE((finding && exit_status(finding->code) == 2 && is_new));
    CHECK_NOTHROW(node.list());
    if (is_new) {
      CHECK_NOTHROW(node.restore());
      node.check("old 1", "old 2");
    }
  });
}

TEST_CASE(
    "Whatever call of a restore fails the files are all old or all new and it can be repeated",
    "[store]") {
  for_each_failure([](FailingSystem& system) {
    const RunFiles node;
    const Run run = node.apply(node.all());
    const auto finding = error_or_nothing([&] { (void)node.restore(system); });
    const bool is_old = test::TempDir::read_file(node.first) == "old 1";
    node.check(is_old ? "old 1" : "new 1", is_old ? "old 2" : "new 2");
    CHECK_FALSE((finding && exit_status(finding->code) == 2 && is_old));
    CHECK_FALSE((!finding && !is_old));
    CHECK_FALSE(has_temporary(node));
    CHECK_NOTHROW(node.restore(run.name));
    node.check("old 1", "old 2");
  });
}

TEST_CASE("The manifest and the backups are durable before the first file is replaced", "[store]") {
  class Watched final : public System {
   public:
    int sync(int file) override {
      ++syncs;
      return System::sync(file);
    }
    int exchange_at(int one_directory, const char* one, int other_directory,
                    const char* other) override {
      if (std::string_view(other) == "a.toml") {
        syncs_before = syncs;
      }
      return System::exchange_at(one_directory, one, other_directory, other);
    }
    int syncs = 0;
    int syncs_before = 0;
  } system;
  const RunFiles node;
  (void)node.apply(system, node.all());
  // Two backups, the manifest, its directory, the runs directory, and two new files.
  CHECK(system.syncs_before >= 7);
}

}  // namespace
}  // namespace katafix
