#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace doorbell::trace {

/// A function's StreamID, as recorded.
using Stream = std::uint32_t;

inline constexpr std::uint64_t page_bytes = 4096;

inline constexpr std::uint32_t block_pages = 512;  ///< of a block of level 2, 2 MiB

/// The driver maps `pages` pages from `iova` on. Without a frame they are the ITS's doorbell page
/// (GITS_TRANSLATER).
struct Map {
  Stream stream = 0;
  std::uint64_t iova = 0;  ///< a multiple of page_bytes
  std::uint32_t pages = 1;
  std::optional<std::uint64_t>
      frame;           ///< the first of `pages` consecutive page frames, numbered from 0
  bool block = false;  ///< by blocks of 2 MiB: iova, pages and frame are multiples of them
};

/// The driver takes the pages out of the table; TLBI and SYNC follow as records of their own.
struct Unmap {
  Stream stream = 0;
  std::uint64_t iova = 0;
  std::uint32_t pages = 1;
};

/// The driver writes a submission queue's doorbell.
struct Submit {
  std::optional<Stream> stream;  ///< nothing: the recording doesn't tell whose doorbell it was
  std::uint32_t queue = 0;
  std::uint32_t value = 0;  ///< the new tail
};

/// The driver has handled completions and writes the completion queue's doorbell.
struct Handle {
  std::optional<Stream> stream;
  std::uint32_t queue = 0;
  std::uint32_t value = 0;   ///< the new head
  std::uint32_t closes = 0;  ///< how many earlier Submits are finished with it
};

/// SMMUv3 commands that a trace can carry (IHI 0070, 4.1 Commands overview).
enum class SmmuOpcode : std::uint8_t {
  CMD_PREFETCH_CONFIG,
  CMD_CFGI_STE,
  CMD_CFGI_STE_RANGE,
  CMD_CFGI_CD,
  CMD_CFGI_CD_ALL,
  CMD_TLBI_NH_ALL,
  CMD_TLBI_NH_ASID,
  CMD_TLBI_NH_VA,
  CMD_TLBI_NH_VAA,
  CMD_TLBI_NSNH_ALL,
  CMD_SYNC,
};

/// An absent operand was not recorded and means all of them.
struct SmmuCommand {
  SmmuOpcode opcode = SmmuOpcode::CMD_SYNC;
  std::optional<Stream> stream;
  std::optional<std::uint32_t> asid;  ///< one of Header::streams
  std::optional<std::uint64_t> iova;
  std::uint64_t pages = 0;
  bool leaf = false;
  bool block = false;  ///< what was mapped there were blocks
};

/// ITS commands that a trace can carry (IHI 0069, 5.3 ITS commands).
enum class ItsOpcode : std::uint8_t {
  MAPD,
  MAPC,
  MAPTI,
  MAPI,
  MOVI,
  MOVALL,
  INT,
  CLEAR,
  DISCARD,
  INV,
  INVALL,
  SYNC,
};

/// By meaning: no addresses. Only the operands that the command has are set.
struct ItsCommand {
  ItsOpcode opcode = ItsOpcode::SYNC;
  std::optional<std::uint32_t> device;
  std::optional<std::uint32_t> event;
  std::optional<std::uint32_t> collection;
  std::optional<std::uint32_t> lpi;        ///< INTID
  std::optional<std::uint32_t> bits;       ///< EventID bits of a MAPD
  std::optional<std::uint32_t> target;     ///< processor number (RDbase)
  std::optional<std::uint32_t> to_target;  ///< second RDbase of a MOVALL
  std::optional<bool> valid;
};

/// What an access was for, as the recording inferred it: a hint that nothing may rely on.
enum class AccessKind : std::uint8_t {
  fetch,
  completion,
  data,
  prp_list,
  shadow_doorbell,
  event_index,
  other,
};

/// A read or write by the function, at most to the end of its page.
struct Access {
  bool is_write = false;
  Stream stream = 0;
  std::uint64_t iova = 0;
  std::uint32_t bytes = 0;
  AccessKind kind = AccessKind::other;
  std::optional<std::uint32_t> queue;
  std::string opcode;  ///< of a fetch: the command that the drive then started
};

/// The function writes `event` to the doorbell at `iova`.
struct Msi {
  Stream stream = 0;
  std::uint64_t iova = 0;
  std::uint32_t event = 0;
  bool lost = false;  ///< the recording's ITS made no interrupt of it: don't wait for a handler
};

using Operation = std::variant<Map, Unmap, Submit, Handle, SmmuCommand, ItsCommand, Access, Msi>;

/// One earlier record (first == last), or the device-side records from `first` to `last`: those of
/// this record's stream, or of all streams if it has none.
struct Dependency {
  std::uint64_t first = 0;
  std::uint64_t last = 0;
  bool operator==(const Dependency&) const = default;
  auto operator<=>(const Dependency&) const = default;
};

/// One line of a trace; docs/traces.md says what it means and when a dependency is fulfilled.
struct Record {
  std::uint64_t number = 0;  ///< from 1
  std::uint64_t time = 0;    ///< when it was recorded or is to come, in ps
  std::uint32_t cpu = 0;     ///< who does a processor-side operation
  bool in_handler = false;   ///< in its interrupt handler, which has an order of its own
  Operation operation;
  std::vector<Dependency> after;
};

/// Whether the function does it (Access, Msi) and not a processor.
inline bool is_device_side(const Operation& operation) {
  return std::holds_alternative<Access>(operation) || std::holds_alternative<Msi>(operation);
}

/// The stream an operation belongs to, where it has one.
std::optional<Stream> stream_of(const Operation& operation);

/// A stream of the trace.
struct StreamInfo {
  Stream stream = 0;
  std::uint32_t device = 0;  ///< DeviceID of its MSIs
  std::uint32_t asid = 0;    ///< of its own address space
  std::uint32_t events = 0;  ///< EventIDs are below this
  bool bypass = false;       ///< not translated: an iova is an address within the frames
};

/// How a workload that was made and not recorded is to be replayed.
struct Conduct {
  enum class Pacing : std::uint8_t {
    dependencies,  ///< as soon as its dependencies allow
    times,         ///< and not before its time
  };
  /// Whose SMMU commands keep their order.
  enum class Invalidations : std::uint8_t {
    trace,      ///< all of them, as in a recording
    processor,  ///< those of one processor, as they come from queues without a common lock
  };
  Pacing pacing = Pacing::dependencies;
  Invalidations invalidations = Invalidations::trace;
  std::uint32_t window = 0;  ///< records that must be looked ahead at least
  std::uint64_t set_up = 0;  ///< the first so many records come before what is measured
};

/// What stands before the first record.
struct Header {
  std::uint32_t cpus = 1;
  std::string source;             ///< file name of the recording, without its folder
  std::uint64_t source_hash = 0;  ///< content_hash of the recording
  std::vector<StreamInfo> streams;
  std::optional<Conduct> conduct;  ///< nothing: a recording
  /// What it was made from: paths of parameters and their values.
  std::vector<std::pair<std::string, std::string>> made_from;
};

/// The largest window that a trace may ask for.
inline constexpr std::uint32_t most_window = 1 << 20;

}  // namespace doorbell::trace
