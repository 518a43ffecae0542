#include "implicit_tables.hpp"

#include <set>
#include <string>

namespace katafix {

namespace {

/// The tables that BurntSushi/toml knows, and those of them that a header may still define: they
/// are there for what is below them, and no dotted key went through them (parse.go addContext,
/// addImplicit and setValue @v1.2.0).
class Tables {
 public:
  explicit Tables(std::string_view text) : text_(text) {}

  /// Is the statement accepted?
  bool take(const Statement& statement) {
    if (statement.kind == Statement::Kind::assignment) {
      assign(statement.key);
      return true;
    }
    std::string path;
    for (std::size_t at = 0; at + 1 < statement.key.size(); ++at) {
      extend(path, statement.key[at]);
      if (known_.insert(path).second) {
        implicit_.insert(path);
      }
    }
    extend(path, statement.key.back());
    context_ = path;
    if (statement.kind == Statement::Kind::header) {
      return known_.insert(path).second || implicit_.erase(path) != 0;
    }
    forget_below(path);
    known_.insert(path);
    return true;
  }

 private:
  void extend(std::string& path, Span segment) const {
    std::string_view written = text_.substr(segment.begin, segment.size());
    if (written.front() == '"' || written.front() == '\'') {
      written = written.substr(1, written.size() - 2);
    }
    path.append(written).push_back('\0');
  }

  void assign(const std::vector<Span>& key) {
    std::string path = context_;
    for (std::size_t at = 0; at + 1 < key.size(); ++at) {
      extend(path, key[at]);
      known_.insert(path);
      implicit_.erase(path);
    }
    extend(path, key.back());
    known_.insert(path);
  }

  /// Another element of an array of tables begins empty.
  void forget_below(const std::string& path) {
    std::erase_if(known_, [&](const std::string& one) { return one.starts_with(path); });
  }

  std::string_view text_;
  std::string context_;
  std::set<std::string> known_;
  std::set<std::string> implicit_;
};

}  // namespace

std::optional<Objection> header_conflict(std::string_view text,
                                         const std::vector<Statement>& statements) {
  Tables tables(text);
  for (const Statement& statement : statements) {
    if (!tables.take(statement)) {
      return Objection{statement.key.back().begin,
                       "a header for a table that dotted keys went through before"};
    }
  }
  return std::nullopt;
}

}  // namespace katafix
