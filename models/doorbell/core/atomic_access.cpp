#include "doorbell/core/atomic_access.h"

#include <algorithm>

namespace doorbell {

AtomicAccess* AtomicAccess::of(const tlm::tlm_generic_payload& payload) {
  AtomicAccess* access = nullptr;
  payload.get_extension(access);
  return access;
}

bool AtomicAccess::is_possible(std::uint64_t address) const {
  const bool has_size = size == 4 || size == 8 || (size == 16 && operation != Operation::add);
  return has_size && address % size == 0;
}

bool AtomicAccess::apply(std::span<std::uint8_t> bytes) {
  done = true;
  std::copy(bytes.begin(), bytes.end(), result.begin());
  if (operation == Operation::compare_and_swap &&
      !std::equal(bytes.begin(), bytes.end(), compare.begin())) {
    return false;
  }
  if (operation != Operation::add) {
    std::copy_n(operand.begin(), bytes.size(), bytes.begin());
    return true;
  }
  unsigned carry = 0;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    carry += unsigned{bytes[i]} + operand[i];
    bytes[i] = static_cast<std::uint8_t>(carry);
    carry >>= 8;
  }
  return true;
}

}  // namespace doorbell
