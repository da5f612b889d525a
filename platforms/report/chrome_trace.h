#pragma once

#include <cstdint>
#include <functional>
#include <set>
#include <string_view>

#include "doorbell/core/arch/journey.h"

namespace doorbell {

/// Writes MSIs in the Trace Event Format that Perfetto and chrome://tracing read: a process for
/// each stream, in it a track for each MSI, on it a slice for the whole road and in that one for
/// each span, named after its stage. Timestamps are microseconds with all six decimals of the
/// picoseconds.
class ChromeTrace {
 public:
  /// `out` is given the text piece by piece; nothing is kept, so a long trace costs disk and no
  /// memory.
  ChromeTrace(std::function<void(std::string_view)> out, const StageGraph& stages);

  /// Writes a finished Journey that kept its spans; ignores others.
  void write(const Journey& journey, Outcome outcome);
  /// Closes the JSON, and says in `otherData` when the run was ended before its workload. Nothing
  /// may be written afterwards.
  void finish(bool partial = false);

 private:
  void begin_event();
  void name_process(std::uint32_t stream);

  std::function<void(std::string_view)> out_;
  const StageGraph& stages_;
  std::set<std::uint32_t> named_;
  bool first_ = true;
};

}  // namespace doorbell
