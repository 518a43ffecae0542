#pragma once

#include "node/fake_node.hpp"

#include <string>

namespace katafix::fuzz {

/// Holds go_match() and go_glob() against each other, and against a matcher that is written as Go
/// writes its own, on the paths of a node.
void check_glob(const test::FakeNode& node, const std::string& pattern);

}  // namespace katafix::fuzz
