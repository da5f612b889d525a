#include "doorbell/memory/ram.h"

#include <algorithm>

#include "doorbell/core/atomic_access.h"
#include "doorbell/core/coherent_access.h"
#include "doorbell/core/requester.h"
#include "doorbell/core/under_way.h"

namespace doorbell::memory {
namespace {

std::array<Place, memory_purposes> places_of(const PlacementParameters& placement) {
  std::array<Place, memory_purposes> places;
  for (std::size_t i = 0; i < places.size(); ++i)
    places[i] = placement.place_of(static_cast<MemoryPurpose>(i));
  return places;
}

}  // namespace

Ram::Ram(const sc_core::sc_module_name& module_name, const RamParameters& parameters,
         const PlacementParameters& placement)
    : Module(module_name),
      upstream("upstream", tasks_, {parameters.reads, parameters.writes},
               [this](Payload& payload) { return serve(payload); },
               {.byte_enables = true, .ignored_commands = true}),
      parameters_(parameters),
      places_(places_of(placement)),
      remote_distance_(placement.remote_distance),
      storage_(parameters.size),
      clock_(scheduler(), parameters.clock),
      read_channel_(clock_, parameters.width, statistics(), "read_channel"),
      write_channel_(clock_, parameters.width, statistics(), "write_channel"),
      reads_(statistics(), "reads", {.unit = "reads", .help = "Held, from request to answer."},
             parameters.reads),
      writes_(statistics(), "writes", {.unit = "writes", .help = "Held, from request to answer."},
              parameters.writes),
      bytes_read_(statistics(), "bytes_read", {.unit = "bytes"}),
      bytes_written_(statistics(), "bytes_written", {.unit = "bytes"}),
      errors_(statistics(), "errors",
              {.unit = "transactions", .better = Better::lower, .help = "Answered with an error."}),
      cache_(statistics(), "last_level_cache",
             {.unit = "lines", .better = Better::higher, .help = "Look-ups of lines."}) {
  const LastLevelCacheParameters& cache = parameters.last_level_cache;
  if (cache.size != 0) tags_.emplace(cache.size, cache.ways, cache.line);
  watches_.on_store([this](std::uint64_t first, std::uint64_t last) { take_store(first, last); });
  upstream.on_debug([this](Payload& payload) { return debug(payload); });
  upstream.on_dmi([this](Payload& payload, tlm::tlm_dmi& dmi) { return grant_dmi(payload, dmi); });
  scheduler().on_timing_change([this](Timing timing) {
    if (timing == Timing::approximate) upstream.invalidate_dmi(0, storage_.size() - 1);
    // Direct access writes past this module.
    if (timing == Timing::loose) watches_.written(0, storage_.size() - 1);
  });
}

std::string Ram::busy() const {
  return under_way(upstream.held(), "transactions");
}

void Ram::settle() {
  if (tags_) tags_->clear();
  read_channel_.settle();
  write_channel_.settle();
}

Task<void> Ram::serve(Payload& payload) {
  const bool inside = storage_.contains(payload.get_address(), payload.get_data_length());
  if (!inside) return refuse(payload);
  if (payload.is_read()) return serve_read(payload);
  return payload.is_write() ? serve_write(payload) : serve_ignored(payload);
}

Task<void> Ram::refuse(Payload& payload) {
  errors_.add();
  payload.set_response_status(tlm::TLM_ADDRESS_ERROR_RESPONSE);
  co_return;
}

Task<void> Ram::serve_read(Payload& payload) {
  const Time entered = now();
  reads_.enter(entered);
  const Place place = place_of(payload);
  co_await Delay{scheduler(), latency_of_read(payload, place) + distance(place)};
  const Time ready = now();
  co_await Delay{scheduler(), read_channel_.transfer(ready, payload.get_data_length()) - ready};
  finish(payload);
  bytes_read_.add(payload.get_data_length());
  reads_.leave(now(), entered);
}

Task<void> Ram::serve_write(Payload& payload) {
  const Time entered = now();
  writes_.enter(entered);
  const Place place = place_of(payload);
  touch_cache(payload, place);
  const Time taken = write_channel_.transfer(entered, payload.get_data_length());
  co_await Delay{scheduler(), taken + parameters_.write_latency + distance(place) - entered};
  finish(payload);
  bytes_written_.add(payload.get_data_length());
  writes_.leave(now(), entered);
}

Task<void> Ram::serve_ignored(Payload& payload) {
  AtomicAccess* const access = AtomicAccess::of(payload);
  if (access == nullptr) {
    payload.set_response_status(tlm::TLM_OK_RESPONSE);
  } else if (!access->is_possible(payload.get_address()) ||
             access->size != payload.get_data_length()) {
    errors_.add();
    payload.set_response_status(tlm::TLM_BURST_ERROR_RESPONSE);
  } else {
    return serve_atomic(payload, *access);
  }
  return Task<void>::ready();
}

/// Like a read, whose data change at the instant at which they leave.
Task<void> Ram::serve_atomic(Payload& payload, AtomicAccess& access) {
  const Time entered = now();
  writes_.enter(entered);
  const Place place = place_of(payload);
  co_await Delay{scheduler(),
                 latency_of_read(payload, place) + distance(place) + parameters_.atomic};
  const Time ready = now();
  co_await Delay{scheduler(), read_channel_.transfer(ready, access.size) - ready};
  const std::uint64_t address = payload.get_address();
  bytes_read_.add(access.size);
  if (access.apply(storage_.bytes().subspan(address, access.size))) {
    bytes_written_.add(access.size);
    watches_.written(address, address + access.size - 1);
  }
  payload.set_dmi_allowed(scheduler().timing() == Timing::loose);
  payload.set_response_status(tlm::TLM_OK_RESPONSE);
  writes_.leave(now(), entered);
}

Place Ram::place_of(const Payload& payload) const {
  const Requester* const requester = requester_of(payload);
  return requester == nullptr ? Place::ram : places_[static_cast<std::size_t>(requester->purpose)];
}

Time Ram::distance(Place place) const {
  return place == Place::remote ? remote_distance_ : 0;
}

/// A read is as late as the latest of its lines.
Time Ram::latency_of_read(const Payload& payload, Place place) {
  if (place == Place::cache) return parameters_.last_level_cache.hit;
  if (!tags_) return parameters_.read_latency;
  const std::uint64_t misses = cache_.misses();
  touch_cache(payload, place);
  const bool hits = place != Place::memory && cache_.misses() == misses;
  return hits ? parameters_.last_level_cache.hit : parameters_.read_latency;
}

/// Reads and writes alike leave their lines in the cache, but for what has a place of its own.
void Ram::touch_cache(const Payload& payload, Place place) {
  if (!tags_ || place == Place::cache || place == Place::memory) return;
  const std::uint64_t end = payload.get_address() + payload.get_data_length();
  const std::uint64_t line = tags_->line_bytes();
  for (std::uint64_t at = payload.get_address() / line * line; at < end; at += line) {
    const CacheTags::Result result = tags_->access(at);
    if (result.hit) {
      cache_.hit();
    } else {
      cache_.miss();
    }
    if (result.evicted) cache_.eviction();
  }
}

/// A processor's store into its own cache is no look-up, but whoever asks for the line next finds
/// it in a cache. Loose timing is set-up: by the time that anything is measured it has left them.
void Ram::take_store(std::uint64_t first, std::uint64_t last) {
  if (!tags_ || scheduler().timing() != Timing::approximate) return;
  const std::uint64_t line = tags_->line_bytes();
  for (std::uint64_t at = first / line * line; at <= last; at += line) {
    if (tags_->access(at).evicted) cache_.eviction();
  }
}

/// Moves the data, at the instant at which the access takes effect, and answers.
void Ram::finish(Payload& payload) {
  const std::uint64_t address = payload.get_address();
  const unsigned length = payload.get_data_length();
  std::uint8_t* const data = payload.get_data_ptr();
  const std::uint8_t* const enables = payload.get_byte_enable_ptr();
  const unsigned period = payload.get_byte_enable_length();
  const unsigned step = enables == nullptr ? length : 1;
  for (unsigned i = 0; i < length; i += step) {
    if (enables != nullptr && enables[i % period] == TLM_BYTE_DISABLED) continue;
    if (payload.is_read()) {
      storage_.read(address + i, {data + i, step});
    } else {
      storage_.write(address + i, {data + i, step});
    }
  }
  if (payload.is_write()) watches_.written(address, address + length - 1);
  payload.set_dmi_allowed(scheduler().timing() == Timing::loose);
  payload.set_response_status(tlm::TLM_OK_RESPONSE);
}

unsigned Ram::debug(Payload& payload) {
  const std::uint64_t address = payload.get_address();
  if (address >= storage_.size()) return 0;
  const auto length = static_cast<unsigned>(
      std::min<std::uint64_t>(payload.get_data_length(), storage_.size() - address));
  if (payload.is_read()) {
    storage_.read(address, {payload.get_data_ptr(), length});
    const bool told_of_all = keeps_watches_ && scheduler().timing() == Timing::approximate;
    if (told_of_all) watches_.keep_watch_of(payload, length);
  } else if (payload.is_write()) {
    storage_.write(address, {payload.get_data_ptr(), length});
    watches_.written(address, address + length - 1);
  }
  return length;
}

bool Ram::grant_dmi(Payload& payload, tlm::tlm_dmi& dmi) {
  dmi.init();
  if (payload.get_address() >= storage_.size()) return false;
  dmi.set_start_address(0);
  dmi.set_end_address(storage_.size() - 1);
  CoherentAccess* coherent = nullptr;
  payload.get_extension(coherent);
  if (coherent != nullptr) {
    grant_coherent(*coherent);
  } else if (scheduler().timing() != Timing::loose) {
    // What is refused, IEEE 1666-2011 11.2.5: here all of it.
    dmi.allow_none();
    return false;
  }
  dmi.set_dmi_ptr(storage_.bytes().data());
  dmi.set_read_latency(sc_core::sc_time::from_value(parameters_.last_level_cache.hit));
  dmi.set_write_latency(sc_core::sc_time::from_value(parameters_.write_latency));
  dmi.allow_read_write();
  return true;
}

void Ram::grant_coherent(CoherentAccess& coherent) {
  coherent.grant(watches_, storage_.bytes().data());
  if (coherent.writes() == CoherentAccess::Writes::told) return;
  keeps_watches_ = false;
  watches_.written(0, storage_.size() - 1);
}

}  // namespace doorbell::memory
