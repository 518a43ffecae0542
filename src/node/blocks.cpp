#include "blocks.hpp"

#include "block_lines.hpp"
#include "discovery.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>
#include <utility>

namespace katafix {

namespace {

/// Lines that are TOML together.
struct Parsed {
  std::shared_ptr<const Part> part;
  std::shared_ptr<const Document> document;
};

Parsed parse(const Source& source, std::size_t first, std::size_t last) {
  auto part = std::make_shared<const Part>(source, first, last);
  auto document = std::make_shared<const Document>(part->source());
  return {std::move(part), std::move(document)};
}

/// Does a line's text end as YAML's folded scalars begin: `key: >-`, perhaps with an anchor or a
/// tag before, and a comment behind?
bool begins_folded(std::string_view text) {
  text = trimmed(text.substr(0, text.find(" #")));
  text = text.substr(0, text.find_last_not_of("+-0123456789") + 1);
  if (!text.ends_with('>')) {
    return false;
  }
  text.remove_suffix(1);
  while (text.ends_with(' ')) {
    text = trimmed(text);
    if (text.ends_with(':') || text.ends_with('-')) {
      return true;
    }
    const std::size_t word = text.rfind(' ') + 1;
    text = text[word] == '&' || text[word] == '!' ? text.substr(0, word) : "";
  }
  return false;
}

/// Does a line that is no entry of a handler look like one?
bool mentions_field(std::string_view text) {
  constexpr std::array<std::string_view, 3> fields = {"runtime_type", "runtime_path", kFlag};
  return std::ranges::any_of(fields,
                             [&](std::string_view field) { return text.starts_with(field); });
}

/// Where the indentation of a block is one line's and the next one has less of it.
std::optional<std::string_view> common(std::string_view block, std::string_view line) {
  const auto* const end = std::mismatch(block.begin(), block.end(), line.begin(), line.end()).first;
  const auto size = static_cast<std::size_t>(end - block.begin());
  constexpr std::size_t none = std::string_view::npos;
  const bool same_quotes = block.find('>', size) == none && line.find('>', size) == none;
  return same_quotes ? std::optional(block.substr(0, size)) : std::nullopt;
}

/// The statements of a block as it grows, with the lines between them.
class Run {
 public:
  Run(const Source& source, std::size_t first) : source_(source), next_(first) {}

  /// Takes statements until there are `count`; fewer when something else comes first.
  void grow(std::size_t count) {
    while (!is_at_end_ && statements_.size() < count) {
      is_at_end_ = !take();
    }
  }

  /// Takes statements until one leads to handlers.
  void grow_to_handlers() {
    while (!leads_to_handlers() && !is_at_end_) {
      grow(size() + 1);
    }
  }

  /// Leaves out the statement that holds a line, and what follows it.
  void shrink(std::size_t line) {
    const auto behind = std::upper_bound(
        statements_.begin(), statements_.end(), line,
        [](std::size_t number, const Statement& statement) { return number < statement.first; });
    const auto bad = behind == statements_.begin() ? behind : std::prev(behind);
    next_ = bad->first;
    statements_.erase(bad, statements_.end());
    is_at_end_ = true;
  }

  [[nodiscard]] bool is_empty() const { return statements_.empty(); }
  [[nodiscard]] bool is_at_end() const { return is_at_end_; }
  [[nodiscard]] std::size_t size() const { return statements_.size(); }
  [[nodiscard]] std::size_t last_line() const { return statements_.back().last; }
  /// The first line that is not looked at yet.
  [[nodiscard]] std::size_t next_line() const { return next_; }
  [[nodiscard]] std::size_t first_line_of_last() const { return statements_.back().first; }
  [[nodiscard]] bool leads_to_handlers() const {
    return !is_empty() && statements_.back().leads_to_handlers;
  }
  /// The line of the last header; 0 when there is none.
  [[nodiscard]] std::size_t last_header() const {
    const auto last = std::find_if(statements_.rbegin(), statements_.rend(),
                                   [](const Statement& one) { return one.is_header; });
    return last == statements_.rend() ? 0 : last->first;
  }

 private:
  struct Statement {
    std::size_t first = 0;
    std::size_t last = 0;
    bool is_header = false;
    bool leads_to_handlers = false;  // it, or one before it
  };

  bool take() {
    for (; next_ <= source_.last_line(); ++next_) {
      const Line line = read_line(source_, next_);
      if (line.kind == LineKind::blank) {
        continue;
      }
      if (!takes(line)) {
        return false;
      }
      if (line.is_statement()) {
        return take(line);
      }
    }
    return false;
  }

  bool take(const Line& line) {
    const auto last =
        line.kind == LineKind::header ? std::optional(next_) : last_line_of_entry(source_, next_);
    if (!last || holds_config(next_, *last)) {
      return false;
    }
    statements_.push_back({next_, *last, line.kind == LineKind::header,
                           leads_to_handlers() || line.leads_to_handlers});
    next_ = *last + 1;
    return true;
  }

  /// Is it a string or a list of many lines with a block in it, as scripts have them?
  [[nodiscard]] bool holds_config(std::size_t first, std::size_t last) const {
    for (std::size_t number = first + 1; number <= last; ++number) {
      const Line line = read_line(source_, number);
      if (line.kind == LineKind::header && line.leads_to_handlers) {
        return true;
      }
    }
    return false;
  }

  /// Is it one more line of the block? Entries may stand less deep than those before them.
  bool takes(const Line& line) {
    if (!line.is_statement() && line.kind != LineKind::comment) {
      return false;
    }
    if (!indentation_) {
      indentation_ = line.indentation;
    } else if (line.kind == LineKind::entry) {
      const auto both = common(*indentation_, line.indentation);
      indentation_ = both ? both : indentation_;
      return both.has_value();
    }
    return line.indentation.starts_with(*indentation_);
  }

  const Source& source_;
  std::vector<Statement> statements_;
  std::optional<std::string_view> indentation_;
  std::size_t next_;
  bool is_at_end_ = false;
};

class Finder {
 public:
  explicit Finder(const Source& source) : source_(source) {}

  Blocks run() && {
    for (std::size_t line = 1; line <= source_.last_line();) {
      const std::size_t next = take(line);
      for (; line < next; ++line) {
        remember(line);
      }
    }
    return std::move(found_);
  }

 private:
  /// Takes the block that begins with a line, if one does. Returns the line to go on with. Only
  /// what leads to handlers is parsed, and what is parsed at once doubles: so that all lines
  /// together cost no more than a few times their number.
  std::size_t take(std::size_t first) {
    const Line line = read_line(source_, first);
    Run run(source_, first);
    if (line.is_statement()) {
      run.grow_to_handlers();
    }
    if (!run.leads_to_handlers()) {
      if (run.is_empty()) {
        tell_of_broken(first, line, std::nullopt);
      }
      return run.is_empty() ? first + 1 : run.last_line() + 1;
    }
    found_.begins_as_config = found_.begins_as_config || begins_as_config(first, line);
    const std::size_t leading = run.first_line_of_last();
    std::optional<Error> error;
    Parsed parsed;
    for (std::size_t count = run.size(); !parsed.document; count *= 2) {
      run.grow(count);
      try {
        parsed = parse(source_, first, run.last_line());
      } catch (const Error& wrong) {
        run.shrink(wrong.finding().at.line);
        error = wrong;
      }
      if (!run.leads_to_handlers()) {
        if (leading == first) {
          tell_of_broken(first, line, error);
        }
        return leading == first ? first + 1 : leading;
      }
      if (!run.is_at_end()) {
        parsed = {};
      }
    }
    add(run, std::move(parsed), error);
    return run.last_line() + 1;
  }

  void add(const Run& run, Parsed parsed, const std::optional<Error>& error) {
    Block block{std::move(parsed.part), std::move(parsed.document), {}};
    block.cut = cut_behind(*block.part, run, error);
    fold(block);
    found_.all.push_back(std::move(block));
  }

  /// Does the last table go on behind a line that is no TOML?
  [[nodiscard]] Cut cut_behind(const Part& part, const Run& run,
                               const std::optional<Error>& error) const {
    const std::size_t next = run.next_line();
    if (next > source_.last_line()) {
      return {};
    }
    const Line line = read_line(source_, next);
    const std::string_view text = trimmed(source_.text(source_.line(next)));
    const std::string where = "line " + std::to_string(next);
    Cut cut;
    const bool is_gap = line.kind == LineKind::gap && goes_on_behind(next);
    if (is_gap || (line.kind == LineKind::other && holds_flag(next, part))) {
      cut = {0, next,
             text.starts_with('.') ? where + " leaves out a part of its table"
             : is_gap              ? "a directive of a template, in " + where + ", cuts its table"
                                   : where + " may give its table the flag",
             "write privileged_without_host_devices = true into the table by hand, where it holds "
             "whenever the handler is Kata"};
    } else if ((line.kind == LineKind::entry || mentions_field(text)) &&
               line.indentation.starts_with(part.source().margin().text)) {
      cut = {0, next,
             where + " of its table is no TOML" + (error ? ": " + std::string(error->what()) : ""),
             "mend that line"};
    }
    const std::size_t header = run.last_header();
    cut.begin = header == 0 ? 0 : part.source().line(header).begin;
    return cut;
  }

  /// Does a line of another language write the flag, or have it on the line behind it?
  [[nodiscard]] bool holds_flag(std::size_t number, const Part& part) const {
    const auto text_of = [&](std::size_t line) {
      const std::string_view text = source_.text(source_.line(line));
      const std::string_view margin = part.source().margin().text;
      return text.starts_with(margin) ? trimmed(text) : std::string_view();
    };
    return text_of(number).find(kFlag) != std::string_view::npos ||
           (number < source_.last_line() && text_of(number + 1).starts_with(kFlag));
  }

  [[nodiscard]] bool goes_on_behind(std::size_t gap) const {
    for (std::size_t number = gap; number <= source_.last_line(); ++number) {
      const Line line = read_line(source_, number);
      if (line.holds_entry || line.kind == LineKind::header || line.kind == LineKind::other) {
        return line.holds_entry;
      }
    }
    return false;
  }

  /// A folded scalar of YAML makes one line of its lines.
  void fold(Block& block) const {
    const std::size_t width = block.part->source().margin().text.size();
    const auto deeper =
        std::ranges::partition_point(around_, [&](const Around& one) { return one.width < width; });
    if (deeper == around_.begin()) {
      return;
    }
    const std::size_t number = std::prev(deeper)->line;
    if (begins_folded(source_.text(source_.line(number)))) {
      block.cut = {0, number, "it is in a folded scalar, which makes one line of several",
                   "write | instead of > in line " + std::to_string(number)};
    }
  }

  /// A handler's header that is none hides what follows it.
  void tell_of_broken(std::size_t first, const Line& line, const std::optional<Error>& error) {
    const Span whole = source_.line(first);
    if (line.leads_to_handlers && source_.text(whole).find("runtime") != std::string_view::npos) {
      found_.broken.push_back(
          error
              .value_or(Error(Code::invalid_toml, source_, whole.begin + line.indentation.size(),
                              "a value that is not closed"))
              .finding());
    }
  }

  /// Something is wrong in such a file, and no template makes it so.
  [[nodiscard]] bool begins_as_config(std::size_t first, const Line& line) const {
    constexpr std::array<std::string_view, 5> marks = {"{{", "{%", "<%", "%{", "${"};
    if (!line.indentation.empty()) {
      return false;
    }
    for (std::size_t number = 1; number < first; ++number) {
      const LineKind kind = read_line(source_, number).kind;
      if (kind != LineKind::blank && kind != LineKind::comment) {
        return false;
      }
    }
    return std::ranges::none_of(marks, [this](std::string_view mark) {
      return source_.bytes().find(mark) != std::string_view::npos;
    });
  }

  /// Keeps the lines that a line stands below, by their indentation.
  void remember(std::size_t number) {
    const Line line = read_line(source_, number);
    if (line.kind != LineKind::blank) {
      const std::size_t width = line.indentation.size();
      while (!around_.empty() && around_.back().width >= width) {
        around_.pop_back();
      }
      around_.push_back({width, number});
    }
  }

  struct Around {
    std::size_t width = 0;
    std::size_t line = 0;
  };

  const Source& source_;
  Blocks found_;
  std::vector<Around> around_;
};

}  // namespace

Blocks find_blocks(const Source& source) { return Finder(source).run(); }

bool may_have_blocks(const FileReader& reader, const LoadedFile& file, const std::string& whole) {
  constexpr std::array<std::string_view, 4> own = {".toml", ".conf", ".part", ".tmpl"};
  if (file.source == nullptr || whole == "-" ||
      std::ranges::any_of(own, [&](auto ending) { return whole.ends_with(ending); }) ||
      (file.document &&
       !(file.handlers().containerd.handlers.empty() && file.handlers().crio.handlers.empty()))) {
    return false;
  }
  const Place place = place_on_node(reader, whole, file.source->bytes());
  return place.role == Role::file && !place.engine &&
         file.source->bytes().find('\0') == std::string_view::npos;
}

}  // namespace katafix
