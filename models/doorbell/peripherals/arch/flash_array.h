#pragma once

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "doorbell/core/arch/error.h"
#include "doorbell/core/arch/mapped_memory.h"

namespace doorbell::peripherals {

/// The cells of flash chips: erased they are ones, and programming makes zeros of some.
class FlashArray {
 public:
  /// Erased cells that nobody else sees; kept as their complement, so that the host gives a page
  /// only where something was programmed.
  explicit FlashArray(std::uint64_t size) : mapped_(size), erased_(0) {}
  /// Those of a file, which keeps what is programmed. InputError when it doesn't have that size, or
  /// can't be mapped.
  FlashArray(std::uint64_t size, const std::filesystem::path& file)
      : mapped_(file, MappedMemory::Writes::reach_file), erased_(0xFF) {
    if (mapped_.size() == size) return;
    throw InputError(file.string() + ": expected a file of " + std::to_string(size) +
                     " bytes, found " + std::to_string(mapped_.size()) + " bytes");
  }

  std::uint64_t size() const { return mapped_.size(); }

  // Offsets lie within.
  std::uint8_t byte(std::uint64_t offset) const { return shown(mapped_.bytes()[offset]); }
  void read(std::uint64_t offset, std::span<std::uint8_t> data) const {
    std::transform(mapped_.bytes().begin() + static_cast<std::ptrdiff_t>(offset),
                   mapped_.bytes().begin() + static_cast<std::ptrdiff_t>(offset + data.size()),
                   data.begin(), [this](std::uint8_t stored) { return shown(stored); });
  }
  void program(std::uint64_t offset, std::uint8_t value) {
    mapped_.bytes()[offset] = shown(static_cast<std::uint8_t>(byte(offset) & value));
  }
  void erase(std::uint64_t offset) {
    // Writing what is there would touch the page.
    if (mapped_.bytes()[offset] != erased_) mapped_.bytes()[offset] = erased_;
  }
  /// The complement of what the cells hold: zeros where nothing was programmed.
  std::vector<std::uint8_t> complement() const {
    std::vector<std::uint8_t> bytes(size());
    read(0, bytes);
    for (std::uint8_t& byte : bytes)
      byte ^= 0xFF;
    return bytes;
  }
  /// What `complement` gave becomes what the cells hold, where no file holds them: a file of that
  /// size, which stays as it is (MappedMemory).
  void replace_by_complement(const std::filesystem::path& file) { mapped_.replace(file); }
  /// Whatever was there: an image that is loaded before the simulation.
  void load(std::uint64_t offset, std::span<const std::uint8_t> data) {
    for (const std::uint8_t value : data)
      mapped_.bytes()[offset++] = shown(value);
  }

 private:
  /// From what is stored to what the cells hold, and back.
  std::uint8_t shown(std::uint8_t value) const {
    return static_cast<std::uint8_t>(value ^ 0xFF ^ erased_);
  }

  MappedMemory mapped_;
  std::uint8_t erased_;  ///< As an erased byte is stored.
};

}  // namespace doorbell::peripherals
