#include "hidden.hpp"

#include "text/words.hpp"

#include <algorithm>
#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>
#include <utility>

namespace katafix {

namespace {

// What is shorter holds no handler.
constexpr std::size_t kShortest = 40;

/// The six bits of a digit of base64; -1 for what is none.
int base64_value(char digit) {
  return digit >= 'A' && digit <= 'Z'   ? digit - 'A'
         : digit >= 'a' && digit <= 'z' ? digit - 'a' + 26
         : digit >= '0' && digit <= '9' ? digit - '0' + 52
         : digit == '+'                 ? 62
         : digit == '/'                 ? 63
                                        : -1;
}

bool is_base64(char digit) { return base64_value(digit) >= 0; }

int hex_value(char digit) {
  constexpr std::string_view digits = "0123456789abcdefABCDEF";
  const std::size_t at = digits.find(digit);
  return at == std::string_view::npos ? -1 : static_cast<int>(at < 16 ? at : at - 6);
}

/// The text of a string of JSON or in YAML's double quotes, which may go on over lines. Other
/// escapes than those that a config is written with stay as they are.
std::string unescaped(std::string_view text) {
  constexpr std::string_view names = "nrt\"\\/";
  constexpr std::string_view bytes = "\n\r\t\"\\/";
  std::string out;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char next = at + 1 < text.size() ? text[at + 1] : '\0';
    const std::size_t name = names.find(next);
    if (text[at] == '\n') {  // YAML folds lines
      out.push_back(' ');
      at = std::min(text.find_first_not_of(" \t\n", at), text.size()) - 1;
    } else if (text[at] == '\\' && next == '\n') {
      at = std::min(text.find_first_not_of(" \t", at + 2), text.size()) - 1;
    } else if (text[at] == '\\' && name != std::string_view::npos) {
      out.push_back(bytes[name]);
      ++at;
    } else {
      out.push_back(text[at]);
    }
  }
  return out;
}

std::string from_percent(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const int high = at + 2 < text.size() && text[at] == '%' ? hex_value(text[at + 1]) : -1;
    const int low = high < 0 ? -1 : hex_value(text[at + 2]);
    out.push_back(low < 0 ? text[at] : static_cast<char>(high * 16 + low));
    at += low < 0 ? 0 : 2;
  }
  return out;
}

/// Characters that are none, line ends and blanks among them, are left out.
std::string from_base64(std::string_view text) {
  std::string out;
  std::uint32_t bits = 0;
  int count = 0;
  for (const char digit : text) {
    const int value = base64_value(digit);
    if (value < 0) {
      continue;
    }
    bits = bits << 6U | static_cast<std::uint32_t>(value);
    count += 6;
    if (count >= 8) {
      count -= 8;
      out.push_back(static_cast<char>(bits >> static_cast<unsigned>(count) & 0xFFU));
    }
  }
  return out;
}

bool names_engine(std::string_view text) {
  return has_word(text, "containerd") || has_word(text, "crio");
}

/// Each name of a handler's table has that word; without it there may be text in this text.
bool is_worth_it(std::string_view text) { return has_word(text, "runtime") || names_engine(text); }

class Search {
 public:
  Search(const Source& source, const std::string& file) : source_(source), file_(file) {}

  std::vector<Hidden> run() && {
    find_strings();
    find_base64();
    find_data_urls();
    std::ranges::sort(found_, {}, &Hidden::begin);
    return std::move(found_);
  }

 private:
  /// What is between two double quotes, be it inside a string or outside: nothing outside has an
  /// escape.
  void find_strings() {
    const std::string_view text = source_.bytes();
    std::optional<std::size_t> begin;
    bool has_lines = false;
    for (std::size_t at = 0; at < text.size(); ++at) {
      if (text[at] == '\\' && at + 1 < text.size()) {
        ++at;
        has_lines |= text[at] == 'n' || text.substr(at).starts_with("\\n");
      } else if (text[at] == '"') {
        if (begin && has_lines) {
          take_string({*begin, at});
        }
        begin = at + 1;
        has_lines = false;
      }
    }
  }

  void take_string(Span span) {
    std::string text = unescaped(source_.text(span));
    if (is_worth_it(text)) {
      const bool is_json = source_.path().ends_with(".json") || source_.path().ends_with(".ign");
      const std::string command =
          is_json ? "jq -r '.. | strings | select(contains(\"runtime\"))'" + operand()
                  : "sed -n '" + lines(span) + R"({s/\\n/\n/g;s/\\"/"/g;p}')" + operand();
      found_.push_back({span.begin, "a string with \\n", std::move(text), command});
    }
  }

  void find_base64() {
    const std::string_view text = source_.bytes();
    const auto next = [&](std::size_t at, auto is_end) {
      return static_cast<std::size_t>(
          std::find_if(text.begin() + static_cast<std::ptrdiff_t>(at), text.end(), is_end) -
          text.begin());
    };
    for (Span span; span.end < text.size();) {
      span.begin = next(span.end, is_base64);
      span.end = next(span.begin, std::not_fn(is_base64));
      if (span.size() >= kShortest) {
        extend(span);
        take_base64(span);
      }
    }
  }

  /// Adds the padding; and where all of its line is base64, the lines like it below.
  void extend(Span& span) const {
    const auto pad = [&] {
      span.end = std::min(source_.bytes().find_first_not_of('=', span.end), source_.bytes().size());
    };
    std::size_t line = source_.line_of(span.begin);
    pad();
    if (trimmed(source_.text(source_.line(line))).size() != span.size()) {
      return;
    }
    while (++line <= source_.last_line()) {
      const std::string_view next = trimmed(source_.text(source_.line(line)));
      const auto padding = static_cast<std::ptrdiff_t>(next.find_last_not_of('=') + 1);
      if (padding == 0 || !std::all_of(next.begin(), next.begin() + padding, is_base64)) {
        return;
      }
      span.end = source_.line(line).end;
    }
  }

  void take_base64(Span span) {
    std::string text = from_base64(source_.text(span));
    const std::string command = cut(span) + " | base64 -di";
    if (is_worth_it(text)) {
      found_.push_back({span.begin, "base64", std::move(text), command});
    } else if (text.starts_with("\x1f\x8b") && names_engine(source_.bytes())) {
      found_.push_back({span.begin, "gzip in base64", "", command + " | gunzip"});
    }
  }

  void find_data_urls() {
    const std::string_view text = source_.bytes();
    for (std::size_t at = text.find("data:"); at != std::string_view::npos;
         at = text.find("data:", at + 1)) {
      const std::size_t end = std::min(text.find_first_of("\"' \t\r\n", at), text.size());
      const std::size_t comma = text.find(',', at);
      const Span span{std::min(comma, end - 1) + 1, end};
      std::string decoded = from_percent(source_.text(span));
      if (decoded.size() != span.size() && is_worth_it(decoded)) {
        found_.push_back({span.begin, "a data URL", std::move(decoded),
                          cut(span) + " | python3 -c 'import sys, urllib.parse; "
                                      "print(urllib.parse.unquote(sys.stdin.read()))'"});
      }
      at = end - 1;
    }
  }

  /// The lines of a span, as sed has them.
  [[nodiscard]] std::string lines(Span span) const {
    const std::size_t first = source_.line_of(span.begin);
    const std::size_t last = source_.line_of(span.end);
    return std::to_string(first) + (first == last ? "" : "," + std::to_string(last));
  }

  /// Prints a span of one line, or all of its lines.
  [[nodiscard]] std::string cut(Span span) const {
    std::string command = "sed -n " + lines(span) + "p" + operand();
    const std::size_t line = source_.line_of(span.begin);
    if (line != source_.line_of(span.end)) {
      return command;
    }
    const std::size_t begin = source_.line(line).begin;
    return command + " | cut -b " + std::to_string(span.begin - begin + 1) + "-" +
           std::to_string(span.end - begin);
  }

  [[nodiscard]] std::string operand() const { return file_.empty() ? "" : " " + file_; }

  const Source& source_;
  const std::string& file_;
  std::vector<Hidden> found_;
};

}  // namespace

std::vector<Hidden> find_hidden(const Source& source, const std::string& file) {
  return Search(source, file).run();
}

}  // namespace katafix
