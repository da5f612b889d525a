#include "doorbell/memory/arch/sparse_storage.h"

#include <sys/mman.h>

#include <cerrno>
#include <string>
#include <system_error>

#include "doorbell/core/arch/error.h"

namespace doorbell::memory {

SparseStorage::SparseStorage(std::uint64_t size) {
  // Without a reserve of the host's memory: most of it will never be touched.
  void* const bytes = mmap(nullptr, size, PROT_READ | PROT_WRITE,
                           MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (bytes == MAP_FAILED) {
    throw InputError("memory: expected a size that the host can map, found " +
                     std::to_string(size) + " bytes: " + std::generic_category().message(errno));
  }
  bytes_ = {static_cast<std::uint8_t*>(bytes), size};
}

SparseStorage::~SparseStorage() {
  munmap(bytes_.data(), bytes_.size());
}

}  // namespace doorbell::memory
