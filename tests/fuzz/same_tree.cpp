#include "same_tree.hpp"

#include <algorithm>
#include <set>
#include <string_view>

namespace katafix::fuzz {

namespace {

class Comparison {
 public:
  Comparison(const Document& before, const Document& after, const std::vector<KeyPath>& planned)
      : before_(before), after_(after), planned_(planned.begin(), planned.end()) {}

  bool run() { return same_table(before_.root(), after_.root()) && met_.size() == planned_.size(); }

 private:
  bool same_table(const Node& before, const Node& after) {
    const std::vector<Entry> old_entries = before.entries();
    auto old = old_entries.begin();
    for (const Entry& entry : after.entries()) {
      path_.emplace_back(entry.name);
      const bool is_old = old != old_entries.end() && old->name == entry.name;
      const bool fits =
          is_planned() ? entry.value.is_true() : is_old && same(old->value, entry.value);
      path_.pop_back();
      if (!fits) {
        return false;
      }
      old += is_old ? 1 : 0;
    }
    return old == old_entries.end();
  }

  /// No plan leads into an array.
  bool is_planned() {
    const bool planned = arrays_ == 0 && planned_.contains(path_);
    if (planned) {
      met_.insert(path_);
    }
    return planned;
  }

  bool same(const Node& before, const Node& after) {
    if (before.kind() != after.kind()) {
      return false;
    }
    switch (before.kind()) {
      case Kind::table:
        return same_table(before, after);
      case Kind::array:
        return same_array(before, after);
      case Kind::string:
        return before.string() == after.string();
      default:
        return token(before_, before) == token(after_, after);
    }
  }

  bool same_array(const Node& before, const Node& after) {
    const std::vector<Node> old_elements = before.elements();
    const std::vector<Node> elements = after.elements();
    ++arrays_;
    const bool fits =
        std::equal(old_elements.begin(), old_elements.end(), elements.begin(), elements.end(),
                   [this](const Node& one, const Node& other) { return same(one, other); });
    --arrays_;
    return fits;
  }

  static std::string_view token(const Document& document, const Node& node) {
    return document.text().substr(node.span().begin, node.span().size());
  }

  const Document& before_;
  const Document& after_;
  std::set<KeyPath> planned_;
  std::set<KeyPath> met_;
  KeyPath path_;
  int arrays_ = 0;
};

}  // namespace

bool is_tree_plus(const Document& before, const Document& after,
                  const std::vector<KeyPath>& planned) {
  return Comparison(before, after, planned).run();
}

}  // namespace katafix::fuzz
