#include "strays.hpp"

#include "katafix/toml/template.hpp"

#include <algorithm>
#include <array>
#include <optional>

namespace katafix {

namespace {

constexpr std::array<std::string_view, 4> kShims = {"runtime_type", "runtime_path",
                                                    "runtime_engine", "BinaryName"};

/// A header, or an entry that is a stray.
struct Mark {
  std::size_t offset = 0;
  std::string_view stray;  // its decoded name
  bool is_header = false;
};

void add(std::vector<Span>& spans, Span span) {
  while (!spans.empty() && spans.back().end >= span.begin) {
    span.begin = std::min(span.begin, spans.back().begin);
    spans.pop_back();
  }
  spans.push_back(span);
}

}  // namespace

class Strays::Finder {
 public:
  Finder(const Template& model, Strays& found) : model_(model), found_(found) {}

  void find(const Node& root) && {
    walk(root, 0);
    std::sort(marks_.begin(), marks_.end(),
              [](const Mark& one, const Mark& other) { return one.offset < other.offset; });
    for (const Mark& mark : marks_) {
      take(mark);
    }
  }

 private:
  void walk(const Node& table, std::size_t block) {
    for (const Entry& entry : table.entries()) {
      if (!entry.is_structure()) {
        const std::size_t begin = entry.key().begin;
        if (!model_.encloses(block, model_.block_at(begin))) {
          marks_.push_back({begin, entry.name, false});
        }
      } else if (entry.value.is_array()) {
        for (const Node& element : entry.value.elements()) {
          enter(element, block);
        }
      } else {
        enter(entry.value, block);
      }
    }
  }

  void enter(const Node& table, std::size_t block) {
    if (table.form() == Form::header) {
      marks_.push_back({table.span().begin, {}, true});
      block = model_.block_at(marks_.back().offset);
    }
    walk(table, block);
  }

  /// A stray may belong to every header above it, up to the first that is there whenever the entry
  /// is. What is in a block that has ended is in none of what follows.
  void take(const Mark& mark) {
    const std::size_t block = model_.block_at(mark.offset);
    while (!open_.empty() && !model_.encloses(model_.block_at(open_.back()), block)) {
      open_.pop_back();
    }
    if (mark.is_header) {
      open_.push_back(mark.offset);
      return;
    }
    const Span headers{open_.empty() ? 0 : open_.back(), mark.offset};
    add(found_.any_, headers);
    if (std::find(kShims.begin(), kShims.end(), mark.stray) != kShims.end()) {
      add(found_.shims_, headers);
    }
  }

  const Template& model_;
  Strays& found_;
  std::vector<Mark> marks_;
  std::vector<std::size_t> open_;  // headers in blocks that have not ended
};

Strays::Strays(const Document& document) {
  if (const Template* const model = document.go_template()) {
    Finder(*model, *this).find(document.root());
  }
}

bool Strays::is_in(const std::vector<Span>& spans, std::size_t header) {
  const auto after =
      std::upper_bound(spans.begin(), spans.end(), header,
                       [](std::size_t at, const Span& span) { return at < span.begin; });
  return after != spans.begin() && std::prev(after)->contains(header);
}

}  // namespace katafix
