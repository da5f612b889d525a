#include "doorbell/core/arch/register_frame.h"

#include <bit>
#include <span>

#include "doorbell/core/arch/little_endian.h"

namespace doorbell {

bool RegisterFrame::has_width(std::uint64_t offset, std::size_t size) const {
  return std::has_single_bit(size) && size >= narrowest && size <= 8 && offset % size == 0;
}

void RegisterFrame::report(RegisterResult result, bool read, const RegisterContext& context) const {
  if (result != RegisterResult::ok && on_ignored) on_ignored(result, read, context);
}

bool RegisterFrame::read(RegisterBank& bank, std::uint64_t address, std::span<std::uint8_t> data,
                         const RegisterContext& context) const {
  const std::uint64_t offset = address % bytes;
  if (!has_width(offset, data.size())) return false;
  std::uint64_t value = 0;
  const RegisterResult result =
      bank.read(offset, static_cast<unsigned>(data.size()), value, context);
  if (result == RegisterResult::bad_size) return false;
  store_little_endian(data, value);
  report(result, true, context);
  return true;
}

bool RegisterFrame::write(RegisterBank& bank, std::uint64_t address,
                          std::span<const std::uint8_t> data,
                          const RegisterContext& context) const {
  const std::uint64_t offset = address % bytes;
  if (!has_width(offset, data.size())) return false;
  const auto value = load_little_endian<std::uint64_t>(data);
  const RegisterResult result =
      bank.write(offset, static_cast<unsigned>(data.size()), value, context);
  if (result == RegisterResult::bad_size) return false;
  report(result, false, context);
  return true;
}

void RegisterFrame::peek(const RegisterBank& bank, std::uint64_t address,
                         std::span<std::uint8_t> data) const {
  for (std::uint8_t& byte : data) {
    const std::uint64_t offset = address++ % bytes;
    std::uint64_t word = 0;  // stays so where there is no register
    bank.peek(offset & ~std::uint64_t{3}, 4, word);
    byte = static_cast<std::uint8_t>(word >> 8 * (offset % 4));
  }
}

}  // namespace doorbell
