#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "doorbell/core/arch/task.h"
#include "doorbell/core/arch/wait_primitives.h"

namespace doorbell::smmu {

/// Operations under way that others may join instead of starting the same again: misses of a TBU,
/// walks and configuration fetches of a TCU. The one who opens an entry completes it; those who
/// join wait for its result. `Hash` gives a key as 64 bits, of which the low ones are spread.
template <class Key, class Result, class Hash>
class PendingTable {
 public:
  explicit PendingTable(Scheduler& scheduler) : scheduler_(scheduler) {}

  class Entry {
   public:
    explicit Entry(Scheduler& scheduler) : completed_(scheduler) {}

   private:
    friend class PendingTable;
    Key key_{};
    Result result_{};
    std::uint64_t joinable_until_ = never;  ///< The generation in which it may be joined.
    bool goes_on_ = true;
    bool done_ = false;
    Entry* next_ = nullptr;
    unsigned users_ = 0;
    Condition completed_;
  };

  /// An operation on `key` that can be joined; null when there is none. Who holds something that an
  /// operation may wait for joins only one that goes on.
  Entry* find(const Key& key, bool going_on = false) {
    for (Entry* entry = bucket(key); entry != nullptr; entry = entry->next_) {
      if (entry->joinable_until_ == generation_ && entry->key_ == key &&
          (entry->goes_on_ || !going_on)) {
        return entry;
      }
    }
    return nullptr;
  }
  /// `joinable`: whether others may join it until `close`. `goes_on`: it has what it needs, or gets
  /// it before it waits for what another holds.
  Entry& open(const Key& key, bool joinable = true, bool goes_on = true) {
    if (free_.empty()) {
      all_.push_back(std::make_unique<Entry>(scheduler_));
      free_.push_back(all_.back().get());
    }
    Entry& entry = *free_.back();
    free_.pop_back();
    entry.key_ = key;
    entry.joinable_until_ = joinable ? generation_ : never;
    entry.goes_on_ = goes_on;
    entry.done_ = false;
    entry.users_ = 1;
    entry.next_ = bucket(key);
    bucket(key) = &entry;
    return entry;
  }
  /// From now on.
  void go_on(Entry& entry) { entry.goes_on_ = true; }
  void complete(Entry& entry, const Result& result) {
    entry.result_ = result;
    entry.done_ = true;
    remove(entry);
    entry.completed_.notify_all();
    release(entry);
  }
  /// Those who wait for its result.
  unsigned joined(const Entry& entry) const { return entry.users_ - 1; }
  /// Waits for the result of an operation that somebody else opened.
  Task<Result> join(Entry& entry) {
    ++entry.users_;
    while (!entry.done_)
      co_await entry.completed_.wait();
    Result result = entry.result_;
    release(entry);
    co_return result;
  }
  /// From now on nobody joins what is under way: an invalidation has come.
  void close() { ++generation_; }

 private:
  static constexpr std::size_t buckets = 256;
  static constexpr std::uint64_t never = 0;

  Entry*& bucket(const Key& key) { return buckets_[Hash{}(key) % buckets]; }
  void remove(Entry& entry) {
    Entry** link = &bucket(entry.key_);
    while (*link != &entry)
      link = &(*link)->next_;
    *link = entry.next_;
  }
  void release(Entry& entry) {
    if (--entry.users_ == 0) free_.push_back(&entry);
  }

  Scheduler& scheduler_;
  std::vector<std::unique_ptr<Entry>> all_;
  std::vector<Entry*> free_;
  std::array<Entry*, buckets> buckets_{};  ///< Of those under way, in lists.
  std::uint64_t generation_ = 1;
};

}  // namespace doorbell::smmu
