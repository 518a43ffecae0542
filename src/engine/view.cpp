#include "view.hpp"

#include <algorithm>
#include <stdexcept>

namespace katafix {

const ViewedHandler* ViewedHandlers::find(std::string_view name) const {
  const auto defined = defined_.find(name);
  if (defined != defined_.end()) {
    return &defined->second;
  }
  return !built_in_name_.empty() && name == built_in_name_ ? &built_in_ : nullptr;
}

const ViewedHandler& ViewedHandlers::at(std::string_view name) const {
  const ViewedHandler* const handler = find(name);
  if (handler == nullptr) {
    throw std::out_of_range("no such handler");
  }
  return *handler;
}

std::vector<std::pair<std::string_view, const ViewedHandler*>> ViewedHandlers::all() const {
  std::vector<std::pair<std::string_view, const ViewedHandler*>> all;
  all.reserve(defined_.size() + 1);
  for (const auto& [name, handler] : defined_) {
    all.emplace_back(name, &handler);
  }
  if (!built_in_name_.empty()) {
    const auto is_before = [](const auto& one, std::string_view name) { return one.first < name; };
    all.emplace(std::lower_bound(all.begin(), all.end(), built_in_name_, is_before), built_in_name_,
                &built_in_);
  }
  return all;
}

void ViewedHandlers::set_built_in(std::string_view name, std::string_view runtime_type) {
  if (!defined_.contains(name)) {
    built_in_name_ = name;
    built_in_.runtime_type = runtime_type;
  }
}

ViewedHandler& ViewedHandlers::define(std::string_view name) {
  const auto [entry, is_new] = defined_.change().try_emplace(name);
  if (is_new && name == built_in_name_) {
    entry->second = built_in_;
    built_in_name_ = {};
    built_in_ = {};
  }
  return entry->second;
}

bool ViewedHandlers::erase(std::string_view name) {
  const bool was_there = contains(name);
  if (was_there && name == built_in_name_) {
    built_in_name_ = {};
    built_in_ = {};
  } else if (was_there) {
    defined_.change().erase(name);
  }
  return was_there;
}

void ViewedHandlers::share(const ViewedHandlers& other) {
  if (defined_ == other.defined_) {
    defined_ = other.defined_;
  }
}

}  // namespace katafix
