#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace doorbell {

/// A little-endian integer of T from memory. `bytes` may be shorter than T: what is above them is
/// 0; or longer: only its beginning is looked at.
template <class T>
constexpr T load_little_endian(std::span<const std::uint8_t> bytes) {
  const std::size_t size = bytes.size() < sizeof(T) ? bytes.size() : sizeof(T);
  T value = 0;
  for (std::size_t i = 0; i < size; ++i)
    value |= static_cast<T>(T{bytes[i]} << (8 * i));
  return value;
}

/// The same to memory; `bytes` that are shorter than T take its low part.
template <class T>
constexpr void store_little_endian(std::span<std::uint8_t> bytes, T value) {
  const std::size_t size = bytes.size() < sizeof(T) ? bytes.size() : sizeof(T);
  for (std::size_t i = 0; i < size; ++i)
    bytes[i] = static_cast<std::uint8_t>(value >> (8 * i));
}

}  // namespace doorbell
