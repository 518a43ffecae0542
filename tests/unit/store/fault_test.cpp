// Every call of a run fails, with every errno that fits: once, and from then on.

#include "store/model_node.hpp"
#include "support.hpp"

#include <cstdio>
#include <map>
#include <optional>

namespace katafix {
namespace {

using test::Call;
using test::ModelNode;
using test::ModelSystem;
using Bytes = test::ModelNode::Bytes;

const std::map<Call, std::vector<int>>& errors() {
  static const std::map<Call, std::vector<int>> all = {
      {Call::open, {EIO, EACCES, EMFILE, ENOSPC, EDQUOT, EROFS, EINTR}},
      {Call::close, {EIO, EINTR}},
      {Call::read, {EIO, EINTR}},
      {Call::write, {EIO, ENOSPC, EDQUOT, EFBIG, EINTR}},
      {Call::truncate, {EIO, EPERM}},
      {Call::stat, {EIO}},
      {Call::extended_stat, {EIO, ENOSYS}},
      {Call::access, {EACCES, EROFS, ENOSYS}},
      {Call::change_owner, {EPERM, EIO, EROFS}},
      {Call::change_mode, {EPERM, EIO, EROFS}},
      {Call::set_times, {EPERM, EIO}},
      {Call::list_attributes, {EIO}},
      {Call::get_attribute, {EIO}},
      {Call::set_attribute, {EPERM, ENOSPC, EIO}},
      {Call::remove_attribute, {EPERM, EIO}},
      {Call::sync, {EIO, ENOSPC, EDQUOT, EINTR}},
      {Call::rename, {EIO, ENOSPC, EROFS, EXDEV, EBUSY, EACCES}},
      {Call::exchange, {EIO, EINVAL, ENOSYS, EPERM, EROFS, EXDEV, EBUSY}},
      {Call::link, {EIO, EPERM, EMLINK, ENOSPC}},
      {Call::unlink, {EIO, EROFS, EACCES}},
      {Call::make_directory, {EIO, ENOSPC, EROFS, EACCES}},
      {Call::lock, {EWOULDBLOCK}},
      {Call::list, {EIO}}};
  return all;
}

bool fits(Call call, int error) {
  const auto& all = errors().at(call);
  return std::find(all.begin(), all.end(), error) != all.end();
}

/// Some work on a node, and the bytes of its files before and after.
struct Work {
  const ModelNode& node;
  test::Machine machine;
  bool can_exchange;
  std::function<void(System&)> run;
  Bytes before;
  Bytes after;
};

struct Outcome {
  test::Machine machine;
  std::optional<Finding> finding;
};

/// The calls of the work, in their order, when none fails.
std::vector<Call> calls_of(const Work& work) {
  ModelSystem system(work.machine);
  system.can_exchange = work.can_exchange;
  std::vector<Call> calls;
  system.before = [&](Call call) {
    calls.push_back(call);
    return 0;
  };
  work.run(system);
  return calls;
}

Outcome fail(const Work& work, std::size_t number, int error, bool once) {
  ModelSystem system(work.machine);
  system.can_exchange = work.can_exchange;
  std::size_t count = 0;
  system.before = [&](Call call) {
    const std::size_t now = count++;
    return now == number || (!once && now > number && fits(call, error)) ? error : 0;
  };
  std::optional<Finding> finding;
  try {
    work.run(system);
  } catch (const Error& thrown) {
    finding = thrown.finding();
  }
  return {system.machine(), finding};
}

/// What holds after any failure: the status tells the truth.
void check_told(const Work& work, const Outcome& outcome) {
  const Bytes now = work.node.bytes(outcome.machine);
  if (!outcome.finding) {
    CHECK(now == work.after);
    return;
  }
  const Code code = outcome.finding->code;
  CHECK_FALSE(outcome.finding->message.empty());
  if (exit_status(code) == 2 || code == Code::rolled_back) {
    CHECK(now == work.before);
  } else if (code == Code::not_durable) {
    CHECK(now == work.after);
  }
  CHECK(work.node.wrong_file(outcome.machine) == "");
  CHECK((now != Bytes::torn || (work.node.may_tear() && code == Code::partly_written)));
}

/// What a healthy machine then makes of it.
void check_recovered(const Work& work, const Outcome& outcome) {
  ModelSystem system(outcome.machine);
  REQUIRE_NOTHROW(work.node.recover(system));
  const Bytes now = work.node.bytes(system.machine());
  CHECK((now == work.before || now == work.after));
  CHECK(work.node.temporary(system.machine()) == "");
  CHECK(work.node.unended_run(system.machine()) == "");
}

std::size_t check_all(const Work& work) {
  const std::vector<Call> calls = calls_of(work);
  std::size_t injected = 0;
  for (std::size_t number = 0; number < calls.size(); ++number) {
    for (const int error : errors().at(calls[number])) {
      CAPTURE(number, static_cast<int>(calls[number]), error);
      const Outcome once = fail(work, number, error, true);
      check_told(work, once);
      // One failure is no reason to leave anything half done.
      CHECK((!once.finding || once.finding->code != Code::partly_written));
      CHECK(work.node.temporary(once.machine) == "");
      check_recovered(work, once);
      ++injected;
      if (error != EINTR) {
        const Outcome from_then_on = fail(work, number, error, false);
        check_told(work, from_then_on);
        check_recovered(work, from_then_on);
        ++injected;
      }
    }
  }
  return injected;
}

std::size_t check_apply(const ModelNode& node, bool can_exchange) {
  return check_all({node, node.machine(), can_exchange,
                    [&](System& system) { (void)node.apply(system); }, Bytes::old, Bytes::fresh});
}

std::size_t check_restore(const ModelNode& node, bool can_exchange) {
  ModelSystem system(node.machine());
  (void)node.apply(system);
  return check_all({node, system.machine(), can_exchange,
                    [&](System& calls) { (void)node.restore(calls); }, Bytes::fresh, Bytes::old});
}

TEST_CASE("Any failing call of an apply or a restore leaves all files old or all new",
          "[store][fault]") {
  std::size_t injected = 0;
  for (const std::size_t count : {1U, 2U, 3U}) {
    for (const bool can_exchange : {true, false}) {
      const ModelNode node(count);
      injected += check_apply(node, can_exchange);
      injected += check_restore(node, can_exchange);
    }
  }
  CHECK(injected > 1000);
  std::printf("summary: faults injected: %zu\n", injected);
}

TEST_CASE("Any failing call while a file is overwritten is told and can be mended",
          "[store][fault]") {
  std::size_t injected = 0;
  for (const std::size_t count : {1U, 2U}) {
    const ModelNode node(count, true);
    injected += check_apply(node, true);
    injected += check_restore(node, true);
  }
  CHECK(injected > 500);
  std::printf("summary: faults injected: %zu\n", injected);
}

}  // namespace
}  // namespace katafix
