#pragma once

#include "katafix/node/reader.hpp"
#include "katafix/store/runs.hpp"

#include "options.hpp"

#include <optional>

namespace katafix::cli {

/// The runs of a node, opened once and locked from then on.
class Backups {
 public:
  /// Both outlive it.
  Backups(const Options& options, const RootReader& reader) : options_(options), reader_(reader) {}

  /// Those that are there. Throws Error (Code::no_such_run) when there are none, and what Runs
  /// does.
  [[nodiscard]] Runs& open() { return opened(Runs::Create::no); }
  /// The same, and makes their directory when it is not there yet.
  [[nodiscard]] Runs& create() { return opened(Runs::Create::yes); }

 private:
  [[nodiscard]] Runs& opened(Runs::Create create);
  [[nodiscard]] RunsPlace place() const;

  const Options& options_;
  const RootReader& reader_;
  Root machine_{""};
  System system_;
  std::optional<Runs> runs_;
};

}  // namespace katafix::cli
