#pragma once

#include "katafix/engine/kata_rules.hpp"
#include "katafix/fix/fix.hpp"
#include "katafix/node/reader.hpp"

#include "options.hpp"

#include <vector>

namespace katafix::cli {

/// Adds what the node's owner decided, in /etc/katafix.toml below the root or in the file of
/// --policy, to what the command line asks for: patterns and what is to be trouble are added to it,
/// and for all else the command line wins. Throws Error when the file cannot be understood, or is
/// named and not there.
void add_policy(Options& options, const RootReader& reader);

/// Takes from a selection the patterns that name one of these handlers.
void take_named(Selection& unnamed, const std::vector<HandlerReport>& handlers);

/// The warnings about the patterns of a selection, which name nothing.
[[nodiscard]] std::vector<Finding> warn_of(const Selection& unnamed);

}  // namespace katafix::cli
