#include "mutator.hpp"

#include "writer.hpp"

#include <algorithm>
#include <cstdint>
#include <random>
#include <string_view>
#include <utility>
#include <vector>

extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t max_size);

namespace katafix::fuzz {

namespace {

using Pieces = std::vector<std::string>;

Pieces lines_of(std::string_view text) {
  Pieces lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size() - 1) + 1;
    lines.emplace_back(text.substr(0, end));
    text.remove_prefix(end);
  }
  return lines;
}

/// Headers begin a table, and `@` a file of a node.
bool begins_table(const std::string& line) {
  const std::size_t first = line.find_first_not_of(" \t");
  return first != std::string::npos && (line[first] == '[' || line[first] == '@');
}

Pieces tables_of(std::string_view text) {
  Pieces tables;
  for (std::string& line : lines_of(text)) {
    if (tables.empty() || begins_table(line)) {
      tables.push_back(std::move(line));
    } else {
      tables.back() += line;
    }
  }
  return tables;
}

std::string joined(const Pieces& pieces) {
  std::string text;
  for (const std::string& piece : pieces) {
    text += piece;
  }
  return text;
}

void end_line(std::string& piece) {
  if (!piece.ends_with('\n')) {
    piece += '\n';
  }
}

/// Swaps, repeats, drops or moves one of the pieces.
void shuffle(Pieces& pieces, Choices& choices) {
  if (pieces.empty()) {
    return;
  }
  end_line(pieces.back());
  const std::size_t one = choices.below(pieces.size());
  const std::size_t other = choices.below(pieces.size());
  const auto at = pieces.begin() + static_cast<std::ptrdiff_t>(one);
  switch (choices.below(4)) {
    case 0:
      std::swap(pieces[one], pieces[other]);
      break;
    case 1:
      pieces.insert(pieces.begin() + static_cast<std::ptrdiff_t>(other), std::string(pieces[one]));
      break;
    case 2:
      pieces.erase(at);
      break;
    default:
      std::rotate(pieces.begin(), at, pieces.end());
      break;
  }
}

void insert_line(Pieces& lines, Choices& choices, std::string line) {
  end_line(line);
  if (!lines.empty()) {
    end_line(lines.back());
  }
  const std::size_t at = choices.below(lines.size() + 1);
  lines.insert(lines.begin() + static_cast<std::ptrdiff_t>(at), std::move(line));
}

void change_line_ends(Pieces& lines, Choices& choices) {
  const bool to_crlf = choices.below(2) == 0;
  const bool all = choices.below(2) == 0;
  const std::size_t only = choices.below(lines.size() + 1);
  for (std::size_t index = 0; index < lines.size(); ++index) {
    std::string& line = lines[index];
    if (!line.ends_with('\n') || !(all || index == only)) {
      continue;
    }
    line.pop_back();
    if (line.ends_with('\r')) {
      line.pop_back();
    }
    line += to_crlf ? "\r\n" : "\n";
  }
}

/// Quotes a bare key of a line, or takes quotes away.
void change_quotes(std::string& line, Choices& choices) {
  const std::size_t end = std::min(line.find_first_of("=\n"), line.size());
  const std::size_t begin = choices.below(end + 1);
  constexpr std::string_view bare =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-";
  const std::size_t first = line.find_first_of(bare, begin);
  if (first >= end) {
    return;
  }
  const std::size_t last = std::min(line.find_first_not_of(bare, first), line.size());
  if (first > 0 && (line[first - 1] == '"' || line[first - 1] == '\'') && last < line.size()) {
    line.erase(last, 1).erase(first - 1, 1);
    return;
  }
  const std::string quote = choices.pick({"\"", "'"});
  line.insert(last, quote).insert(first, quote);
}

void change_comment(std::string& line, Choices& choices) {
  const std::size_t end = std::min(line.find_first_of("\r\n"), line.size());
  const std::size_t hash = line.find('#');
  if (hash < end) {
    line.erase(hash, choices.below(2) == 0 ? 1 : end - hash);
  } else if (choices.below(2) == 0) {
    line.insert(0, "#");
  } else {
    line.insert(end, choices.pick({" # c", "\t#\xC3\xA9 \"'", "   ", "#]"}));
  }
}

std::string change_lines(const std::string& text, Choices& choices, Writer writer) {
  Pieces lines = lines_of(text);
  const std::size_t at = choices.below(std::max<std::size_t>(lines.size(), 1));
  switch (choices.below(10)) {
    case 0:
      insert_line(lines, choices, writer(choices));
      break;
    case 1:
      insert_line(lines, choices, write_entry(choices));
      break;
    case 2:
      insert_line(lines, choices, write_header(choices));
      break;
    case 3:
      insert_line(lines, choices, choices.pick({"", "# c", "  ", "\t# [a]\r"}));
      break;
    case 4:
      change_line_ends(lines, choices);
      break;
    case 5:
    case 6:
      shuffle(lines, choices);
      break;
    case 7:
      if (at < lines.size()) {
        change_quotes(lines[at], choices);
      }
      break;
    case 8:
      if (at < lines.size()) {
        change_comment(lines[at], choices);
      }
      break;
    default:
      if (at < lines.size()) {
        lines[at] = choices.pick({"", " ", "\t\t"}) + write_entry(choices) + "\n";
      }
      break;
  }
  return joined(lines);
}

std::string change(std::string text, Choices& choices, Writer writer) {
  constexpr std::string_view mark = "\xEF\xBB\xBF";
  switch (choices.below(12)) {
    case 0:
      return text.starts_with(mark) ? text.substr(mark.size()) : std::string(mark) + text;
    case 1:
      return text.substr(0, text.find_last_not_of("\r\n") + 1);
    case 2:
    case 3:
    case 4: {
      Pieces tables = tables_of(text);
      shuffle(tables, choices);
      return joined(tables);
    }
    default:
      return change_lines(text, choices, writer);
  }
}

std::string random_bytes(unsigned seed) {
  std::minstd_rand random(seed);
  std::string bytes(256, '\0');
  for (char& byte : bytes) {
    byte = static_cast<char>(random() >> 8U & 0xFFU);
  }
  return bytes;
}

std::size_t put(std::string text, std::uint8_t* out, std::size_t max_size) {
  const std::size_t size = std::min(text.size(), max_size);
  std::copy_n(text.begin(), size, out);
  return size;
}

}  // namespace

std::size_t mutate(std::uint8_t* data, std::size_t size, std::size_t max_size, unsigned seed,
                   Writer writer) {
  const std::string bytes = random_bytes(seed);
  Choices choices(bytes);
  if (choices.below(4) == 0) {
    return LLVMFuzzerMutate(data, size, max_size);
  }
  std::string text(data, data + size);
  for (std::size_t count = choices.below(4) + 1; count > 0; --count) {
    text = change(std::move(text), choices, writer);
  }
  return put(std::move(text), data, max_size);
}

std::size_t cross_over(const std::string& one, const std::string& other, std::uint8_t* out,
                       std::size_t max_size, unsigned seed) {
  const std::string bytes = random_bytes(seed);
  Choices choices(bytes);
  Pieces pieces;
  for (const std::string* text : {&one, &other}) {
    for (std::string& table : tables_of(*text)) {
      if (choices.below(2) == 0) {
        end_line(table);
        pieces.push_back(std::move(table));
      }
    }
  }
  return put(joined(pieces), out, max_size);
}

}  // namespace katafix::fuzz
