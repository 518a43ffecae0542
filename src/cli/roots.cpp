#include "roots.hpp"

#include "katafix/node/reader.hpp"

#include "commands.hpp"
#include "make_report.hpp"
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
#include <string>
#include <sys/stat.h>
#include <thread>
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

void add_roots(std::string_view text, std::vector<std::string>& roots) {
  // No path has one, and what a call of the system takes of it would be another path.
  if (text.find('\0') != std::string_view::npos) {
    throw UsageError("--roots-from takes one directory in a line, and there is a NUL byte");
  }
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    if (end > 0) {
      roots.push_back(without_trailing_slashes(std::string(text.substr(0, end))));
    }
    text.remove_prefix(std::min(end + 1, text.size()));
  }
}

/// A root that is named twice, whatever its names, is worked on once: two at a time would be in
/// each other's way.
void drop_repeated(std::vector<std::string>& roots) {
  std::set<std::string> names;
  std::set<FileId> seen;
  std::erase_if(roots, [&](const std::string& root) {
    struct stat info {};
    const bool is_there = ::stat(root.c_str(), &info) == 0;
    return !names.insert(root).second ||
           (is_there && !seen.insert({info.st_dev, info.st_ino}).second);
  });
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

/// What is said of a root, once nothing is kept of it.
struct Line {
  std::string text;
  int status = kDone;
  int unsaid = kDone;  ///< the status when it does not get to where it should
};

class Roots {
 public:
  Roots(const Options& options, const std::vector<std::string>& roots, const HeldSignals& signals)
      : options_(options), roots_(roots), signals_(signals), output_(options) {}

  int run() {
    set_stack_size();
    const std::size_t processors = std::max(1U, std::thread::hardware_concurrency());
    std::vector<std::thread> threads(std::min(processors, roots_.size()));
    for (std::thread& thread : threads) {
      thread = std::thread([this] { work(); });
    }
    for (std::thread& thread : threads) {
      thread.join();
    }
    return output_.is_complete() ? worst_ : worst_unsaid_;
  }

 private:
  // So many lines wait for the one before them at the most.
  static constexpr std::size_t kAhead = 64;

  void work() {
    while (const std::optional<std::size_t> index = next()) {
      Options options = options_;
      options.root = roots_[*index];
      done(*index, carry_out_beside_others(options));
    }
  }

  /// Memory that one root takes must not be missing to another: who runs out of it tries once more
  /// while no other is at work.
  Line carry_out_beside_others(const Options& options) {
    try {
      const std::shared_lock beside(alone_);
      return carry_out_safely(options);
    } catch (const std::bad_alloc&) {
    }
    try {
      const std::unique_lock alone(alone_);
      return carry_out_safely(options);
    } catch (const std::bad_alloc&) {
      return trouble(options, "there is not enough memory for what is in it");
    }
  }

  /// What one root runs into must not end the others.
  static Line carry_out_safely(const Options& options) {
    try {
      Node node(options);
      return line_of(carry_out(options, node));
    } catch (const std::bad_alloc&) {
      throw;
    } catch (const std::exception& error) {
      return trouble(options, std::string("a bug, please report it: ") + error.what());
    }
  }

  static Line trouble(const Options& options, const std::string& message) {
    return line_of(failed(
        options, Error(Code::unreadable, options.root, message, "run katafix on this root alone")));
  }

  static Line line_of(const Report& report) {
    return {to_json_line(report), report.status, when_unsaid(report)};
  }

  std::optional<std::size_t> next() {
    std::unique_lock lock(mutex_);
    printed_one_.wait(lock, [&] { return taken_ < printed_ + kAhead; });
    const bool is_over = taken_ == roots_.size() || signals_.is_one_waiting();
    return is_over ? std::nullopt : std::optional(taken_++);
  }

  void done(std::size_t index, Line line) {
    const std::lock_guard lock(mutex_);
    worst_ = std::max(worst_, line.status);
    worst_unsaid_ = std::max(worst_unsaid_, line.unsaid);
    lines_.emplace(index, std::move(line.text));
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
  std::map<std::size_t, std::string> lines_;  // done before one that is printed earlier
  int worst_ = kDone;
  int worst_unsaid_ = kDone;
};

}  // namespace

int run_on_roots(Options options) {
  std::vector<std::string> roots = std::move(options.roots);
  if (!options.roots_from.empty()) {
    add_roots(read(options.roots_from), roots);
  }
  drop_repeated(roots);
  options.quiet = true;  // each line says all that there is to say
  // Those of all threads: who holds them for a node must not let them through to another.
  const HeldSignals signals;
  return Roots(options, roots, signals).run();
}

}  // namespace katafix::cli
