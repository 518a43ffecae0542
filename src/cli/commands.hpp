#pragma once

#include "node/files.hpp"
#include "node/reader.hpp"
#include "options.hpp"
#include "output.hpp"
#include "report/report.hpp"

#include <vector>

namespace katafix::cli {

constexpr int kDone = 0;
constexpr int kNeedsFix = 1;
constexpr int kTrouble = 2;
constexpr int kTroubleAfterWrite = 3;

/// The status of a run whose report did not get to where it should: nobody knows what was done.
[[nodiscard]] int when_unsaid(const Report& report);

/// With --strict a warning is trouble, and so an error, but for what the planned edits cure.
void judge(const Options& options, std::vector<Finding>& findings);

/// What the process ends with: a run's status, which --exit-zero leaves to the report, or the other
/// where the report did not get to where it should.
[[nodiscard]] int process_status(const Options& options, const Output& output, int status,
                                 int status_unsaid);

/// The node that the options name, and what is read of it.
struct Node {
  explicit Node(const Options& options)
      : reader(options.root),
        progress(!options.verbose && !options.quiet),
        files(reader, [this] { progress.count(); }) {}

  RootReader reader;
  Progress progress;
  NodeFiles files;
  bool has_begun_to_write = false;  ///< for whoever comes to an end before there is a report
};

/// Checks, shows, fixes or undoes on one node, before anything is said of it. Several may be at
/// work at once, on nodes of their own.
[[nodiscard]] Report carry_out(Options options, Node& node);

/// Runs the command, prints what it has to say, and returns the exit status. Throws nothing but
/// what is a bug.
[[nodiscard]] int run(const Options& options, Node& node);

}  // namespace katafix::cli
