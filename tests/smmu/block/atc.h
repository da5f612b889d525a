#pragma once

#include <map>

#include "doorbell/core/arch/barrier.h"
#include "doorbell/core/protocols/dti_ats.h"
#include "tests/smmu/block/bench.h"

namespace doorbell::smmu::test {

/// A root complex with a function that has an ATC, for the device of a bench: it asks for
/// translations, keeps them, and makes Translated requests of them. It can lie.
class Atc : public Module {
 public:
  explicit Atc(Bench& bench, const sc_core::sc_module_name& name = "atc");

  /// What it does with invalidations.
  enum class Conduct {
    honest,
    forgetful,  ///< It acknowledges, and keeps what it has.
    silent,     ///< It never answers.
  };
  Conduct conduct = Conduct::honest;

  /// A Translation Request and its completion.
  Task<dti_ats::TranslationAnswer> ask(dti_ats::TranslationRequest request);
  /// An access by what is cached, or else asked for; without it if nothing is granted.
  Task<Dma> dma(Dma what);
  /// A Translated request, whatever was granted.
  Task<Dma> translated(Dma what);
  /// A Page Request.
  Task<void> request_page(dti_ats::PageRequest request);
  /// Acknowledges what a silent one has not.
  void acknowledge(const dti_ats::InvalidationRequest& request);

  std::size_t cached() const { return cache_.size(); }
  std::vector<dti_ats::InvalidationRequest> invalidations;  ///< That have come.
  std::vector<dti_ats::PageResponse> responses;

 private:
  struct Entry {
    dti_ats::Stream stream;
    std::uint64_t base;
    dti_ats::Translation translation;
  };
  void receive(const dti_ats::ToRootComplex& message);
  Task<void> invalidate(dti_ats::InvalidationRequest request);
  const Entry* find(std::uint32_t stream, std::uint64_t address) const;

  static constexpr Time link = 8 * nanosecond;
  Bench& bench_;
  MessageInitiator<DtiAts> ats_;
  std::vector<Entry> cache_;
  std::map<std::uint32_t, dti_ats::TranslationAnswer> answers_;  // by token
  std::uint32_t next_token_ = 0;
  Condition answered_;
  Barrier translated_;
  TaskGroup tasks_{scheduler()};
};

}  // namespace doorbell::smmu::test
