#pragma once

#include <cstdint>
#include <systemc>
#include <tlm>

#include "doorbell/core/write_watch.h"

namespace doorbell {

/// Says of a request for direct access (get_direct_mem_ptr, IEEE 1666-2011 11.2) that it is of a
/// cache that takes part in coherence. Hits of such a cache have no time of their own, so a memory
/// may grant it direct access under every timing. An extension that can be ignored: a target that
/// doesn't know it grants what it grants to anyone.
class CoherentAccess : public tlm::tlm_extension<CoherentAccess> {
 public:
  /// told: who asks tells of each write (`tell`), for who polls the memory. untold: it can't, and
  /// the bytes must be read again and again.
  enum class Writes : std::uint8_t { told, untold };

  explicit CoherentAccess(Writes writes) : writes_(writes) {}

  Writes writes() const { return writes_; }

  /// The memory's answer: the grant holds as long as the memory itself, and invalidations aren't
  /// about it. `watches` are those of the bytes from `first` on, and belong to the memory.
  void grant(WriteWatches& watches, const std::uint8_t* first) {
    watches_ = &watches;
    first_ = first;
  }
  bool granted() const { return watches_ != nullptr; }
  /// After a grant, of its bytes: `size` of them at `bytes` have been written.
  void tell(const std::uint8_t* bytes, std::uint64_t size) const {
    const auto address = static_cast<std::uint64_t>(bytes - first_);
    watches_->stored(address, address + size - 1);
  }

  /// It belongs to one request: copies have none.
  tlm::tlm_extension_base* clone() const override { return nullptr; }
  void copy_from(const tlm::tlm_extension_base&) override {}

 private:
  Writes writes_;
  WriteWatches* watches_ = nullptr;
  const std::uint8_t* first_ = nullptr;
};

}  // namespace doorbell
