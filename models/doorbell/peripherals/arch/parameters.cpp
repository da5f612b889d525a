#include "doorbell/peripherals/arch/parameters.h"

#include <charconv>
#include <chrono>
#include <optional>
#include <string_view>

#include "doorbell/core/arch/error.h"

namespace doorbell::peripherals {
namespace {

constexpr const char* assumption = "assumption: a peripheral bus (docs/timing.md, Peripherals)";

void add_access(ParameterGroup& group, Time& access) {
  group.time("access", access,
             {.maximum = millisecond,
              .source = assumption,
              .help = "From an access to its effect, beside the fabric's time"});
}

/// The number of `digits` digits at the front of `text`, which are taken off together with
/// `separator` behind them.
std::optional<unsigned> take(std::string_view& text, std::size_t digits, char separator) {
  if (text.size() <= digits || text[digits] != separator) return std::nullopt;
  unsigned number = 0;
  const char* const end = text.data() + digits;
  if (std::from_chars(text.data(), end, number).ptr != end) return std::nullopt;
  text.remove_prefix(digits + 1);
  return number;
}

/// Seconds since 1970 of a time as in 2024-01-01T00:00:00Z (ISO 8601, UTC).
std::optional<std::uint32_t> parse(std::string_view text) {
  const auto year = take(text, 4, '-');
  const auto month = year ? take(text, 2, '-') : std::nullopt;
  const auto day = month ? take(text, 2, 'T') : std::nullopt;
  const auto hour = day ? take(text, 2, ':') : std::nullopt;
  const auto minute = hour ? take(text, 2, ':') : std::nullopt;
  const auto whole_second = minute ? take(text, 2, 'Z') : std::nullopt;
  if (!whole_second || !text.empty()) return std::nullopt;
  if (*hour > 23 || *minute > 59 || *whole_second > 59) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(static_cast<int>(*year)),
                                         std::chrono::month(*month), std::chrono::day(*day)};
  if (!date.ok()) return std::nullopt;
  const std::int64_t days = std::chrono::sys_days(date).time_since_epoch().count();
  const std::int64_t seconds = ((days * 24 + *hour) * 60 + *minute) * 60 + *whole_second;
  if (seconds < 0 || seconds > UINT32_MAX) return std::nullopt;
  return static_cast<std::uint32_t>(seconds);
}

}  // namespace

void UartParameters::describe(ParameterGroup& group) {
  add_access(group, access);
  group.time("character", character,
             {.maximum = second,
              .source = "QEMU's UART takes none; 86805ns is 115200 baud",
              .help = "Ten bits on the line, each way"});
}

void RtcParameters::describe(ParameterGroup& group) {
  add_access(group, access);
  group.add("epoch", epoch,
            {.source = "arbitrary; fixed, so that runs are equal",
             .help = "What the clock says at simulated time 0, in UTC",
             .visible_to_software = true});
}

void FlashParameters::describe(ParameterGroup& group) {
  add_access(group, access);
}

void RomParameters::describe(ParameterGroup& group) {
  add_access(group, access);
}

std::uint32_t RtcParameters::seconds() const {
  if (const auto seconds = parse(epoch)) return *seconds;
  throw InputError(
      "rtc.epoch: expected a time from 1970 to 2106 such as 2024-01-01T00:00:00Z, found " + epoch);
}

}  // namespace doorbell::peripherals
