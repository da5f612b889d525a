#pragma once

#include <array>
#include <cstdint>

namespace doorbell::sw {

/// What a command of the SMMU's queue means to the model's arch/, whose headers the macros of the
/// drivers' headers would break.
struct DecodedCommand {
  using Words = std::array<std::uint64_t, 2>;
  enum class Signal : std::uint8_t { none, interrupt, event };
  /// What the SMMU offers (SMMU_IDR0.MSI, SMMU_IDR0.SEV, SMMU_IDR3.RIL, SMMU_IDR1.SSIDSIZE,
  /// SMMU_IDR0.S2P, SMMU_IDR0.STALL_MODEL).
  struct Offer {
    bool msi = false;
    bool send_event = false;
    bool range_invalidation = false;
    unsigned substream_id_bits = 0;
    bool stage_2 = false;
    bool stalls = false;
    bool ats = false;            ///< SMMU_IDR0.ATS
    bool page_requests = false;  ///< SMMU_IDR0.PRI
  };

  bool legal = false;
  bool clean = false;  ///< nothing in fields that the command doesn't have; CMD_SYNC apart
  bool sync = false;
  Signal signal = Signal::none;
  std::uint64_t msi_address = 0;
  std::uint32_t msi_data = 0;
  bool by_address = false;  ///< TLBI of an ASID's addresses `first` to `last`
  bool by_ipa = false;      ///< TLBI of a VMID's intermediate addresses `first` to `last`
  std::uint16_t asid = 0;
  std::uint16_t vmid = 0;
  std::uint64_t first = 0;
  std::uint64_t last = 0;

  static DecodedCommand of(const Words& words, const Offer& offer);
};

/// The same of a command of the ITS's queue.
struct DecodedItsCommand {
  using Words = std::array<std::uint64_t, 4>;

  bool legal = false;  ///< a command of GICv3
  bool clean = false;
  std::uint8_t opcode = 0;
  std::uint32_t device_id = 0;
  std::uint32_t event_id = 0;
  std::uint32_t intid = 0;
  std::uint16_t collection = 0;
  std::uint64_t target = 0;

  static DecodedItsCommand of(const Words& words);
};

/// Whether the command removes a cached leaf of `level` at `iova`, with the 4 KiB granule, from an
/// address space.
bool removes_leaf(const DecodedCommand::Words& words, const DecodedCommand::Offer& offer,
                  std::uint16_t asid, std::uint64_t iova, unsigned level);

}  // namespace doorbell::sw
