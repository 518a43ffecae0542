#include "store/crash_explorer.hpp"

#include <exception>

namespace katafix::test {

namespace {

constexpr std::size_t kEnough = 200;

}  // namespace

void CrashExplorer::violated(const std::string& what) {
  ++count_;
  violations_.insert(what);
}

void CrashExplorer::explore(ModelSystem& system, const std::function<void(System&)>& work,
                            ModelNode::Bytes end) {
  can_exchange_ = system.can_exchange;
  std::size_t version = 0;
  system.before = [&](Call) {
    if (count_ < kEnough && version != system.machine().version()) {
      version = system.machine().version();
      check_power_cuts(system.machine());
      check_kill(system.machine());
    }
    return 0;
  };
  try {
    work(system);
  } catch (const std::exception& error) {
    violated(std::string("the work failed: ") + error.what());
  }
  system.before = [](Call) { return 0; };
  for (const Machine& machine : system.machine().after_power_cut()) {
    if (node_.bytes(machine) != end) {
      violated("what was done is not durable");
    }
  }
  check_power_cuts(system.machine());
  while (!unvisited_.empty() && count_ < kEnough) {
    const Machine machine = std::move(unvisited_.back());
    unvisited_.pop_back();
    recover(machine);
  }
}

void CrashExplorer::check_power_cuts(const Machine& machine) {
  for (Machine& after : machine.after_power_cut()) {
    ++states_;
    if (seen_.insert(after.key()).second) {
      check_state(after);
      unvisited_.push_back(std::move(after));
    }
  }
}

void CrashExplorer::check_kill(const Machine& machine) {
  ++kills_;
  check_state(machine);
  recover(machine);
}

void CrashExplorer::check_state(const Machine& machine) {
  const std::string file = node_.wrong_file(machine);
  const std::string name = node_.wrong_name_loaded(machine);
  if (!file.empty()) {
    violated(file);
  }
  if (!name.empty()) {
    violated(name + " would be loaded");
  }
  if (node_.bytes(machine) == ModelNode::Bytes::torn && !node_.may_tear()) {
    violated("a file is neither old nor new");
  }
}

void CrashExplorer::recover(const Machine& machine) {
  ModelSystem system(machine);
  system.can_exchange = can_exchange_;
  std::size_t version = machine.version();
  system.before = [&](Call) {
    if (version != system.machine().version()) {
      version = system.machine().version();
      check_power_cuts(system.machine());
    }
    return 0;
  };
  try {
    node_.recover(system);
  } catch (const std::exception& error) {
    violated(std::string("the recovery failed: ") + error.what());
    return;
  }
  system.before = [](Call) { return 0; };
  check_recovered(system.machine());
  const std::string run = node_.unended_run(system.machine());
  if (!run.empty()) {
    violated("the recovery leaves the end of a run open in " + run);
  }
  const ModelNode::Bytes now = node_.bytes(system.machine());
  for (const Machine& after : system.machine().after_power_cut()) {
    check_recovered(after);
    if (node_.bytes(after) != now) {
      violated("what was recovered is not durable");
    }
  }
}

void CrashExplorer::check_recovered(const Machine& machine) {
  const ModelNode::Bytes now = node_.bytes(machine);
  if (now != ModelNode::Bytes::old && now != ModelNode::Bytes::fresh) {
    violated("the recovery leaves the files neither all old nor all new");
  }
  const std::string temporary = node_.temporary(machine);
  if (!temporary.empty()) {
    violated("the recovery leaves " + temporary);
  }
}

}  // namespace katafix::test
