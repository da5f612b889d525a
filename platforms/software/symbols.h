#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "platforms/software/elf_image.h"

namespace doorbell::software {

/// The names of a program's functions and labels (System V ABI, chapter 4: Symbol Table), by
/// address. What has no table, or a damaged one, has no names; that is no error.
class Symbols {
 public:
  explicit Symbols(const ElfImage& program);

  /// "name" or "name+0x1c" of the last one at or below `address` in the same segment; "" for none.
  std::string name_of(std::uint64_t address) const;

 private:
  std::map<std::uint64_t, std::string> names_;
  std::vector<std::pair<std::uint64_t, std::uint64_t>> segments_;  ///< first and last address
};

}  // namespace doorbell::software
