#pragma once

#include <boost/intrusive/list.hpp>
#include <cstdint>
#include <functional>
#include <systemc>
#include <tlm>
#include <utility>

namespace doorbell {

/// Tells whoever polls memory of the next write to the bytes that it has read, as a coherent cache
/// learns of it by losing the line. It travels on a debug read (transport_dbg). A memory that knows
/// it keeps it, and at the time of the first write to any of these bytes, by a transaction or a
/// debug access, lets go of it and calls `on_write`. Where nobody keeps it the bytes must be read
/// again and again.
class WriteWatch : public tlm::tlm_extension<WriteWatch>,
                   public boost::intrusive::list_base_hook<
                       boost::intrusive::link_mode<boost::intrusive::auto_unlink>> {
 public:
  /// `on_write` sets state and wakes tasks; it makes no accesses.
  explicit WriteWatch(std::function<void()> on_write) : on_write_(std::move(on_write)) {}

  bool kept() const { return is_linked(); }
  void let_go() { unlink(); }

  /// It belongs to one reader: copies of a transaction have none.
  tlm::tlm_extension_base* clone() const override { return nullptr; }
  void copy_from(const tlm::tlm_extension_base&) override {}

 private:
  friend class WriteWatches;
  std::function<void()> on_write_;
  std::uint64_t first_ = 0;
  std::uint64_t last_ = 0;
};

/// The watches that a memory keeps.
class WriteWatches {
 public:
  /// Keeps the watch that a debug read of `length` bytes carries, if it has one.
  void keep_watch_of(const tlm::tlm_generic_payload& read, unsigned length) {
    WriteWatch* watch = nullptr;
    read.get_extension(watch);
    if (watch == nullptr || length == 0) return;
    watch->unlink();
    watch->first_ = read.get_address();
    watch->last_ = watch->first_ + length - 1;
    watches_.push_back(*watch);
  }
  /// Called at each store that a coherent cache tells of, with its first and last byte.
  void on_store(std::function<void(std::uint64_t, std::uint64_t)> listener) {
    on_store_ = std::move(listener);
  }
  /// A coherent cache has stored to bytes [first, last]: they have been written.
  void stored(std::uint64_t first, std::uint64_t last) {
    if (on_store_) on_store_(first, last);
    written(first, last);
  }
  /// Bytes [first, last] have been written, or may have been.
  void written(std::uint64_t first, std::uint64_t last) {
    if (watches_.empty()) return;
    for (auto at = watches_.begin(); at != watches_.end();) {
      WriteWatch& watch = *at++;
      if (watch.first_ > last || watch.last_ < first) continue;
      watch.unlink();
      watch.on_write_();
    }
  }

 private:
  std::function<void(std::uint64_t, std::uint64_t)> on_store_;
  boost::intrusive::list<WriteWatch, boost::intrusive::constant_time_size<false>> watches_;
};

}  // namespace doorbell
