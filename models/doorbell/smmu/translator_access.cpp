#include "doorbell/smmu/translator_access.h"

#include "doorbell/smmu/arch/tlb.h"

namespace doorbell::smmu {

Task<Fault> TranslatorAccess::find_configuration(const GlobalConfiguration& global,
                                                 const Stream& stream,
                                                 StreamConfiguration& result) {
  return configurations_.find(global, stream, result, *this, walk_.journey, missed_configuration_);
}

std::optional<std::uint64_t> TranslatorAccess::find_descriptor(const LevelOneDescriptor& which) {
  return configurations_.find_descriptor(which);
}

void TranslatorAccess::keep_descriptor(const LevelOneDescriptor& which, std::uint64_t word,
                                       bool valid) {
  configurations_.keep_descriptor(which, word, valid, walk_.since);
}

Task<WalkStart> TranslatorAccess::start(const TranslationTag& tag, std::uint64_t address,
                                        const WalkPosition& first, const Access& access) {
  if (tag.stages != Stages::stage2) {
    slot_.relabel({"walk of page", canonical(address) >> tag.granule});
  }
  return walker_.start(walk_, tag, address, first, access);
}

bool TranslatorAccess::conflicts(const TranslationTag& tag, std::uint64_t address,
                                 const Leaf& leaf) {
  return walker_.conflicts(tag, address, leaf);
}

void TranslatorAccess::keep(const TranslationTag& tag, std::uint64_t address, unsigned level,
                            const CachedStep& step) {
  if (walk_.alone && std::holds_alternative<Leaf>(step)) return;
  walker_.keep(walk_, tag, address, level, step);
}

void TranslatorAccess::finish(const TranslationTag& tag, const WalkResult& result, unsigned reads,
                              bool last) {
  walker_.finish(walk_, tag, result, reads, last);
}

Task<bool> TranslatorAccess::read(TablePurpose purpose, unsigned level, std::uint64_t address,
                                  std::span<std::uint8_t> data) {
  if (purpose == TablePurpose::stage1_descriptor || purpose == TablePurpose::stage2_descriptor) {
    monitored_.count(MonitorEvent::table_access, stream_id_);
    return walker_.read(walk_, purpose, level, address, data);
  }
  monitored_.count(MonitorEvent::configuration_access, stream_id_);
  return configurations_.read(purpose, address, data, walk_.journey);
}

Task<Exchanged> TranslatorAccess::exchange(TablePurpose purpose, unsigned, std::uint64_t address,
                                           std::uint64_t expected, std::uint64_t desired) {
  monitored_.count(MonitorEvent::table_access, stream_id_);
  return walker_.exchange(walk_, purpose, address, expected, desired);
}

}  // namespace doorbell::smmu
