#include "doorbell/gic/spi_messages.h"

#include <algorithm>
#include <span>

#include "doorbell/core/arch/bit_field.h"
#include "doorbell/core/arch/little_endian.h"
#include "doorbell/core/requester.h"

namespace doorbell::gic {
namespace {

/// Bits [12:0] of what is written, in 16 or 32 bits (12.9).
std::uint32_t INTID_of(Payload& payload) {
  const unsigned length = std::min(payload.get_data_length(), 4U);
  const std::span<const std::uint8_t> written(payload.get_data_ptr(), length);
  return static_cast<std::uint32_t>(bits(load_little_endian<std::uint32_t>(written), 12, 0));
}

}  // namespace

SpiMessages::SpiMessages(const Environment& environment, const StatisticsGroup& group,
                         const DistributorState& state)
    : made_pending(group, "made_pending", {.unit = "MSIs", .help = "Whose SPI wasn't pending"}),
      coalesced(group, "coalesced", {.unit = "MSIs", .help = "Whose SPI was pending already"}),
      ignored(group, "ignored",
              {.unit = "MSIs",
               .better = Better::lower,
               .help = "That name no SPI of their frame, or are of a wrong width"}),
      acknowledged(group, "acknowledged", {.unit = "MSIs", .help = "Taken by a processor"}),
      cleared(group, "cleared", {.unit = "MSIs", .help = "Not pending any more without that"}),
      by_software(group, "by_software", {.unit = "messages", .help = "Written by processors"}),
      environment_(environment),
      state_(state) {}

Task<void> SpiMessages::accept(RegisterSocket& frame, Payload& payload) {
  Requester* const requester = requester_of(payload);
  const JourneyHandle journey = journey_of(payload);
  journey.enter(environment_.stage, environment_.scheduler.now());
  ++accepting_;
  co_await environment_.clock.cycles(environment_.doorbell_cycles);
  --accepting_;
  const std::uint32_t INTID = INTID_of(payload);
  look_for_cleared();
  const bool was_pending = state_.spis().is_pending(INTID);
  // Its Journey is there by the time that anybody hears of it.
  if (journey && !was_pending) journeys_[INTID] = journey;
  const std::uint64_t taken_before = state_.messages_taken();
  frame.perform(payload);
  if (!journey) {
    by_software.add();
  } else if (state_.messages_taken() == taken_before) {
    if (!was_pending) journeys_.erase(INTID);
    ignored.add();
  } else {
    requester->journey = {};
    (was_pending ? coalesced : made_pending).add();
    const Time now = environment_.scheduler.now();
    if (was_pending) {
      environment_.journeys.finish(journey, Outcome::coalesced, now);
    } else {
      journey.wait(now, "more urgent SPIs");
    }
  }
}

JourneyHandle SpiMessages::journey(std::uint32_t INTID) const {
  const auto found = journeys_.find(INTID);
  return found == journeys_.end() ? JourneyHandle{} : found->second;
}

JourneyHandle SpiMessages::take(std::uint32_t INTID) {
  const auto found = journeys_.find(INTID);
  if (found == journeys_.end()) return {};
  acknowledged.add();
  const JourneyHandle journey = found->second;
  journeys_.erase(found);
  return journey;
}

void SpiMessages::look_for_cleared() {
  for (auto journey = journeys_.begin(); journey != journeys_.end();) {
    const auto next = std::next(journey);
    if (!state_.spis().is_pending(journey->first)) end(journey);
    journey = next;
  }
}

void SpiMessages::settle() {
  while (!journeys_.empty())
    end(journeys_.begin());
}

void SpiMessages::end(std::map<std::uint32_t, JourneyHandle>::iterator journey) {
  cleared.add();
  environment_.journeys.finish(journey->second, Outcome::cleared, environment_.scheduler.now());
  journeys_.erase(journey);
}

}  // namespace doorbell::gic
