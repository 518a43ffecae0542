#include "spelling.hpp"

#include <algorithm>
#include <array>
#include <numeric>
#include <string>

namespace katafix {

std::string in_capitals(std::string_view name) {
  std::string capitals(name);
  for (char& byte : capitals) {
    byte = byte >= 'a' && byte <= 'z' ? static_cast<char>(byte - 'a' + 'A') : byte;
  }
  return capitals;
}

std::string in_small_letters(std::string_view name) {
  std::string letters(name);
  for (char& byte : letters) {
    byte = byte >= 'A' && byte <= 'Z' ? static_cast<char>(byte - 'A' + 'a') : byte;
  }
  return letters;
}

bool same_when_folded(std::string_view name, std::string_view field, Engine engine) {
  struct Letter {
    std::string_view bytes;
    char folded;
  };
  const std::array letters = {Letter{"\u212A", 'k'}, engine == Engine::crio
                                                         ? Letter{"\u017F", 's'}
                                                         : Letter{"\u0130", 'i'}};
  std::string folded;
  while (!name.empty()) {
    const auto* const letter = std::find_if(letters.begin(), letters.end(), [&](const Letter& one) {
      return name.starts_with(one.bytes);
    });
    if (letter == letters.end() && static_cast<unsigned char>(name.front()) >= 0x80U) {
      return false;
    }
    folded += letter == letters.end() ? name.front() : letter->folded;
    name.remove_prefix(letter == letters.end() ? 1 : letter->bytes.size());
  }
  return same_in_any_case(folded, field, engine);
}

std::vector<Entry> entries_named(const Node& table, std::string_view name, Engine engine) {
  std::vector<Entry> entries = table.entries();
  std::erase_if(entries,
                [&](const Entry& entry) { return !same_in_any_case(entry.name, name, engine); });
  return entries;
}

std::size_t edit_distance(std::string_view one, std::string_view other) {
  std::vector<std::size_t> row(other.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (const char byte : one) {
    std::size_t diagonal = row[0]++;
    for (std::size_t at = 0; at < other.size(); ++at) {
      const std::size_t replaced = diagonal + (byte == other[at] ? 0 : 1);
      diagonal = row[at + 1];
      row[at + 1] = std::min({replaced, diagonal + 1, row[at] + 1});
    }
  }
  return row.back();
}

std::optional<Node> descend(Node table, const KeyPath& names) {
  for (const std::string_view name : names) {
    const std::vector<Entry> entries = table.entries();
    const auto next = std::find_if(entries.begin(), entries.end(),
                                   [&](const Entry& entry) { return entry.name == name; });
    if (next == entries.end()) {
      return std::nullopt;
    }
    table = next->value;
  }
  return table;
}

}  // namespace katafix
