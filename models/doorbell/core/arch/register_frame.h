#pragma once

#include <cstdint>
#include <functional>
#include <span>

#include "doorbell/core/arch/registers.h"

namespace doorbell {

/// How the registers of a bank answer a bus, the same for all blocks (IHI 0069 12.1.3, IHI 0070
/// 6.2): an offset without a register reads as zero and ignores writes, and so does an access
/// against a register's direction (RO, WO); an access of a width or alignment that there isn't is
/// an error and has no effect.
struct RegisterFrame {
  std::uint64_t bytes = 0;  ///< Addresses are taken modulo that.
  unsigned narrowest = 1;   ///< Bytes of the narrowest access that there is: [1, 8].
  /// Told of each access that was ignored, as the GIC's STATUSRs report them: no register there
  /// (`unmapped`), or one against its direction.
  std::function<void(RegisterResult, bool read, const RegisterContext&)> on_ignored{};

  /// Accesses of data.size() bytes, little-endian; false: an error. `context` is who accesses.
  bool read(RegisterBank& bank, std::uint64_t address, std::span<std::uint8_t> data,
            const RegisterContext& context = {}) const;
  bool write(RegisterBank& bank, std::uint64_t address, std::span<const std::uint8_t> data,
             const RegisterContext& context = {}) const;
  /// What a debugger reads: stored values, of any number of bytes, without effects.
  void peek(const RegisterBank& bank, std::uint64_t address, std::span<std::uint8_t> data) const;

 private:
  void report(RegisterResult result, bool read, const RegisterContext& context) const;
  bool has_width(std::uint64_t offset, std::size_t size) const;
};

}  // namespace doorbell
