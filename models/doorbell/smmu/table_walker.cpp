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

Task<WalkStart> TableWalker::start(Walk& walk, const TranslationTag& tag, std::uint64_t address,
                                   const WalkPosition& first) {
  co_await clock_.cycles(latency_);
  const Key key{canonical(address) >> tag.granule, tag.asid, tag.vmid};
  WalkStart start{.position = first};
  if (auto* const pending = walks_.find(key)) {
    merged_walks_.add();
    walk.journey.wait(scheduler_.now(), "another's walk", {"walk of page", key.page});
    start.result = co_await walks_.join(*pending);
    start.finished = true;
    walk.journey.serve(scheduler_.now());
    co_return start;
  }
  if (look_up(tag, address, start)) co_return start;
  // With a regime that has been overtaken it goes on alone.
  walk.opened = &walks_.open(key, log_.epoch() == walk.since);
  walk.walker = co_await walkers_.acquire(Holder{"walk of page", key.page}, walk.journey);
  if (walk.journey) walk.reason = why_walking(tag, address, start.position.level);
  co_return start;
}

/// True when the walk caches hold the leaf; otherwise reading begins at `start.position`.
bool TableWalker::look_up(const TranslationTag& tag, std::uint64_t address, WalkStart& start) {
  WalkCache::Hit hit{WalkPosition{}, 0};
  if (!cache_.lookup(tag, address, start.position.level, hit)) return false;
  if (const auto* const leaf = std::get_if<Leaf>(&hit.step)) {
    start.result.leaf = *leaf;
    start.finished = true;
    return true;
  }
  start.position = std::get<WalkPosition>(hit.step);
  return false;
}

Task<bool> TableWalker::read(Walk& walk, unsigned level, std::uint64_t address,
                             std::span<std::uint8_t> data) {
  walk.journey.serve(scheduler_.now(), read_of_level[level], walk.reason);
  return memory_.read({}, address, data);
}

/// What made the walk necessary, if an entry of the page was in the walk caches before.
Holder TableWalker::why_walking(const TranslationTag& tag, std::uint64_t address,
                                unsigned first_level) const {
  return reason_of(cache_.why_missing(tag, address, first_level),
                   canonical(address) >> tag.granule);
}

/// Puts a valid descriptor into its walk cache, unless an invalidation has overtaken the walk.
void TableWalker::keep(const Walk& walk, const TranslationTag& tag, std::uint64_t address,
                       unsigned level, const CachedStep& step) {
  if (const auto* const leaf = std::get_if<Leaf>(&step)) {
    TranslationTag leaf_tag = tag;
    leaf_tag.global = !leaf->not_global;
    const std::uint64_t base = canonical(address) & ~low_mask(leaf->size_log2);
    if (log_.leaf_affected(walk.since, leaf_tag, base, leaf->size_log2, leaf->level)) return;
  } else if (log_.table_affected(walk.since, tag)) {
    return;
  }
  cache_.insert(tag, address, level, step);
}

void TableWalker::finish(Walk& walk, const WalkResult& result, unsigned reads) {
  walks_of_length_[reads - 1]->add();
  walk.journey.serve(scheduler_.now());
  walk.walker.release();
  walks_.complete(*walk.opened, result);
}

void TableWalker::invalidate(const Invalidation& invalidation) {
  cache_.invalidate(invalidation);
  walks_.close();
}

}  // namespace doorbell::smmu
