#include "seen_tables.hpp"

#include <map>
#include <memory>
#include <string>

namespace katafix {

namespace {

/// A key as go-toml remembers it (internal/tracker/seen.go @v2.2.4).
struct Seen {
  bool is_value = false;
  bool is_explicit = false;
  bool by_dotted_key = false;
  std::map<std::string_view, std::unique_ptr<Seen>> below;
};

class Tracker {
 public:
  explicit Tracker(std::string_view text) : text_(text) {}

  std::optional<Objection> take(const Statement& statement) {
    return statement.kind == Statement::Kind::assignment ? take_assignment(statement.key)
                                                         : take_header(statement);
  }

 private:
  [[nodiscard]] std::string_view name(Span segment) const {
    std::string_view written = text_.substr(segment.begin, segment.size());
    if (written.front() == '"' || written.front() == '\'') {
      written = written.substr(1, written.size() - 2);
    }
    return written;
  }

  static Seen& child(Seen& parent, std::string_view name, bool by_dotted_key) {
    std::unique_ptr<Seen>& seen = parent.below[name];
    if (!seen) {
      seen = std::make_unique<Seen>();
      seen->by_dotted_key = by_dotted_key;
    }
    return *seen;
  }

  /// What dotted keys made below a header is closed once the next header comes.
  static void close(Seen& parent) {
    for (const auto& [name, seen] : parent.below) {
      if (seen->by_dotted_key) {
        seen->is_explicit = true;
        seen->by_dotted_key = false;
      }
      close(*seen);
    }
  }

  std::optional<Objection> take_header(const Statement& header) {
    close(*current_);
    Seen* parent = &root_;
    for (std::size_t at = 0; at + 1 < header.key.size(); ++at) {
      parent = &child(*parent, name(header.key[at]), false);
    }
    Seen& table = child(*parent, name(header.key.back()), false);
    if (header.kind == Statement::Kind::array_header) {
      table.below.clear();
    } else if (table.is_explicit) {
      return Objection{header.key.back().begin,
                       "a header for a table that dotted keys made before"};
    }
    table.is_explicit = true;
    current_ = &table;
    return std::nullopt;
  }

  std::optional<Objection> take_assignment(const std::vector<Span>& key) {
    Seen* parent = current_;
    for (std::size_t at = 0; at + 1 < key.size(); ++at) {
      parent = &child(*parent, name(key[at]), true);
      if (parent->is_explicit) {
        return Objection{key[at].begin, "a dotted key into a table that a header made before"};
      }
    }
    child(*parent, name(key.back()), true).is_value = true;
    return std::nullopt;
  }

  std::string_view text_;
  Seen root_;
  Seen* current_ = &root_;
};

}  // namespace

std::optional<Objection> table_conflict(std::string_view text,
                                        const std::vector<Statement>& statements) {
  Tracker tracker(text);
  for (const Statement& statement : statements) {
    if (auto objection = tracker.take(statement)) {
      return objection;
    }
  }
  return std::nullopt;
}

}  // namespace katafix
