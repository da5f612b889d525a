#include "doorbell/smmu/table_walker.h"

#include <algorithm>
#include <string>

#include "doorbell/core/arch/bit_field.h"
#include "doorbell/smmu/arch/tlb.h"

namespace doorbell::smmu {
namespace {

std::array<CacheGeometry, WalkCache::levels> geometry_of(const TcuParameters& parameters) {
  std::array<CacheGeometry, WalkCache::levels> geometry;
  for (unsigned level = 0; level < WalkCache::levels; ++level) {
    geometry[level] = parameters.walk_cache[level].geometry;
  }
  return geometry;
}

// For Journeys.
constexpr std::array<const char*, WalkCache::levels> read_of_level{
    "table read, level 0", "table read, level 1", "table read, level 2", "table read, level 3"};

/// The page that a Journey names: the input address without the bits of its granule.
Holder reason_of(Departures::Reason reason, std::uint64_t page) {
  using Scope = Invalidation::Scope;
  switch (reason) {
    case WalkCache::evicted:
      return {"eviction from the walk cache of page", page};
    case WalkCache::invalidated(Scope::all):
      return {"CMD_TLBI_NSNH_ALL, of page", page};
    case WalkCache::invalidated(Scope::asid):
      return {"CMD_TLBI_NH_ASID, of page", page};
    case WalkCache::invalidated(Scope::va):
      return {"CMD_TLBI_NH_VA of page", page};
    case WalkCache::invalidated(Scope::va_all):
      return {"CMD_TLBI_NH_VAA of page", page};
    default:
      return {};
  }
}

}  // namespace

TableWalker::TableWalker(Scheduler& scheduler, const Clock& clock, const StatisticsGroup& group,
                         const SmmuParameters& parameters, MemoryPort& memory,
                         const InvalidationLog& log)
    : scheduler_(scheduler),
      clock_(clock),
      memory_(memory),
      log_(log),
      cache_statistics_(statistics_in(group)),
      cache_(geometry_of(parameters.tcu), {cache_statistics_[0].get(), cache_statistics_[1].get(),
                                           cache_statistics_[2].get(), cache_statistics_[3].get()}),
      walkers_(scheduler, group, "walkers", parameters.tcu.walkers),
      walks_(scheduler),
      merged_walks_(group, "merged_walks",
                    {"walks", Better::neither, "That waited for another's walk of the page"}) {
  for (unsigned level = 0; level < WalkCache::levels; ++level) {
    // All levels are looked up at once; the slowest one decides.
    latency_ = std::max(latency_, parameters.tcu.walk_cache[level].latency);
    const std::string length = std::to_string(level + 1);
    walks_of_length_[level] = std::make_unique<Counter>(
        group, "walks_of_" + length,
        StatisticInfo{"walks", Better::neither,
                      "Walks that read this many descriptors: " + length});
  }
}

TableWalker::LevelStatistics TableWalker::statistics_in(const StatisticsGroup& group) {
  LevelStatistics statistics;
  for (unsigned level = 0; level < WalkCache::levels; ++level) {
    const std::string number = std::to_string(level);
    statistics[level] = std::make_unique<CacheStatistics>(
        group, "walk_cache_level" + number,
        StatisticInfo{"look-ups", Better::neither, "Descriptors of level " + number});
  }
  return statistics;
}

Task<TableWalker::Result> TableWalker::walk(TranslationTag tag, const TranslationRegime& regime,
                                            std::uint64_t address, InvalidationLog::Epoch since,
                                            JourneyHandle journey) {
  Result result;
  const auto start = start_walk(regime, address);
  if (!start) {
    result.fault = EventType::F_TRANSLATION;
    co_return result;
  }
  co_await clock_.cycles(latency_);
  const Key key{canonical(address) >> tag.granule, tag.asid, tag.vmid};
  if (auto* const pending = walks_.find(key)) {
    merged_walks_.add();
    journey.wait(scheduler_.now(), "another's walk", {"walk of page", key.page});
    result = co_await walks_.join(*pending);
    journey.serve(scheduler_.now());
    co_return result;
  }
  WalkPosition position = *start;
  if (look_up(tag, address, position, result)) co_return result;
  // With a regime that has been overtaken it goes on alone.
  auto& opened = walks_.open(key, log_.epoch() == since);
  {
    const Slot walker = co_await walkers_.acquire(Holder{"walk of page", key.page}, journey);
    result = co_await read_tables(tag, regime, address, position, since, journey);
    journey.serve(scheduler_.now());
  }
  walks_.complete(opened, result);
  co_return result;
}

/// True when the walk caches hold the leaf; otherwise `position` is where reading begins.
bool TableWalker::look_up(const TranslationTag& tag, std::uint64_t address, WalkPosition& position,
                          Result& result) {
  WalkCache::Hit hit{WalkPosition{}, 0};
  if (!cache_.lookup(tag, address, position.level, hit)) return false;
  if (const auto* const leaf = std::get_if<Leaf>(&hit.step)) {
    result.leaf = *leaf;
    return true;
  }
  position = std::get<WalkPosition>(hit.step);
  return false;
}

Task<TableWalker::Result> TableWalker::read_tables(TranslationTag tag,
                                                   const TranslationRegime& regime,
                                                   std::uint64_t address, WalkPosition position,
                                                   InvalidationLog::Epoch since,
                                                   JourneyHandle journey) {
  const Holder reason = journey ? why_walking(tag, address, position.level) : Holder{};
  const TranslationTable& table = regime.table[table_half(address)];
  Result result;
  for (unsigned length = 0;; ++length) {
    result.fetch_address = descriptor_address(position, table.granule, table.input_bits, address);
    std::array<std::uint8_t, 8> bytes;
    journey.serve(scheduler_.now(), read_of_level[position.level], reason);
    const bool ok = co_await memory_.read({}, result.fetch_address, bytes);
    if (!ok) {
      result.fault = EventType::F_WALK_EABT;
      walks_of_length_[length]->add();
      co_return result;
    }
    const WalkStep step =
        step_walk(regime, position, address, load_little_endian<std::uint64_t>(bytes));
    keep(since, tag, address, position.level, step);
    if (step.kind == WalkStep::Kind::table) {
      position = step.next;
      continue;
    }
    result.fault = step.fault;
    result.leaf = step.leaf;
    walks_of_length_[length]->add();
    co_return result;
  }
}

/// What made the walk necessary, if an entry of the page was in the walk caches before.
Holder TableWalker::why_walking(const TranslationTag& tag, std::uint64_t address,
                                unsigned first_level) const {
  return reason_of(cache_.why_missing(tag, address, first_level),
                   canonical(address) >> tag.granule);
}

/// Puts a valid descriptor into its walk cache, unless an invalidation has overtaken the walk.
void TableWalker::keep(InvalidationLog::Epoch since, const TranslationTag& tag,
                       std::uint64_t address, unsigned level, const WalkStep& step) {
  if (step.kind == WalkStep::Kind::table) {
    if (!log_.table_affected(since, tag)) cache_.insert(tag, address, level, step.next);
  } else if (step.kind == WalkStep::Kind::leaf) {
    TranslationTag leaf_tag = tag;
    leaf_tag.global = !step.leaf.not_global;
    const std::uint64_t base = canonical(address) & ~low_mask(step.leaf.size_log2);
    if (!log_.leaf_affected(since, leaf_tag, base, step.leaf.size_log2, step.leaf.level)) {
      cache_.insert(tag, address, level, step.leaf);
    }
  }
}

void TableWalker::invalidate(const Invalidation& invalidation) {
  cache_.invalidate(invalidation);
  walks_.close();
}

}  // namespace doorbell::smmu
