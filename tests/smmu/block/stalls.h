#pragma once

#include "tests/smmu/block/two_stages.h"

namespace doorbell::smmu::test {

/// Flags of `translate_stream` as they are in a CD (IHI 0070 5.4).
inline constexpr std::uint64_t CD_S = 1ULL << 44, CD_R = 1ULL << 45, CD_A = 1ULL << 46;
/// Of an STE's third doubleword (5.2).
inline constexpr std::uint64_t STE_S2S = 1ULL << 57;

/// Both models, RAZ/WI as well, and both stages.
inline SmmuParameters with_stalls(std::uint32_t stallable = 8, std::uint32_t stall_max = 8) {
  SmmuParameters parameters;
  parameters.offered.stall = StallModel::configurable;
  parameters.offered.stall_max = stall_max;
  parameters.offered.termination_model = TerminationModel::configurable;
  parameters.offered.stage2 = true;
  parameters.tbus[0].stallable = stallable;
  return parameters;
}

/// A device whose faults may wait for software.
inline Dma stallable_read(std::uint64_t address, std::uint32_t stream = 1) {
  return {.stream = stream, .address = address, .may_stall = true};
}
inline Dma stallable_write(std::uint64_t address, std::uint64_t data, std::uint32_t stream = 1) {
  return {.stream = stream, .address = address, .write = true, .data = data, .may_stall = true};
}

inline Task<std::vector<Event>> events_of(Bench& b) {
  std::vector<Event> events;
  for (const EventRecord& record : co_await b.take_events())
    events.push_back(decode_event(record));
  co_return events;
}
/// Of a stalled transaction, which must be the only one that is new.
inline Task<Event> stall_event(Bench& b) {
  const std::vector<Event> events = co_await events_of(b);
  EXPECT_EQ(events.size(), 1u);
  if (events.empty()) co_return Event{};
  EXPECT_TRUE(events[0].stall);
  co_return events[0];
}

inline Command retry_of(const Event& event) {
  return {.opcode = Opcode::CMD_RESUME,
          .stream = {.stream_id = event.stream.stream_id},
          .stag = event.stag,
          .retry = true};
}
/// Without `abort`: RAZ/WI.
inline Command termination_of(const Event& event, bool abort = true) {
  return {.opcode = Opcode::CMD_RESUME,
          .stream = {.stream_id = event.stream.stream_id},
          .stag = event.stag,
          .abort = abort};
}
inline Command stall_term_of(std::uint32_t stream) {
  return {.opcode = Opcode::CMD_STALL_TERM, .stream = {.stream_id = stream}};
}

}  // namespace doorbell::smmu::test
