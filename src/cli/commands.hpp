#pragma once

#include "katafix/node/files.hpp"
#include "katafix/node/reader.hpp"
#include "katafix/report/report.hpp"

#include "options.hpp"
#include "progress.hpp"
#include "survey.hpp"

#include <string>

namespace katafix::cli {

/// The node that the options name, what is read of it, and what is planned.
struct Node {
  explicit Node(const Options& options)
      : reader(options.root),
        progress(reader, !options.verbose && !options.quiet),
        files(progress) {}

  RootReader reader;
  ProgressReader progress;
  NodeFiles files;
  Survey survey;
};

/// What a command did, before anything is said of it.
struct Result {
  int status = 0;
  Report report;
  std::string diffs;
};

/// Checks, shows, fixes or undoes on one node. Several may be at work at once, on nodes of their
/// own.
[[nodiscard]] Result carry_out(const Options& options, Node& node);

/// Runs the command, prints what it has to say, and returns the exit status. Throws nothing but
/// what is a bug.
[[nodiscard]] int run(const Options& options, Node& node);

}  // namespace katafix::cli
