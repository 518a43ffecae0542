#include "run_name.hpp"

#include <array>
#include <charconv>
#include <cstdio>
#include <string_view>

namespace katafix {

namespace {

using std::chrono::microseconds;

constexpr std::string_view kPattern = "00000000T000000.000000Z";

bool fits_pattern(std::string_view name) {
  for (std::size_t at = 0; at < kPattern.size() && at < name.size(); ++at) {
    const bool is_digit = name[at] >= '0' && name[at] <= '9';
    if (kPattern[at] == '0' ? !is_digit : name[at] != kPattern[at]) {
      return false;
    }
  }
  return name.size() == kPattern.size();
}

}  // namespace

std::string run_name(microseconds since_epoch) {
  // Not gmtime(3), which would read the machine's time zone first.
  const std::chrono::sys_time<microseconds> time(since_epoch);
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(time - day);
  std::array<char, 64> text{};
  std::snprintf(
      text.data(), text.size(), "%04d%02u%02uT%02d%02d%02d.%06dZ", static_cast<int>(date.year()),
      static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
      static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
      static_cast<int>(clock.seconds().count()), static_cast<int>(clock.subseconds().count()));
  return text.data();
}

std::optional<microseconds> time_of_run(const std::string& name) {
  if (!fits_pattern(name)) {
    return std::nullopt;
  }
  const auto number = [&](std::size_t begin, std::size_t size) {
    int value = 0;
    std::from_chars(name.data() + begin, name.data() + begin + size, value);
    return value;
  };
  const std::chrono::year_month_day date(std::chrono::year(number(0, 4)),
                                         std::chrono::month(static_cast<unsigned>(number(4, 2))),
                                         std::chrono::day(static_cast<unsigned>(number(6, 2))));
  const std::chrono::hours hours(number(9, 2));
  const std::chrono::minutes minutes(number(11, 2));
  const std::chrono::seconds seconds(number(13, 2));
  if (!date.ok() || hours.count() > 23 || minutes.count() > 59 || seconds.count() > 59) {
    return std::nullopt;
  }
  return std::chrono::sys_days(date).time_since_epoch() + hours + minutes + seconds +
         microseconds(number(16, 6));
}

}  // namespace katafix
