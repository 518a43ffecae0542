#pragma once

#include "katafix/fix/fix.hpp"

#include "node/reader.hpp"
#include "options.hpp"

#include <vector>

namespace katafix::cli {

/// Adds what the node's owner decided, in /etc/katafix.toml below the root or in the file of
/// --policy, to what the command line asks for: patterns and what is to be trouble are added to it,
/// and for all else the command line wins. Throws Error when the file cannot be understood, or is
/// named and not there.
void add_policy(Options& options, const RootReader& reader);

/// Takes the patterns away that name one of these handlers, or what a finding is not said of.
void take_named(std::vector<MustName>& unnamed, const std::vector<HandlerReport>& handlers,
                const std::vector<Finding>& findings);

}  // namespace katafix::cli
