#include "doorbell/memory/arch/sparse_storage.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <new>

namespace doorbell::memory {

void SparseStorage::Free::operator()(std::uint8_t* bytes) const {
  std::free(bytes);
}

SparseStorage::SparseStorage(std::uint64_t size)
    : size_(size), chunks_((size + chunk_bytes - 1) / chunk_bytes) {}

std::uint8_t* SparseStorage::chunk(std::uint64_t address) {
  auto& chunk = chunks_[address / chunk_bytes];
  if (chunk == nullptr) {
    // calloc, because the host gives such pages only when they are touched.
    chunk.reset(static_cast<std::uint8_t*>(std::calloc(chunk_bytes, 1)));
    if (chunk == nullptr) throw std::bad_alloc();
    ++count_;
  }
  return chunk.get();
}

void SparseStorage::read(std::uint64_t address, std::span<std::uint8_t> data) const {
  while (!data.empty()) {
    const std::uint64_t offset = address % chunk_bytes;
    const auto part = static_cast<std::size_t>(std::min(data.size(), chunk_bytes - offset));
    if (const auto& chunk = chunks_[address / chunk_bytes]) {
      std::memcpy(data.data(), chunk.get() + offset, part);
    } else {
      std::fill_n(data.begin(), part, std::uint8_t{0});
    }
    address += part;
    data = data.subspan(part);
  }
}

void SparseStorage::write(std::uint64_t address, std::span<const std::uint8_t> data) {
  while (!data.empty()) {
    const std::uint64_t offset = address % chunk_bytes;
    const auto part = static_cast<std::size_t>(std::min(data.size(), chunk_bytes - offset));
    std::memcpy(chunk(address) + offset, data.data(), part);
    address += part;
    data = data.subspan(part);
  }
}

}  // namespace doorbell::memory
