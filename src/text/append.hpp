#pragma once

#include <iterator>
#include <utility>
#include <vector>

namespace katafix {

/// Adds all elements of one vector behind those of another.
template <class Element>
void append(std::vector<Element>& to, std::vector<Element> from) {
  if (to.empty()) {
    to = std::move(from);
    return;
  }
  std::move(from.begin(), from.end(), std::back_inserter(to));
}

}  // namespace katafix
