#include "doorbell/pcie/nvme/backing_file.h"

#include "doorbell/core/arch/error.h"

namespace doorbell::pcie::nvme {

BackingFile::BackingFile(const std::string& path, bool write_through, std::uint32_t block_size)
    : memory_(path,
              write_through ? MappedMemory::Writes::reach_file : MappedMemory::Writes::stay_here) {
  if (size() != 0 && size() % block_size == 0) return;
  throw InputError(path + ": expected whole blocks of " + std::to_string(block_size) +
                   " bytes, found " + std::to_string(size()) + " bytes");
}

}  // namespace doorbell::pcie::nvme
