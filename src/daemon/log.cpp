#include "log.hpp"

#include "text/quote.hpp"

#include <spdlog/logger.h>
#include <spdlog/sinks/ansicolor_sink.h>

#include <memory>

namespace katafix {

namespace {

spdlog::logger to_standard_error() {
  spdlog::logger made("katafix", std::make_shared<spdlog::sinks::ansicolor_stderr_sink_mt>(
                                     spdlog::color_mode::never));
  made.set_pattern("%v");
  made.set_level(spdlog::level::warn);
  return made;
}

}  // namespace

spdlog::logger& logger() {
  static spdlog::logger only = to_standard_error();
  return only;
}

void debug(const std::string& text) { logger().debug("katafix: {}", printable(text)); }

}  // namespace katafix
