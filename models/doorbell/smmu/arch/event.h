#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "doorbell/smmu/arch/access.h"

namespace doorbell::smmu {

/// Numbers of the event records (IHI 0070 7.3) that a stage 1 SMMU with the terminate model can
/// write.
enum class EventType : std::uint8_t {
  none = 0x00,
  F_UUT = 0x01,              ///< 7.3.2
  C_BAD_STREAMID = 0x02,     ///< 7.3.3
  F_STE_FETCH = 0x03,        ///< 7.3.4
  C_BAD_STE = 0x04,          ///< 7.3.5
  F_STREAM_DISABLED = 0x06,  ///< 7.3.7
  C_BAD_SUBSTREAMID = 0x08,  ///< 7.3.9
  F_CD_FETCH = 0x09,         ///< 7.3.10
  C_BAD_CD = 0x0a,           ///< 7.3.11
  F_WALK_EABT = 0x0b,        ///< 7.3.12
  F_TRANSLATION = 0x10,      ///< 7.3.13
  F_ADDR_SIZE = 0x11,        ///< 7.3.14
  F_ACCESS = 0x12,           ///< 7.3.15
  F_PERMISSION = 0x13,       ///< 7.3.16
};
std::string_view to_string(EventType type);

/// CLASS of an event record: what caused the fault (IHI 0070 7.3).
enum class EventClass : std::uint8_t { cd = 0, ttd = 1, in = 2 };

/// What an event record says. Fields that a type does not have are left out of its record.
struct Event {
  EventType type = EventType::none;
  Stream stream;
  Access access;                    ///< RnW, PnU, InD
  std::uint64_t input_address = 0;  ///< InputAddr
  std::uint64_t fetch_address = 0;  ///< FetchAddr: of the STE, CD or descriptor
  // Of a fault of stage 2:
  bool stage2 = false;                      ///< S2
  EventClass event_class = EventClass::in;  ///< CLASS; that of stage 1 follows from the type
  std::uint64_t ipa = 0;                    ///< IPA, of whose bits [11:0] nothing is recorded
  bool table_write = false;                 ///< TTRnW = 0: a descriptor was to be updated

  bool operator==(const Event&) const = default;
};

/// 32 bytes as they are in the Event queue, little-endian doublewords.
using EventRecord = std::array<std::uint64_t, 4>;

EventRecord encode(const Event& event);
/// The fields that the type of `record` defines.
Event decode_event(const EventRecord& record);

/// The faults of translation that are recorded only when CD.R = 1 (IHI 0070 3.12.1, 5.4):
/// F_TRANSLATION, F_ADDR_SIZE, F_ACCESS and F_PERMISSION.
bool is_translation_fault(EventType type);

}  // namespace doorbell::smmu
