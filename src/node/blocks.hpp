#pragma once

#include "katafix/text/finding.hpp"
#include "katafix/toml/document.hpp"

#include "files.hpp"
#include "text/part.hpp"

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

namespace katafix {

/// Why the tables at the end of a block may go on behind it, or what it holds is no TOML once the
/// file around it is read.
struct Cut {
  std::size_t begin = 0;  ///< the first byte of the block that is of such a table
  std::size_t line = 0;   ///< of what cuts it; 0 where nothing does
  std::string reason = {};
  std::string advice = {};
};

/// Lines of a file that are TOML, and have a header or a key on an engine's way to its handlers.
struct Block {
  std::shared_ptr<const Part> part;
  std::shared_ptr<const Document> document;  ///< of that part
  Cut cut;
};

/// What a file that is no TOML has inside it.
struct Blocks {
  std::vector<Block> all;         ///< in the order of the file; they share no line
  std::vector<Finding> broken;    ///< headers of handlers that are no TOML
  bool begins_as_config = false;  ///< is its beginning one, of an engine, until something is wrong?
};

/// Finds all blocks: the lines around what leads to handlers that begin with the same blanks (or
/// `>`) and are TOML together, or a Go template of it. Lines that control a template (`{% if %}`,
/// `<% end %>`, `%{ if }`, `{{ end }}`) are in none. The source outlives them.
[[nodiscard]] Blocks find_blocks(const Source& source);

/// Is this a file that may have blocks: neither TOML with handlers nor, by its name and place, an
/// engine's own?
/// `whole` is its absolute path on the node, or "-".
[[nodiscard]] bool may_have_blocks(const FileReader& reader, const LoadedFile& file,
                                   const std::string& whole);

}  // namespace katafix
