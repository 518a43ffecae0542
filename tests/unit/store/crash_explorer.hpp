#pragma once

#include "store/model_node.hpp"

#include <functional>
#include <set>
#include <string>
#include <vector>

namespace katafix::test {

/// Makes every crash happen: at each system call of some work on a model node, the process is
/// killed, and the power is cut with every outcome that this may have; then the same to the
/// recovery from each of these, and again, until nothing comes out that has not been seen.
class CrashExplorer {
 public:
  explicit CrashExplorer(const ModelNode& node) : node_(node) {}

  /// `end` is what the bytes are once the work is done.
  void explore(ModelSystem& system, const std::function<void(System&)>& work, ModelNode::Bytes end);

  [[nodiscard]] std::size_t states() const { return states_; }
  [[nodiscard]] std::size_t distinct_states() const { return seen_.size(); }
  [[nodiscard]] std::size_t kills() const { return kills_; }
  /// What went wrong, in words; the exploration ends early where it is much.
  [[nodiscard]] const std::set<std::string>& violations() const { return violations_; }

 private:
  void check_power_cuts(const Machine& machine);
  void check_kill(const Machine& machine);
  void check_state(const Machine& machine);
  void recover(const Machine& machine);
  void check_recovered(const Machine& machine);
  void violated(const std::string& what);

  const ModelNode& node_;
  std::set<std::string> seen_;
  std::vector<Machine> unvisited_;
  std::size_t states_ = 0;
  std::size_t kills_ = 0;
  bool can_exchange_ = true;
  std::size_t count_ = 0;
  std::set<std::string> violations_;
};

}  // namespace katafix::test
