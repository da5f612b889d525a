#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "doorbell/core/arch/parameters.h"

namespace doorbell::workload {

/// What a workload is made of.
enum class Kind : std::uint8_t {
  nvme,  ///< drives that read and write
  nic,   ///< network ports that receive
  msi,   ///< functions that signal, and nothing more
};

/// When work comes.
struct Arrivals {
  enum class Process : std::uint8_t {
    closed_loop,  ///< the next as soon as an earlier one is done
    constant,     ///< at equal distances
    poisson,
    bursty,  ///< several at once, at exponentially distributed distances
  };
  Process process = Process::closed_loop;
  std::uint64_t rate = 100'000;  ///< of each drive, port or function; Hz
  std::uint32_t burst = 16;      ///< that come at once, under bursty
  std::uint32_t spread = 0;      ///< under closed_loop, per cent
  std::uint32_t processes = 1;   ///< of a queue, under closed_loop
  std::uint32_t apart = 0;       ///< under closed_loop, per cent of the mean distance

  bool is_open() const { return process != Process::closed_loop; }
  void describe(ParameterGroup& group);
};

/// How buffers are mapped for the device.
struct Mapping {
  enum class Mode : std::uint8_t {
    strict,     ///< for one use, then unmapped and invalidated
    lazy,       ///< for one use; the stream is invalidated once in many unmaps
    all_along,  ///< "static": mapped before anything is measured
    none,       ///< not at all: the SMMU is in bypass
  };
  enum class PageSize : std::uint8_t { page, block };
  enum class Order : std::uint8_t { processor, trace };

  Mode mode = Mode::strict;
  PageSize page_size = PageSize::page;
  std::uint32_t lazy_unmaps = 256;
  Order invalidation_order = Order::processor;

  bool is_per_use() const { return mode == Mode::strict || mode == Mode::lazy; }
  std::uint64_t page_bytes() const { return page_size == PageSize::page ? 4096 : 2 << 20; }
  void describe(ParameterGroup& group);
};

/// Sizes in bytes, uniform between two.
struct Sizes {
  std::uint32_t smallest = 4096;
  std::uint32_t largest = 4096;

  /// `unit`: what they are multiples of.
  void describe(ParameterGroup& group, std::uint32_t unit, std::uint32_t most);
};

/// Which part of a range of memory is used next.
struct Pattern {
  enum class Kind : std::uint8_t { sequential, random, zipf };

  Kind kind = Kind::random;
  std::uint32_t exponent = 99;  ///< of zipf, in hundredths

  void describe(ParameterGroup& group);
};

struct NvmeParameters {
  std::uint32_t drives = 1;
  std::uint32_t queues = 4;   ///< of a drive
  std::uint32_t vectors = 0;  ///< of a drive; 0: one for each queue
  std::uint32_t queue_depth = 32;
  std::uint32_t queue_entries = 1024;
  std::uint64_t commands = 2000;  ///< of a drive
  std::uint32_t reads = 100;      ///< per cent
  Sizes size;
  std::uint64_t range = 64 << 20;  ///< of buffers of a drive, bytes
  Pattern pattern;
  bool prp_lists = true;
  bool shadow_doorbells = false;
  bool queues_as_reached = false;  ///< mapped page by page, in memory of the buffers
  std::uint32_t service = 0;       ///< under closed_loop, per cent of the distance of submissions

  std::uint32_t vectors_used() const { return vectors == 0 ? queues : vectors; }
  void describe(ParameterGroup& group);
};

/// When a port interrupts.
struct Moderation {
  std::uint32_t packets = 32;
  Time time = 20 * microsecond;

  void describe(ParameterGroup& group);
};

struct NicParameters {
  std::uint32_t ports = 1;
  std::uint32_t queues = 4;        ///< of a port
  std::uint64_t packets = 10'000;  ///< of a port
  std::uint32_t transmit = 0;      ///< of them that it sends, per cent
  Sizes size{.smallest = 1500, .largest = 1500};
  std::uint32_t ring_pages = 1;         ///< of a queue's descriptors
  std::uint32_t descriptor_bytes = 16;  ///< of a descriptor and of what completes it
  std::uint32_t descriptor_batch = 4;   ///< descriptors that are read at once
  Moderation moderation;

  std::uint32_t ring_entries() const { return ring_pages * 4096 / descriptor_bytes; }
  void describe(ParameterGroup& group);
};

struct MsiParameters {
  std::uint32_t functions = 1;
  std::uint32_t vectors = 16;       ///< of a function
  std::uint64_t messages = 10'000;  ///< of a function
  Pattern pattern{.kind = Pattern::Kind::sequential};

  void describe(ParameterGroup& group);
};

/// A workload without a recording: docs/workloads.md.
struct Parameters {
  Kind kind = Kind::nvme;
  std::uint64_t seed = 1;
  Arrivals arrivals;
  Mapping mapping;
  NvmeParameters nvme;
  NicParameters nic;
  MsiParameters msi;

  void describe(ParameterGroup& group);
  /// Throws InputError, in the name of `file`, for values that don't fit each other, and for those
  /// of another kind, which nothing would heed.
  void check(const std::string& file) const;
};

/// Paths and values: of everything that the workload's kind takes, or of the other kinds'.
std::vector<std::pair<std::string, std::string>> settings_of(const Parameters& parameters,
                                                             bool of_other_kinds = false);

}  // namespace doorbell::workload
