#pragma once

#include "katafix/engine/definition.hpp"
#include "katafix/engine/release.hpp"
#include "katafix/toml/document.hpp"

#include "value.hpp"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace katafix {

/// The same where a name is not ASCII: see same_in_any_case.
[[nodiscard]] bool same_when_folded(std::string_view name, std::string_view field, Engine engine);

/// Does an engine take a name for an ASCII field's, capitals aside? Three other letters fold to
/// ASCII ones: the Kelvin sign is a k; the long s an s for CRI-O (BurntSushi/toml decode.go
/// unifyStruct: strings.EqualFold); and the capital I with a dot an i for containerd (go-toml 2
/// unmarshaler.go structFieldPath: strings.ToLower).
[[nodiscard]] inline bool same_in_any_case(std::string_view name, std::string_view field,
                                           Engine engine) {
  if (name.size() < field.size()) {
    return false;  // no letter folds to more bytes
  }
  const auto lower = [](char byte) {
    return byte >= 'A' && byte <= 'Z' ? static_cast<char>(byte - 'A' + 'a') : byte;
  };
  const auto [one, other] =
      std::mismatch(name.begin(), name.end(), field.begin(), field.end(),
                    [&](char own, char wanted) { return lower(own) == lower(wanted); });
  if (one == name.end() || static_cast<unsigned char>(*one) < 0x80U) {
    return one == name.end() && other == field.end();
  }
  return same_when_folded(name, field, engine);
}

/// A table's entries of a name, in any case.
[[nodiscard]] std::vector<Entry> entries_named(const Node& table, std::string_view name,
                                               Engine engine = Engine::containerd);

/// What these very names lead to; nothing where one is missing.
[[nodiscard]] std::optional<Node> descend(Node table, const KeyPath& names);

/// An ASCII name in capitals, or without.
[[nodiscard]] std::string in_capitals(std::string_view name);
[[nodiscard]] std::string in_small_letters(std::string_view name);

/// How many bytes must be added, removed or replaced to make one name of the other (Levenshtein).
[[nodiscard]] std::size_t edit_distance(std::string_view one, std::string_view other);

/// Calls `visit` for each entry of a table that a library takes for a field, in the order in which
/// it decodes them: a later one adds to a table of an earlier one, and otherwise replaces it.
/// - go-toml 1 takes one: the exact name or, when that is missing, the name in capitals
///   (marshal.go keysToTry @v1.9.5);
/// - go-toml 2 takes every spelling, in byte order (unmarshaler.go @v2.2.4, after containerd's
///   config.Decode has printed the table sorted);
/// - BurntSushi/toml takes every spelling in random order; here the exact one comes last.
template <class Visit>
void for_each_spelled(const Value& table, std::string_view field, Keys keys, Visit visit) {
  const Value* const exact = table.find(field);
  if (keys == Keys::go_toml_1) {
    const Value* const value = exact != nullptr ? exact : table.find(in_capitals(field));
    if (value != nullptr) {
      visit(*value);
    }
    return;
  }
  // containerd 1.3's BurntSushi/toml folds as CRI-O's.
  const Engine engine = keys == Keys::go_toml_2 ? Engine::containerd : Engine::crio;
  for (const auto& [name, value] : table.entries) {
    if (same_in_any_case(name, field, engine) && (keys == Keys::go_toml_2 || &value != exact)) {
      visit(value);
    }
  }
  if (keys == Keys::burntsushi && exact != nullptr) {
    visit(*exact);
  }
}

}  // namespace katafix
