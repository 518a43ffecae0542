#include "command_words.hpp"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <stdexcept>
#include <string_view>
#include <utility>

namespace katafix {

namespace {

using namespace std::string_view_literals;

/// Ends a word, if one has begun.
void add(std::vector<std::string>& words, std::optional<std::string>& word) {
  if (word) {
    words.push_back(*std::exchange(word, std::nullopt));
  }
}

/// As the Shell Command Language has it (POSIX 2.2, Quoting).
std::vector<std::string> split(std::string_view text) {
  std::vector<std::string> words;
  std::optional<std::string> word;  // '' is one, too
  char quote = '\0';
  bool is_open = false;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char byte = text[at];
    if (quote == '\0' && " \t\n"sv.find(byte) != std::string_view::npos) {
      add(words, word);
      continue;
    }
    if (!word) {
      word.emplace();
    }
    if (byte == '\\' && quote != '\'') {
      const std::string_view escaped = text.substr(++at, 1);
      is_open = escaped.empty();
      if (quote == '"' && "$`\"\\\n"sv.find(escaped) == std::string_view::npos) {
        word->push_back('\\');
      }
      // A backslash takes an end of line with it.
      word->append(escaped == "\n" ? ""sv : escaped);
    } else if (byte == quote) {
      quote = '\0';
    } else if (quote == '\0' && (byte == '\'' || byte == '"')) {
      quote = byte;
    } else {
      word->push_back(byte);
    }
  }
  if (quote != '\0' || is_open) {
    throw std::invalid_argument("a quote is not closed in " + std::string(text));
  }
  add(words, word);
  return words;
}

std::string filled_in(std::string_view word, const std::string& path) {
  std::string text;
  for (std::size_t at = 0; at < word.size(); ++at) {
    const std::string_view two = word.substr(at, 2);
    if (two == "%s" || two == "%%") {
      text += two == "%s" ? path : "%";
      ++at;
    } else {
      text.push_back(word[at]);
    }
  }
  return text;
}

}  // namespace

std::vector<std::string> command_words(const std::string& command) {
  std::vector<std::string> words = split(command);
  if (words.empty() || words.front().empty()) {
    throw std::invalid_argument("it takes a command");
  }
  if (with_path(words, "a") == with_path(words, "b")) {
    throw std::invalid_argument("there is no %s, where the path of the file goes, in " + command);
  }
  return words;
}

std::vector<std::string> with_path(std::vector<std::string> words, const std::string& path) {
  std::ranges::transform(words, words.begin(),
                         [&](const std::string& word) { return filled_in(word, path); });
  return words;
}

}  // namespace katafix
