#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

#include "doorbell/smmu/arch/access.h"

namespace doorbell::smmu {

/// Numbers of the event records (IHI 0070 7.3) that the SMMU can write, and E_PAGE_REQUEST, which
/// it never does.
enum class EventType : std::uint8_t {
  none = 0x00,
  F_UUT = 0x01,               ///< 7.3.2
  C_BAD_STREAMID = 0x02,      ///< 7.3.3
  F_STE_FETCH = 0x03,         ///< 7.3.4
  C_BAD_STE = 0x04,           ///< 7.3.5
  F_BAD_ATS_TREQ = 0x05,      ///< 7.3.6
  F_STREAM_DISABLED = 0x06,   ///< 7.3.7
  F_TRANSL_FORBIDDEN = 0x07,  ///< 7.3.8
  C_BAD_SUBSTREAMID = 0x08,   ///< 7.3.9
  F_CD_FETCH = 0x09,          ///< 7.3.10
  C_BAD_CD = 0x0a,            ///< 7.3.11
  F_WALK_EABT = 0x0b,         ///< 7.3.12
  F_TRANSLATION = 0x10,       ///< 7.3.13
  F_ADDR_SIZE = 0x11,         ///< 7.3.14
  F_ACCESS = 0x12,            ///< 7.3.15
  F_PERMISSION = 0x13,        ///< 7.3.16
  F_TLB_CONFLICT = 0x20,      ///< 7.3.17
  E_PAGE_REQUEST = 0x24,      ///< 7.3.19
};
std::string_view to_string(EventType type);

/// CLASS of an event record: what caused the fault (IHI 0070 7.3).
enum class EventClass : std::uint8_t { cd = 0, ttd = 1, in = 2 };

/// What an event record says. Fields that a type does not have are left out of its record.
struct Event {
  EventType type = EventType::none;
  Stream stream;
  Access access;                    ///< RnW, PnU, InD; but of F_UUT after PRIVCFG and INSTCFG
  std::uint64_t input_address = 0;  ///< InputAddr
  std::uint64_t fetch_address = 0;  ///< FetchAddr: of the STE, CD or descriptor
  bool stage2 = false;              ///< S2: a fault of stage 2
  EventClass event_class = EventClass::in;  ///< Of a stage 1 fault the type says it.
  std::uint64_t ipa = 0;     ///< Of the CD, the stage 1 descriptor or the output of stage 1
  bool table_write = false;  ///< TTRnW = 0, where CLASS is TT: a descriptor was to be updated.
  bool stall = false;        ///< The transaction waits for CMD_RESUME.
  std::uint16_t stag = 0;    ///< STAG, of a stalled one
  std::uint16_t reason = 0;  ///< Reason, IMPLEMENTATION DEFINED
  /// Span, of F_BAD_ATS_TREQ: how many translations were requested. Its `access` says W, and X
  /// beside it.
  std::uint8_t span = 0;

  bool operator==(const Event&) const = default;
};

/// 32 bytes as they are in the Event queue, little-endian doublewords.
using EventRecord = std::array<std::uint64_t, 4>;

/// Which fields the record of a type has, beside its number and StreamID.
struct EventLayout {
  EventType type;
  std::string_view name;
  std::string_view section;
  /// SubstreamID is qualified by SSV, always valid, or not there.
  enum class Substream : std::uint8_t { none, always, qualified } substream;
  bool access = false;         ///< RnW; and InD and PnU, but for F_TRANSL_FORBIDDEN
  bool input_address = false;  ///< InputAddr
  bool fetch_address = false;  ///< FetchAddr
  bool stage = false;          ///< S2
  bool event_class = false;    ///< CLASS
  bool ipa = false;            ///< IPA
  bool stall = false;          ///< Stall and STAG: the faults that may stall
  bool table_read = false;     ///< TTRnW
  bool reason = false;         ///< Reason
  bool request = false;        ///< R, W, X, Priv and Span of an ATS Translation Request
  bool always_merges = false;  ///< May happen before an STE is found (7.3.1).
};
/// One row a type, in the order of their numbers.
std::span<const EventLayout> event_layouts();
/// Null for numbers that are not in the table.
const EventLayout* layout_of(EventType type);

EventRecord encode(const Event& event);
/// The fields that the type of `record` defines.
Event decode_event(const EventRecord& record);

/// The faults of translation that are recorded only when CD.R = 1 or STE.S2R = 1 (IHI 0070 3.12.1,
/// 5.5), and the ones that may stall: F_TRANSLATION, F_ADDR_SIZE, F_ACCESS and F_PERMISSION.
bool is_translation_fault(EventType type);

/// Whether one record may stand for both (IHI 0070 7.3.1). `MEV` is the stream's; the offset in a
/// page makes no difference.
bool may_merge(const Event& first, const Event& second, bool MEV);

}  // namespace doorbell::smmu
