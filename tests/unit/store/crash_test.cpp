#include "store/crash_explorer.hpp"
#include "support.hpp"

#include <cerrno>
#include <cstdio>

namespace katafix {
namespace {

using test::CrashExplorer;
using test::ModelNode;
using test::ModelSystem;

/// One line for the summary of the test suite.
void report(const CrashExplorer& explorer) {
  std::printf("summary: crash states enumerated: %zu\n", explorer.states());
  std::printf("summary: distinct crash states: %zu\n", explorer.distinct_states());
  std::printf("summary: kills: %zu\n", explorer.kills());
  std::printf("summary: violations: %zu\n", explorer.violations().size());
}

void check_apply(const ModelNode& node, bool can_exchange) {
  ModelSystem system(node.machine());
  system.can_exchange = can_exchange;
  CrashExplorer explorer(node);
  explorer.explore(
      system, [&](System& calls) { (void)node.apply(calls); }, ModelNode::Bytes::fresh);
  CHECK(explorer.violations() == std::set<std::string>());
  CHECK(explorer.states() > 100);
  report(explorer);
}

void check_restore(const ModelNode& node, bool can_exchange) {
  ModelSystem system(node.machine());
  system.can_exchange = can_exchange;
  (void)node.apply(system);
  CrashExplorer explorer(node);
  explorer.explore(
      system, [&](System& calls) { (void)node.restore(calls); }, ModelNode::Bytes::old);
  CHECK(explorer.violations() == std::set<std::string>());
  CHECK(explorer.states() > 100);
  report(explorer);
}

TEST_CASE("Any crash of an apply leaves each file old or new and recovery all of them",
          "[store][crash]") {
  for (const std::size_t count : {1U, 2U, 3U}) {
    check_apply(ModelNode(count), true);
  }
}

TEST_CASE("So does any crash where the file system cannot exchange names", "[store][crash]") {
  for (const std::size_t count : {1U, 2U, 3U}) {
    check_apply(ModelNode(count), false);
  }
}

TEST_CASE("Any crash of a restore leaves each file old or new and recovery all of them",
          "[store][crash]") {
  for (const std::size_t count : {1U, 2U, 3U}) {
    check_restore(ModelNode(count), true);
  }
}

TEST_CASE("So does any crash of a restore where the file system cannot exchange names",
          "[store][crash]") {
  for (const std::size_t count : {1U, 2U, 3U}) {
    check_restore(ModelNode(count), false);
  }
}

TEST_CASE("Any crash of an apply that fails and is rolled back leaves all files old",
          "[store][crash]") {
  class Failing final : public ModelSystem {
   public:
    using ModelSystem::ModelSystem;
    int exchange_at(int one_directory, const char* one, int other_directory,
                    const char* other) override {
      if (++count_ == 2) {
        errno = EIO;
        return -1;
      }
      return ModelSystem::exchange_at(one_directory, one, other_directory, other);
    }

   private:
    int count_ = 0;
  };
  const ModelNode node(2);
  Failing system(node.machine());
  CrashExplorer explorer(node);
  const auto work = [&](System& calls) {
    CHECK(test::error_of([&] { (void)node.apply(calls); }).code == Code::rolled_back);
  };
  explorer.explore(system, work, ModelNode::Bytes::old);
  CHECK(explorer.violations() == std::set<std::string>());
  CHECK(explorer.states() > 100);
  report(explorer);
}

TEST_CASE("A file that a crash tears as it is overwritten is mended by recovery",
          "[store][crash]") {
  for (const std::size_t count : {1U, 2U}) {
    check_apply(ModelNode(count, true), true);
    check_restore(ModelNode(count, true), true);
  }
}

}  // namespace
}  // namespace katafix
