#include "hidden.hpp"

#include "text/quote.hpp"
#include "text/words.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string_view>
#include <utility>

namespace katafix {

namespace {

// What is shorter holds no handler.
constexpr std::size_t kShortest = 40;
// A header is no longer, and its string begins no farther before it.
constexpr std::size_t kFarthest = 512;
// How the headers of handlers' tables begin.
constexpr std::array<std::string_view, 2> kHeaders = {"[plugins.", "[crio."};
// For sed: what escapes stand for.
constexpr std::string_view kUnescape = R"(s/\\n/\n/g;s/\\"/"/g)";

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

/// The text of a string, which may go on over lines: in YAML's double quotes it folds them. Other
/// escapes than those that a config is written with stay as they are.
std::string unescaped(std::string_view text, bool folds) {
  constexpr std::string_view names = "nrt\"\\/";
  constexpr std::string_view bytes = "\n\r\t\"\\/";
  std::string out;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char next = at + 1 < text.size() ? text[at + 1] : '\0';
    const std::size_t name = names.find(next);
    if (text[at] == '\n' && folds) {
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

/// Where the bracket is that closes a header, on its line; npos where none does.
std::size_t header_end(std::string_view text, std::size_t at) {
  const std::size_t length = text.substr(at, kFarthest).find_first_of("]\n");
  return length == std::string_view::npos || text[at + length] == '\n' ? std::string_view::npos
                                                                       : at + length;
}

/// A header that a line ends with, behind what is told to a shell or to sed, gets a line of its
/// own.
void break_before_headers(std::string& text) {
  std::vector<std::size_t> breaks;
  for (const std::string_view header : kHeaders) {
    for (std::size_t at = text.find(header, 1); at != std::string::npos;
         at = text.find(header, at + 2)) {
      const std::size_t before = text.find_last_not_of(" \t", at - 1);
      const std::size_t close = header_end(text, at);
      const bool is_last =
          close != std::string::npos && (close + 1 == text.size() || text[close + 1] == '\n');
      if (is_last && before != std::string::npos && text[before] != '\n' && text[at - 1] != '\\') {
        breaks.push_back(at);
      }
    }
  }
  std::ranges::sort(breaks);
  std::string broken;
  std::size_t begin = 0;
  for (const std::size_t at : breaks) {
    broken.append(text, begin, at - begin).push_back('\n');
    begin = at;
  }
  text = broken.append(text, begin);
}

/// Each name of a handler's table has that word; without it there may be text in this text.
bool is_worth_it(std::string_view text) { return has_word(text, "runtime") || names_engine(text); }

class Search {
 public:
  Search(const Source& source, const std::string& file) : source_(source), file_(file) {}

  std::vector<Hidden> run() && {
    find_strings();
    find_headers();
    for (auto& [begin, string] : strings_) {
      found_.push_back(std::move(string.second));
    }
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
    std::string text = unescaped(source_.text(span), true);
    if (is_worth_it(text)) {
      const bool is_json = source_.path().ends_with(".json") || source_.path().ends_with(".ign");
      add_string(span, "a string with \\n", std::move(text),
                 is_json ? "jq -r '.. | strings | select(contains(\"runtime\"))'" + operand()
                         : cut(span) + " | sed " + shell_quoted(std::string(kUnescape)));
    }
  }

  void add_string(Span span, std::string way, std::string text, std::string command) {
    break_before_headers(text);
    // In other quotes there may be what only looks like a string.
    strings_.erase(strings_.lower_bound(span.begin), strings_.lower_bound(span.end));
    strings_.try_emplace(span.begin, span.end,
                         Hidden{span.begin, std::move(way), std::move(text), std::move(command)});
  }

  /// Headers of handlers inside lines: in another string than those, or in one of many lines.
  void find_headers() {
    const std::string_view text = source_.bytes();
    for (const std::string_view header : kHeaders) {
      for (std::size_t at = text.find(header); at != std::string_view::npos;
           at = text.find(header, at + 1)) {
        const Span line = source_.line(source_.line_of(at));
        const Span whole{at, header_end(text, at)};
        const auto string = strings_.upper_bound(at);
        const bool is_known =
            string != strings_.begin() && std::prev(string)->second.first >= whole.end;
        if (whole.end != std::string_view::npos && !is_known &&
            has_word(source_.text(whole), "runtime")) {
          take_header(whole, line);
        }
      }
    }
  }

  void take_header(Span header, Span line) {
    const std::string_view before = source_.text({line.begin, header.begin});
    const std::size_t far = std::min(header.end + 1 + kFarthest, line.end);
    const std::string_view behind = trimmed(source_.text({header.end + 1, far}));
    const std::string_view near = before.substr(before.size() - std::min(before.size(), kFarthest));
    const std::size_t quotes = near.find_last_of("'\"`");
    const std::size_t last = before.size() - near.size() + quotes;
    const bool is_near = before.size() == near.size();
    if (behind == "\\" && is_near && trimmed(before).empty()) {
      take_continued(header);
      return;
    }
    if (quotes == std::string_view::npos || (last > 0 && before[last - 1] == '\\')) {
      return;
    }
    const bool is_first = last + 1 == before.size();
    const std::string_view quote =
        before.substr(before.find_last_not_of(before[last], last) + 1).substr(0, is_first ? 3 : 1);
    if (is_first && !behind.empty() && behind.front() == quote.front()) {
      const std::string_view lead = trimmed(near.substr(0, near.size() - 1));
      if (is_near && (lead.empty() || lead == "-" || lead.ends_with("echo"))) {
        take_lines(header, line, before);
      }
    } else if (behind.empty() ? is_first : behind.starts_with("\\n")) {
      const Span span{line.begin + last + 1, closing(quote, header.end)};
      if (span.end < source_.bytes().size()) {
        add_string(span,
                   behind.empty() ? "a string that begins inside a line" : "a string with \\n",
                   unescaped(source_.text(span), false),
                   cut(span) + " | sed " + shell_quoted(std::string(kUnescape)));
      }
    }
  }

  /// Lines that go on behind a backslash, as sed has them.
  void take_continued(Span header) {
    const std::size_t end = closing("'", header.end);
    std::size_t last = source_.line_of(header.begin);
    while (last < source_.last_line() && source_.line(last).end < end &&
           trimmed(source_.text(source_.line(last))).ends_with('\\')) {
      ++last;
    }
    const Span span{header.begin, std::min(end, source_.line(last).end)};
    std::string text(source_.text(span));
    std::replace(text.begin(), text.end(), '\\', ' ');
    add_string(span, "lines that go on behind a backslash", std::move(text),
               cut(span) + R"( | sed 's/\\$//')");
  }

  /// Where the next quote is that is not escaped; the end of the text where none is. Looked for
  /// once between one place and the next.
  [[nodiscard]] std::size_t closing(std::string_view quote, std::size_t from) {
    Span& known = closings_[quote];
    if (from < known.begin || from > known.end) {
      const std::string_view text = source_.bytes();
      std::size_t at = text.find(quote, from);
      while (at != std::string_view::npos && text[at - 1] == '\\') {
        at = text.find(quote, at + 1);
      }
      known = {from, std::min(at, text.size())};
    }
    return known.end;
  }

  /// Lines in quotes, each by itself: a list of them, or a shell's `echo`.
  void take_lines(Span header, Span line, std::string_view before) {
    const std::string_view quote = before.substr(before.size() - 1);
    std::string text(source_.text({header.begin, header.end + 1}));
    const std::size_t first = source_.line_of(line.begin);
    std::size_t next = first;
    Span inner;
    while (++next <= source_.last_line() && source_.text(source_.line(next)).starts_with(before)) {
      inner.begin = source_.line(next).begin + before.size();
      inner.end = closing(quote, inner.begin);
      if (source_.text(inner).find('=') == std::string_view::npos) {
        break;
      }
      text.append("\n").append(source_.text(inner));
    }
    if (next > first + 1) {
      std::string script = std::to_string(first) + ',' + std::to_string(next - 1) + R"({s/^.\{)" +
                           std::to_string(before.size()) + R"(\}//;s/\([^\]\))";
      script.append(quote).append(".*/\\1/;").append(kUnescape).append(";p}");
      add_string({header.begin, inner.end}, "lines in quotes", unescaped(text, false),
                 "LC_ALL=C sed -n " + shell_quoted(script) + operand());
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
  void extend(Span& span) {
    const auto pad = [&] {
      span.end = std::min(source_.bytes().find_first_not_of('=', span.end), source_.bytes().size());
    };
    std::size_t line = source_.line_of(span.begin);
    pad();
    // Only a line's first one can be all of it: the others need no look at the line.
    if (std::exchange(extended_line_, line) == line ||
        trimmed(source_.text(source_.line(line))).size() != span.size()) {
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
    } else if (text.starts_with("\x1f\x8b") && source_names_engine()) {
      found_.push_back({span.begin, "gzip in base64", "", command + " | gunzip"});
    }
  }

  [[nodiscard]] bool source_names_engine() {
    if (!names_engine_) {
      names_engine_ = names_engine(source_.bytes());
    }
    return *names_engine_;
  }

  void find_data_urls() {
    const std::string_view text = source_.bytes();
    for (std::size_t at = text.find("data:"); at != std::string_view::npos;
         at = text.find("data:", at + 1)) {
      const std::size_t end = std::min(text.find_first_of("\"' \t\r\n", at), text.size());
      const std::size_t comma = text.substr(0, end).find(',', at);
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

  /// Prints a span.
  [[nodiscard]] std::string cut(Span span) const {
    return "tail -c +" + std::to_string(span.begin + 1) + operand() + " | head -c " +
           std::to_string(span.size());
  }

  [[nodiscard]] std::string operand() const { return file_.empty() ? "" : " " + file_; }

  const Source& source_;
  const std::string& file_;
  std::vector<Hidden> found_;
  std::size_t extended_line_ = std::string_view::npos;
  std::optional<bool> names_engine_;
  std::map<std::string_view, Span> closings_;
  std::map<std::size_t, std::pair<std::size_t, Hidden>> strings_;  // by their begins; their ends
};

}  // namespace

std::vector<Hidden> find_hidden(const Source& source, const std::string& file) {
  return Search(source, file).run();
}

}  // namespace katafix
