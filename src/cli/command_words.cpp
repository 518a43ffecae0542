#include "command_words.hpp"

#include "options.hpp"

#include <algorithm>
#include <cstddef>
#include <string_view>
#include <utility>

namespace katafix::cli {

namespace {

/// Goes through a command once, as the Shell Command Language has it (POSIX 2.2, Quoting).
class Splitter {
 public:
  explicit Splitter(std::string_view text) : text_(text) {}

  std::vector<std::string> run() && {
    while (at_ < text_.size()) {
      const char byte = next();
      if (byte == ' ' || byte == '\t' || byte == '\n') {
        end_word();
      } else if (byte == '\'') {
        single_quoted();
      } else if (byte == '"') {
        double_quoted();
      } else if (byte == '\\') {
        add_escaped(next());
      } else {
        add(byte);
      }
    }
    end_word();
    return std::move(words_);
  }

 private:
  char next() {
    if (at_ == text_.size()) {
      throw UsageError("--validate: a quote is not closed in " + std::string(text_));
    }
    return text_[at_++];
  }

  void add(char byte) {
    is_in_word_ = true;
    word_.push_back(byte);
  }

  /// A backslash takes an end of line with it.
  void add_escaped(char byte) {
    if (byte != '\n') {
      add(byte);
    }
  }

  void single_quoted() {
    is_in_word_ = true;  // '' is a word, too
    for (char byte = next(); byte != '\''; byte = next()) {
      add(byte);
    }
  }

  void double_quoted() {
    is_in_word_ = true;
    for (char byte = next(); byte != '"'; byte = next()) {
      if (byte != '\\') {
        add(byte);
        continue;
      }
      const char escaped = next();
      if (std::string_view("$`\"\\\n").find(escaped) == std::string_view::npos) {
        add('\\');
      }
      add_escaped(escaped);
    }
  }

  void end_word() {
    if (std::exchange(is_in_word_, false)) {
      words_.push_back(std::exchange(word_, {}));
    }
  }

  std::string_view text_;
  std::size_t at_ = 0;
  bool is_in_word_ = false;
  std::string word_;
  std::vector<std::string> words_;
};

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
  std::vector<std::string> words = Splitter(command).run();
  if (words.empty() || words.front().empty()) {
    throw UsageError("--validate takes a command");
  }
  if (with_path(words, "a") == with_path(words, "b")) {
    throw UsageError("--validate: there is no %s, where the path of the file goes, in " + command);
  }
  return words;
}

std::vector<std::string> with_path(std::vector<std::string> words, const std::string& path) {
  std::transform(words.begin(), words.end(), words.begin(),
                 [&](const std::string& word) { return filled_in(word, path); });
  return words;
}

}  // namespace katafix::cli
