#include "strays.hpp"

#include "katafix/toml/template.hpp"

#include <algorithm>

namespace katafix {

namespace {

class Finder {
 public:
  explicit Finder(const Template& model) : model_(model) {}

  std::vector<Stray> find(const Node& root) && {
    walk(root, 0);
    std::sort(headers_.begin(), headers_.end());
    for (Stray& stray : strays_) {
      add_headers(stray);
    }
    return std::move(strays_);
  }

 private:
  void walk(const Node& table, std::size_t block) {
    for (const Entry& entry : table.entries()) {
      if (!entry.is_structure()) {
        if (!model_.encloses(block, model_.block_at(entry.key().begin))) {
          strays_.push_back({std::string(entry.name), entry.key(), {}});
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
      headers_.push_back(table.span().begin);
      block = model_.block_at(headers_.back());
    }
    walk(table, block);
  }

  /// Every header above it, up to the first that is there whenever the entry is.
  void add_headers(Stray& stray) const {
    const std::size_t block = model_.block_at(stray.key.begin);
    auto header = std::lower_bound(headers_.begin(), headers_.end(), stray.key.begin);
    while (header != headers_.begin()) {
      stray.headers.push_back(*--header);
      if (model_.encloses(model_.block_at(*header), block)) {
        break;
      }
    }
  }

  const Template& model_;
  std::vector<std::size_t> headers_;
  std::vector<Stray> strays_;
};

}  // namespace

std::vector<Stray> find_strays(const Document& document) {
  const Template* const model = document.go_template();
  return model == nullptr ? std::vector<Stray>() : Finder(*model).find(document.root());
}

}  // namespace katafix
