#include "doorbell/smmu/table_walker.h"

#include <algorithm>
#include <string>
#include <utility>

#include "doorbell/core/arch/bit_field.h"
#include "doorbell/smmu/arch/command.h"
#include "doorbell/smmu/arch/tlb.h"

namespace doorbell::smmu {
namespace {

using LevelParameters = std::array<CacheParameters, WalkCache::levels>;

std::array<CacheGeometry, WalkCache::levels> geometry_of(const LevelParameters& parameters) {
  std::array<CacheGeometry, WalkCache::levels> geometry;
  for (unsigned level = 0; level < WalkCache::levels; ++level) {
    geometry[level] = parameters[level].geometry;
  }
  return geometry;
}

/// All levels that there are, are looked up at once; the slowest one decides.
std::uint32_t latency_of(const LevelParameters& parameters) {
  std::uint32_t latency = 0;
  for (const CacheParameters& level : parameters)
    if (level.geometry.entries != 0) latency = std::max(latency, level.latency);
  return latency;
}

// For Journeys.
constexpr std::array<const char*, WalkCache::levels> read_of_level{
    "table read, level 0", "table read, level 1", "table read, level 2", "table read, level 3"};
constexpr std::array<const char*, WalkCache::levels> read_of_stage2_level{
    "stage 2 table read, level 0", "stage 2 table read, level 1", "stage 2 table read, level 2",
    "stage 2 table read, level 3"};

// Also for Journeys: what has taken a page from the walk caches. Of the page itself, or of more.
constexpr std::pair<Opcode, const char*> invalidations[] = {
    {Opcode::CMD_TLBI_NH_ALL, "CMD_TLBI_NH_ALL, of page"},
    {Opcode::CMD_TLBI_NH_ASID, "CMD_TLBI_NH_ASID, of page"},
    {Opcode::CMD_TLBI_NH_VA, "CMD_TLBI_NH_VA of page"},
    {Opcode::CMD_TLBI_NH_VAA, "CMD_TLBI_NH_VAA of page"},
    {Opcode::CMD_TLBI_EL2_ALL, "CMD_TLBI_EL2_ALL, of page"},
    {Opcode::CMD_TLBI_EL2_ASID, "CMD_TLBI_EL2_ASID, of page"},
    {Opcode::CMD_TLBI_EL2_VA, "CMD_TLBI_EL2_VA of page"},
    {Opcode::CMD_TLBI_EL2_VAA, "CMD_TLBI_EL2_VAA of page"},
    {Opcode::CMD_TLBI_S12_VMALL, "CMD_TLBI_S12_VMALL, of page"},
    {Opcode::CMD_TLBI_S2_IPA, "CMD_TLBI_S2_IPA of page"},
    {Opcode::CMD_TLBI_NSNH_ALL, "CMD_TLBI_NSNH_ALL, of page"}};

/// The page that a Journey names: the input address without the bits of its granule.
Holder reason_of(Departures::Reason reason, std::uint64_t page) {
  if (reason == WalkCache::evicted) return {"eviction from the walk cache of page", page};
  for (const auto& [command, text] : invalidations) {
    if (reason == WalkCache::invalidated(command)) return {text, page};
  }
  return {};
}

/// Whose a cached descriptor is, of a stage.
std::uint64_t owner_of(const TranslationTag& tag) {
  return std::uint64_t{static_cast<std::uint8_t>(tag.stages)} << 40 |
         std::uint64_t{static_cast<std::uint8_t>(tag.world)} << 32 | std::uint64_t{tag.vmid} << 16 |
         tag.asid;
}

}  // namespace

TableWalker::LevelStatistics TableWalker::statistics_in(const StatisticsGroup& group,
                                                        const std::string& name,
                                                        const std::string& of_stage) {
  LevelStatistics statistics;
  for (unsigned level = 0; level < WalkCache::levels; ++level) {
    const std::string number = std::to_string(level);
    statistics[level] = std::make_unique<CacheStatistics>(
        group, name + number,
        StatisticInfo{"look-ups", Better::neither,
                      "Descriptors " + of_stage + "of level " + number});
  }
  return statistics;
}

TableWalker::Stage::Stage(Scheduler& scheduler, LevelStatistics caches, Invalidation::Set stages,
                          const LevelParameters& parameters)
    : latency(latency_of(parameters)),
      statistics(std::move(caches)),
      cache(geometry_of(parameters),
            {statistics[0].get(), statistics[1].get(), statistics[2].get(), statistics[3].get()},
            stages),
      walks(scheduler) {}

TableWalker::SecondStage::SecondStage(Scheduler& scheduler, const StatisticsGroup& group,
                                      const LevelParameters& parameters)
    : Stage(scheduler, statistics_in(group, "walk_cache_stage2_level", "of stage 2 "),
            Invalidation::only(Stages::stage2), parameters),
      reads(group, "table_reads_stage2",
            {"reads", Better::lower, "Descriptors of stage 2 that were read"}),
      merged(group, "merged_stage2_walks",
             {"walks", Better::neither, "Of stage 2, that waited for another's of the page"}),
      nested_reads(group, "nested_walk_reads",
                   {"reads", Better::lower,
                    "Descriptors of both stages that a translation by both has read, if any"}) {}

TableWalker::TableWalker(Scheduler& scheduler, const Clock& clock, const StatisticsGroup& group,
                         const SmmuParameters& parameters, MemoryPort& memory, MemoryPort* updates,
                         const InvalidationLog& log)
    : scheduler_(scheduler),
      clock_(clock),
      memory_(memory),
      updates_(updates),
      log_(log),
      conflicts_(parameters.features().block_size_changes == BlockSizeChanges::level_1),
      stage1_(scheduler, statistics_in(group, "walk_cache_level", ""),
              Invalidation::only(Stages::stage1, Stages::both), parameters.tcu.walk_cache),
      walkers_(scheduler, group, "walkers", parameters.tcu.walkers),
      merged_walks_(group, "merged_walks",
                    {"walks", Better::neither, "That waited for another's walk of the page"}) {
  for (unsigned level = 0; level < WalkCache::levels; ++level) {
    const std::string length = std::to_string(level + 1);
    walks_of_length_[level] = std::make_unique<Counter>(
        group, "walks_of_" + length,
        StatisticInfo{"walks", Better::neither,
                      "Walks that read this many descriptors: " + length});
  }
  if (parameters.features().stage2) {
    stage2_ = std::make_unique<SecondStage>(scheduler, group, parameters.tcu.walk_cache_stage2);
  }
  if (updates == nullptr) return;
  httu_updates_ = std::make_unique<Counter>(
      group, "httu_updates",
      StatisticInfo{"updates", Better::neither, "Descriptors that a translation has changed"});
  httu_lost_races_ = std::make_unique<Counter>(
      group, "httu_lost_races",
      StatisticInfo{"updates", Better::lower, "Not done, as another writer was first"});
}

Task<WalkStart> TableWalker::start(Walk& walk, const TranslationTag& tag, std::uint64_t address,
                                   const WalkPosition& first, const Access& access) {
  Stage& stage = stage_of(tag);
  walk.nested |= tag.stages == Stages::both;
  co_await clock_.cycles(stage.latency);
  const Key key{canonical(address) >> tag.granule, owner_of(tag)};
  WalkStart start{.position = first};
  const bool has_walker{walk.walker};
  while (auto* const pending = walk.alone ? nullptr : stage.walks.find(key, has_walker)) {
    walk.missed = true;
    (tag.stages == Stages::stage2 ? stage2_->merged : merged_walks_).add();
    walk.journey.wait(scheduler_.now(), "another's walk", {"walk of page", key.page});
    start.result = co_await stage.walks.join(*pending);
    walk.journey.serve(scheduler_.now());
    start.finished = start.result.leaf.serves(access);
    if (start.finished) co_return start;
  }
  if (look_up(stage.cache, tag, address, access, start)) co_return start;
  walk.missed = true;
  // With a regime that has been overtaken it goes on alone.
  auto& opened = stage.walks.open(key, log_.epoch() == walk.since && !walk.alone, has_walker);
  walk.of(tag).opened = &opened;
  if (!has_walker) {
    walk.walker = co_await walkers_.acquire(Holder{"walk of page", key.page}, walk.journey);
    stage.walks.go_on(opened);
  }
  if (walk.journey) {
    // What made the walk necessary, if an entry of the page was in the walk caches before.
    walk.of(tag).reason =
        reason_of(stage.cache.why_missing(tag, address, start.position.level), key.page);
  }
  co_return start;
}

/// True when the walk caches hold the leaf; otherwise reading begins at `start.position`.
bool TableWalker::look_up(WalkCache& cache, const TranslationTag& tag, std::uint64_t address,
                          const Access& access, WalkStart& start) {
  WalkCache::Hit hit{WalkPosition{}, 0};
  if (!cache.lookup(tag, address, start.position.level, hit, access)) return false;
  if (const auto* const leaf = std::get_if<Leaf>(&hit.step)) {
    start.result.leaf = *leaf;
    start.finished = true;
    return true;
  }
  start.position = std::get<WalkPosition>(hit.step);
  return false;
}

Task<bool> TableWalker::read(Walk& walk, TablePurpose purpose, unsigned level,
                             std::uint64_t address, std::span<std::uint8_t> data) {
  ++walk.reads;
  if (purpose == TablePurpose::stage2_descriptor) {
    stage2_->reads.add();
    walk.journey.serve(scheduler_.now(), read_of_stage2_level[level], walk.stage2.reason);
  } else {
    walk.journey.serve(scheduler_.now(), read_of_level[level], walk.stage1.reason);
  }
  return memory_.read({}, address, data);
}

Task<Exchanged> TableWalker::exchange(Walk& walk, TablePurpose purpose, std::uint64_t address,
                                      std::uint64_t expected, std::uint64_t desired) {
  if (updates_ == nullptr) co_return Exchanged{};
  const bool inner = purpose == TablePurpose::stage2_descriptor;
  walk.journey.serve(scheduler_.now(), "dirty state update",
                     (inner ? walk.stage2 : walk.stage1).reason);
  const Exchanged found = co_await updates_->compare_and_swap({}, address, expected, desired);
  if (found.ok) (found.old == expected ? httu_updates_ : httu_lost_races_)->add();
  co_return found;
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
  stage_of(tag).cache.insert(tag, address, level, step);
}

void TableWalker::finish(Walk& walk, const TranslationTag& tag, const WalkResult& result,
                         unsigned reads, bool last) {
  const bool inner = tag.stages == Stages::stage2 && !last;
  if (!inner && reads != 0) walks_of_length_[reads - 1]->add();
  walk.journey.serve(scheduler_.now());
  if (last) walk.walker.release();
  stage_of(tag).walks.complete(*walk.of(tag).opened, result);
}

void TableWalker::end(const Walk& walk) {
  if (walk.nested && walk.reads != 0) stage2_->nested_reads.record(walk.reads);
}

void TableWalker::invalidate(const Invalidation& invalidation) {
  stage1_.cache.invalidate(invalidation);
  stage1_.walks.close();
  if (!stage2_) return;
  stage2_->cache.invalidate(invalidation);
  stage2_->walks.close();
}

}  // namespace doorbell::smmu
