#include "mask.hpp"

#include "katafix/toml/lexer.hpp"

#include <algorithm>

namespace katafix {

namespace {

bool is_blank(char byte) { return byte == ' ' || byte == '\t' || byte == '\r'; }

}  // namespace

Masker::Masker(std::string_view text, std::size_t begin, Template& model)
    : text_(text),
      out_(text),
      directives_(model.directives_),
      statements_(model.statements_),
      at_(begin) {}

std::string Masker::mask() {
  look_ahead();
  while (at_ < text_.size()) {
    step();
  }
  return std::move(out_);
}

bool Masker::at_directive() const {
  return next_ < directives_.size() && directives_[next_].span.begin == at_;
}

void Masker::step() {
  const char byte = text_[at_];
  if (at_directive()) {
    directive();
  } else if (byte == '#') {
    comment();
  } else if (byte == '"' || byte == '\'') {
    string();
  } else {
    punctuation(byte);
    ++at_;
  }
}

void Masker::punctuation(char byte) {
  if (byte == '\n' || is_blank(byte)) {
    white_space(byte);
  } else if (expect_ == Expect::header) {
    expect_ = byte == ']' ? Expect::end_of_value : Expect::header;
  } else if (expect_ == Expect::statement && open_.empty() && byte == '[') {
    expect_ = Expect::header;
    statements_.push_back({at_, true});
  } else if (byte == '=' && (expect_ == Expect::statement || expect_ == Expect::rest_of_key)) {
    expect_ = Expect::value;
    if (open_.empty()) {
      statements_.push_back({at_, false});
    }
  } else if (std::string_view("[]{},").find(byte) != std::string_view::npos) {
    bracket(byte);
  } else if (expect_ == Expect::statement) {
    expect_ = Expect::rest_of_key;
  } else if (expect_ == Expect::value) {
    expect_ = Expect::rest_of_value;
  }
}

void Masker::white_space(char byte) {
  if (byte == '\n' && open_.empty()) {
    expect_ = Expect::statement;
  } else if (expect_ == Expect::rest_of_value) {
    expect_ = Expect::end_of_value;
  }
}

void Masker::bracket(char byte) {
  if (byte == '[' || byte == '{') {
    if (byte == '[' && !array_) {
      array_ = {at_, open_.size()};
      is_array_cut_ = false;
    }
    open_.push_back(byte);
    expect_ = byte == '[' ? Expect::value : Expect::statement;
  } else if (byte == ',') {
    const bool in_array = !open_.empty() && open_.back() == '[';
    expect_ = in_array ? Expect::value : open_.empty() ? expect_ : Expect::statement;
  } else {
    if (!open_.empty()) {
      open_.pop_back();
    }
    expect_ = Expect::end_of_value;
    if (array_ && open_.size() == array_->around) {
      end_array();
    }
  }
}

/// What the directives in an array leave is no array: all of it is one value.
void Masker::end_array() {
  const Span span{array_->begin, at_ + 1};
  if (is_array_cut_) {
    fill_text(span, text_.substr(span.begin, span.size()));
    quote(span, false);
  }
  array_.reset();
}

void Masker::comment() {
  const std::size_t end = skip_comment(text_, at_);
  while (at_ < end) {
    if (at_directive()) {
      // A directive that leaves the comment by a line break goes on as a line of its own.
      fill_blanks();
    } else {
      ++at_;
    }
  }
}

void Masker::string() {
  const char quote = text_[at_];
  const std::string_view three = quote == '"' ? R"(""")" : "'''";
  const std::string_view close = text_.substr(at_).starts_with(three) ? three : three.substr(0, 1);
  for (at_ += close.size(); at_ < text_.size();) {
    if (at_directive()) {
      directives_[next_].in_string = true;
      fill_name();
    } else if (text_.substr(at_).starts_with(close)) {
      at_ += close.size();
      while (close.size() == 3 && at_ < text_.size() && text_[at_] == quote) {
        ++at_;
      }
      break;
    } else if (text_[at_] == '\n' && close.size() == 1) {
      break;
    } else {
      const bool escape = quote == '"' && text_[at_] == '\\';
      ++at_;
      if (escape && at_ < text_.size() && !at_directive()) {
        ++at_;
      }
    }
  }
  if (expect_ == Expect::statement) {
    expect_ = Expect::rest_of_key;
  } else if (expect_ == Expect::value) {
    expect_ = Expect::end_of_value;
  }
}

void Masker::directive() {
  if (array_) {
    is_array_cut_ = true;
    fill_blanks();
    return;
  }
  switch (expect_) {
    case Expect::statement:
      directive_in_statement();
      break;
    case Expect::rest_of_key:
    case Expect::header:
      fill_name();
      break;
    case Expect::value:
      directive_as_value();
      break;
    case Expect::rest_of_value:
    case Expect::end_of_value:
      directive_behind_value();
      break;
  }
}

/// Is the rest of a directive's line blank, but for directives? Found from the back, so that a row
/// of directives is walked once.
void Masker::look_ahead() {
  alone_.assign(directives_.size(), true);
  for (std::size_t index = directives_.size(); index-- > 0;) {
    const bool is_last = index + 1 == directives_.size();
    const std::size_t next = text_.find_first_not_of(" \t\r", directives_[index].span.end);
    if (!is_last && next == directives_[index + 1].span.begin) {
      alone_[index] = alone_[index + 1];
    } else if (next != std::string_view::npos) {
      alone_[index] = std::string_view("\n#},").find(text_[next]) != std::string_view::npos;
    }
  }
}

void Masker::directive_in_statement() {
  if (directives_[next_].kind != Kind::output || alone_[next_]) {
    fill_blanks();
  } else {
    fill_name();
    expect_ = Expect::rest_of_key;
  }
}

/// A number or a word goes on in a directive that emits something.
void Masker::directive_behind_value() {
  if (expect_ == Expect::rest_of_value && directives_[next_].kind == Kind::output) {
    fill_digits();
    return;
  }
  fill_blanks();
  expect_ = Expect::end_of_value;
}

/// A value may be made of several directives and the text between them, as in
/// `{{ if .X }}"a"{{ else }}"b"{{ end }}`: the end of the last one.
std::size_t Masker::value_run_end() const {
  std::size_t index = next_;
  std::size_t end = 0;
  while (true) {
    if (directives_[index].kind == Kind::open) {
      index = directives_[index].end_index;
    }
    end = directives_[index].span.end;
    if (++index == directives_.size()) {
      return end;
    }
    const std::string_view between = text_.substr(end, directives_[index].span.begin - end);
    const bool joins =
        directives_[index].kind != Kind::close && directives_[index].kind != Kind::alternative &&
        std::all_of(between.begin(), between.end(), [](char byte) {
          return is_bare_key_character(byte) || byte == '.' || byte == ':' || byte == '+';
        });
    if (!joins) {
      return end;
    }
  }
}

void Masker::directive_as_value() {
  const Kind kind = directives_[next_].kind;
  if (kind != Kind::output && kind != Kind::open) {
    fill_blanks();
    return;
  }
  const Span run{at_, value_run_end()};
  const std::size_t behind = run.end < text_.size() ? run.end : 0;
  if (kind == Kind::output && behind != 0 && is_bare_key_character(text_[behind])) {
    fill_digits();
    expect_ = Expect::rest_of_value;
    return;
  }
  bool has_quote = false;
  std::size_t last = run.begin;
  for (; next_ < directives_.size() && directives_[next_].span.begin < run.end; ++next_) {
    const Span span = directives_[next_].span;
    has_quote =
        has_quote || text_.substr(last, span.begin - last).find('\'') != std::string_view::npos;
    fill_text(span, text_.substr(span.begin, span.size()));
    last = span.end;
  }
  quote(run, has_quote);
  at_ = run.end;
  expect_ = Expect::end_of_value;
}

/// Makes a string of a run, or an array with a number in it where a line break stands too near to
/// the braces for quotes.
void Masker::quote(Span run, bool has_quote) {
  const auto has_break = [&](std::size_t begin, std::size_t size) {
    return text_.substr(begin, size).find_first_of("\r\n") != std::string_view::npos;
  };
  const bool one_line = !has_break(run.begin, run.size());
  const std::size_t quotes = one_line && !has_quote ? 1 : 3;
  if (run.size() >= 2 * quotes && !has_break(run.begin, quotes) &&
      !has_break(run.end - quotes, quotes)) {
    for (std::size_t at = 0; at < quotes; ++at) {
      out_[run.begin + at] = '\'';
      out_[run.end - 1 - at] = '\'';
    }
    return;
  }
  const std::string number = std::to_string(numbers_[text_.substr(run.begin, run.size())]);
  for (std::size_t at = run.begin; at < run.end; ++at) {
    out_[at] = has_break(at, 1) ? text_[at] : ' ';
  }
  for (std::size_t at = run.begin + 1; at + number.size() < run.end; ++at) {
    if (!has_break(at, number.size())) {
      out_.replace(at, number.size(), number);
      break;
    }
  }
  out_[run.begin] = '[';
  out_[run.end - 1] = ']';
}

/// A number, of which a directive makes a part.
void Masker::fill_digits() {
  const Span span = directives_[next_++].span;
  for (std::size_t at = span.begin; at < span.end; ++at) {
    if (out_[at] != '\n' && out_[at] != '\r') {
      out_[at] = '1';
    }
  }
  at_ = span.end;
}

void Masker::fill_blanks() {
  const Span span = directives_[next_++].span;
  for (std::size_t at = span.begin; at < span.end; ++at) {
    if (out_[at] == '\n') {
      punctuation('\n');
    } else if (out_[at] != '\r') {
      out_[at] = ' ';
    }
  }
  at_ = span.end;
}

void Masker::fill_name() {
  const Span span = directives_[next_++].span;
  fill_text(span, text_.substr(span.begin, span.size()));
  at_ = span.end;
}

/// The number of the directive among all different ones, written with letters that make neither
/// "kata" nor "v2", nor the name of any runtime.
void Masker::fill_text(Span span, std::string_view directive) {
  constexpr std::string_view letters = "bcdfghjlmnpqrstwxz";
  std::size_t number = numbers_.try_emplace(directive, numbers_.size()).first->second;
  // Quotes may take the outermost three bytes of each side: the number goes between them.
  const std::size_t margin = span.size() >= 12 ? 3 : 1;
  for (std::size_t at = span.begin; at < span.end; ++at) {
    if (out_[at] == '\n' || out_[at] == '\r') {
      continue;
    }
    out_[at] = letters.back();
    if (at >= span.begin + margin && at + margin < span.end) {
      out_[at] = letters[number % letters.size()];
      number /= letters.size();
    }
  }
}

}  // namespace katafix
