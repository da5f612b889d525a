#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <variant>

namespace doorbell {

/// Between a root complex (initiator) and the SMMU's TCU (target): what PCIe's Address Translation
/// Services and Page Request Interface (PCIe 6.0, 10) need of an SMMU (IHI 0070 3.9, 8); after
/// DTI-ATS (IHI 0088).
namespace dti_ats {

/// Whose a message is: the StreamID of a function, and the PASID if it has one.
struct Stream {
  std::uint32_t stream_id = 0;
  std::uint32_t pasid = 0;
  bool has_pasid = false;

  bool operator==(const Stream&) const = default;
};

/// Most entries of a completion: what 64 bytes hold.
inline constexpr std::size_t most_translations = 8;

/// A Translation Request (PCIe 6.0, 10.2.2).
struct TranslationRequest {
  std::uint32_t token = 0;  ///< Of the root complex; comes back in the completion.
  Stream stream;
  bool no_write = false;    ///< NW: no write is meant to follow.
  bool privileged = false;  ///< Privileged Mode Requested; with a PASID only.
  bool execute = false;     ///< Execute Requested; with a PASID only.
  std::uint64_t address = 0;
  unsigned count = 1;  ///< Translations asked for, one after the other. [1, most_translations]
};

/// An Invalidate Completion (10.3.2). Whoever sends it has had the answers to all Translated
/// requests that the invalidated translations were used for.
struct InvalidationAcknowledge {
  std::uint32_t stream_id = 0;
  std::uint32_t tag = 0;
};

/// A Page Request (10.4.1), or with neither read nor write, last and with a PASID a Stop Marker.
struct PageRequest {
  Stream stream;
  std::uint64_t address = 0;  ///< A multiple of 4096.
  bool read = false, write = false, execute = false, privileged = false;
  bool last = false;
  unsigned group = 0;  ///< Page Request Group Index. [0, 511]

  bool is_stop_marker() const { return stream.has_pasid && last && !read && !write; }
};

/// How a Translation Request ends (10.2.3): CplD or Cpl with its status.
enum class Status : std::uint8_t { successful, unsupported_request, completer_abort };

/// An entry of a completion. With neither R nor W there is nothing at its address.
struct Translation {
  std::uint64_t address = 0;                          ///< Translated, aligned to its size.
  unsigned log2_size = 12;                            ///< Bytes.
  bool read = false, write = false, execute = false;  ///< R, W, Exe
  bool privileged = false;                            ///< Priv, as requested
  bool global = false;
  bool untranslated_only = false;  ///< U
  bool no_snoop = false;           ///< N

  bool operator==(const Translation&) const = default;
};

/// A Translation Completion.
struct TranslationAnswer {
  std::uint32_t token = 0;
  Status status = Status::successful;
  std::array<Translation, most_translations> translations{};
  unsigned count = 0;  ///< Of a successful one, at least 1.
};

/// An Invalidate Request (10.3.1) to a function.
struct InvalidationRequest {
  std::uint32_t tag = 0;  ///< Of the SMMU; comes back. No two under way have the same.
  Stream stream;
  bool global = false;
  std::uint64_t address = 0;  ///< Aligned to the size.
  unsigned log2_size = 12;    ///< Bytes; 64 is everything.
};

/// Response Codes of a PRG Response Message (10.4.2.1).
enum class ResponseCode : std::uint8_t {
  success = 0b0000,
  invalid_request = 0b0001,
  response_failure = 0b1111,
};

/// A PRG Response Message.
struct PageResponse {
  Stream stream;
  unsigned group = 0;
  ResponseCode code = ResponseCode::success;
};

using ToSmmu = std::variant<TranslationRequest, InvalidationAcknowledge, PageRequest>;
using ToRootComplex = std::variant<TranslationAnswer, InvalidationRequest, PageResponse>;

}  // namespace dti_ats

/// Traits of the protocol. Completions, acknowledgements and page responses never lack credits.
struct DtiAts {
  using Forward = dti_ats::ToSmmu;
  using Backward = dti_ats::ToRootComplex;
  static constexpr std::size_t credit_classes = 3;
  static constexpr unsigned translation_credits = 0;   ///< Forward
  static constexpr unsigned page_request_credits = 1;  ///< Forward
  static constexpr unsigned invalidation_credits = 2;  ///< Backward
};

}  // namespace doorbell
