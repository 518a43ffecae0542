#include "mask.hpp"

#include "lexer.hpp"

#include <algorithm>

namespace katafix {

namespace {

bool is_blank(char byte) { return byte == ' ' || byte == '\t' || byte == '\r'; }

bool is_break(char byte) { return byte == '\n' || byte == '\r'; }

}  // namespace

Masker::Masker(std::string_view text, std::size_t begin, Template& model)
    : text_(text),
      out_(text),
      plain_(text),
      directives_(model.directives_),
      statements_(model.statements_),
      at_(begin) {}

std::string Masker::mask() {
  for (const Directive& directive : directives_) {
    plain_.replace(directive.span.begin, directive.span.size(), directive.span.size(), 'x');
  }
  look_ahead();
  while (at_ < text_.size()) {
    const char byte = text_[at_];
    if (has_directive_before(at_ + 1)) {
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
  return std::move(out_);
}

bool Masker::has_directive_before(std::size_t end) const {
  return next_ < directives_.size() && directives_[next_].span.begin < end;
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
      array_ = Array{at_, open_.size()};
    }
    open_.push_back(byte);
  } else if (byte != ',' && !open_.empty()) {
    open_.pop_back();
  }
  if (byte == ']' || byte == '}') {
    expect_ = Expect::end_of_value;
    end_array();
  } else if (!open_.empty()) {
    expect_ = open_.back() == '[' ? Expect::value : Expect::statement;
  }
}

/// What the directives in an array leave is no array: all of it is one value.
void Masker::end_array() {
  if (!array_ || open_.size() != array_->around) {
    return;
  }
  if (array_->is_cut) {
    fill_text({array_->begin, at_ + 1});
    quote({array_->begin, at_ + 1});
  }
  array_.reset();
}

void Masker::comment() {
  const std::size_t end = skip_comment(text_, at_);
  while (has_directive_before(end)) {
    fill(' ');
  }
  // A directive that leaves the comment by a line break goes on as a line of its own.
  at_ = std::max(at_, end);
}

void Masker::string() {
  const std::size_t end = skip_string(plain_, at_);
  while (has_directive_before(end)) {
    directives_[next_].in_string = true;
    fill_name();
  }
  at_ = end;
  if (expect_ == Expect::statement) {
    expect_ = Expect::rest_of_key;
  } else if (expect_ == Expect::value) {
    expect_ = Expect::end_of_value;
  }
}

void Masker::directive() {
  const Kind kind = directives_[next_].kind;
  const bool emits = kind == Kind::output;
  if (array_) {
    array_->is_cut = true;
    fill(' ');
  } else if (expect_ == Expect::rest_of_key || expect_ == Expect::header) {
    fill_name();
  } else if (expect_ == Expect::statement && emits && !alone_[next_]) {
    fill_name();
    expect_ = Expect::rest_of_key;
  } else if (expect_ == Expect::value && (emits || kind == Kind::open)) {
    directive_as_value();
  } else if (expect_ == Expect::rest_of_value && emits) {
    fill('1');  // a number or a word goes on in it
  } else {
    const bool behind_value = expect_ == Expect::rest_of_value || expect_ == Expect::end_of_value;
    fill(' ');
    expect_ = behind_value ? Expect::end_of_value : expect_;
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

/// A value may be made of several directives and the text between them, as in
/// `{{ if .X }}"a"{{ else }}"b"{{ end }}`: the end of the last one.
std::size_t Masker::value_run_end() const {
  for (std::size_t index = next_;;) {
    if (directives_[index].kind == Kind::open) {
      index = directives_[index].end_index;
    }
    const std::size_t end = directives_[index].span.end;
    if (++index == directives_.size() || directives_[index].kind == Kind::close ||
        directives_[index].kind == Kind::alternative) {
      return end;
    }
    const std::string_view between = text_.substr(end, directives_[index].span.begin - end);
    const bool joins = std::all_of(between.begin(), between.end(), [](char byte) {
      return is_bare_key_character(byte) || byte == '.' || byte == ':' || byte == '+';
    });
    if (!joins) {
      return end;
    }
  }
}

void Masker::directive_as_value() {
  const Span run{at_, value_run_end()};
  if (directives_[next_].kind == Kind::output && run.end < text_.size() &&
      is_bare_key_character(text_[run.end])) {
    fill('1');
    expect_ = Expect::rest_of_value;
    return;
  }
  while (has_directive_before(run.end)) {
    fill_name();
  }
  quote(run);
  at_ = run.end;
  expect_ = Expect::end_of_value;
}

/// Makes a string of a run, or an array with a number in it where a line break stands too near to
/// the braces for quotes.
void Masker::quote(Span run) {
  const auto has = [&](std::string_view bytes, std::size_t begin, std::size_t size) {
    return std::string_view(out_).substr(begin, size).find_first_of(bytes) !=
           std::string_view::npos;
  };
  const std::size_t quotes = has("'\r\n", run.begin, run.size()) ? 3 : 1;
  if (run.size() >= 2 * quotes && !has("\r\n", run.begin, quotes) &&
      !has("\r\n", run.end - quotes, quotes)) {
    out_.replace(run.begin, quotes, quotes, '\'');
    out_.replace(run.end - quotes, quotes, quotes, '\'');
    return;
  }
  const std::string number = std::to_string(numbers_[text_.substr(run.begin, run.size())]);
  fill_span(run, ' ');
  for (std::size_t at = run.begin + 1; at + number.size() < run.end; ++at) {
    if (!has("\r\n", at, number.size())) {
      out_.replace(at, number.size(), number);
      break;
    }
  }
  out_[run.begin] = '[';
  out_[run.end - 1] = ']';
}

/// Writes one byte over a span, but for its line breaks.
void Masker::fill_span(Span span, char filler) {
  const auto begin = out_.begin() + static_cast<std::ptrdiff_t>(span.begin);
  std::replace_if(
      begin, begin + static_cast<std::ptrdiff_t>(span.size()),
      [](char byte) { return !is_break(byte); }, filler);
}

/// Writes one byte over the next directive. Its line breaks are the text's.
void Masker::fill(char filler) {
  const Span span = directives_[next_++].span;
  fill_span(span, filler);
  if (text_.substr(span.begin, span.size()).find('\n') != std::string_view::npos) {
    white_space('\n');
  }
  at_ = span.end;
}

void Masker::fill_name() {
  const Span span = directives_[next_++].span;
  fill_text(span);
  at_ = span.end;
}

/// The number of the directive among all different ones, written with letters that make neither
/// "kata" nor "v2", nor the name of any runtime.
void Masker::fill_text(Span span) {
  constexpr std::string_view letters = "bcdfghjlmnpqrstwxz";
  std::size_t number =
      numbers_.try_emplace(text_.substr(span.begin, span.size()), numbers_.size()).first->second;
  // Quotes may take the outermost three bytes of each side: the number goes between them.
  const std::size_t margin = span.size() >= 12 ? 3 : 1;
  fill_span(span, letters.back());
  for (std::size_t at = span.begin + margin; at + margin < span.end; ++at) {
    if (!is_break(out_[at])) {
      out_[at] = letters[number % letters.size()];
      number /= letters.size();
    }
  }
}

}  // namespace katafix
