#include "roots.hpp"

#include "commands.hpp"
#include "make_report.hpp"
#include "node/parallel.hpp"
#include "node/reader.hpp"
#include "policy.hpp"
#include "store/signals.hpp"

#include <algorithm>
#include <condition_variable>
#include <exception>
#include <map>
#include <mutex>
#include <new>
#include <optional>
#include <pthread.h>
#include <set>
#include <shared_mutex>
#include <sstream>
#include <string>
#include <sys/stat.h>
#include <utility>
#include <vector>

namespace katafix::cli {

namespace {

std::string read(const std::string& path) {
  try {
    if (path == "-") {
      return read_standard_input();
    }
    if (auto image = RootReader("").read(path)) {
      return std::move(image->bytes);
    }
  } catch (const Error& error) {
    throw UsageError("--roots-from " + path + ": " + error.what());
  }
  throw UsageError("--roots-from " + path + ": there is no such file");
}

/// The roots that are named, once each, whatever their names: two at a time would be in each
/// other's way.
std::vector<std::string> all_roots(std::vector<std::string> roots, const std::string& roots_from) {
  const std::string text = roots_from.empty() ? "" : read(roots_from);
  // No path has one, and what a call of the system takes of it would be another path.
  if (text.find('\0') != std::string::npos) {
    throw UsageError("--roots-from takes one directory in a line, and there is a NUL byte");
  }
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    if (!line.empty()) {
      roots.push_back(without_trailing_slashes(line));
    }
  }
  std::set<std::string> names;
  std::set<FileId> seen;
  std::erase_if(roots, [&](const std::string& root) {
    struct stat info {};
    const bool is_there = ::stat(root.c_str(), &info) == 0;
    return !names.insert(root).second ||
           (is_there && !seen.insert({info.st_dev, info.st_ino}).second);
  });
  return roots;
}

/// What main has as a rule, whatever it has here: a tree is walked as deep as it is.
void set_stack_size() {
  constexpr std::size_t size = std::size_t{8} << 20U;
  pthread_attr_t attributes;
  if (::pthread_attr_init(&attributes) == 0) {
    if (::pthread_attr_setstacksize(&attributes, size) == 0) {
      ::pthread_setattr_default_np(&attributes);
    }
    ::pthread_attr_destroy(&attributes);
  }
}

class Roots {
 public:
  Roots(const Options& options, const std::vector<std::string>& roots, const HeldSignals& signals)
      : options_(options), roots_(roots), signals_(signals), output_(options) {}

  int run() {
    set_stack_size();
    in_parallel(roots_.size(), [this] { work(); });
    tell_unnamed();
    return process_status(options_, output_, worst_, worst_unsaid_);
  }

 private:
  /// What is kept of a root.
  struct Result {
    std::string line;
    int status = kDone;
    int status_unsaid = kDone;  ///< where the line is not printed
  };

  // So many lines wait for the one before them at the most.
  static constexpr std::size_t kAhead = 64;

  void work() {
    while (const std::optional<std::size_t> index = next()) {
      done(*index, carry_out_beside_others(roots_[*index]));
    }
  }

  /// What one root runs into must not end the others. Nor must memory that one takes be missing to
  /// another: who runs out of it tries once more while no other is at work.
  Result carry_out_beside_others(const std::string& root) {
    try {
      try {
        const std::shared_lock beside(alone_);
        return carry_out_on(root);
      } catch (const std::bad_alloc&) {
      }
      const std::unique_lock alone(alone_);
      return carry_out_on(root);
    } catch (const std::bad_alloc&) {
      const std::unique_lock alone(alone_);
      return trouble(root, "there is not enough memory for what is in it");
    } catch (const std::exception& error) {
      return trouble(root, std::string("a bug, please report it: ") + error.what());
    }
  }

  [[nodiscard]] Result carry_out_on(const std::string& root) {
    const Options options = options_for(root);
    Node node(options);
    const Report report = carry_out(options, node);
    Result result = told(report);
    const std::lock_guard lock(mutex_);
    take_named(unnamed_, report.handlers, report.findings);
    return result;
  }

  /// What names nothing in any of them, when all were looked at.
  void tell_unnamed() {
    if (taken_ < roots_.size()) {
      return;
    }
    Report report;
    for (MustName& pattern : unnamed_) {
      report.findings.push_back(std::move(pattern.when_not));
    }
    judge(options_, report.findings);
    if (options_.strict && !report.findings.empty()) {
      worst_ = std::max(worst_, kTrouble);
    }
    output_.findings(report);
  }

  [[nodiscard]] Result trouble(const std::string& root, const std::string& message) const {
    return told(failed(options_for(root),
                       Error(Code::unreadable, root, message, "run katafix on this root alone")));
  }

  [[nodiscard]] Options options_for(const std::string& root) const {
    Options options = options_;
    options.root = root;
    options.must_name = {};  // it may be in another
    options.quiet = true;    // the line says all that there is to say
    return options;
  }

  static Result told(const Report& report) {
    Result result{{}, report.status, when_unsaid(report)};
    write_json(report, JsonWriter::Layout::one_line,
               [&](std::string_view piece) { result.line += piece; });
    return result;
  }

  std::optional<std::size_t> next() {
    std::unique_lock lock(mutex_);
    printed_one_.wait(lock, [&] { return taken_ < printed_ + kAhead; });
    const bool is_over = taken_ == roots_.size() || signals_.is_one_waiting();
    return is_over ? std::nullopt : std::optional(taken_++);
  }

  void done(std::size_t index, Result result) {
    const std::lock_guard lock(mutex_);
    worst_ = std::max(worst_, result.status);
    worst_unsaid_ = std::max(worst_unsaid_, result.status_unsaid);
    lines_.emplace(index, std::move(result.line));
    while (!lines_.empty() && lines_.begin()->first == printed_) {
      output_.raw(lines_.begin()->second);
      lines_.erase(lines_.begin());
      ++printed_;
    }
    printed_one_.notify_all();
  }

  const Options& options_;
  const std::vector<std::string>& roots_;
  const HeldSignals& signals_;
  const Output output_;
  std::shared_mutex alone_;
  std::mutex mutex_;
  std::condition_variable printed_one_;
  std::size_t taken_ = 0;
  std::size_t printed_ = 0;
  std::vector<MustName> unnamed_ = options_.must_name;
  std::map<std::size_t, std::string> lines_;  // done before one that is printed earlier
  int worst_ = kDone;
  int worst_unsaid_ = kDone;
};

}  // namespace

int run_on_roots(Options options) {
  const std::vector<std::string> roots = all_roots(std::move(options.roots), options.roots_from);
  options.roots.clear();  // it is copied for each
  // Those of all threads: who holds them for a node must not let them through to another.
  const HeldSignals signals;
  return Roots(options, roots, signals).run();
}

}  // namespace katafix::cli
