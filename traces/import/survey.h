#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>

#include "traces/import/recording.h"

namespace doorbell::trace {

/// What a first pass over a recording learns of one of its streams.
struct StreamSurvey {
  std::uint64_t reads = 0;
  std::uint64_t writes = 0;
  std::uint64_t bytes = 0;
  std::uint64_t msis = 0;
  std::optional<std::uint32_t> device;         ///< DeviceID of its MSIs
  std::uint32_t events = 0;                    ///< greatest EventID + 1
  std::optional<std::uint32_t> recorded_asid;  ///< by observation; see AsidVotes
  std::uint32_t asid = 0;                      ///< its own in the trace, from 1
  std::map<std::uint32_t, std::uint32_t>
      queue_cpu;  ///< the processor that takes a queue's interrupts
};

/// What a first pass over a recording learns.
struct Survey {
  std::uint64_t rows = 0;
  std::uint32_t cpus = 1;
  std::map<Stream, StreamSurvey> streams;
  std::set<std::uint64_t> doorbell_pages;  ///< physical pages that MSIs were written to

  /// The streams that an invalidation by this ASID was for; none when observation didn't decide.
  std::set<Stream> streams_of(std::uint32_t recorded_asid) const;
};

/// Reads the whole recording once. Throws InputError on a malformed row.
Survey survey_recording(const std::string& path);

}  // namespace doorbell::trace
