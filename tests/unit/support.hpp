#pragma once

#include "katafix/text/finding.hpp"
#include "katafix/text/span.hpp"

#include "catch.hpp"

#include <string>
#include <string_view>

namespace katafix::test {

/// The finding of the Error that `work` throws; the test fails where it throws none.
template <class Work>
Finding error_of(Work work) {
  try {
    work();
  } catch (const Error& error) {
    return error.finding();
  }
  FAIL("no Error was thrown");
  return {};
}

inline bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

/// A text with every `from` replaced, as in LF by CR LF.
inline std::string with(std::string text, std::string_view from, std::string_view to) {
  for (std::size_t at = text.find(from); at != std::string::npos;
       at = text.find(from, at + to.size())) {
    text.replace(at, from.size(), to);
  }
  return text;
}

inline constexpr std::string_view kBom = "\xEF\xBB\xBF";

}  // namespace katafix::test

namespace Catch {

template <>
struct StringMaker<katafix::Span> {
  static std::string convert(const katafix::Span& span) {
    return "[" + std::to_string(span.begin) + ", " + std::to_string(span.end) + ")";
  }
};

template <>
struct StringMaker<katafix::Position> {
  static std::string convert(const katafix::Position& position) {
    return std::to_string(position.line) + ":" + std::to_string(position.column);
  }
};

template <>
struct StringMaker<katafix::Code> {
  static std::string convert(katafix::Code code) { return std::string(katafix::code_name(code)); }
};

}  // namespace Catch
