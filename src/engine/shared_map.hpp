#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <memory>

namespace katafix {

/// A map whose copies share its elements until one of them is changed: each release merges the same
/// files, and sees nearly the same in them.
template <class Key, class Element, class Compare = std::less<Key>>
class SharedMap {
 public:
  using Map = std::map<Key, Element, Compare>;

  [[nodiscard]] const Map& get() const {
    static const Map none;
    return map_ ? *map_ : none;
  }
  /// The elements of this copy alone.
  [[nodiscard]] Map& change() {
    if (map_.use_count() != 1) {
      map_ = std::make_shared<Map>(get());
    }
    return *map_;
  }

  [[nodiscard]] auto begin() const { return get().begin(); }
  [[nodiscard]] auto end() const { return get().end(); }
  [[nodiscard]] bool empty() const { return get().empty(); }
  [[nodiscard]] std::size_t size() const { return get().size(); }
  template <class Name>
  [[nodiscard]] auto find(const Name& name) const {
    return get().find(name);
  }
  template <class Name>
  [[nodiscard]] bool contains(const Name& name) const {
    return get().contains(name);
  }
  /// Throws std::out_of_range.
  [[nodiscard]] const Element& at(const Key& name) const { return get().at(name); }

  friend bool operator==(const SharedMap& one, const SharedMap& other) {
    return one.map_ == other.map_ || one.get() == other.get();
  }

 private:
  std::shared_ptr<Map> map_;  // null for none
};

}  // namespace katafix
