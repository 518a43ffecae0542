#pragma once

#include "katafix/text/source.hpp"
#include "katafix/text/span.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace katafix {

class Document;
class Template;
struct Entry;

/// How a table came to be.
enum class Form {
  not_a_table,
  root,
  header,   ///< its own [header] or [[header]]
  implied,  ///< only named by the header of a table below it
  dotted,   ///< by dotted keys
  inline_table,
};

/// What a value is.
enum class Kind { table, array, string, integer, floating, boolean, time };

/// A value of a Document: cheap to copy, valid as long as the Document.
class Node {
 public:
  [[nodiscard]] bool is_table() const;
  [[nodiscard]] bool is_array() const;
  [[nodiscard]] bool is_true() const;
  /// The decoded string, or nothing when this is another type of value.
  [[nodiscard]] std::optional<std::string_view> string() const;
  [[nodiscard]] std::optional<std::int64_t> integer() const;
  [[nodiscard]] Kind kind() const;

  /// A value's token; of a table with a header the header (the first one that implied it);
  /// of a dotted table its key.
  [[nodiscard]] Span span() const;
  [[nodiscard]] Form form() const;

  /// A table's entries, in the order of their (decoded) names.
  [[nodiscard]] std::vector<Entry> entries() const;
  /// An array's elements; those of an array of tables are as deep as the array.
  [[nodiscard]] std::vector<Node> elements() const;

  /// The number of keys from the root to here.
  [[nodiscard]] std::size_t depth() const { return depth_; }

 private:
  friend class Document;

  Node(const Document& document, const void* raw, std::size_t depth)
      : document_(&document), raw_(raw), depth_(depth) {}

  const Document* document_;
  const void* raw_;
  std::size_t depth_;
};

/// A key of a table and its value.
struct Entry {
  std::string_view name;  ///< decoded
  Node value;
  const void* raw_key;

  /// The key's segment as written, quotes included. Of a table that is named several times, the
  /// first place.
  [[nodiscard]] Span key() const;
  /// Is the value a table or an array of tables that headers or dotted keys made?
  [[nodiscard]] bool is_structure() const;

  const Document* document;
};

/// A place in the tree: the names from the root to the key. They are views of names in a Document,
/// and valid as long as that.
using KeyPath = std::vector<std::string_view>;

/// A parsed file: toml++'s tree, with the bytes that each part of it came from. The only part of
/// katafix that knows toml++. Accepts TOML 1.1, and Go templates that are TOML once masked.
class Document {
 public:
  /// Throws Error when the text is neither. The source must outlive the document.
  explicit Document(const Source& source);
  ~Document();
  Document(const Document&) = delete;
  Document& operator=(const Document&) = delete;

  [[nodiscard]] const Source& source() const { return source_; }
  [[nodiscard]] Node root() const;

  /// The template that this file is, or null for plain TOML.
  [[nodiscard]] const Template* go_template() const { return template_.get(); }
  /// The text whose tree this is: the source's, with a template's directives masked.
  [[nodiscard]] std::string_view text() const { return parsed_->bytes(); }

  /// A name or a string as a person knows it: decoded, or as written where a directive is in it.
  /// A view of the one or the other.
  [[nodiscard]] std::string_view shown(Span written, std::string_view decoded) const;

  /// Is `after` this tree with exactly the values at `paths` set to true, and nothing else changed?
  [[nodiscard]] bool becomes(const Document& after, std::vector<KeyPath> paths) const;

 private:
  friend class Node;
  friend struct Entry;
  struct Tree;

  void parse(const Source& text);
  void parse_as_template();

  const Source& source_;
  std::unique_ptr<Template> template_;
  std::unique_ptr<Source> masked_;
  const Source* parsed_ = nullptr;
  std::unique_ptr<Tree> tree_;
};

}  // namespace katafix
