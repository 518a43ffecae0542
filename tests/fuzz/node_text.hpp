#pragma once

#include "katafix/engine/release.hpp"

#include "choices.hpp"
#include "node/fake_node.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace katafix::fuzz {

/// What a text tells of a node.
struct NodeText {
  std::vector<Release> releases;   ///< of containerd; empty: all
  std::vector<std::string> globs;  ///< patterns to be tried on the node's paths
};

/// Makes a node of a text: lines `@file PATH`, and behind each the file's bytes; `@link PATH
/// TARGET`,
/// `@directory PATH`, `@release VERSION`, `@glob PATTERN`. What comes before any of them is
/// containerd's main file.
NodeText read_node(std::string_view text, test::FakeNode& node);

/// Such a line with the beginning of a file, an import, or a handler.
std::string write_node_lines(Choices& choices);

}  // namespace katafix::fuzz
