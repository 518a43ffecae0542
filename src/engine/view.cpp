#include "view.hpp"

#include <algorithm>
#include <stdexcept>

namespace katafix {

const ViewedHandler* ViewedHandlers::find(std::string_view name) const {
  const auto defined = defined_.find(name);
  if (defined != defined_.end()) {
    return &defined->second;
  }
  return built_in_ && built_in_->first == name ? &built_in_->second : nullptr;
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
  if (built_in_) {
    const auto& [name, handler] = *built_in_;
    const auto at = std::ranges::lower_bound(
        all, name, {}, &std::pair<std::string_view, const ViewedHandler*>::first);
    all.emplace(at, name, &handler);
  }
  return all;
}

void ViewedHandlers::set_built_in(std::string_view name, std::string_view runtime_type) {
  if (!defined_.contains(name)) {
    built_in_.emplace(name, ViewedHandler()).second.runtime_type = runtime_type;
  }
}

ViewedHandler& ViewedHandlers::define(std::string_view name) {
  const auto [entry, is_new] = defined_.change().try_emplace(name);
  if (is_new && built_in_ && built_in_->first == name) {
    entry->second = built_in_->second;
    built_in_.reset();
  }
  return entry->second;
}

bool ViewedHandlers::erase(std::string_view name) {
  const bool was_there = contains(name);
  if (defined_.contains(name)) {
    defined_.change().erase(name);
  } else if (was_there) {
    built_in_.reset();
  }
  return was_there;
}

void ViewedHandlers::share(const ViewedHandlers& other) {
  if (defined_ == other.defined_) {
    defined_ = other.defined_;
  }
}

}  // namespace katafix
