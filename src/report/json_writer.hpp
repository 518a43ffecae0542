#pragma once

#include <nlohmann/json_fwd.hpp>

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

namespace katafix {

/// Takes a text piece by piece.
using Sink = std::function<void(std::string_view)>;

/// Writes JSON value by value, laid out as the library lays out whole trees: that of many handlers
/// is many times as large as its text.
class JsonWriter {
 public:
  enum class Layout { many_lines, one_line };

  JsonWriter(Layout layout, const Sink& sink) : layout_(layout), sink_(sink) {}

  /// Begins an object (`{`) or an array (`[`), and ends it. What is outermost ends with a newline.
  void open(char bracket);
  void close(char bracket);

  void key(std::string_view name);
  void value(const nlohmann::ordered_json& json);

  void member(std::string_view name, const nlohmann::ordered_json& json);
  template <class Values, class Convert>
  void array(std::string_view name, const Values& values, Convert convert) {
    key(name);
    open('[');
    for (const auto& each : values) {
      value(convert(each));
    }
    close(']');
  }

 private:
  void begin_value();
  void begin_line();
  void hand_on(std::size_t enough);

  Layout layout_;
  const Sink& sink_;
  std::string text_;  // not given to the sink yet
  std::size_t depth_ = 0;
  bool is_first_ = true;  // of what is open
  bool has_key_ = false;  // the value is that of the key just written
};

}  // namespace katafix
