#pragma once

#include <cstdint>
#include <systemc>
#include <tlm>

#include "doorbell/core/arch/journey.h"
#include "doorbell/core/arch/memory_purpose.h"

namespace doorbell {

/// Address types of a PCIe request (PCIe 6.0, 10.2.1) and of what an SMMU is asked.
enum class AddressType : std::uint8_t { untranslated, translation_request, translated };

/// Who a transaction comes from: travels with it as a TLM-2.0 extension. Each field is written by
/// one block; the ITS and the SMMU never look at anything else to identify a device.
class Requester : public tlm::tlm_extension<Requester> {
 public:
  // Written by the PCIe endpoint, or another device.
  std::uint16_t segment = 0;
  std::uint16_t requester_id = 0;  ///< Bus, device, function.
  bool has_pasid = false;
  std::uint32_t pasid = 0;
  AddressType address_type = AddressType::untranslated;
  bool privileged = false;
  bool instruction = false;
  bool is_posted = false;         ///< A posted write: its order is kept by observation.
  bool relaxed_ordering = false;  ///< PCIe RO: exempt from the order of its domain.
  /// Nobody that must go on waits behind it: an SMMU may stall it until software has answered its
  /// fault (IHI 0070 3.12.2). Never of PCIe (16.4).
  bool may_stall = false;

  // Written by the root complex, from the requester ID.
  std::uint32_t stream_id = 0;
  std::uint32_t device_id = 0;
  /// Posted writes of the same non-zero domain are observed in order. 0: no order.
  std::uint32_t order_domain = 0;

  // Written by the SMMU.
  bool secure = false;
  std::uint8_t memory_attributes = 0xff;  ///< MAIR encoding of the translation (DDI 0487 D17.2.97).

  /// Written by whoever makes an access of its own, and by the SMMU: what devices do is `data`.
  MemoryPurpose purpose = MemoryPurpose::other;

  /// The flight record, for MSIs; null otherwise. Written by whoever decides to send it.
  JourneyHandle journey;

  tlm::tlm_extension_base* clone() const override { return new Requester(*this); }
  void copy_from(const tlm::tlm_extension_base& other) override {
    *this = static_cast<const Requester&>(other);
  }
};

/// The Requester of a transaction, or null.
inline Requester* requester_of(const tlm::tlm_generic_payload& payload) {
  Requester* requester = nullptr;
  payload.get_extension(requester);
  return requester;
}

/// Who a transaction is from, as whoever waits behind it says. An MSI that waits itself names what
/// it waits for: that holds up those behind it, too.
inline Holder holder_of(const tlm::tlm_generic_payload& payload, const Requester* requester) {
  if (requester == nullptr) return {"access to address", payload.get_address()};
  const Holder waits_for = requester->journey.waits_for();
  if (waits_for.known()) return waits_for;
  if (requester->journey) return {"MSI of stream", requester->stream_id};
  return {payload.is_write() ? "write of stream" : "read of stream", requester->stream_id};
}

inline Holder holder_of(const tlm::tlm_generic_payload& payload) {
  return holder_of(payload, requester_of(payload));
}

/// The Journey of a transaction, or null.
inline JourneyHandle journey_of(const tlm::tlm_generic_payload& payload) {
  const Requester* requester = requester_of(payload);
  return requester == nullptr ? JourneyHandle{} : requester->journey;
}

}  // namespace doorbell
