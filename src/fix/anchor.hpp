#pragma once

#include "katafix/engine/kata_rules.hpp"
#include "katafix/text/edit.hpp"
#include "katafix/toml/document.hpp"

#include <optional>

namespace katafix {

/// The entry (or the header) that a new flag goes behind.
struct Anchor {
  Span key;           ///< the last segment of the entry's key; of a header the header itself
  Span value;         ///< the entry's value; of a header the header itself
  std::size_t depth;  ///< the number of keys from the root to the entry
  bool is_entry = true;
};

/// The anchor for a handler: the evidence where it is an entry of the handler's own table,
/// otherwise the table's last own entry, otherwise its header. Nothing for a table that is only
/// implied by a table below it.
[[nodiscard]] std::optional<Anchor> find_anchor(const Definition& handler,
                                                const Evidence& evidence);

/// The text that sets the flag behind an anchor, and where it goes.
[[nodiscard]] Edit insertion(const Document& document, const Definition& handler,
                             const Anchor& anchor);

/// The last entry that stands below a table's own header (or, for dotted keys, has the table's key
/// before it); those of tables with headers of their own below it are none.
[[nodiscard]] std::optional<Anchor> last_entry(const Node& table);

}  // namespace katafix
