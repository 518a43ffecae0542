#include "log.hpp"

#include "katafix/text/quote.hpp"

#include <spdlog/sinks/ansicolor_sink.h>
#include <spdlog/spdlog.h>

#include <memory>
#include <string>

namespace katafix::cli {

void start_log(bool verbose) {
  auto logger = std::make_shared<spdlog::logger>(
      "katafix",
      std::make_shared<spdlog::sinks::ansicolor_stderr_sink_mt>(spdlog::color_mode::never));
  logger->set_pattern("%v");
  logger->set_level(verbose ? spdlog::level::debug : spdlog::level::warn);
  spdlog::set_default_logger(std::move(logger));
}

void debug(const std::string& text) { spdlog::debug("katafix: {}", printable(text)); }

void tell(const Finding& finding, Color color) {
  std::string text = to_text(finding, color);
  text.pop_back();  // the logger ends the line
  switch (finding.severity) {
    case Severity::error:
      spdlog::error(text);
      break;
    case Severity::warning:
      spdlog::warn(text);
      break;
    case Severity::info:
      spdlog::info(text);
      break;
  }
}

}  // namespace katafix::cli
