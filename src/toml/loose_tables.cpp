#include "loose_tables.hpp"

#include "guard.hpp"
#include "lexer.hpp"

#include <algorithm>
#include <functional>
#include <string>
#include <string_view>

namespace katafix {

namespace {

std::size_t mixed(std::size_t one, std::size_t other) {
  constexpr std::size_t spread = 0x9E3779B97F4A7C15U;  // as boost::hash_combine does
  return one ^ (other + spread + (one << 6U) + (one >> 2U));
}

/// toml++ takes more than TOML has in a bare key.
bool is_key(std::string_view segment) {
  return segment.starts_with('"') || segment.starts_with('\'') ||
         std::all_of(segment.begin(), segment.end(), [](char byte) {
           return is_bare_key_character(byte) || byte == '+' ||
                  static_cast<unsigned char>(byte) >= 0x80;
         });
}

}  // namespace

void fail_as_needless(const Source& source, std::size_t at, std::string what, Code code) {
  throw Error(code, source, at, std::move(what),
              "no container engine needs that; check what the file is");
}

void LooseTables::begin_key(std::size_t at) {
  begin_ = at;
  path_ = table_;
  in_key_ = !is_over_;
}

void LooseTables::begin_nested_key(std::size_t at, bool is_first) {
  begin_key(at);
  braces_ += is_first ? 1 : 0;
  path_ = mixed(path_, braces_);
}

void LooseTables::begin_header(std::size_t at) {
  is_array_ = at > 0 && source_.bytes()[at - 1] == '[';
  begin_ = at + 1;
  path_ = 0;
}

void LooseTables::dot(std::size_t at) {
  if (in_key_ && add_segment(at) && known_.insert(mixed(path_, arrays_)).second) {
    count(at);
  }
}

void LooseTables::end_key(std::size_t at) {
  if (in_key_) {
    add_segment(at);
    in_key_ = false;
  }
}

void LooseTables::end_header(std::size_t at) {
  if (!in_key_ || !add_segment(at)) {
    return;
  }
  if (is_array_) {
    ++arrays_;
    count(at);
  }
  known_.insert(mixed(path_, arrays_));
  table_ = path_;
  in_key_ = false;
}

/// Is it one? What is none ends the parse, and nothing behind it costs anything.
bool LooseTables::add_segment(std::size_t end) {
  const std::string_view segment = trimmed(source_.text({begin_, std::max(begin_, end)}));
  if (!is_key(segment)) {
    is_over_ = true;
    in_key_ = false;
    return false;
  }
  if (segment.size() > kMaxKeyLength) {
    fail_as_needless(source_, begin_,
                     "a key of more than " + std::to_string(kMaxKeyLength) + " bytes");
  }
  path_ = mixed(path_, std::hash<std::string_view>()(segment));
  begin_ = end + 1;
  return true;
}

void LooseTables::count(std::size_t at) {
  if (++loose_ > kMaxLooseTables) {
    fail_as_needless(source_, at,
                     "more than " + std::to_string(kMaxLooseTables) +
                         " tables that have no header of their own, or are in an array of tables");
  }
}

}  // namespace katafix
