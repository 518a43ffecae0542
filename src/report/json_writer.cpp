#include "json_writer.hpp"

#include <nlohmann/json.hpp>

namespace katafix {

namespace {

constexpr std::size_t kIndent = 2;
constexpr std::size_t kEnough = std::size_t{1} << 16U;  // bytes, to give them to the sink

}  // namespace

void JsonWriter::open(char bracket) {
  begin_value();
  text_ += bracket;
  ++depth_;
  is_first_ = true;
}

void JsonWriter::close(char bracket) {
  --depth_;
  if (!is_first_) {
    begin_line();
  }
  text_ += bracket;
  is_first_ = false;
  if (depth_ == 0) {
    text_ += '\n';
  }
  hand_on(depth_ == 0 ? 0 : kEnough);
}

void JsonWriter::key(std::string_view name) {
  begin_value();
  text_ += nlohmann::ordered_json(name).dump() + (layout_ == Layout::one_line ? ":" : ": ");
  has_key_ = true;
}

void JsonWriter::value(const nlohmann::ordered_json& json) {
  begin_value();
  // In a text that is JSON, newlines are those of the layout.
  for (const char byte : json.dump(layout_ == Layout::one_line ? -1 : int{kIndent})) {
    text_ += byte;
    if (byte == '\n') {
      text_.append(kIndent * depth_, ' ');
    }
  }
  hand_on(kEnough);
}

void JsonWriter::member(std::string_view name, const nlohmann::ordered_json& json) {
  key(name);
  value(json);
}

void JsonWriter::begin_value() {
  if (has_key_) {
    has_key_ = false;
    return;
  }
  if (!is_first_) {
    text_ += ',';
  }
  if (depth_ > 0) {
    begin_line();
  }
  is_first_ = false;
}

void JsonWriter::hand_on(std::size_t enough) {
  if (text_.size() >= enough) {
    sink_(text_);
    text_.clear();
  }
}

void JsonWriter::begin_line() {
  if (layout_ == Layout::many_lines) {
    text_ += '\n';
    text_.append(kIndent * depth_, ' ');
  }
}

}  // namespace katafix
