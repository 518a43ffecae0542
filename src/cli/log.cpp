#include "log.hpp"

#include "katafix/text/quote.hpp"

#include <spdlog/sinks/ansicolor_sink.h>
#include <spdlog/spdlog.h>

#include <memory>
#include <string>

namespace katafix::cli {

namespace {

spdlog::logger& logger() {
  static spdlog::logger only("katafix", std::make_shared<spdlog::sinks::ansicolor_stderr_sink_mt>(
                                            spdlog::color_mode::never));
  return only;
}

}  // namespace

void start_log(bool verbose) {
  logger().set_pattern("%v");
  logger().set_level(verbose ? spdlog::level::debug : spdlog::level::warn);
}

void debug(const std::string& text) { logger().debug("katafix: {}", printable(text)); }

void tell(const Finding& finding, Color color) {
  std::string text = to_text(finding, color);
  text.pop_back();  // the logger ends the line
  switch (finding.severity) {
    case Severity::error:
      logger().error(text);
      break;
    case Severity::warning:
      logger().warn(text);
      break;
    case Severity::info:
      logger().info(text);
      break;
  }
}

}  // namespace katafix::cli
