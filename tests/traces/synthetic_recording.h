#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace doorbell::trace::test {

/// One drive of a recording made up.
struct SyntheticDrive {
  std::uint32_t stream = 0;
  std::uint32_t asid = 0;
  std::uint32_t queues = 4;       ///< beside queue 0, which stays unused
  std::uint32_t pages_least = 1;  ///< of a command
  std::uint32_t pages_most = 1;
  bool writes_disk = false;      ///< the drive reads memory
  std::uint32_t depth = 2;       ///< commands outstanding
  std::uint32_t ring_pages = 1;  ///< of a submission queue
};

/// How the recording is made.
struct SyntheticOptions {
  std::vector<SyntheticDrive> drives;
  std::uint64_t commands = 1000;  ///< of all drives together
  std::uint64_t seed = 1;
  /// Kinds as the recordings' script infers them, which confuses the drives; otherwise they are
  /// right.
  bool confused_kinds = true;
  bool range_pieces = true;  ///< describe a range in pieces of powers of two, as QEMU does
};

/// Two drives with different workloads, at the same IOVAs.
SyntheticOptions two_drives(std::uint64_t commands, std::uint64_t seed);

/// Writes a recording in the columns of the real ones. Returns the number of rows.
std::uint64_t write_synthetic_recording(const std::string& path, const SyntheticOptions& options);

}  // namespace doorbell::trace::test
