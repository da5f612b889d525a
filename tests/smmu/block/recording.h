#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace doorbell::smmu::test {

/// A row of traces/recordings/smmu_probe*.csv.gz: what a driver did, and what its SMMU made of it.
struct RecordedStep {
  enum class Kind : std::uint8_t { read, write, command, ste, cd };
  Kind kind;
  std::uint64_t at;  ///< Offset of a register, index of a command, address of what was fetched.
  unsigned size = 0;
  std::vector<std::uint64_t> words;  ///< The value, or all words, lowest address first.
};

/// All rows but marks, in their order. InputError for rows that aren't as the README says.
std::vector<RecordedStep> read_recording(const std::string& path);

}  // namespace doorbell::smmu::test
