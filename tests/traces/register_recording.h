#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace doorbell::test {

/// A row of traces/recordings/gic_*.csv.gz or smmu_probe*.csv.gz: what a processor, a device or a
/// wire did to QEMU's model, or what became of it.
struct RecordedRow {
  unsigned step;
  std::string source;  ///< "cpu3", "dev0x8", "its", "spi"
  std::string kind, op;
  std::string where;  ///< offset in hexadecimal, or a System register
  unsigned size;
  std::vector<std::uint64_t> words;  ///< the value, or all of a command
  std::string extra;

  /// The number behind "cpu" or "dev".
  unsigned number() const;
  std::uint64_t offset() const { return std::stoull(where, nullptr, 16); }
  std::uint64_t value() const { return words.empty() ? 0 : words.front(); }
  /// The number behind `name` and "=" in `extra`.
  std::uint64_t extra_number(const std::string& name) const;
};

/// All rows but marks, in their order. InputError for rows that aren't as the README says.
std::vector<RecordedRow> read_recording(const std::string& path);

}  // namespace doorbell::test
