#pragma once

#include "katafix/toml/document.hpp"

#include "support.hpp"

#include <initializer_list>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

namespace katafix::test {

/// A text and the document that it is.
struct Parsed {
  explicit Parsed(std::string text, std::string path = "config.toml")
      : source(std::move(path), std::move(text)), document(source) {}

  /// The entry that the names lead to.
  [[nodiscard]] Entry entry(std::initializer_list<std::string_view> names) const {
    Node node = document.root();
    std::optional<Entry> found;
    for (const std::string_view name : names) {
      found.reset();
      for (const Entry& entry : node.entries()) {
        if (entry.name == name) {
          found = entry;
        }
      }
      if (!found) {
        throw std::logic_error("the test's text has no " + std::string(name));
      }
      node = found->value;
    }
    return *found;
  }

  [[nodiscard]] Node at(std::initializer_list<std::string_view> names) const {
    return entry(names).value;
  }

  [[nodiscard]] std::string_view written(Span span) const { return source.text(span); }

  Source source;
  Document document;
};

/// The error that a text is refused with.
inline Finding refusal_of(std::string text, std::string path = "config.toml") {
  const Source source(std::move(path), std::move(text));
  return error_of([&] { const Document document(source); });
}

}  // namespace katafix::test
