#include "rewrite.hpp"

#include "toml/lexer.hpp"

#include <algorithm>

namespace katafix::fuzz {

namespace {

constexpr std::string_view kMark = "\xEF\xBB\xBF";

enum class Part { string, comment, line_end, key, other };

/// A text in pieces, each of one kind: a whole string, a comment, a line end, a bare key, or one
/// other byte.
struct Piece {
  Part part = Part::other;
  std::string_view text;
  bool begins_header = false;  ///< the first bracket of one
};

class Lexer {
 public:
  explicit Lexer(std::string_view text) : text_(text) {}

  std::vector<Piece> run() && {
    while (at_ < text_.size()) {
      next();
    }
    return std::move(pieces_);
  }

 private:
  void next() {
    const char byte = text_[at_];
    if (byte == '"' || byte == '\'') {
      take(Part::string, skip_string(text_, at_));
    } else if (byte == '#') {
      std::size_t end = skip_comment(text_, at_);
      end -= text_.substr(0, end).ends_with('\r') ? 1U : 0U;
      take(Part::comment, end);
    } else if (byte == '\n' || text_.substr(at_).starts_with("\r\n")) {
      take(Part::line_end, at_ + (byte == '\n' ? 1 : 2));
      expects_key_ = open_.empty() || open_.back() == '{';
      begins_line_ = open_.empty();
      return;
    } else if (expects_key_ && is_bare_key_character(byte)) {
      take(Part::key, static_cast<std::size_t>(
                          std::find_if_not(text_.begin() + static_cast<std::ptrdiff_t>(at_),
                                           text_.end(), is_bare_key_character) -
                          text_.begin()));
    } else {
      punctuation(byte);
      return;
    }
    begins_line_ = false;
  }

  void punctuation(char byte) {
    const bool begins_header = byte == '[' && begins_line_;
    if (byte == '=') {
      expects_key_ = false;
    } else if (byte == ',') {
      expects_key_ = !open_.empty() && open_.back() == '{';
    } else if ((byte == '[' || byte == '{') && !expects_key_) {
      open_.push_back(byte);
      expects_key_ = byte == '{';
    } else if ((byte == ']' || byte == '}') && !open_.empty()) {
      open_.pop_back();
      expects_key_ = false;
    }
    begins_line_ = begins_line_ && (byte == ' ' || byte == '\t');
    take(Part::other, at_ + 1);
    pieces_.back().begins_header = begins_header;
  }

  void take(Part part, std::size_t end) {
    pieces_.push_back({part, text_.substr(at_, end - at_), false});
    at_ = end;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::vector<Piece> pieces_;
  std::string open_;         // the brackets of values around here
  bool expects_key_ = true;  // or a header
  bool begins_line_ = true;  // outside of all values
};

/// With comments, blank lines, blanks, CR LF and double quotes wherever they may be.
std::string at_length(const Piece& piece) {
  const std::string text(piece.text);
  switch (piece.part) {
    case Part::line_end:
      return " \t# \"'\r\n\t#[a]\r\n\r\n \t";
    case Part::comment:
      return text + " [crio]";
    case Part::key:
      return '"' + text + '"';
    case Part::other:
      return text == "=" || text == "," ? "  " + text + "\t" : text;
    case Part::string:
      break;
  }
  return text;
}

/// With LF, no comments, and single quotes.
std::string tersely(const Piece& piece) {
  const std::string text(piece.text);
  return piece.part == Part::line_end  ? "\n"
         : piece.part == Part::comment ? ""
         : piece.part == Part::key     ? '\'' + text + '\''
                                       : text;
}

std::string changed(const std::vector<Piece>& pieces, std::string (*change)(const Piece&)) {
  std::string text;
  for (const Piece& piece : pieces) {
    text += change(piece);
  }
  return text;
}

/// The entries above all headers, and then the last table first.
std::string in_reverse(const std::vector<Piece>& pieces) {
  std::vector<std::string> tables(1);
  for (const Piece& piece : pieces) {
    if (piece.begins_header) {
      tables.emplace_back();
    }
    tables.back() += piece.text;
  }
  std::reverse(tables.begin() + 1, tables.end());
  std::string text;
  for (const std::string& table : tables) {
    text += table;
    text += text.empty() || text.ends_with('\n') ? "" : "\n";
  }
  return text;
}

}  // namespace

std::vector<Rewritten> rewritten(std::string_view text) {
  const std::string_view mark = text.starts_with(kMark) ? kMark : std::string_view();
  const std::vector<Piece> pieces = Lexer(text.substr(mark.size())).run();
  std::vector<Rewritten> all{
      {"at length", changed(pieces, at_length)},
      {"tersely", changed(pieces, tersely)},
      {"with the tables in reverse order", in_reverse(pieces), true},
  };
  for (Rewritten& one : all) {
    one.text.insert(0, mark);
  }
  return all;
}

}  // namespace katafix::fuzz
